// Labels of a time axis in the viewer's zone: the clock's time, and the day where it changes.

const kSecond = 1000;
const kMinute = 60 * kSecond;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

/** Distances between two labels that people find natural. */
export const kTimeSteps = [
  1, 10, 100, kSecond, 2 * kSecond, 5 * kSecond, 10 * kSecond, 15 * kSecond, 30 * kSecond, kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute,
  15 * kMinute, 30 * kMinute, kHour, 2 * kHour, 3 * kHour, 6 * kHour, 12 * kHour, kDay, 2 * kDay, 7 * kDay, 14 * kDay, 28 * kDay, 91 * kDay, 364 * kDay,
];

const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const years = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

export function timeLabels(times: readonly number[], step: number): string[] {
  let before = '';
  return times.map((time, index) => {
    if (step >= 91 * kDay) return years.format(time);
    if (step >= kDay) return days.format(time);
    const text = (step < kMinute ? seconds : minutes).format(time);
    const day = days.format(time);
    const turned = index > 0 && day !== before;
    before = day;
    return turned ? `${text}\n${day}` : text;
  });
}

/** Whether a label names the day below the time. */
export function twoLines(labels: readonly string[] | null): boolean {
  return (labels ?? []).some((label) => label.includes('\n'));
}

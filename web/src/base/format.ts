// Numbers and times as people read them. Numbers in the page's language, times in the viewer's zone.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function fixed(value: number, digits: number): string {
  return new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

export const kNothing = '–';

/** 12,345 */
export function formatWhole(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? kNothing : whole.format(value);
}

/** 12,345 up to 99,999, then 1.23 M: for places with little room. */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNothing;
  const size = Math.abs(value);
  if (size < 100_000) return whole.format(value);
  for (const [unit, scale] of [['T', 1e12], ['B', 1e9], ['M', 1e6], ['k', 1e3]] as const) {
    if (size >= scale) return `${threeDigits(value / scale)}${unit}`;
  }
  return whole.format(value);
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** 0.4, 12.3, 1,240: a rate or any other number without a unit. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNothing;
  const size = Math.abs(value);
  if (size >= 100_000) return formatCount(value);
  if (size >= 100 || Number.isInteger(value)) return whole.format(value);
  if (size >= 10) return fixed(value, 1);
  if (size >= 0.01) return fixed(value, 2);
  return value.toPrecision(2);
}

/** A rate: one digit behind the point below 100. */
export function formatRate(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNothing;
  if (value === 0 || Math.abs(value) >= 100) return formatCount(value);
  return Math.abs(value) < 0.05 ? fixed(value, 2) : fixed(value, 1);
}

/** 0.0124 -> 1.24% */
export function formatPercent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return kNothing;
  const percent = share * 100;
  return `${fixed(percent, percent === 0 || percent >= 99.995 ? 0 : percent < 10 ? 2 : 1)}%`;
}

/** 42 ms, 1.24 s */
export function formatMilliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return kNothing;
  if (value < 10) return `${fixed(value, value < 1 ? 2 : 1)} ms`;
  if (value < 1000) return `${whole.format(value)} ms`;
  if (value < 60_000) return `${fixed(value / 1000, 2)} s`;
  return formatDuration(value / 1000);
}

/** Seconds as the two largest units: 3 d 4 h, 12 min 5 s. */
export function formatDuration(seconds: number): string {
  const units: [string, number][] = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** 14:05:10 */
export function formatClock(milliseconds: number): string {
  return clock.format(milliseconds);
}

/** 14:05:10.123 */
export function formatClockExact(milliseconds: number): string {
  const rest = ((Math.floor(milliseconds) % 1000) + 1000) % 1000;
  return `${clock.format(milliseconds)}.${String(rest).padStart(3, '0')}`;
}

/** 26 Nov 2026 14:05:10 */
export function formatMoment(milliseconds: number): string {
  return `${day.format(milliseconds)} ${clock.format(milliseconds)}`;
}

/** The clock's time today, date and time on another day. */
export function formatWhen(milliseconds: number, now: number): string {
  return day.format(milliseconds) === day.format(now) ? clock.format(milliseconds) : formatMoment(milliseconds);
}

/** 2026-11-26 12:05:10.5 UTC */
export function formatUtc(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return kNothing;
  return `${new Date(milliseconds).toISOString().replace('T', ' ').replace(/\.?0*Z$/, '')} UTC`;
}

/** 1,234 events; 1 event */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

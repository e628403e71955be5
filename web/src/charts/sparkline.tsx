// A small line without axes: how a figure came to be what it is. The part that may still change is dashed.
export interface SparklineProps {
  readonly points: readonly { readonly time: number; readonly value: number | null; readonly final: boolean }[];
  readonly from: number;
  readonly to: number;
  readonly color: string; // The name of a custom property.
}

const kWidth = 200; // Of the drawing's own coordinates; the style sheet stretches it.
const kHeight = 40;

export function Sparkline({ points, from, to, color }: SparklineProps) {
  const most = points.reduce((max, point) => Math.max(max, point.value ?? 0), 0) || 1;
  const place = (point: { time: number; value: number | null }): string =>
    `${((kWidth * (point.time - from)) / (to - from)).toFixed(1)} ${(kHeight - 2 - ((kHeight - 4) * (point.value ?? 0)) / most).toFixed(1)}`;
  const shown = points.filter((point) => point.time >= from && point.time <= to);
  const solid = pathOf(shown.filter((point) => point.final), place);
  const firstOpen = shown.findIndex((point) => !point.final);
  const open = firstOpen < 0 ? '' : pathOf(shown.slice(Math.max(0, firstOpen - 1)), place);
  const whole = shown.filter((point) => point.value !== null);
  const first = whole[0];
  const last = whole[whole.length - 1];
  const area = first === undefined || last === undefined || whole.length < 2
    ? ''
    : `${pathOf(whole, place)} L${place({ time: last.time, value: 0 })} L${place({ time: first.time, value: 0 })} Z`;
  return (
    <svg class="sparkline" viewBox={`0 0 ${kWidth} ${kHeight}`} preserveAspectRatio="none" aria-hidden="true" style={{ color: `var(${color})` }}>
      {area !== '' && <path class="sparkline-area" d={area} />}
      {solid !== '' && <path class="sparkline-line" d={solid} />}
      {open !== '' && <path class="sparkline-line sparkline-open" d={open} />}
    </svg>
  );
}

/** Broken where a value is missing. */
function pathOf<Point extends { value: number | null }>(points: readonly Point[], place: (point: Point) => string): string {
  let path = '';
  let pen = false;
  for (const point of points) {
    if (point.value === null) {
      pen = false;
      continue;
    }
    path += `${pen ? ' L' : ' M'}${place(point)}`;
    pen = true;
  }
  return path.trim();
}

// Stacked bars on uPlot's canvas: a bar from the start to the end of each window. Windows that may still change are lighter, those whose
// time is not over lighter still.
import type uPlot from 'uplot';
import type { SeriesSet } from '../store/series';

const kAlphaOpen = 0.6;
const kAlphaFilling = 0.35;

/** The height of each whole bar, for the scale of the y axis. */
export function stackTotals(set: SeriesSet, hidden: ReadonlySet<string>): (number | null)[] {
  return set.slots.map((_, index) => {
    let total: number | null = null;
    for (const series of set.series) {
      const value = series.values[index];
      if (!hidden.has(series.key) && value !== null && value !== undefined) total = (total ?? 0) + value;
    }
    return total;
  });
}

export function drawStackedBars(chart: uPlot, set: SeriesSet, hidden: ReadonlySet<string>, colorOf: (key: string) => string): void {
  const { ctx, bbox } = chart;
  const shown = set.series.filter((series) => !hidden.has(series.key));
  if (shown.length === 0 || set.slots.length === 0) return;
  const position = (value: number, scale: 'x' | 'y'): number => chart.valToPos(value, scale, true);
  const pixel = devicePixelRatio;

  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const bottoms = set.slots.map(() => 0);
  const lefts = set.slots.map((slot) => Math.round(position(slot.start, 'x')));
  const rights = set.slots.map((slot) => Math.round(position(slot.end, 'x')));
  for (const series of shown) {
    ctx.fillStyle = colorOf(series.key);
    set.slots.forEach((slot, index) => {
      const value = series.values[index] ?? 0;
      if (value <= 0) return;
      const left = lefts[index] as number;
      const right = rights[index] as number;
      if (right < bbox.left || left > bbox.left + bbox.width) return;
      const bottom = bottoms[index] as number;
      bottoms[index] = bottom + value;
      const upper = Math.round(position(bottom + value, 'y'));
      const lower = Math.round(position(bottom, 'y'));
      const gap = right - left > 4 * pixel ? Math.max(1, Math.round(pixel)) : 0;
      ctx.globalAlpha = slot.final ? 1 : slot.filling ? kAlphaFilling : kAlphaOpen;
      // A value that is not nothing is seen, however small it is beside the others.
      ctx.fillRect(left, Math.min(upper, lower - 1), Math.max(1, right - left - gap), Math.max(1, lower - upper));
    });
  }
  ctx.restore();
}

// A line in two parts: solid over windows that are final, dashed from the last of those on. uPlot draws a series in one style, so each
// line is two series.
import type { SeriesSet } from '../store/series';

export interface LineParts {
  readonly final: (number | null)[];
  readonly open: (number | null)[];
}

export function lineParts(set: SeriesSet, values: readonly (number | null)[]): LineParts {
  let boundary = set.slots.findIndex((slot) => !slot.final);
  if (boundary < 0) boundary = values.length;
  // The dashed part begins where the solid one ends, so that there is no hole between.
  let joint = boundary - 1;
  while (joint >= 0 && values[joint] === null) joint -= 1;
  const near = joint >= 0 && set.slots.slice(joint + 1, boundary).length === 0;
  return {
    final: values.map((value, index) => (index < boundary ? value : null)),
    open: values.map((value, index) => (index >= boundary || (near && index === joint) ? value : null)),
  };
}

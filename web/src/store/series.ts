// From rows of a view to what a chart draws: one list of windows, and for each key the value in each of them. Pure.
import { compactJson } from '../base/exact_json';
import { asNumber, type Column, type Json } from '../protocol/frames';
import type { Row } from './view_table';

export interface Slot {
  readonly start: number;
  readonly end: number;
  readonly final: boolean; // No row of it can change any more.
  readonly filling: boolean; // Its time is not over: what it says is a part of what it will say.
}

export interface Series {
  readonly key: string;
  readonly values: readonly (number | null)[]; // A value for each slot.
}

export interface SeriesSet {
  readonly slots: readonly Slot[];
  readonly series: readonly Series[]; // The largest first; kOthers, where there is one, last.
  readonly keys: number; // How many there are, others included.
}

/** The sum of those keys that have no series of their own. Never a key: keys of data have no NUL. */
export const kOthers = '\0others';

export interface SeriesOptions {
  readonly keyOf: (row: Row) => string;
  readonly numberOf: (row: Row) => number | null;
  readonly now: number; // The server's time.
  readonly from: number;
  readonly to: number;
  readonly seriesMax: number;
  /** Windows without a row of a key: nothing happened there ('zero', for counts), or nothing is known ('gap'). */
  readonly absent: 'zero' | 'gap';
  /** Keys beyond `seriesMax`: added up (counts and rates), or left out (quantiles and ratios can't be added). */
  readonly rest: 'sum' | 'drop';
  /** Windows whose end lies ahead are left out: of sliding windows those hold a fraction of their time. */
  readonly endedOnly?: boolean;
}

export function seriesByKey(rows: Iterable<Row>, options: SeriesOptions): SeriesSet {
  const byWindow = new Map<number, { end: number; final: boolean; values: Map<string, number> }>();
  const weights = new Map<string, number>();
  for (const row of rows) {
    if (row.start === null || row.end === null) continue;
    if (row.end <= options.from || row.start >= options.to) continue;
    if (options.endedOnly === true && row.end > options.now) continue;
    const key = options.keyOf(row);
    let window = byWindow.get(row.start);
    if (window === undefined) {
      window = { end: row.end, final: true, values: new Map() };
      byWindow.set(row.start, window);
    }
    window.final &&= row.final;
    window.end = Math.max(window.end, row.end);
    const value = options.numberOf(row);
    if (value === null) continue;
    window.values.set(key, (window.values.get(key) ?? 0) + value);
    weights.set(key, (weights.get(key) ?? 0) + Math.abs(value));
  }

  const slots = makeSlots(byWindow, options);
  const ranked = [...weights.keys()].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0) || (a < b ? -1 : 1));
  const shown = ranked.slice(0, ranked.length > options.seriesMax ? options.seriesMax - (options.rest === 'sum' ? 1 : 0) : undefined);
  const absent = options.absent === 'zero' ? 0 : null;
  const series: Series[] = shown.map((key) => ({ key, values: slots.map((slot) => byWindow.get(slot.start)?.values.get(key) ?? absent) }));
  if (options.rest === 'sum' && shown.length < ranked.length) {
    const apart = new Set(shown);
    series.push({
      key: kOthers,
      values: slots.map((slot) => {
        let sum = 0;
        for (const [key, value] of byWindow.get(slot.start)?.values ?? []) if (!apart.has(key)) sum += value;
        return sum;
      }),
    });
  }
  return { slots, series, keys: ranked.length };
}

/**
 * The windows in order of their start. Where absence means zero, windows without any row are put between: a line from the last busy window to
 * the next one would tell of events that never were.
 */
function makeSlots(byWindow: Map<number, { end: number; final: boolean }>, options: SeriesOptions): Slot[] {
  const starts = [...byWindow.keys()].sort((a, b) => a - b);
  const known = starts.map((start): Slot => {
    const window = byWindow.get(start) as { end: number; final: boolean };
    return { start, end: window.end, final: window.final, filling: window.end > options.now };
  });
  const step = stepOf(starts);
  const first = known[0];
  if (options.absent === 'gap' || first === undefined || step === null) return known;

  const width = first.end - first.start;
  const last = Math.min(options.to, options.now) - width; // The last window that is over by now.
  const begin = Math.max(first.start, Math.ceil((options.from - first.start) / step) * step + first.start);
  if ((last - begin) / step > 20_000) return known;
  const slots: Slot[] = [];
  let index = 0;
  for (let start = begin; index < known.length || start <= last; start += step) {
    while (index < known.length && (known[index] as Slot).start < start) slots.push(known[index++] as Slot);
    const slot = known[index];
    if (slot !== undefined && slot.start === start) {
      slots.push(slot);
      index += 1;
    } else if (start <= last) {
      slots.push({ start, end: start + width, final: slot?.final ?? false, filling: false });
    } else if (index >= known.length) {
      break;
    }
  }
  return slots;
}

/** The distance between windows: the least between two of them. Sessions have no regular one; it shows as tiny steps. */
export function stepOf(starts: readonly number[]): number | null {
  let least = Infinity;
  for (let index = 1; index < starts.length; index += 1) {
    least = Math.min(least, (starts[index] as number) - (starts[index - 1] as number));
  }
  if (!Number.isFinite(least) || least <= 0) return null;
  return starts.every((start) => (start - (starts[0] as number)) % least === 0) ? least : null;
}

/** Neighbouring slots put together so that at most `slotsMax` are left: each holds the mean of its parts. For rates and counts. */
export function mergeSlots(set: SeriesSet, slotsMax: number): SeriesSet {
  const width = Math.ceil(set.slots.length / slotsMax);
  if (width <= 1) return set;
  // Groups are aligned to the time, not to the first slot: bars must not change their parts when the chart moves on.
  const step = stepOf(set.slots.map((slot) => slot.start)) ?? 1;
  const groups: number[][] = [];
  let groupOf = NaN;
  set.slots.forEach((slot, index) => {
    const group = Math.floor(slot.start / (step * width));
    if (group !== groupOf) groups.push([]);
    groupOf = group;
    groups[groups.length - 1]?.push(index);
  });
  const slots = groups.map((indices): Slot => {
    const parts = indices.map((index) => set.slots[index] as Slot);
    return {
      start: (parts[0] as Slot).start,
      end: (parts[parts.length - 1] as Slot).end,
      final: parts.every((slot) => slot.final),
      filling: parts.some((slot) => slot.filling),
    };
  });
  const mean = (values: readonly (number | null)[], indices: number[]): number | null => {
    let sum = 0;
    let count = 0;
    for (const index of indices) {
      const value = values[index];
      if (value === null || value === undefined) continue;
      sum += value;
      count += 1;
    }
    return count === 0 ? null : sum / count;
  };
  return { slots, keys: set.keys, series: set.series.map(({ key, values }) => ({ key, values: groups.map((indices) => mean(values, indices)) })) };
}

/**
 * Lines end at the last window that is over: a part of a window would look like a fall. With nothing else to show, a part is better than
 * nothing.
 */
export function withoutFilling(set: SeriesSet): SeriesSet {
  const over = set.slots.flatMap((slot, index) => (slot.filling ? [] : [index]));
  if (over.length === 0 || over.length === set.slots.length) return set;
  return {
    keys: set.keys,
    slots: over.map((index) => set.slots[index] as Slot),
    series: set.series.map(({ key, values }) => ({ key, values: over.map((index) => values[index] ?? null) })),
  };
}

/** The members of `keys` as a reader names them: shop, or shop / checkout. */
export function keyLabel(row: Row, columns?: readonly Column[]): string {
  const names = columns?.filter((column) => column.kind === 'key').map((column) => column.name) ?? Object.keys(row.keys);
  return names.map((name) => valueLabel(row.keys[name])).join(' / ');
}

export function valueLabel(value: Json): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? value : compactJson(value);
}

export function numberIn(row: Row, column: string): number | null {
  return asNumber(row.values[column]);
}

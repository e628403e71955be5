// A result as a chart: where it has a time column and numbers. Pure.
import { asNumber } from '../protocol/frames';
import type { QueryResult } from '../protocol/api';
import { stepOf, valueLabel, type SeriesSet, type Slot } from '../store/series';
import { isNumeric, isTime } from '../parts/units';

export interface ResultSeries {
  readonly set: SeriesSet;
  readonly from: number;
  readonly to: number;
  readonly value: string; // The column whose numbers are drawn; empty where each series is a column.
  readonly left: number; // Series that are not drawn.
}

const kMost = 8;

/**
 * The time column is the x axis: the first column of all, or the only one of its kind. With one column of text its values become the series of the first column with numbers; otherwise each
 * column with numbers is a series.
 */
export function resultSeries(result: QueryResult): ResultSeries | null {
  const { columns, rows } = result;
  const clocks = columns.flatMap((column, index) => (isTime(column.type) ? [index] : []));
  const time = clocks[0] === 0 || clocks.length === 1 ? (clocks[0] ?? -1) : -1; // Of "first seen" and "last seen" none is an axis.
  const numbers = columns.flatMap((column, index) => (isNumeric(column.type) ? [index] : []));
  const texts = columns.flatMap((column, index) => (/^(text|varchar|uuid|boolean)\b/.test(column.type) ? [index] : []));
  const first = numbers[0];
  if (time < 0 || first === undefined || rows.length === 0) return null;

  const byTime = new Map<number, Map<string, number>>();
  const weights = new Map<string, number>();
  const put = (at: number, key: string, value: unknown): void => {
    const number = asNumber(value);
    if (number === null) return;
    let point = byTime.get(at);
    if (point === undefined) byTime.set(at, (point = new Map()));
    point.set(key, number);
    weights.set(key, (weights.get(key) ?? 0) + Math.abs(number));
  };
  const key = texts.length === 1 ? texts[0] : undefined;
  for (const row of rows) {
    const at = Date.parse(String(row[time]));
    if (Number.isNaN(at)) continue;
    if (key !== undefined) put(at, valueLabel(row[key]), row[first]);
    else for (const index of numbers) put(at, columns[index]?.name ?? '', row[index]);
  }
  if (byTime.size === 0) return null;

  const times = [...byTime.keys()].sort((a, b) => a - b);
  const step = stepOf(times) ?? (times.length > 1 ? ((times[times.length - 1] as number) - (times[0] as number)) / times.length : 60_000);
  const slots = times.map((start): Slot => ({ start, end: start + step, final: true, filling: false }));
  const ranked = [...weights.keys()].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0));
  const shown = ranked.slice(0, kMost);
  return {
    set: { slots, keys: ranked.length, series: shown.map((name) => ({ key: name, values: times.map((at) => byTime.get(at)?.get(name) ?? null) })) },
    from: slots[0]?.start ?? 0,
    to: slots[slots.length - 1]?.end ?? 1,
    value: key === undefined ? '' : (columns[first]?.name ?? ''),
    left: ranked.length - shown.length,
  };
}

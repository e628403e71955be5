// Single figures and rankings from the rows of a view. Pure.
import { numberIn, stepOf } from './series';
import type { Row } from './view_table';

export interface Ranked {
  readonly key: string;
  readonly value: number;
}

/** Sums of a column by key over the windows that touch (from, to), the largest first. For windows that don't overlap. */
export function rankBySum(rows: Iterable<Row>, key: (row: Row) => string, column: string, from: number): Ranked[] {
  const sums = new Map<string, number>();
  for (const row of rows) {
    if (row.end !== null && row.end <= from) continue;
    sums.set(key(row), (sums.get(key(row)) ?? 0) + (numberIn(row, column) ?? 0));
  }
  return ranked(sums);
}

/** The rows of one window, ranked by a column. */
export function rankIn(rows: readonly Row[], key: (row: Row) => string, column: string): Ranked[] {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(key(row), (sums.get(key(row)) ?? 0) + (numberIn(row, column) ?? 0));
  return ranked(sums);
}

function ranked(sums: Map<string, number>): Ranked[] {
  return [...sums].map(([key, value]) => ({ key, value })).sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1));
}

/**
 * The newest window that is over, with its rows of all keys. Nothing if it ended longer than `age` before `now`: then it tells of the past,
 * and a window without rows has no row to tell of the present.
 */
export function latestEnded(rows: Iterable<Row>, now: number, age: number): { start: number; end: number; rows: Row[] } | null {
  let start = -Infinity;
  let end = -Infinity;
  let found: Row[] = [];
  for (const row of rows) {
    if (row.start === null || row.end === null || row.end > now || row.end <= now - age) continue;
    if (row.start > start) {
      start = row.start;
      end = row.end;
      found = [];
    }
    if (row.start === start) found.push(row);
  }
  return found.length === 0 ? null : { start, end, rows: found };
}

const kSmallStep = 10; // Steps of a sliding window.

/**
 * The window that tells best of `now`. Of windows that slide in small steps it is the one that ends next: it lacks a tenth of its time at most,
 * and is a step fresher than the one that is over. Of all others the newest that is over, since a part of a window would look like a fall.
 */
export function currentWindow(rows: Iterable<Row>, now: number, age: number): { start: number; end: number; rows: Row[] } | null {
  const known = [...rows].filter((row) => row.start !== null && row.end !== null);
  const sliding = slidingShape(known);
  if (sliding !== null) {
    const { size, step } = sliding;
    const start = known.find((row) => (row.end ?? 0) > now && (row.end ?? 0) <= now + step)?.start ?? undefined;
    if (start !== undefined) return { start, end: start + size, rows: known.filter((row) => row.start === start) };
  }
  return latestEnded(known, now, age);
}

/** Size and step of windows that slide in small steps; nothing of all others. */
export function slidingShape(rows: Iterable<Row>): { size: number; step: number } | null {
  let size: number | null = null;
  const starts = new Set<number>();
  for (const row of rows) {
    if (row.start === null || row.end === null) continue;
    size ??= row.end - row.start;
    starts.add(row.start);
  }
  const step = stepOf([...starts].sort((a, b) => a - b));
  return size !== null && step !== null && size / step >= kSmallStep ? { size, step } : null;
}

export function sum(rows: Iterable<Row>, column: string): number {
  let total = 0;
  for (const row of rows) total += numberIn(row, column) ?? 0;
  return total;
}

/** Events a second over the last `seconds` whole seconds, from windows of one second. A second without a row had no events. */
export function meanRate(rows: Iterable<Row>, column: string, now: number, seconds: number): number {
  const to = Math.floor(now / 1000) * 1000;
  let events = 0;
  for (const row of rows) {
    if (row.end !== null && row.end <= to && row.end > to - seconds * 1000) events += numberIn(row, column) ?? 0;
  }
  return events / seconds;
}

/** Where what is known begins; no end of it where there are no windows. */
export function oldestStart(rows: Iterable<Row>): number {
  let oldest = Infinity;
  for (const row of rows) oldest = Math.min(oldest, row.start ?? Infinity);
  return oldest;
}

/** The end of the oldest window. */
export function oldestEnd(rows: Iterable<Row>): number {
  let oldest = Infinity;
  for (const row of rows) oldest = Math.min(oldest, row.end ?? Infinity);
  return oldest;
}

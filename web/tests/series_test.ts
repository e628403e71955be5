import assert from 'node:assert/strict';
import test from 'node:test';
import { lineParts } from '../src/charts/line_parts';
import { keyLabel, kOthers, mergeSlots, numberIn, seriesByKey, stepOf, withoutFilling, type SeriesOptions, type SeriesSet } from '../src/store/series';
import { currentWindow, latestEnded, meanRate, oldestEnd, rankBySum } from '../src/store/summaries';
import { rows, wire } from './rows';

const options = (more: Partial<SeriesOptions> = {}): SeriesOptions => ({
  keyOf: (row) => keyLabel(row), numberOf: (row) => numberIn(row, 'events'), now: 60_000, from: 0, to: 60_000, seriesMax: 8, absent: 'zero', rest: 'sum', ...more,
});
const valuesOf = (set: SeriesSet): Record<string, readonly (number | null)[]> => Object.fromEntries(set.series.map(({ key, values }) => [key, values]));
const starts = (set: SeriesSet): number[] => set.slots.map((slot) => slot.start / 1000);

test('windows without events are zero, up to the last one that is over', () => {
  const set = seriesByKey(rows(wire('a', 0, 1), wire('a', 10, 2), wire('a', 40, 3)), options({ now: 65_000, to: 65_000 }));
  assert.deepEqual(starts(set), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(valuesOf(set), { a: [1, 2, 0, 0, 3, 0] });
});

test('where absence is no zero, only windows that exist are there', () => {
  const set = seriesByKey(rows(wire('a', 0, 1), wire('b', 30, 3), wire('a', 30, 2)), options({ absent: 'gap' }));
  assert.deepEqual(starts(set), [0, 30]);
  assert.deepEqual(valuesOf(set), { a: [1, 2], b: [null, 3] });
});

test('a window that is still filling is told apart, and a row that is not final makes its window open', () => {
  const set = seriesByKey(rows(wire('b', 40, 1), wire('a', 40, 1, { final: true }), wire('a', 30, 1, { final: true }), wire('a', 50, 1)), options({ now: 55_000 }));
  assert.deepEqual(set.slots.map((slot) => [slot.start / 1000, slot.final, slot.filling]), [[30, true, false], [40, false, false], [50, false, true]]);
  assert.deepEqual(starts(withoutFilling(set)), [30, 40]);
});

test('sliding windows that are not over are left out', () => {
  const set = seriesByKey(rows(wire('a', 40, 1), wire('a', 50, 1)), options({ now: 55_000, absent: 'gap', endedOnly: true }));
  assert.deepEqual(starts(set), [40]);
});

test('keys beyond the limit are added up, or left out', () => {
  const many = rows(...Array.from({ length: 12 }, (_, index) => wire(`t${index}`, 0, 100 - index)), wire('t0', 10, 1), wire('t11', 10, 5));
  const summed = seriesByKey(many, options({ seriesMax: 4 }));
  assert.deepEqual(summed.series.map((series) => series.key), ['t0', 't1', 't2', kOthers]);
  assert.equal(summed.keys, 12);
  assert.equal(summed.series[3]?.values[0], 97 + 96 + 95 + 94 + 93 + 92 + 91 + 90 + 89);
  assert.equal(summed.series[3]?.values[1], 5);
  assert.deepEqual(seriesByKey(many, options({ seriesMax: 4, rest: 'drop' })).series.map((series) => series.key), ['t0', 't1', 't2', 't3']);
});

test('narrow bars are put together by time, not by place: their parts stay the same when the chart moves on', () => {
  const data = rows(...Array.from({ length: 9 }, (_, index) => wire('a', index * 10, index)));
  const whole = seriesByKey(data, options({ now: 90_000, to: 90_000 }));
  const later = seriesByKey(data.slice(1), options({ now: 90_000, to: 90_000 }));
  assert.deepEqual(starts(mergeSlots(whole, 5)), [0, 20, 40, 60, 80]);
  assert.deepEqual(valuesOf(mergeSlots(whole, 5))['a'], [0.5, 2.5, 4.5, 6.5, 8]);
  assert.deepEqual(starts(mergeSlots(later, 4)), [10, 20, 40, 60, 80]);
});

test('steps: the least distance, if all others are multiples of it', () => {
  assert.equal(stepOf([0, 20, 30, 70]), 10);
  assert.equal(stepOf([0, 20, 33]), null);
  assert.equal(stepOf([5]), null);
});

test('a line is solid while final and dashed from the last final point on', () => {
  const set = seriesByKey(rows(wire('a', 0, 1, { final: true }), wire('a', 10, 2, { final: true }), wire('a', 20, 3), wire('a', 30, 4)), options({ absent: 'gap' }));
  assert.deepEqual(lineParts(set, set.series[0]?.values ?? []), { final: [1, 2, null, null], open: [null, 2, 3, 4] });
});

test('the newest window that is over, unless it is of long ago', () => {
  const data = rows(wire('a', 10, 1), wire('a', 20, 2), wire('b', 20, 3), wire('a', 30, 4));
  assert.deepEqual(latestEnded(data, 35_000, 60_000)?.rows.map((row) => row.values['events']), [2, 3]);
  assert.equal(latestEnded(data, 200_000, 60_000), null);
  assert.equal(latestEnded(data, 15_000, 60_000), null);
});

test('a rate counts seconds without a row as quiet ones', () => {
  const second = (start: number, events: number): Record<string, unknown> => wire('', start, events, { keys: {}, window_end: new Date((start + 1) * 1000).toISOString() });
  assert.equal(meanRate(rows(second(94, 100), second(95, 10), second(97, 20), second(100, 500)), 'events', 100_400, 5), 6);
});

test('rankings add up windows; ties are in the order of the names', () => {
  const data = rows(wire('b', 0, 5), wire('a', 10, 5), wire('c', 10, 1), wire('c', 20, 8));
  assert.deepEqual(rankBySum(data, (row) => keyLabel(row), 'events', 0).map((entry) => [entry.key, entry.value]), [['c', 9], ['a', 5], ['b', 5]]);
  assert.deepEqual(rankBySum(data, (row) => keyLabel(row), 'events', 10_000).map((entry) => entry.key), ['c', 'a']);
});

test('the oldest window tells from where on a view that was cut is whole', () => {
  assert.equal(oldestEnd(rows(wire('a', 30, 1), wire('a', 10, 1), wire('total', 0, 9, { window_start: null, window_end: null }))), 20_000);
});

test('of windows that slide in small steps the one that ends next tells of now, of others the newest that is over', () => {
  const sliding = (start: number, size: number): Record<string, unknown> => wire('a', start, start, { window_end: new Date((start + size) * 1000).toISOString() });
  const small = rows(...[0, 10, 20, 30, 40].map((start) => sliding(start, 100)));
  assert.equal(currentWindow(small, 115_000, 60_000)?.start, 20_000);
  assert.equal(currentWindow(small, 120_000, 60_000)?.start, 30_000);
  assert.equal(currentWindow(small, 145_000, 60_000)?.start, 40_000);
  assert.equal(currentWindow(small, 300_000, 60_000), null);
  assert.equal(currentWindow(rows(...[0, 50, 100].map((start) => sliding(start, 100))), 155_000, 60_000)?.start, 50_000);
  assert.equal(currentWindow([], 0, 60_000), null);
});

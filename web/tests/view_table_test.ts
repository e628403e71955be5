import assert from 'node:assert/strict';
import test from 'node:test';
import { ViewTable } from '../src/store/view_table';
import { columns, rows, wire } from './rows';

const events = (table: ViewTable): Record<string, unknown> =>
  Object.fromEntries([...table.all()].map((row) => [`${String(row.keys['type'])}@${(row.start ?? 0) / 1000}`, row.values['events']]));

test('the greater version of an identity counts, in whatever order they come', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 5, { version: 7 }), wire('a', 0, 3, { version: 6 }), wire('a', 10, 1)));
  assert.deepEqual(events(table), { 'a@0': 5, 'a@10': 1 });
});

test('a later epoch counts, though its versions begin anew', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 5, { epoch: 1, version: 900 })));
  table.apply(rows(wire('a', 0, 6, { epoch: 2, version: 1 })));
  table.apply(rows(wire('a', 0, 7, { epoch: 1, version: 901 })));
  assert.deepEqual(events(table), { 'a@0': 6 });
});

test('keys in another order are the same row', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 1, { keys: { country: 'DE', type: 'a' } })));
  table.apply(rows(wire('a', 0, 2, { keys: { type: 'a', country: 'DE' }, version: 2 })));
  assert.equal(table.size, 1);
});

test('keys that look alike as text are not the same row', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 1, { keys: { x: 1 } }), wire('a', 0, 2, { keys: { x: '1' } }), wire('a', 0, 3, { keys: { x: null } })));
  assert.equal(table.size, 3);
});

test('a deleted row is gone, and an older version does not bring it back', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 5, { version: 3 })));
  table.apply(rows(wire('a', 0, 0, { version: 4, deleted: true })));
  table.apply(rows(wire('a', 0, 5, { version: 3 })));
  assert.deepEqual(events(table), {});
  table.apply(rows(wire('a', 0, 6, { version: 5 })));
  assert.deepEqual(events(table), { 'a@0': 6 });
});

test('a deletion without a version removes what is there, and only a newer version returns', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 5, { version: 3 })));
  table.apply(rows({ keys: { type: 'a' }, window_start: new Date(0).toISOString(), deleted: true }));
  assert.equal(table.size, 0);
  table.apply(rows(wire('a', 0, 5, { version: 3 })));
  assert.equal(table.size, 0);
  table.apply(rows(wire('a', 0, 6, { version: 4 })));
  assert.equal(table.size, 1);
});

test('a snapshot is the whole state: what went while nobody listened is gone', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 5), wire('a', 10, 5), wire('b', 10, 6)));
  table.replace(columns, rows(wire('b', 10, 6), wire('b', 20, 7)), 100);
  assert.deepEqual(events(table), { 'b@10': 6, 'b@20': 7 });
});

test('a snapshot that reached its limit says nothing about older windows', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 5), wire('a', 10, 6), wire('b', 20, 7)));
  table.replace(columns, rows(wire('a', 20, 8), wire('a', 10, 9)), 2);
  assert.deepEqual(events(table), { 'a@0': 5, 'a@10': 9, 'a@20': 8 });
});

test('windows that have left the picture are forgotten, running totals are not', () => {
  const table = new ViewTable();
  table.apply(rows(wire('a', 0, 5), wire('a', 10, 6), wire('total', 0, 9, { window_start: null, window_end: null })));
  table.forgetBefore(10_000);
  assert.deepEqual(events(table), { 'a@10': 6, 'total@0': 9 });
});

test('memory is bounded: the oldest windows go first', () => {
  const table = new ViewTable();
  for (let start = 0; start < 700_000; start += 10_000) {
    table.apply(rows(...Array.from({ length: 1000 }, (_, index) => wire('a', start + index * 10, index))));
  }
  assert.equal(table.size, 59_000); // Cut to 50,000 at 61,000; 9,000 came afterwards.
  assert.equal(Math.min(...[...table.all()].map((row) => row.start ?? 0)), 110_000_000);
});

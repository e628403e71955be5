// Rows for tests.
import type { Column, RowChange } from '../src/protocol/frames';
import { readRows } from '../src/protocol/frames';

export const columns: Column[] = [
  { name: 'type', type: 'text', kind: 'key' },
  { name: 'window_start', type: 'timestamptz', kind: 'window_start' },
  { name: 'window_end', type: 'timestamptz', kind: 'window_end' },
  { name: 'events', type: 'bigint', kind: 'value' },
];

/** A row as the server sends it: a window of ten seconds that begins at second `start` of 1970, with `events` of a type. */
export function wire(type: string, start: number, events: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  const at = (second: number): string => new Date(second * 1000).toISOString();
  return { keys: { type }, window_start: at(start), window_end: at(start + 10), values: { events }, final: false, epoch: 1, version: 1, ...more };
}

export function rows(...made: Record<string, unknown>[]): RowChange[] {
  return readRows(made);
}

// What a number in a view's column is, by the names that views give their columns.
import { formatMilliseconds, formatNumber, formatPercent, formatRate } from '../base/format';
import type { Column } from '../protocol/frames';

const numeric = /^(bigint|integer|smallint|numeric|decimal|real|double precision|float[48]|int[248])\b/;

export function isNumeric(type: string): boolean {
  return numeric.test(type) && !type.endsWith('[]');
}

export function isTime(type: string): boolean {
  return /^(timestamptz|timestamp|date)\b/.test(type) && !type.endsWith('[]');
}

export function formatOf(column: Column | undefined): (value: number) => string {
  const name = column?.name ?? '';
  if (/(_ms|^p\d\d+)$/.test(name)) return formatMilliseconds;
  if (/(^|_)(rate|ratio|share)$/.test(name)) return formatPercent;
  if (/per_second$/.test(name)) return formatRate;
  return formatNumber;
}

// What comes over WS /api/v1/live, checked and turned into values of this page. Whatever the server adds later (members, kinds of
// frames) is ignored here, so that an old page in an open tab goes on working.
import { ExactNumber, parseExact } from '../base/exact_json';

export type Json = unknown;
export type Members = Readonly<Record<string, Json>>;

export interface Column {
  readonly name: string;
  readonly type: string; // PostgreSQL's name.
  readonly kind: 'key' | 'window_start' | 'window_end' | 'value';
}

/** A row of a view, or the word that it is there no longer. */
export interface RowChange {
  readonly id: string; // The identity: keys and window_start.
  readonly keys: Members;
  readonly start: number | null; // Milliseconds since 1970; null for a running total.
  readonly end: number | null;
  readonly values: Members;
  readonly final: boolean;
  readonly deleted: boolean;
  readonly epoch: number;
  readonly version: number;
  readonly stamped: boolean; // False where the server did not say epoch and version, as for rows that were deleted.
}

export interface Event {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly timestamp: string;
  readonly received_at: string;
  readonly severity: string;
  readonly user_id: string | null;
  readonly correlation_id: string | null;
  readonly tags: readonly Json[];
  readonly data: Json;
}

export interface Overview {
  readonly time: number | null;
  readonly stored: number | null;
  readonly perSecond: number | null;
  readonly late: number | null;
  readonly lag: number | null; // Records that are in the log and not yet in the views: the sum over the partitions.
  readonly partitions: readonly { readonly partition: number; readonly offset: number; readonly lag: number }[];
  readonly views: number | null;
  readonly uptimeSeconds: number | null;
  readonly version: string;
}

export type Frame =
  | { readonly type: 'ready'; readonly version: string }
  | { readonly type: 'snapshot'; readonly id: string; readonly columns: readonly Column[]; readonly rows: readonly RowChange[]; readonly more: boolean }
  | { readonly type: 'rows'; readonly id: string; readonly rows: readonly RowChange[]; readonly more: boolean } // more: the snapshot goes on.
  | { readonly type: 'events'; readonly id: string; readonly events: readonly Event[]; readonly skipped: number }
  | { readonly type: 'overview'; readonly id: string; readonly overview: Overview }
  | { readonly type: 'gone'; readonly id: string }
  | { readonly type: 'error'; readonly id: string | null; readonly detail: string };

const isEvents = /"type"\s*:\s*"events"/;
const kLong = /\d{16}/; // Digits in a row that a double may not hold.

/** Nothing for a frame that is not JSON, of a kind that this page does not know, or lacks what its kind needs. */
export function readFrame(text: string): Frame | undefined {
  let parsed: unknown;
  try {
    // Events show the numbers of people's data digit by digit. Rows are only drawn, and there are many; but long numbers may be keys.
    if (isEvents.test(text.slice(0, 80))) parsed = parseExact(text);
    else parsed = kLong.test(text) ? parseExact(text, kLong) : JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  const id = typeof parsed['id'] === 'string' ? parsed['id'] : null;
  switch (parsed['type']) {
    case 'ready':
      return { type: 'ready', version: asText(parsed['version']) };
    case 'error':
      return { type: 'error', id, detail: asText(parsed['detail']) || 'the server refused the request' };
  }
  if (id === null) return undefined;
  switch (parsed['type']) {
    case 'snapshot':
      return { type: 'snapshot', id, columns: readColumns(parsed['columns']), rows: readRows(parsed['rows']), more: parsed['more'] === true };
    case 'rows':
      return { type: 'rows', id, rows: readRows(parsed['rows']), more: parsed['more'] === true };
    case 'events':
      return { type: 'events', id, events: list(parsed['events']).flatMap(readEvent), skipped: asNumber(parsed['skipped']) ?? 0 };
    case 'overview':
      return { type: 'overview', id, overview: readOverview(parsed['overview']) };
    case 'gone':
      return { type: 'gone', id };
    default:
      return undefined;
  }
}

const kinds = new Set(['key', 'window_start', 'window_end', 'value']);

export function readColumns(columns: unknown): Column[] {
  return list(columns).flatMap((column) => {
    if (!isObject(column) || typeof column['name'] !== 'string') return [];
    const kind = kinds.has(String(column['kind'])) ? (column['kind'] as Column['kind']) : 'value';
    return [{ name: column['name'], type: asText(column['type']) || 'text', kind }];
  });
}

export function readRows(rows: unknown): RowChange[] {
  return list(rows).flatMap((row) => {
    if (!isObject(row)) return [];
    const keys = isObject(row['keys']) ? row['keys'] : {};
    const start = asText(row['window_start']);
    const epoch = asNumber(row['epoch']);
    const version = asNumber(row['version']);
    return [{
      id: identity(keys, start),
      keys,
      start: moment(row['window_start']),
      end: moment(row['window_end']),
      values: isObject(row['values']) ? row['values'] : {},
      final: row['final'] === true,
      deleted: row['deleted'] === true,
      epoch: epoch ?? 0,
      version: version ?? 0,
      stamped: epoch !== null && version !== null,
    }];
  });
}

/** (keys, window_start) as text. Members are sorted: their order in the text must not make two rows of one. */
function identity(keys: Members, start: string): string {
  const names = Object.keys(keys);
  if (names.length === 0) return start;
  if (names.length > 1) names.sort();
  return `${start}\n${names.map((name) => `${name}=${keyText(keys[name])}`).join('\n')}`;
}

/** The same in every frame: digits that were kept because of a neighbour must not make another row of it. */
function keyText(value: Json): string {
  if (!(value instanceof ExactNumber)) return JSON.stringify(value);
  return kLong.test(value.text) ? value.text : String(value.valueOf());
}

export function readEvent(event: unknown): Event[] {
  if (!isObject(event) || typeof event['id'] !== 'string') return [];
  return [{
    id: event['id'],
    type: asText(event['type']),
    source: asText(event['source']),
    timestamp: asText(event['timestamp']),
    received_at: asText(event['received_at']),
    severity: asText(event['severity']) || 'low',
    user_id: typeof event['user_id'] === 'string' ? event['user_id'] : null,
    correlation_id: typeof event['correlation_id'] === 'string' ? event['correlation_id'] : null,
    tags: list(event['tags']),
    data: event['data'] ?? {},
  }];
}

export function readOverview(overview: unknown): Overview {
  const whole = isObject(overview) ? overview : {};
  const events = isObject(whole['events']) ? whole['events'] : {};
  const partitions = list(whole['partitions']).flatMap((partition) => isObject(partition)
    ? [{ partition: asNumber(partition['partition']) ?? 0, offset: asNumber(partition['offset']) ?? 0, lag: asNumber(partition['lag']) ?? 0 }]
    : []);
  return {
    time: moment(whole['time']),
    stored: asNumber(events['stored']),
    perSecond: asNumber(events['per_second']),
    late: asNumber(whole['late_events']),
    lag: partitions.length === 0 ? null : partitions.reduce((sum, partition) => sum + partition.lag, 0),
    partitions,
    views: asNumber(whole['views']),
    uptimeSeconds: asNumber(whole['uptime_seconds']),
    version: asText(whole['version']),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A finite number, however exact; nothing for everything else, "NaN" included. */
export function asNumber(value: unknown): number | null {
  const number = value instanceof ExactNumber ? value.valueOf() : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** RFC 3339 to milliseconds. */
export function moment(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const milliseconds = Date.parse(value);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

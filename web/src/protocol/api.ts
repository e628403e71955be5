// Requests to the server's HTTP interface. Answers of the kind application/problem+json become an ApiError.
import { parseExact } from '../base/exact_json';
import { isObject, readColumns, readEvent, readRows, type Column, type Event, type RowChange } from './frames';

export class ApiError extends Error {
  readonly status: number; // 0: no answer came.
  readonly title: string;
  readonly detail: string;
  readonly hint: string;

  constructor(status: number, title: string, detail = '', hint = '') {
    super(detail === '' ? title : `${title}: ${detail}`);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.hint = hint;
  }
}

export interface ViewInfo {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
}

export class Api {
  private readonly token: () => string;
  private readonly unauthorized: () => void;

  /** `unauthorized` is called when the server no longer takes the token. */
  constructor(token: () => string, unauthorized: () => void) {
    this.token = token;
    this.unauthorized = unauthorized;
  }

  async views(): Promise<ViewInfo[]> {
    const answer = await this.ask('/api/v1/metrics');
    const views = isObject(answer) && Array.isArray(answer['views']) ? (answer['views'] as unknown[]) : [];
    return views.flatMap((view) => isObject(view) && typeof view['name'] === 'string'
      ? [{ name: view['name'], description: typeof view['description'] === 'string' ? view['description'] : '', columns: readColumns(view['columns']) }]
      : []);
  }

  /** Rows of a stretch of time that the live subscription does not reach. */
  async rows(view: string, range: { from?: string; to?: string; step?: string; limit?: number }): Promise<RowChange[]> {
    const parameters = new URLSearchParams(Object.entries(range).map(([name, value]) => [name, String(value)]));
    const answer = await this.ask(`/api/v1/metrics/${encodeURIComponent(view)}?${parameters}`);
    return readRows(isObject(answer) ? answer['rows'] : []);
  }

  /** Stored events, newest first. */
  async events(filter: Record<string, string>): Promise<Event[]> {
    const { columns, rows } = readTable(await this.ask(`/api/v1/events?${new URLSearchParams(filter)}`));
    return rows.flatMap((row) => readEvent(Object.fromEntries(columns.map((column, index) => [column.name, row[index]]))));
  }

  async query(sql: string, limit: number, signal?: AbortSignal): Promise<QueryResult> {
    return readTable(await this.ask('/api/v1/query', { body: { sql, limit }, ...(signal === undefined ? {} : { signal }) }));
  }

  private async ask(path: string, options: { body?: unknown; signal?: AbortSignal } = {}): Promise<unknown> {
    try {
      return await request(path, { ...options, token: this.token() });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.unauthorized();
      throw error;
    }
  }
}

/** Who a token belongs to. */
export async function askSession(token: string): Promise<{ subject: string; role: string }> {
  const answer = await request('/api/v1/session', { token });
  const whole = isObject(answer) ? answer : {};
  return { subject: String(whole['subject'] ?? ''), role: String(whole['role'] ?? '') };
}

/** A single-use ticket for a token. */
export async function redeemTicket(ticket: string): Promise<string> {
  const answer = await request('/api/v1/session', { body: { ticket } });
  if (isObject(answer) && typeof answer['token'] === 'string') return answer['token'];
  throw new ApiError(0, 'the server sent no token');
}

async function request(path: string, options: { body?: unknown; token?: string; signal?: AbortSignal }): Promise<unknown> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.token !== undefined) headers['Authorization'] = `Bearer ${options.token}`;
  const init: RequestInit = { headers, cache: 'no-store', credentials: 'omit', redirect: 'error' };
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.method = 'POST';
    init.body = JSON.stringify(options.body);
  }
  if (options.signal !== undefined) init.signal = options.signal;
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, init);
    text = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'the server does not answer', '', 'is it running?');
  }
  if (!response.ok) throw readProblem(response.status, text);
  try {
    return parseExact(text);
  } catch {
    throw new ApiError(response.status, 'the answer is not JSON');
  }
}

export function readProblem(status: number, text: string): ApiError {
  try {
    const problem: unknown = JSON.parse(text);
    if (isObject(problem)) {
      const say = (name: string): string => (typeof problem[name] === 'string' ? problem[name] : '');
      return new ApiError(status, say('title') || `the server answered ${status}`, say('detail'), say('hint'));
    }
  } catch {
    // Not from StreamFlow: a proxy between.
  }
  return new ApiError(status, `the server answered ${status}`);
}

function readTable(answer: unknown): QueryResult {
  const whole = isObject(answer) ? answer : {};
  const columns = Array.isArray(whole['columns']) ? (whole['columns'] as unknown[]) : [];
  const rows = Array.isArray(whole['rows']) ? (whole['rows'] as unknown[]) : [];
  return {
    columns: columns.map((column) => isObject(column)
      ? { name: String(column['name'] ?? ''), type: String(column['type'] ?? 'text') }
      : { name: String(column), type: 'text' }),
    rows: rows.filter((row): row is unknown[] => Array.isArray(row)),
    truncated: whole['truncated'] === true,
  };
}

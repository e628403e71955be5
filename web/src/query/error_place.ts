// Where in the query an error is: the server says "line 2, column 15" in the problem's detail.
import type { ApiError } from '../protocol/api';

export interface Place {
  readonly line: number; // From 1.
  readonly column: number; // From 1, in characters.
  readonly offset: number; // Into the text of the query.
}

export function placeOf(error: ApiError, sql: string): Place | null {
  const found = /\bline (\d+), column (\d+)/.exec(`${error.detail}\n${error.title}`);
  if (found === null) return null;
  const line = Number(found[1]);
  const column = Number(found[2]);
  const lines = sql.split('\n');
  const text = lines[line - 1];
  if (text === undefined) return null;
  const before = lines.slice(0, line - 1).reduce((sum, part) => sum + part.length + 1, 0);
  // Characters, not UTF-16 units: one of them may take two places in the text.
  const within = [...text].slice(0, Math.max(0, column - 1)).join('').length;
  return { line, column, offset: Math.min(before + within, sql.length) };
}

/** The line of the query with a caret below the place. */
export function caretLines(place: Place, sql: string): string {
  const text = sql.split('\n')[place.line - 1] ?? '';
  const before = [...text].slice(0, place.column - 1);
  return `${text}\n${before.map((character) => (character === '\t' ? '\t' : ' ')).join('')}^`;
}

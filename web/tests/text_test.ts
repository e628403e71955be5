import assert from 'node:assert/strict';
import test from 'node:test';
import { retryDelay } from '../src/base/backoff';
import { compactJson, ExactNumber, prettyJson } from '../src/base/exact_json';
import { formatCount, formatDuration, formatMilliseconds, formatNumber, formatPercent, formatRate, formatUtc, kNothing } from '../src/base/format';
import { Palette } from '../src/charts/palette';
import { ApiError, readProblem } from '../src/protocol/api';
import { caretLines, placeOf } from '../src/query/error_place';
import { resultSeries } from '../src/query/result_series';
import { sqlTokens } from '../src/query/sql_tokens';
import { EventTail, kNoFilter, tailRequest } from '../src/store/event_tail';
import { grouped } from '../src/parts/value';
import type { Event } from '../src/protocol/frames';

test('numbers for people', () => {
  assert.deepEqual([0, 999, 12_345, 99_999, 123_456, 12_480_000, 5.2e9].map(formatCount), ['0', '999', '12,345', '99,999', '123k', '12.5M', '5.20B']);
  assert.deepEqual([0, 0.04, 0.4, 12.34, 99.96, 1240.4].map(formatRate), ['0', '0.04', '0.4', '12.3', '100.0', '1,240']);
  assert.deepEqual([0, 0.0124, 0.5, 1, 0.00004].map(formatPercent), ['0%', '1.24%', '50.0%', '100%', '0.00%']);
  assert.deepEqual([0.5, 4.21, 42.4, 999, 1240, 125_000].map(formatMilliseconds), ['0.50 ms', '4.2 ms', '42 ms', '999 ms', '1.24 s', '2 min 5 s']);
  assert.deepEqual([7, 0.123, 12.34, 1234.5, 0.00012].map(formatNumber), ['7', '0.12', '12.3', '1,235', '0.00012']);
  assert.deepEqual([formatCount(null), formatRate(NaN), formatPercent(undefined)], [kNothing, kNothing, kNothing]);
  assert.deepEqual([0, 59, 3661, 200_000].map(formatDuration), ['0 s', '59 s', '1 h 1 min', '2 d 7 h']);
  assert.equal(formatUtc(Date.parse('2026-11-26T12:05:10.500Z')), '2026-11-26 12:05:10.5 UTC');
  assert.equal(formatUtc(Date.parse('2026-11-26T12:05:00Z')), '2026-11-26 12:05:00 UTC');
});

test('digits beyond a double stay', () => {
  assert.equal(prettyJson({ a: new ExactNumber('9007199254740993'), b: [new ExactNumber('12.50'), 1] }), '{\n  "a": 9007199254740993,\n  "b": [12.50, 1]\n}');
  assert.equal(compactJson([new ExactNumber('300.00'), null, 'x']), '[300.00, null, "x"]');
  assert.deepEqual(['9007199254740993', '-1234567.50', '12', '1e21', 'NaN'].map(grouped), ['9,007,199,254,740,993', '-1,234,567.50', '12', '1e21', 'NaN']);
});

test('delays are never nothing and never beyond the bound', () => {
  assert.equal(retryDelay(0, { first: 500, most: 15_000 }, () => 0), 50);
  assert.equal(retryDelay(99, { first: 500, most: 15_000 }, () => 0.999999), 15_000);
});

test('the place of an error, counted in characters of a line', () => {
  const sql = "SELECT '😀', x\nFORM events";
  const place = placeOf(new ApiError(400, 'syntax error', 'line 2, column 1\nFORM events\n^'), sql);
  assert.deepEqual(place, { line: 2, column: 1, offset: 15 });
  assert.equal(caretLines({ line: 2, column: 6, offset: 0 }, sql), 'FORM events\n     ^');
  assert.equal(placeOf(new ApiError(400, 'no', 'line 1, column 13'), sql)?.offset, 13);
  assert.equal(placeOf(new ApiError(400, 'no', 'it is wrong'), sql), null);
  assert.equal(placeOf(new ApiError(400, 'no', 'line 9, column 1'), sql), null);
});

test('a problem from the server, and from something between', () => {
  const problem = readProblem(400, '{"title": "syntax error", "detail": "line 1, column 1", "hint": "begin with SELECT"}');
  assert.deepEqual([problem.status, problem.title, problem.detail, problem.hint], [400, 'syntax error', 'line 1, column 1', 'begin with SELECT']);
  assert.equal(readProblem(502, '<html>Bad Gateway</html>').title, 'the server answered 502');
});

test('SQL in pieces: nothing is lost, and texts hide what looks like code', () => {
  const sql = "SELECT count(*) AS n, 'it''s -- no' AS \"FROM\" -- FROM\nFROM events /* WHERE */ WHERE x > 1.5e3 AND y = $1";
  const tokens = sqlTokens(sql);
  assert.equal(tokens.map((token) => token.text).join(''), sql);
  const of = (kind: string): string[] => tokens.filter((token) => token.kind === kind).map((token) => token.text);
  assert.deepEqual(of('keyword'), ['SELECT', 'AS', 'AS', 'FROM', 'WHERE', 'AND']);
  assert.deepEqual([of('function'), of('text'), of('name'), of('comment'), of('number')], [['count'], ["'it''s -- no'"], ['"FROM"'], ['-- FROM', '/* WHERE */'], ['1.5e3', '1']]);
  assert.equal(sqlTokens("SELECT 'open").map((token) => token.text).join(''), "SELECT 'open");
});

test('a result with a time column is a chart; a text column makes series', () => {
  const column = (name: string, type: string): { name: string; type: string } => ({ name, type });
  const at = (minute: number): string => new Date(minute * 60_000).toISOString();
  const byType = resultSeries({ columns: [column('t', 'timestamptz'), column('type', 'text'), column('n', 'bigint')], rows: [[at(0), 'a', 1], [at(2), 'a', 3], [at(0), 'b', 9]], truncated: false });
  assert.deepEqual(byType?.set.series, [{ key: 'b', values: [9, null] }, { key: 'a', values: [1, 3] }]);
  const plain = resultSeries({ columns: [column('t', 'timestamp'), column('n', 'bigint'), column('p', 'numeric(18,2)')], rows: [[at(0), 1, new ExactNumber('2.50')]], truncated: false });
  assert.deepEqual(plain?.set.series.map((series) => [series.key, series.values]), [['p', [2.5]], ['n', [1]]]);
  assert.equal(resultSeries({ columns: [column('n', 'bigint')], rows: [[1]], truncated: false }), null);
  const seen = [column('user_id', 'text'), column('n', 'bigint'), column('first_seen', 'timestamptz'), column('last_seen', 'timestamptz')];
  assert.equal(resultSeries({ columns: seen, rows: [['u', 1, at(0), at(1)]], truncated: false }), null);
});

test('a key keeps its colour; when all are taken, one that is not shown makes room', () => {
  const palette = new Palette();
  palette.assign(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  const colors = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => palette.indexOf(key));
  assert.equal(new Set(colors).size, 8);
  assert.equal(palette.indexOf('i'), -1);
  palette.assign(['a', 'b', 'i']);
  assert.notEqual(palette.indexOf('i'), -1);
  const shown = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((key) => palette.indexOf(key)).filter((color) => color >= 0);
  assert.deepEqual([shown.length, new Set(shown).size], [8, 8]);
  assert.deepEqual([palette.indexOf('a'), palette.indexOf('b')], [colors[0], colors[1]]);
});

const event = (id: string, second: number): Event => ({
  id, type: 't', source: 's', timestamp: '', received_at: new Date(second * 1000).toISOString(), severity: 'low', user_id: null, correlation_id: null, tags: [], data: {},
});

test('the tail: those of one request are in the order of their own times', () => {
  const tail = new EventTail();
  tail.add([['a', '12:00:35.815Z'], ['b', '12:00:35Z'], ['c', '12:00:35.79Z'], ['d', '12:00:36Z']].map(([id = '', time]) => ({ ...event(id, 1), timestamp: `2026-01-01T${time}` })), 0);
  assert.deepEqual(tail.events.map((one) => one.id), ['d', 'a', 'c', 'b']);
});

test('the tail: after a loss of the connection the gap is filled, or told', () => {
  const tail = new EventTail();
  tail.fill([event('a', 1), event('b', 2)], 2);
  assert.equal(tail.gap, false); // There is nothing before it.
  tail.fill([event('b', 2), event('c', 3)], 2);
  assert.deepEqual([tail.events.map((one) => one.id), tail.gap], [['c', 'b', 'a'], false]);
  tail.fill([event('d', 4)], 2); // All that there is.
  assert.equal(tail.gap, false);
  tail.fill([event('x', 8), event('y', 9)], 2);
  assert.equal(tail.gap, true);
  tail.clear();
  assert.equal(tail.gap, false);
  tail.add([event('a', 1)], 0);
  tail.fill(null, 2);
  assert.equal(tail.gap, true);
});

test('the tail: newest first, each event once, bounded, and held while somebody reads', () => {
  const tail = new EventTail();
  tail.add([event('a', 1), event('b', 2)], 0);
  tail.add([event('b', 2), event('c', 3)], 4);
  assert.deepEqual(tail.events.map((one) => one.id), ['c', 'b', 'a']);
  assert.equal(tail.skipped, 4);
  tail.hold();
  tail.add([event('d', 4)], 0);
  assert.deepEqual([tail.events.length, tail.waiting.length], [3, 1]);
  tail.release();
  assert.deepEqual(tail.events.map((one) => one.id), ['d', 'c', 'b', 'a']);
  assert.equal(tail.waiting.length, 0);
  for (let second = 5; second < 500; second += 1) tail.add([event(`e${second}`, second)], 0);
  assert.equal(tail.events.length, 200);
  assert.deepEqual(tailRequest({ ...kNoFilter, type: ' web.* ' }), { tail: { limit: 50, type: 'web.*' } });
});

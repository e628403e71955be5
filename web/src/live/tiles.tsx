// The row of figures on top of the live page. Each is read from the window that tells best of now: no
// number dips while a window fills.
import { formatCount, formatMilliseconds, formatPercent, formatRate } from '../base/format';
import { keyLabel, numberIn, seriesByKey } from '../store/series';
import { currentWindow, latestEnded, meanRate, sum } from '../store/summaries';
import type { Row } from '../store/view_table';
import { kQuantiles, latencySource } from './latency_panel';
import { kMinute, kRateSpan, type LiveModel } from './live_model';
import { Tile } from './tile';

const kRateSeconds = 5;
const kFresh = 2 * kMinute; // Older windows say nothing about now.

export function Tiles({ model }: { model: LiveModel }) {
  return (
    <div class="tiles">
      <RateTile model={model} />
      <ErrorTile model={model} />
      <LatencyTile model={model} />
      <UsersTile model={model} />
      <ConversionTile model={model} />
      <SeverityTile model={model} />
    </div>
  );
}

function RateTile({ model }: { model: LiveModel }) {
  const view = model.perSecond;
  void view.revision.value;
  const now = model.settled.value;
  const rows = [...view.table.all()];
  const rate = view.status.value !== 'ready' ? null : meanRate(rows, 'events', now, kRateSeconds);
  const from = now - kRateSpan;
  const set = seriesByKey(rows, {
    keyOf: () => '', numberOf: (row) => numberIn(row, 'events'), now, from, to: now, seriesMax: 1, absent: 'zero', rest: 'drop', endedOnly: true,
  });
  const values = set.series[0]?.values ?? [];
  const peak = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  return (
    <Tile
      id="rate"
      title="Events per second"
      hint={`Mean of the last ${kRateSeconds} seconds, by the time in the events. The line: the last 2 minutes, second by second`}
      view={view}
      figures={[{ value: formatRate(rate) }]}
      note={values.length === 0 ? 'no events in 2 min' : `peak ${formatCount(peak)} in 2 min`}
      spark={{ points: set.slots.map((slot, index) => ({ time: slot.end, value: values[index] ?? null, final: true })), from, to: now, color: '--accent' }}
    />
  );
}

function ErrorTile({ model }: { model: LiveModel }) {
  const view = model.errorRate;
  void view.revision.value;
  const now = model.settled.value;
  const window = currentWindow(view.table.all(), now, kFresh);
  const requests = window === null ? 0 : sum(window.rows, 'requests');
  const errors = window === null ? 0 : sum(window.rows, 'errors');
  return (
    <Tile
      id="errors"
      title="Error rate"
      hint="Share of the requests of all sources that were answered with 500 or above, in the last 5 minutes"
      view={view}
      figures={[{ value: formatPercent(requests === 0 ? null : errors / requests) }]}
      note={requests === 0 ? 'no requests in 5 min' : `${formatCount(errors)} of ${formatCount(requests)} in 5 min`}
      spark={{ ...sparkOf(ratioByWindow(view.table.all(), now, 'errors', 'requests'), now, model.span.value), color: '--quantile-high' }}
    />
  );
}

function LatencyTile({ model }: { model: LiveModel }) {
  const view = model.latency;
  void view.revision.value;
  const now = model.settled.value;
  const { shown } = latencySource(model);
  const rows = [...view.table.all()].filter((row) => keyLabel(row) === shown);
  const row = latestEnded(rows, now, kFresh)?.rows[0];
  const points = rows
    .filter((part) => part.end !== null && part.end <= now)
    .map((part) => ({ time: part.end ?? 0, value: numberIn(part, 'p95'), final: part.final }))
    .sort((a, b) => a.time - b.time);
  return (
    <Tile
      id="latency"
      title="Latency"
      hint="Quantiles of data.latency_ms in the newest window that is over. The line: p95"
      view={view}
      figures={kQuantiles.map((name) => ({ label: name, value: formatMilliseconds(row === undefined ? null : numberIn(row, name)) }))}
      note={shown === '' ? 'no requests' : shown}
      spark={{ points, from: now - model.span.value, to: now, color: '--quantile-middle' }}
    />
  );
}

function UsersTile({ model }: { model: LiveModel }) {
  const now = model.settled.value;
  for (const { view } of model.users) void view.revision.value;
  const present = model.users.find((entry) => entry.view.status.value !== 'missing') ?? model.users[0];
  const middle = model.users[1]?.view ?? present?.view;
  if (present === undefined || middle === undefined) return null;
  const points = [...middle.table.all()]
    .filter((row) => row.end !== null && row.end <= now)
    .map((row) => ({ time: row.end ?? 0, value: numberIn(row, 'users'), final: row.final }))
    .sort((a, b) => a.time - b.time);
  const latest = (rows: Iterable<Row>): number | null => {
    const window = currentWindow(rows, now, kFresh);
    return window === null ? null : sum(window.rows, 'users');
  };
  return (
    <Tile
      id="users"
      title="Active users"
      hint="About how many different user_ids there were in the last 1, 5 and 30 minutes. The line: 5 minutes"
      view={present.view}
      figures={model.users.map(({ label, view }) => ({ label, value: formatCount(view.status.value === 'ready' ? (latest(view.table.all()) ?? 0) : null) }))}
      spark={{ points, from: now - 15 * kMinute, to: now, color: '--series-1' }}
    />
  );
}

function ConversionTile({ model }: { model: LiveModel }) {
  const view = model.conversion;
  void view.revision.value;
  const now = model.settled.value;
  const range = model.span.value;
  const rows = [...view.table.all()].filter((row) => row.end !== null && row.end > now - range);
  const started = sum(rows, 'started');
  const completed = sum(rows, 'completed');
  return (
    <Tile
      id="conversion"
      title="Conversion"
      hint={`How many of what was started was completed, in the last ${range / kMinute} minutes`}
      view={view}
      figures={[{ value: formatPercent(started === 0 ? null : completed / started) }]}
      note={started === 0 ? 'nothing started' : `${formatCount(completed)} of ${formatCount(started)}`}
      spark={{ ...sparkOf(ratioByWindow(view.table.all(), now, 'completed', 'started'), now, range), color: '--series-3' }}
    />
  );
}

const kSeverities = ['critical', 'high', 'medium', 'low'];

function SeverityTile({ model }: { model: LiveModel }) {
  const view = model.severities;
  void view.revision.value;
  const from = model.settled.value - model.span.value;
  const rows = [...view.table.all()].filter((row) => row.end !== null && row.end > from);
  const counts = kSeverities.map((severity) => ({ severity, count: sum(rows.filter((row) => row.keys['severity'] === severity), 'events') }));
  const total = counts.reduce((all, entry) => all + entry.count, 0);
  const grave = (counts[0]?.count ?? 0) + (counts[1]?.count ?? 0);
  return (
    <section class="tile" id="tile-severity" aria-label="High and critical" title={`Events by severity, last ${model.span.value / kMinute} min`}>
      <h2 class="tile-title">High and critical</h2>
      <div class="tile-figures"><div class="figure"><span class="figure-value" data-figure="severity">{formatCount(view.status.value === 'ready' ? grave : null)}</span></div></div>
      <div class="tile-note">{view.status.value === 'missing' ? `no view ${view.name}` : `of ${formatCount(total)} events`}</div>
      <div class="severity-bar" role="img" aria-label={counts.map((entry) => `${entry.severity} ${entry.count}`).join(', ')}>
        {counts.filter((entry) => entry.count > 0).map((entry) => (
          <button
            key={entry.severity}
            type="button"
            class={`severity-part severity-${entry.severity}`}
            style={{ flexGrow: Math.max(entry.count / total, 0.02) }}
            title={`${entry.severity}: ${formatCount(entry.count)}. Click to see these events below`}
            aria-label={`Show events of severity ${entry.severity}`}
            onClick={() => model.setFilter({ severity: entry.severity })}
          />
        ))}
      </div>
    </section>
  );
}

interface Point {
  readonly time: number;
  readonly value: number | null;
  readonly final: boolean;
}

/** The quotient of two columns by window, over all keys: exact, unlike a mean of quotients. */
function ratioByWindow(rows: Iterable<Row>, now: number, above: string, below: string): Point[] {
  const windows = new Map<number, { above: number; below: number; final: boolean }>();
  for (const row of rows) {
    if (row.end === null || row.end > now) continue;
    const window = windows.get(row.end) ?? { above: 0, below: 0, final: true };
    window.above += numberIn(row, above) ?? 0;
    window.below += numberIn(row, below) ?? 0;
    window.final &&= row.final;
    windows.set(row.end, window);
  }
  return [...windows]
    .map(([time, window]) => ({ time, value: window.below === 0 ? null : window.above / window.below, final: window.final }))
    .sort((a, b) => a.time - b.time);
}

function sparkOf(points: readonly Point[], now: number, range: number): { points: readonly Point[]; from: number; to: number } {
  return { points, from: now - range, to: now };
}

// Latency quantiles of one source. Quantiles of several sources can't be put together into one, so there is a choice instead of a sum.
import { ChartPanel } from '../charts/chart_panel';
import { formatMilliseconds } from '../base/format';
import { keyLabel, numberIn, seriesByKey, type SeriesSet } from '../store/series';
import { rankBySum } from '../store/summaries';
import type { Row } from '../store/view_table';
import type { LiveModel } from './live_model';
import { NothingIn } from './nothing_in';

export const kQuantiles = ['p50', 'p95', 'p99'] as const;
const colors: Record<string, string> = { p50: '--quantile-low', p95: '--quantile-middle', p99: '--quantile-high' };

/** The sources by their requests, and the one that is shown: the one that was chosen, else the busiest. */
export function latencySource(model: LiveModel): { sources: string[]; shown: string } {
  const sources = rankBySum(model.latency.table.all(), (row) => keyLabel(row), 'requests', -Infinity).map((entry) => entry.key);
  const chosen = model.latencySource.value;
  return { sources, shown: sources.includes(chosen) ? chosen : (sources[0] ?? '') };
}

export function LatencyPanel({ model }: { model: LiveModel }) {
  const view = model.latency;
  void view.revision.value;
  const { from, to } = model.shown();
  const { sources, shown } = latencySource(model);
  const rows = [...view.table.all()].filter((row) => keyLabel(row) === shown);
  return (
    <ChartPanel
      id="latency"
      title="Latency"
      note={sources.length === 1 ? shown : ''}
      actions={sources.length > 1 ? <SourceChoice model={model} sources={sources} shown={shown} /> : undefined}
      view={view}
      set={quantiles(rows, model.settled.value, from, to)}
      draw="lines"
      at="start"
      from={from}
      to={to}
      height={200}
      empty={<NothingIn model={model} what="requests with latency_ms" />}
      format={formatMilliseconds}
      nameOf={(key) => key}
      colorOf={(key) => colors[key] ?? '--accent'}
      zoom={(start, end) => {
        model.zoom.value = { from: start, to: end };
      }}
    />
  );
}

/** The quantiles of one source as three series, the highest first. */
function quantiles(rows: readonly Row[], now: number, from: number, to: number): SeriesSet {
  const parts = kQuantiles.map((name) => seriesByKey(rows, {
    keyOf: () => name, numberOf: (row) => numberIn(row, name), now, from, to, seriesMax: 1, absent: 'gap', rest: 'drop',
  }));
  return { slots: parts[0]?.slots ?? [], series: parts.flatMap((part) => part.series).reverse(), keys: kQuantiles.length };
}

function SourceChoice({ model, sources, shown }: { model: LiveModel; sources: readonly string[]; shown: string }) {
  return (
    <select
      class="select"
      aria-label="Source"
      value={shown}
      onChange={(event) => {
        model.latencySource.value = event.currentTarget.value;
      }}
    >
      {sources.map((source) => <option key={source} value={source}>{source}</option>)}
    </select>
  );
}

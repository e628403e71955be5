// The share of requests that failed, by source: each point tells of the five minutes before it.
import { ChartPanel } from '../charts/chart_panel';
import { colorName, sourceColors } from '../charts/palette';
import { formatPercent } from '../base/format';
import { keyLabel, numberIn, seriesByKey } from '../store/series';
import type { LiveModel } from './live_model';
import { NothingIn } from './nothing_in';

export function ErrorPanel({ model }: { model: LiveModel }) {
  const view = model.errorRate;
  void view.revision.value;
  const { from, to } = model.shown();
  const set = seriesByKey(view.table.all(), {
    keyOf: (row) => keyLabel(row),
    numberOf: (row) => numberIn(row, 'error_rate'),
    now: model.settled.value,
    from,
    to,
    seriesMax: 8,
    absent: 'gap',
    rest: 'drop',
    endedOnly: true,
  });
  sourceColors.assign(set.series.map((series) => series.key));
  return (
    <ChartPanel
      id="errors"
      title="Error rate by source"
      note="share of requests, the 5 min before each point"
      view={view}
      set={set}
      draw="lines"
      at="end"
      from={from}
      to={to}
      height={200}
      empty={<NothingIn model={model} what="requests with a status" />}
      format={formatPercent}
      nameOf={(key) => key}
      colorOf={(key) => colorName(sourceColors.indexOf(key))}
      zoom={(start, end) => {
        model.zoom.value = { from: start, to: end };
      }}
    />
  );
}

// Events a second by type, as stacked bars of ten seconds.
import { ChartPanel } from '../charts/chart_panel';
import { colorName, typeColors } from '../charts/palette';
import { formatDuration, formatRate } from '../base/format';
import { kOthers, keyLabel, numberIn, seriesByKey } from '../store/series';
import type { LiveModel } from './live_model';
import { NothingIn } from './nothing_in';

export function RatePanel({ model }: { model: LiveModel }) {
  const view = model.byType;
  void view.revision.value;
  const { from, to } = model.shown();
  const set = seriesByKey(view.table.all(), {
    keyOf: (row) => keyLabel(row),
    numberOf: (row) => numberIn(row, 'per_second'),
    now: model.settled.value,
    from: Math.max(from, view.completeFrom()),
    to,
    seriesMax: 8,
    absent: 'zero',
    rest: 'sum',
  });
  typeColors.assign(set.series.map((series) => series.key));
  const first = set.slots[0];
  return (
    <ChartPanel
      id="rate"
      title="Events per second by type"
      note={first === undefined ? '' : `${formatDuration((first.end - first.start) / 1000)} windows`}
      view={view}
      set={set}
      draw="bars"
      at="start"
      from={from}
      to={to}
      height={236}
      empty={<NothingIn model={model} what="events" />}
      format={formatRate}
      nameOf={(key) => (key === kOthers ? `${set.keys - set.series.length + 1} others` : key)}
      colorOf={(key) => colorName(typeColors.indexOf(key))}
      zoom={(start, end) => {
        model.zoom.value = { from: start, to: end };
      }}
    />
  );
}

// Rankings: types and sources over the stretch of time of the charts, pages over the view's own five minutes.
import { BarList } from '../charts/bar_list';
import { MissingView } from '../charts/chart_panel';
import { colorName, sourceColors, typeColors, type Palette } from '../charts/palette';
import { formatClock, formatCount, formatDuration } from '../base/format';
import { Blank, Panel, Skeleton } from '../parts/panel';
import type { LiveView } from '../store/live_view';
import { keyLabel } from '../store/series';
import { currentWindow, rankBySum, rankIn, type Ranked } from '../store/summaries';
import { kMinute, type LiveModel } from './live_model';

const kRows = 8;
const kHeight = 240;

export function TopTypes({ model }: { model: LiveModel }) {
  return <TopOfRange model={model} view={model.byType} id="top-types" title="Top types" palette={typeColors} choose={(type) => model.setFilter({ type })} />;
}

export function TopSources({ model }: { model: LiveModel }) {
  return <TopOfRange model={model} view={model.bySource} id="top-sources" title="Top sources" palette={sourceColors} choose={(source) => model.setFilter({ source })} />;
}

interface TopOfRangeProps {
  readonly model: LiveModel;
  readonly view: LiveView;
  readonly id: string;
  readonly title: string;
  readonly palette: Palette;
  choose(key: string): void;
}

function TopOfRange({ model, view, id, title, palette, choose }: TopOfRangeProps) {
  void view.revision.value;
  const shown = model.shown();
  const from = Math.max(shown.from, view.completeFrom());
  const zoom = model.zoom.value;
  const rows = zoom === null ? view.table.all() : [...view.table.all()].filter((row) => row.start !== null && row.start < zoom.to);
  const items = rankBySum(rows, (row) => keyLabel(row), 'events', from);
  palette.assign(items.slice(0, kRows).map((item) => item.key));
  return (
    <Panel id={id} title={title} note={from > shown.from ? `since ${formatClock(from)}: there are too many for more` : zoom === null ? `last ${formatDuration(model.span.value / 1000)}` : 'zoomed'}>
      <Ranking view={view} items={items} unit="events" empty="No events." colorOf={(key) => colorName(palette.indexOf(key))} choose={choose} chooseHint="Click to see its events below" />
    </Panel>
  );
}

export function TopPages({ model }: { model: LiveModel }) {
  const view = model.pages;
  void view.revision.value;
  const window = currentWindow(view.table.all(), model.settled.value, 2 * kMinute);
  const items = window === null ? [] : rankIn(window.rows, (row) => keyLabel(row), 'views');
  return (
    <Panel id="top-pages" title="Top pages" note={window === null ? '' : `last ${formatDuration((window.end - window.start) / 1000)}`}>
      <Ranking view={view} items={items} unit="views" empty="No page views." />
    </Panel>
  );
}

interface RankingProps {
  readonly view: LiveView;
  readonly items: readonly Ranked[];
  readonly unit: string;
  readonly empty: string;
  colorOf?(key: string): string;
  choose?(key: string): void;
  readonly chooseHint?: string;
}

function Ranking({ view, items, empty, ...list }: RankingProps) {
  if (view.status.value === 'missing') return <MissingView view={view} height={kHeight} />;
  if (view.status.value === 'loading' && items.length === 0) return <Skeleton height={kHeight} />;
  if (items.length === 0) return <Blank height={kHeight}>{empty}</Blank>;
  return <BarList {...list} items={items} rows={kRows} format={formatCount} />;
}

// A panel with a chart over time of one view, its legend, and what it says while there is nothing to draw.
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Blank, Panel, Skeleton } from '../parts/panel';
import type { SeriesSet } from '../store/series';
import type { LiveView } from '../store/live_view';
import { Legend } from './legend';
import { TimeChart } from './time_chart';

interface ChartPanelProps {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly actions?: ComponentChildren;
  readonly view: LiveView;
  readonly set: SeriesSet;
  readonly draw: 'bars' | 'lines';
  readonly at: 'start' | 'end';
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly empty: ComponentChildren;
  format(value: number): string;
  nameOf(key: string): string;
  colorOf(key: string): string;
  zoom?(from: number, to: number): void;
}

const kNoneHidden: ReadonlySet<string> = new Set();

export function ChartPanel(props: ChartPanelProps) {
  const [hidden, setHidden] = useState(kNoneHidden);
  const { id, title, note, actions, view, set, height } = props;
  const frame = (content: ComponentChildren): ComponentChildren => (
    <Panel id={id} title={title} {...(note === undefined ? {} : { note })} {...(actions === undefined ? {} : { actions })}>{content}</Panel>
  );
  if (view.status.value === 'missing') return frame(<MissingView view={view} height={height + 32} />);
  if (view.status.value === 'loading' && view.table.size === 0) return frame(<Skeleton height={height + 32} />);
  if (set.series.length === 0) return frame(<Blank height={height + 32}>{props.empty}</Blank>);
  const latest = latestValues(set);
  const entries = set.series.map(({ key }) => ({ key, name: props.nameOf(key), value: props.format(latest.get(key) ?? NaN), color: props.colorOf(key) }));
  const total = set.keys > set.series.length ? `, the ${set.series.length} largest of ${set.keys}` : '';
  return frame(
    <>
      <TimeChart
        {...props}
        hidden={hidden}
        label={`${title}${total}. Newest values: ${entries.map((entry) => `${entry.name} ${entry.value}`).join(', ')}. Arrow keys move between windows.`}
      />
      <Legend entries={entries} hidden={hidden} change={setHidden} />
    </>,
  );
}

export function MissingView({ view, height }: { view: LiveView; height: number }) {
  return (
    <Blank height={height}>
      <strong>This needs the view {view.name}.</strong>
      <span>{view.detail.value}</span>
    </Blank>
  );
}

/** Of each series the value in the newest window that is over. */
function latestValues(set: SeriesSet): Map<string, number> {
  const latest = new Map<string, number>();
  for (const { key, values } of set.series) {
    for (let index = values.length - 1; index >= 0; index -= 1) {
      const value = values[index];
      if (value === null || value === undefined || set.slots[index]?.filling === true) continue;
      latest.set(key, value);
      break;
    }
  }
  return latest;
}

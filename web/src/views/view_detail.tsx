// One view: its chart by a value column and a key, over the last hours or a stretch of the past, and its rows.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatMoment, formatUtc } from '../base/format';
import { BarList } from '../charts/bar_list';
import { Legend } from '../charts/legend';
import { colorName, Palette } from '../charts/palette';
import { TimeChart } from '../charts/time_chart';
import type { ViewInfo } from '../protocol/api';
import { usePage } from '../page/page';
import { Blank, Panel, Skeleton } from '../parts/panel';
import { go, writeRoute } from '../page/route';
import { tick } from '../store/clock';
import { keyLabel, numberIn, seriesByKey, stepOf } from '../store/series';
import { rankIn } from '../store/summaries';
import type { Row } from '../store/view_table';
import { RowsTable } from './rows_table';
import { isNumeric, formatOf } from '../parts/units';
import { kSpans, useRows, type Span } from './view_rows';

type Parameters = Readonly<Record<string, string>>;

interface ViewDetailProps {
  readonly view: ViewInfo;
  readonly parameters: Parameters; // Of the address: value, key, span, from, to, draw.
}

const kSeries = 8;
const kHeight = 280;

export function ViewDetail({ view, parameters }: ViewDetailProps) {
  const span = readSpan(parameters);
  const source = useRows(usePage(), view.name, span);
  const set = (changes: Record<string, string>): void => go(writeRoute('views', view.name, { ...parameters, ...changes }), true);
  const columns = view.columns.length > 0 ? view.columns : source.columns;
  const rows = source.rows;
  const keys = useMemo(() => keysOf(rows), [rows]);
  const key = keys.includes(parameters['key'] ?? '') ? (parameters['key'] ?? '') : '';
  const chosen = key === '' ? rows : rows.filter((row) => keyLabel(row) === key);
  return (
    <div class="view-detail">
      <div class="view-head">
        <h1>{view.name}</h1>
        {view.description !== '' && <p>{view.description}</p>}
      </div>
      <Controls view={view} columns={columns} keys={keys} chosenKey={key} parameters={parameters} span={span} set={set} />
      {source.status === 'loading' && rows.length === 0 ? <Skeleton height={kHeight + 80} /> : source.problem !== '' ? (
        <Blank height={200}><strong>{source.problem}</strong></Blank>
      ) : (
        <>
          <ViewChart columns={columns} rows={chosen} parameters={parameters} span={span} set={set} />
          <RowsTable columns={columns} rows={chosen} cut={source.cut} />
        </>
      )}
    </div>
  );
}

function readSpan(parameters: Parameters): Span {
  const from = Number(parameters['from']);
  const to = Number(parameters['to']);
  if (parameters['from'] !== undefined && Number.isFinite(from) && Number.isFinite(to) && from < to) return { kind: 'fixed', from, to };
  const last = Number(parameters['span']);
  return { kind: 'last', length: kSpans.some((known) => known.length === last) ? last : (kSpans[0]?.length ?? 0) };
}

function keysOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.map((row) => keyLabel(row)))].filter((key) => key !== '').sort();
}

interface ControlsProps extends ViewDetailProps {
  readonly columns: ViewInfo['columns'];
  readonly keys: readonly string[];
  readonly chosenKey: string;
  readonly span: Span;
  set(changes: Record<string, string>): void;
}

function Controls({ columns, keys, chosenKey, parameters, span, set }: ControlsProps) {
  const values = columns.filter((column) => column.kind === 'value' && isNumeric(column.type));
  const windowed = columns.some((column) => column.kind === 'window_start');
  return (
    <div class="toolbar">
      {values.length > 0 && (
        <label class="control">
          Value
          <select class="select" value={valueColumn(columns, parameters)?.name ?? ''} onChange={(event) => set({ value: event.currentTarget.value })}>
            {values.map((column) => <option key={column.name} value={column.name}>{column.name}</option>)}
          </select>
        </label>
      )}
      {keys.length > 0 && (
        <label class="control">
          Key
          <select class="select" value={chosenKey} onChange={(event) => set({ key: event.currentTarget.value })}>
            <option value="">{keys.length === 1 ? 'All' : `All ${keys.length}`}</option>
            {keys.map((key) => <option key={key} value={key}>{key}</option>)}
          </select>
        </label>
      )}
      {windowed && (
        <>
          <div class="segments" role="group" aria-label="Stretch of time">
            {kSpans.map(({ label, length }) => (
              <button key={label} type="button" class="segment" aria-pressed={span.kind === 'last' && span.length === length} onClick={() => set({ span: String(length), from: '', to: '' })}>{label}</button>
            ))}
          </div>
          {span.kind === 'fixed' && (
            <button type="button" class="button button-small" title={`${formatUtc(span.from)} to ${formatUtc(span.to)}`} onClick={() => set({ from: '', to: '' })}>
              {formatMoment(span.from)} – {formatMoment(span.to)}: back to live
            </button>
          )}
        </>
      )}
    </div>
  );
}

function valueColumn(columns: ViewInfo['columns'], parameters: Parameters): ViewInfo['columns'][number] | undefined {
  const values = columns.filter((column) => column.kind === 'value' && isNumeric(column.type));
  return values.find((column) => column.name === parameters['value']) ?? values[0];
}

interface ViewChartProps {
  readonly columns: ViewInfo['columns'];
  readonly rows: readonly Row[];
  readonly parameters: Parameters;
  readonly span: Span;
  set(changes: Record<string, string>): void;
}

function ViewChart({ columns, rows, parameters, span, set }: ViewChartProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const palette = useMemo(() => new Palette(), []);
  const column = valueColumn(columns, parameters);
  useEffect(() => setHidden(new Set()), [column?.name]);
  if (column === undefined) return <Panel title="Chart"><Blank height={120}>This view has no column with numbers.</Blank></Panel>;
  const format = formatOf(column);
  const alone = keyLabel(rows[0] ?? ({ keys: {} } as Row)) === '';
  const colorOf = (key: string): string => (alone ? '--accent' : colorName(palette.indexOf(key)));
  if (!columns.some((candidate) => candidate.kind === 'window_start')) {
    const items = rankIn(rows, (row) => keyLabel(row) || column.name, column.name);
    palette.assign(items.map((item) => item.key));
    return <Panel title={column.name} note="running total">{items.length === 0 ? <Blank height={120}>No rows.</Blank> : <BarList items={items} rows={20} unit={column.name} format={format} colorOf={colorOf} />}</Panel>;
  }

  const now = tick.value;
  const { from, to } = span.kind === 'fixed' ? span : { from: now - span.length, to: now };
  const sliding = isSliding(rows);
  const series = seriesByKey(rows, {
    keyOf: (row) => keyLabel(row),
    numberOf: (row) => numberIn(row, column.name),
    now, from, to,
    seriesMax: kSeries,
    absent: 'gap',
    rest: 'drop',
    endedOnly: sliding,
  });
  palette.assign(series.series.map((one) => one.key));
  const draw = parameters['draw'] === 'bars' && !sliding ? 'bars' : 'lines';
  const entries = series.series.map(({ key, values }) => {
    const latest = values.reduce<number | null>((last, value, index) => (value !== null && series.slots[index]?.filling !== true ? value : last), null);
    return { key, name: key === '' ? column.name : key, value: format(latest ?? NaN), color: colorOf(key) };
  });
  return (
    <Panel
      title={column.name}
      note={series.keys > kSeries ? `the ${kSeries} largest of ${series.keys} keys` : ''}
      actions={sliding ? undefined : (
        <div class="segments" role="group" aria-label="Kind of chart">
          <button type="button" class="segment" aria-pressed={draw === 'lines'} onClick={() => set({ draw: '' })}>Lines</button>
          <button type="button" class="segment" aria-pressed={draw === 'bars'} onClick={() => set({ draw: 'bars' })}>Bars</button>
        </div>
      )}
    >
      {series.series.length === 0 ? <Blank height={kHeight}>No rows in this stretch of time.</Blank> : (
        <>
          <TimeChart
            set={series}
            draw={draw}
            at={sliding ? 'end' : 'start'}
            from={from}
            to={to}
            hidden={hidden}
            height={kHeight}
            label={`${column.name} over time. Newest values: ${entries.map((entry) => `${entry.name} ${entry.value}`).join(', ')}. Arrow keys move between windows.`}
            format={format}
            nameOf={(key) => (key === '' ? column.name : key)}
            colorOf={colorOf}
            zoom={(start, end) => set({ from: String(Math.round(start)), to: String(Math.round(end)), span: '' })}
          />
          <Legend entries={entries} hidden={hidden} change={setHidden} />
        </>
      )}
    </Panel>
  );
}

/** Do its windows overlap? Then a window tells of the time before its end, and its parts must not be added up. */
function isSliding(rows: readonly Row[]): boolean {
  const starts = [...new Set(rows.flatMap((row) => (row.start === null ? [] : [row.start])))].sort((a, b) => a - b);
  const first = rows.find((row) => row.start !== null && row.end !== null);
  const step = stepOf(starts);
  return first !== undefined && step !== null && step < (first.end ?? 0) - (first.start ?? 0);
}

// The result of a query: as a table, or as a chart where there is a time column.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatNumber, formatWhole } from '../base/format';
import { Legend } from '../charts/legend';
import { colorName, Palette } from '../charts/palette';
import { TimeChart } from '../charts/time_chart';
import type { QueryResult } from '../protocol/api';
import { BarsIcon, LineIcon, TableIcon } from '../parts/icons';
import { Blank, Panel } from '../parts/panel';
import { isNumeric } from '../parts/units';
import { Value } from '../parts/value';
import { resultSeries, type ResultSeries } from './result_series';

const kPage = 200;
const kChartHeight = 320;

export function ResultView({ result, took }: { result: QueryResult; took: number }) {
  const [mode, setMode] = useState<'table' | 'lines' | 'bars'>('table');
  const series = useMemo(() => resultSeries(result), [result]);
  useEffect(() => {
    if (series === null) setMode('table');
  }, [series]);
  const modes = [
    { name: 'table', label: 'Table', icon: <TableIcon /> },
    { name: 'lines', label: 'Lines', icon: <LineIcon /> },
    { name: 'bars', label: 'Bars', icon: <BarsIcon /> },
  ] as const;
  const count = `${formatWhole(result.rows.length)} ${result.rows.length === 1 ? 'row' : 'rows'} in ${formatWhole(took)} ms`;
  return (
    <Panel
      id="result"
      title="Result"
      note={<span role="status">{count}</span>}
      actions={series === null ? undefined : (
        <div class="segments" role="group" aria-label="Show as">
          {modes.map(({ name, label, icon }) => (
            <button key={name} type="button" class="segment" aria-pressed={mode === name} onClick={() => setMode(name)}>{icon}{label}</button>
          ))}
        </div>
      )}
    >
      {result.truncated && <p class="notice" role="status">The result is cut short at {formatWhole(result.rows.length)} rows: there are more. Raise the limit, or ask for less.</p>}
      {series !== null && mode !== 'table' ? <ResultChart series={series} draw={mode} /> : <ResultTable result={result} />}
    </Panel>
  );
}

function ResultChart({ series, draw }: { series: ResultSeries; draw: 'lines' | 'bars' }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<{ from: number; to: number } | null>(null);
  const palette = useMemo(() => {
    const made = new Palette();
    made.assign(series.set.series.map((one) => one.key));
    return made;
  }, [series]);
  const colorOf = (key: string): string => (series.set.series.length === 1 ? '--accent' : colorName(palette.indexOf(key)));
  const { from, to } = zoom ?? series;
  const entries = series.set.series.map(({ key, values }) => ({ key, name: key, value: formatNumber(values[values.length - 1] ?? NaN), color: colorOf(key) }));
  const values = series.value === '' ? '' : `${series.value} by its text column. `;
  return (
    <>
      <p class="panel-note">{values}{series.left > 0 ? `The ${series.set.series.length} largest, ${series.left} are left out.` : ''}</p>
      <TimeChart
        set={series.set}
        draw={draw}
        at="start"
        from={from}
        to={to}
        hidden={hidden}
        height={kChartHeight}
        label={`The result over time: ${entries.map((entry) => entry.name).join(', ')}. Arrow keys move between points.`}
        format={formatNumber}
        nameOf={(key) => key}
        colorOf={colorOf}
        zoom={(start, end) => setZoom({ from: start, to: end })}
      />
      <Legend entries={entries} hidden={hidden} change={setHidden} />
      {zoom !== null && <button type="button" class="button button-small" onClick={() => setZoom(null)}>Show all of it</button>}
    </>
  );
}

function ResultTable({ result }: { result: QueryResult }) {
  const [shown, setShown] = useState(kPage);
  useEffect(() => setShown(kPage), [result]);
  if (result.rows.length === 0) return <Blank height={80}>No rows.</Blank>;
  const classOf = (type: string): string => (isNumeric(type) ? 'numeric' : '');
  return (
    <>
      <div class="table-box" tabIndex={0} role="region" aria-label="Rows of the result">
        <table class="table">
          <thead>
            <tr>
              {result.columns.map((column, index) => (
                <th key={index} scope="col" class={classOf(column.type)}>{column.name}<span class="column-type">{column.type}</span></th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.rows.slice(0, shown).map((row, index) => (
              <tr key={index}>
                {result.columns.map((column, at) => <td key={at} class={classOf(column.type)}><Value value={row[at]} type={column.type} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {result.rows.length > shown && (
        <button type="button" class="button more" onClick={() => setShown(shown + kPage * 5)}>Show more: {formatWhole(result.rows.length - shown)} left</button>
      )}
    </>
  );
}

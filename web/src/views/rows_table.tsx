// The rows of a view as they are, the newest windows first.
import { useState } from 'preact/hooks';
import { formatClock, formatUtc, formatWhen, formatWhole } from '../base/format';
import type { Column } from '../protocol/frames';
import { Blank, Panel } from '../parts/panel';
import { serverNow } from '../store/clock';
import type { Row } from '../store/view_table';
import { Value } from '../parts/value';
import { isNumeric } from '../parts/units';

const kPage = 100;

export function RowsTable({ columns, rows, cut }: { columns: readonly Column[]; rows: readonly Row[]; cut: boolean }) {
  const [shown, setShown] = useState(kPage);
  const keys = columns.filter((column) => column.kind === 'key');
  const values = columns.filter((column) => column.kind === 'value');
  const windowed = columns.some((column) => column.kind === 'window_start');
  const now = serverNow();
  const note = `${formatWhole(rows.length)}${cut ? ' newest' : ''} ${rows.length === 1 ? 'row' : 'rows'}${cut ? ', there are more' : ''}`;
  return (
    <Panel title="Rows" note={note} class="rows-panel">
      {rows.length === 0 ? <Blank height={80}>No rows.</Blank> : (
        <div class="table-box" tabIndex={0} role="region" aria-label="Rows">
          <table class="table">
            <thead>
              <tr>
                {windowed && <th scope="col">window</th>}
                {keys.map((column) => <th key={column.name} scope="col">{column.name}</th>)}
                {values.map((column) => <th key={column.name} scope="col" class={isNumeric(column.type) ? 'numeric' : ''}>{column.name}</th>)}
                {windowed && <th scope="col">state</th>}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, shown).map((row) => (
                <tr key={row.id}>
                  {windowed && <td class="nowrap" title={windowInUtc(row)}>{row.start === null ? '' : formatWhen(row.start, now)} – {row.end === null ? '' : formatClock(row.end)}</td>}
                  {keys.map((column) => <td key={column.name}><Value value={row.keys[column.name]} type={column.type} /></td>)}
                  {values.map((column) => <td key={column.name} class={isNumeric(column.type) ? 'numeric' : ''}><Value value={row.values[column.name]} type={column.type} round /></td>)}
                  {windowed && <td>{stateOf(row, now)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > shown && <button type="button" class="button more" onClick={() => setShown(shown + kPage * 5)}>Show more</button>}
    </Panel>
  );
}

function windowInUtc(row: Row): string {
  return row.start === null || row.end === null ? '' : `${formatUtc(row.start)} to ${formatUtc(row.end)}`;
}

function stateOf(row: Row, now: number) {
  if (row.final) return <span class="badge">final</span>;
  if (row.end !== null && row.end > now) return <span class="badge badge-filling" title="Its time is not over">filling</span>;
  return <span class="badge badge-open" title="Late events may still change it">open</span>;
}

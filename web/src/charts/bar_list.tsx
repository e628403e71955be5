// A ranking: names with bars and figures, the largest first.
import { formatPercent } from '../base/format';
import type { Ranked } from '../store/summaries';

interface BarListProps {
  readonly items: readonly Ranked[];
  readonly rows: number;
  readonly unit: string; // What is counted, for the hint on a row: "events".
  format(value: number): string;
  colorOf?(key: string): string; // The name of a custom property.
  choose?(key: string): void; // A click on a row.
  readonly chooseHint?: string;
}

export function BarList({ items, rows, unit, format, colorOf, choose, chooseHint }: BarListProps) {
  const most = items[0]?.value ?? 0;
  const total = items.reduce((sum, item) => sum + item.value, 0);
  const shown = items.slice(0, rows);
  const rest = items.slice(rows);
  return (
    <ol class="bar-list">
      {shown.map((item) => {
        const share = total > 0 ? item.value / total : 0;
        const content = (
          <>
            <span class="bar" style={{ width: `${most > 0 ? (100 * item.value) / most : 0}%`, background: `var(${colorOf?.(item.key) ?? '--accent'})` }} />
            <span class="bar-name">{item.key}</span>
            <span class="bar-share">{formatPercent(share)}</span>
            <span class="bar-value">{format(item.value)}</span>
          </>
        );
        const title = `${item.key}: ${format(item.value)} ${unit}, ${formatPercent(share)}${choose === undefined ? '' : `. ${chooseHint ?? ''}`}`;
        return (
          <li key={item.key} title={title}>
            {choose === undefined ? <div class="bar-row">{content}</div> : (
              <button type="button" class="bar-row" onClick={() => choose(item.key)}>{content}</button>
            )}
          </li>
        );
      })}
      {rest.length > 0 && (
        <li class="bar-rest">
          and {rest.length} more with {format(rest.reduce((sum, item) => sum + item.value, 0))} {unit}
        </li>
      )}
    </ol>
  );
}

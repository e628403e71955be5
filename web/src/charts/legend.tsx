// The names of a chart's series with their newest values; a click hides or shows one, with Shift it leaves only this one.
export interface LegendEntry {
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly color: string; // The name of a custom property.
}

interface LegendProps {
  readonly entries: readonly LegendEntry[];
  readonly hidden: ReadonlySet<string>;
  change(hidden: ReadonlySet<string>): void;
}

export function Legend({ entries, hidden, change }: LegendProps) {
  const click = (key: string, only: boolean): void => {
    if (only) {
      const others = entries.map((entry) => entry.key).filter((other) => other !== key);
      const alone = !hidden.has(key) && others.every((other) => hidden.has(other));
      change(new Set(alone ? [] : others));
      return;
    }
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    change(next);
  };
  return (
    <ul class="legend">
      {entries.map((entry) => (
        <li key={entry.key}>
          <button
            type="button"
            class="legend-entry"
            aria-pressed={!hidden.has(entry.key)}
            title={`${entry.name}: click to hide or show, Shift and click for this one alone`}
            onClick={(event) => click(entry.key, event.shiftKey)}
          >
            <span class="swatch" style={{ background: `var(${entry.color})` }} />
            <span class="legend-name">{entry.name}</span>
            <span class="legend-value">{entry.value}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

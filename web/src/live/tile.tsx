// A large figure or a few of them, with what they mean and how they came to be.
import type { ComponentChildren } from 'preact';
import { Sparkline, type SparklineProps } from '../charts/sparkline';
import type { LiveView } from '../store/live_view';

interface TileProps {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly figures: readonly { readonly label?: string; readonly value: string }[];
  readonly note?: ComponentChildren;
  readonly view: LiveView;
  readonly spark?: SparklineProps;
}

export function Tile({ id, title, hint, figures, note, view, spark }: TileProps) {
  const missing = view.status.value === 'missing';
  const several = figures.length > 1; // Their labels take the place of the note.
  const loading = view.status.value === 'loading' && view.table.size === 0;
  return (
    <section class={`tile ${loading ? 'tile-loading' : ''}`} id={`tile-${id}`} aria-label={title} title={missing ? view.detail.value : hint}>
      <h2 class="tile-title">{title}{several && !missing && <span class="tile-aside">{note}</span>}</h2>
      <div class="tile-figures">
        {figures.map((figure) => (
          <div key={figure.label ?? ''} class="figure">
            <span class={several ? 'figure-value figure-value-small' : 'figure-value'} data-figure={figure.label ?? id}>{figure.value}</span>
            {figure.label !== undefined && <span class="figure-label">{figure.label}</span>}
          </div>
        ))}
      </div>
      {(!several || missing) && <div class="tile-note">{missing ? `no view ${view.name}` : note}</div>}
      {spark !== undefined && !missing && <Sparkline {...spark} />}
    </section>
  );
}

// A framed part of the page with a title, and its states: loading, missing, empty, filled.
import type { ComponentChildren } from 'preact';

interface PanelProps {
  readonly title: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly class?: string;
  readonly id?: string;
  readonly children: ComponentChildren;
}

export function Panel({ title, note, actions, class: extra, id, children }: PanelProps) {
  return (
    <section class={`panel ${extra ?? ''}`} id={id} aria-labelledby={id === undefined ? undefined : `${id}-title`}>
      <header class="panel-head">
        <h2 class="panel-title" id={id === undefined ? undefined : `${id}-title`}>{title}</h2>
        {note !== undefined && <span class="panel-note">{note}</span>}
        {actions !== undefined && <div class="panel-actions">{actions}</div>}
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}

/** A grey field in the size of what is still to come. */
export function Skeleton({ height }: { height: number }) {
  return <div class="skeleton" style={{ height: `${height}px` }} role="status" aria-label="Loading" />;
}

/** Why there is nothing to see, in the size of what would be there. */
export function Blank({ height, children }: { height: number; children: ComponentChildren }) {
  return <div class="blank" style={{ minHeight: `${height}px` }}><div>{children}</div></div>;
}

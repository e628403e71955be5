// A view that is watched: its rows, kept up to date by the server, and a signal that tells when to draw them again.
import { signal } from '@preact/signals';
import type { Column } from '../protocol/frames';
import type { LiveLink } from '../protocol/live';
import { serverNow } from './clock';
import { atNextPulse, cancelPulse } from './pulse';
import { oldestEnd, slidingShape } from './summaries';
import { ViewTable, type Row } from './view_table';

export type ViewStatus =
  | 'loading' // Nothing has come yet.
  | 'ready'
  | 'missing'; // The server has no such view, or can't read it; `detail` has its words. It is asked again now and then.

const kRowsMax = 20_000; // Of a snapshot.
const kForgetEvery = 5_000; // While nobody looks; else with each redrawing.
const kMargin = 60_000; // Windows a little older than what is shown: a chart's left edge has no gap.

export class LiveView {
  readonly name: string;
  readonly table = new ViewTable();
  readonly revision = signal(0); // Rises with each change of `table`. Read it in a component that draws the table.
  readonly status = signal<ViewStatus>('loading');
  readonly detail = signal('');

  private readonly link: LiveLink;
  private range: number;
  private end: () => void = () => undefined;
  private coming: { readonly columns: readonly Column[]; readonly rows: Row[] } | null = null; // A snapshot that is not whole yet.
  private forgottenAt = 0;
  private readonly nowOnly: boolean;
  private narrowed: { readonly size: number; readonly step: number } | null = null;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private readonly redraw = (): void => {
    this.forget();
    this.revision.value += 1;
  };

  /**
   * `range`: how far back rows are kept, in milliseconds. `nowOnly`: all that is shown is the window that tells best of now, so where windows
   * slide and there are too many rows the others may be left out.
   */
  constructor(link: LiveLink, name: string, range: number, { nowOnly = false } = {}) {
    this.link = link;
    this.nowOnly = nowOnly;
    this.name = name;
    this.range = range;
    this.subscribe();
  }

  setRange(range: number): void {
    if (range === this.range) return;
    const longer = range > this.range;
    this.range = range;
    if (longer) {
      this.end();
      this.subscribe(); // What is there stays until the answer comes.
    } else {
      atNextPulse(this.redraw);
    }
  }

  /**
   * The time from which on no row is missing. A view with very many keys has more rows than a snapshot brings; then older ones are not there,
   * and of the oldest window that is there only a part.
   */
  completeFrom(): number {
    return this.table.size < kRowsMax ? -Infinity : oldestEnd(this.table.all());
  }

  close(): void {
    clearTimeout(this.renewal);
    this.end();
    cancelPulse(this.redraw);
  }

  private forget(): void {
    this.forgottenAt = serverNow();
    this.table.forgetBefore(this.forgottenAt - this.range - kMargin);
    if (!this.nowOnly || this.narrowed !== null || this.table.size < kRowsMax) return;
    this.narrowed = slidingShape(this.table.all());
    if (this.narrowed !== null) this.renew();
  }

  /** The newest windows of a snapshot are the last to end: cut off, it would lack the one that is shown. */
  private renew(): void {
    this.end();
    this.subscribe();
    this.renewal = setTimeout(() => this.renew(), this.narrowed?.step);
  }

  private request(): Record<string, unknown> {
    const now = serverNow();
    const at = (time: number): string => new Date(time).toISOString();
    const common = { view: this.name, limit: kRowsMax };
    if (this.narrowed === null) return { ...common, from: at(now - this.range - kMargin) };
    const { size, step } = this.narrowed;
    return { ...common, from: at(now - step), to: at(now - size + 2 * step) };
  }

  /** Only whole: sums over a part of the rows would be wrong. */
  private showSnapshot(): void {
    if (this.coming === null) return;
    this.table.replace(this.coming.columns, this.coming.rows, kRowsMax);
    this.coming = null;
    this.status.value = 'ready';
    atNextPulse(this.redraw);
  }

  private subscribe(): void {
    this.coming = null;
    this.end = this.link.subscribe(
      () => this.request(),
      {
        snapshot: (columns, rows, more) => {
          this.coming = { columns, rows: [...rows] };
          if (!more) this.showSnapshot();
        },
        rows: (rows, more) => {
          if (this.coming === null) {
            this.table.apply(rows);
            // Nothing is redrawn while nobody looks, but rows come all the same.
            if (Math.abs(serverNow() - this.forgottenAt) > kForgetEvery) this.forget();
            atNextPulse(this.redraw);
          } else {
            for (const row of rows) this.coming.rows.push(row);
            if (!more) this.showSnapshot();
          }
        },
        lost: () => {
          this.coming = null;
        },
        refused: (detail) => {
          this.coming = null;
          this.table.clear();
          this.detail.value = detail;
          this.status.value = 'missing';
          atNextPulse(this.redraw);
        },
        // Replaced or dropped. If there is a new one of this name it answers, else it is refused.
        gone: () => {
          this.end();
          this.coming = null;
          this.table.clear();
          this.status.value = 'loading';
          atNextPulse(this.redraw);
          this.subscribe();
        },
      },
    );
  }
}

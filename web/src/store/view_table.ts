// The rows of one view as this page knows them: the latest of each identity. Pure: no clock, no drawing.
import type { Column, RowChange } from '../protocol/frames';

export type Row = RowChange;

const kRowsMax = 60_000; // About 20 MB. The oldest windows go first,
const kRowsKept = 50_000; // and so many that it does not have to be done again soon.
const kGravesMax = 10_000;

export class ViewTable {
  columns: readonly Column[] = [];
  private rows = new Map<string, Row>();
  private graves = new Map<string, Row>(); // Rows that were deleted, so that an older version that comes later does not revive them.

  get size(): number {
    return this.rows.size;
  }

  all(): Iterable<Row> {
    return this.rows.values();
  }

  /**
   * The state of the view, whole: what is not in it is gone, however it went while nobody listened. A snapshot that reached its `limit` says
   * nothing about windows older than its oldest one.
   */
  replace(columns: readonly Column[], rows: readonly Row[], limit: number): void {
    this.columns = columns;
    const before = this.rows;
    this.rows = new Map();
    this.graves.clear();
    this.apply(rows);
    if (rows.length < limit) return;
    const oldest = rows.reduce((least, row) => Math.min(least, row.start ?? Infinity), Infinity);
    for (const [id, row] of before) {
      if (row.start !== null && row.start < oldest && !this.rows.has(id)) this.rows.set(id, row);
    }
  }

  /** The greater (epoch, version) of an identity counts; a change without them is as new as it comes. */
  apply(changes: readonly Row[]): void {
    for (const change of changes) {
      const known = this.rows.get(change.id) ?? this.graves.get(change.id);
      if (known !== undefined && !replaces(change, known)) continue;
      if (change.deleted) {
        this.rows.delete(change.id);
        this.graves.set(change.id, change.stamped || known === undefined ? change : { ...known, deleted: true });
      } else {
        this.rows.set(change.id, change);
        this.graves.delete(change.id);
      }
    }
    this.bound();
  }

  /** Forgets windows that ended at `time` or before. */
  forgetBefore(time: number): void {
    for (const [id, row] of this.rows) if (row.end !== null && row.end <= time) this.rows.delete(id);
    for (const [id, row] of this.graves) if (row.start !== null && row.start <= time) this.graves.delete(id);
  }

  clear(): void {
    this.rows.clear();
    this.graves.clear();
  }

  private bound(): void {
    if (this.rows.size > kRowsMax) {
      const ordered = [...this.rows.values()].sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
      for (const row of ordered.slice(0, ordered.length - kRowsKept)) this.rows.delete(row.id);
    }
    for (const id of this.graves.keys()) {
      if (this.graves.size <= kGravesMax) break;
      this.graves.delete(id); // In the order in which they were dug.
    }
  }
}

function replaces(change: Row, known: Row): boolean {
  if (!change.stamped || !known.stamped) return true;
  return change.epoch > known.epoch || (change.epoch === known.epoch && change.version > known.version);
}

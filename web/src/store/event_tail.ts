// The newest events, as they come in. While it is held, what comes waits, and only so much of it.
import type { Event } from '../protocol/frames';

const kShown = 200;

export interface TailFilter {
  readonly type: string;
  readonly source: string;
  readonly user_id: string;
  readonly severity: string;
}

export const kNoFilter: TailFilter = { type: '', source: '', user_id: '', severity: '' };

export class EventTail {
  events: readonly Event[] = []; // Newest first.
  skipped = 0; // Came too fast to be sent to a page, since the filter was set.
  waiting: readonly Event[] = []; // Newest first; came while it was held.
  held = false;
  gap = false; // Between the events that are shown some are missing: the connection was lost for longer than a search could fill.

  add(batch: readonly Event[], skipped: number): void {
    this.skipped += skipped;
    const known = new Set([...this.events, ...this.waiting].map((event) => event.id));
    const fresh = batch.filter((event) => !known.has(event.id));
    if (this.held) this.waiting = merge(fresh, this.waiting);
    else this.events = merge(fresh, this.events);
  }

  /** The newest stored events, at most `limit`, after the connection was lost; nothing where they can't be asked for. */
  fill(stored: readonly Event[] | null, limit: number): void {
    const known = new Set([...this.events, ...this.waiting].map((event) => event.id));
    if (stored === null || (stored.length >= limit && !stored.some((event) => known.has(event.id)))) this.gap = known.size > 0;
    this.add(stored ?? [], 0);
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    this.events = merge(this.waiting, this.events);
    this.waiting = [];
  }

  clear(): void {
    this.events = [];
    this.waiting = [];
    this.skipped = 0;
    this.gap = false;
  }
}

/**
 * In the order in which they were received, those of one request by their own time: batches of two partitions, and what was stored before, come
 * as they come.
 */
function merge(fresh: readonly Event[], known: readonly Event[]): Event[] {
  return [...fresh, ...known].sort((a, b) => later(a.received_at, b.received_at) || later(a.timestamp, b.timestamp)).slice(0, kShown);
}

/** Both end in Z, with as many digits behind the point as were needed: without the Z the order of the texts is that of the times. */
function later(a: string, b: string): number {
  const [left, right] = [a.slice(0, -1), b.slice(0, -1)];
  return left < right ? 1 : left > right ? -1 : 0;
}

/** The request for a subscription; members that are not set are left out. */
export function tailRequest(filter: TailFilter): Record<string, unknown> {
  const tail: Record<string, unknown> = { limit: 50 };
  for (const [name, value] of Object.entries(filter)) if (value.trim() !== '') tail[name] = value.trim();
  return { tail };
}

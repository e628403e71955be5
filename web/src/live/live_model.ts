// What the live page watches: the built-in views, the stretch of time that is shown, and the filter of the events below.
import { computed, signal } from '@preact/signals';
import type { LiveLink } from '../protocol/live';
import { tick } from '../store/clock';
import { kNoFilter, type TailFilter } from '../store/event_tail';
import { LiveView } from '../store/live_view';
import { oldestStart } from '../store/summaries';

export const kMinute = 60_000;
export const kRanges = [5 * kMinute, 15 * kMinute, 30 * kMinute, 60 * kMinute];
export const kRateSpan = 2 * kMinute; // Of the windows of one second.
const kUsersSpan = 15 * kMinute;
const kPagesSpan = 6 * kMinute;

/** What has been sent in the last moment may not be in a view yet: a view emits each second. Windows count as over a little later. */
const kSettle = 1_500;

export class LiveModel {
  readonly range = signal(15 * kMinute);
  readonly zoom = signal<{ readonly from: number; readonly to: number } | null>(null);
  readonly tailFilter = signal<TailFilter>(kNoFilter);
  readonly latencySource = signal(''); // Empty: the busiest one.

  readonly perSecond: LiveView;
  readonly byType: LiveView;
  readonly bySource: LiveView;
  readonly severities: LiveView;
  readonly users: readonly { readonly label: string; readonly view: LiveView }[];
  readonly errorRate: LiveView;
  readonly latency: LiveView;
  readonly pages: LiveView;
  readonly conversion: LiveView;

  /**
   * The range that is shown. Until somebody chooses one, a young installation gets the shortest: a quarter of an hour would be an empty chart with
   * something at its right edge.
   */
  readonly span = computed(() => {
    void this.byType.revision.value;
    const shortest = kRanges[0] ?? 0;
    const young = !this.chosen && this.byType.table.size > 0 && oldestStart(this.byType.table.all()) > tick.value - shortest;
    return young ? shortest : this.range.value;
  });
  private chosen = false;

  /** The time until which all that was sent is expected to be in the views. */
  readonly settled = computed(() => tick.value - kSettle);

  constructor(link: LiveLink) {
    const open = (name: string, range: number): LiveView => new LiveView(link, name, range);
    const range = this.range.peek();
    this.perSecond = open('events_per_second', kRateSpan);
    this.byType = open('events_by_type', range);
    this.bySource = open('events_by_source', range);
    this.severities = open('severities', range);
    this.users = [
      { label: '1 min', view: open('active_users_1m', kUsersSpan) },
      { label: '5 min', view: open('active_users_5m', kUsersSpan) },
      { label: '30 min', view: open('active_users_30m', kUsersSpan) },
    ];
    this.errorRate = open('error_rate', range);
    this.latency = open('latency', range);
    this.pages = new LiveView(link, 'top_pages', kPagesSpan, { nowOnly: true });
    this.conversion = open('conversion', range);
  }

  setRange(range: number): void {
    this.zoom.value = null;
    this.chosen = true;
    this.range.value = range;
    for (const view of [this.byType, this.bySource, this.severities, this.errorRate, this.latency, this.conversion]) view.setRange(range);
  }

  setFilter(part: Partial<TailFilter>): void {
    this.tailFilter.value = { ...this.tailFilter.value, ...part };
  }

  /** What the charts show. Read it in a component: it moves with the time. */
  shown(): { from: number; to: number } {
    return this.zoom.value ?? { from: tick.value - this.span.value, to: tick.value };
  }

  close(): void {
    const views = [this.perSecond, this.byType, this.bySource, this.severities, this.errorRate, this.latency, this.pages, this.conversion];
    for (const view of [...views, ...this.users.map((entry) => entry.view)]) view.close();
  }
}

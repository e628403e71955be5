// The events as they come in: a filter that the server applies, a way to hold them still, and one row an event.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { compactJson } from '../base/exact_json';
import { formatClockExact, formatCount, formatMoment, formatUtc } from '../base/format';
import { colorName, typeColors } from '../charts/palette';
import type { Event } from '../protocol/frames';
import { usePage } from '../page/page';
import { PauseIcon, PlayIcon, SearchIcon } from '../parts/icons';
import { Blank, Panel } from '../parts/panel';
import { EventTail, kNoFilter, tailRequest, type TailFilter } from '../store/event_tail';
import { atNextPulse, cancelPulse } from '../store/pulse';
import { EventDialog } from './event_dialog';
import type { LiveModel } from './live_model';

const kSearched = 50;

export function TailPanel({ model }: { model: LiveModel }) {
  const page = usePage();
  const filter = model.tailFilter.value;
  const tail = useMemo(() => new EventTail(), []);
  const [, setRevision] = useState(0);
  const [refusal, setRefusal] = useState('');
  const [opened, setOpened] = useState<Event | null>(null);
  const redraw = (): void => setRevision((revision) => revision + 1);

  useEffect(() => {
    const draw = (): void => redraw();
    const wasHeld = tail.held;
    tail.held = false;
    tail.clear();
    setRefusal('');
    // What is there already; the subscription tells of what comes from now on. Patterns are the tail's alone.
    const search = searchFor(filter);
    let current = true; // Answers to an earlier filter come to nothing.
    let lost = false;
    const searchWith = (done: (events: readonly Event[]) => void): void => {
      if (search === null) return;
      page.api.events(search).then((events) => {
        if (!current) return;
        done(events);
        draw();
      }, () => undefined);
    };
    searchWith((events) => {
      tail.add(events, 0);
      if (wasHeld) tail.hold();
    });
    const request = (): Record<string, unknown> => {
      // What came while the connection was lost.
      if (lost && search === null) tail.fill(null, kSearched);
      if (lost) searchWith((events) => tail.fill(events, kSearched));
      lost = false;
      return tailRequest(filter);
    };
    const end = page.link.subscribe(request, {
      events: (events, skipped) => {
        setRefusal('');
        tail.add(events, skipped);
        atNextPulse(draw);
      },
      lost: () => {
        lost = true;
      },
      refused: setRefusal,
    });
    draw();
    return () => {
      current = false;
      end();
      cancelPulse(draw);
    };
  }, [page, filter]);

  const toggle = (): void => {
    if (tail.held) tail.release();
    else tail.hold();
    redraw();
  };
  return (
    <Panel
      id="events"
      class="tail"
      title="Events"
      note={noteOf(tail)}
      actions={(
        <button type="button" class="button button-small" aria-pressed={tail.held} onClick={toggle}>
          {tail.held ? <PlayIcon /> : <PauseIcon />}
          {tail.held ? `Resume${tail.waiting.length === 0 ? '' : `, ${tail.waiting.length}${tail.waiting.length === 200 ? '+' : ''} new`}` : 'Pause'}
        </button>
      )}
    >
      <FilterForm filter={filter} change={(next) => { model.tailFilter.value = next; }} />
      {refusal !== '' && <p class="problem">{refusal}</p>}
      {tail.events.length === 0
        ? <Blank height={160}>{filter === kNoFilter ? 'Events show up here as they come in.' : 'No event has matched yet.'}</Blank>
        : (
          <ol class="event-list">
            {tail.events.map((event) => <EventRow key={event.id} event={event} open={setOpened} />)}
          </ol>
        )}
      {opened !== null && <EventDialog event={opened} close={() => setOpened(null)} filter={(part) => model.setFilter(part)} />}
    </Panel>
  );
}

function noteOf(tail: EventTail): string {
  return [
    ...(tail.gap ? ['some are missing: the connection was lost'] : []),
    ...(tail.skipped > 0 ? [`too fast to show all: ${formatCount(tail.skipped)} left out`] : []),
  ].join('; ');
}

function EventRow({ event, open }: { event: Event; open: (event: Event) => void }) {
  const time = Date.parse(event.timestamp);
  return (
    <li>
      <button type="button" class="event" onClick={() => open(event)}>
        <time class="event-time" dateTime={event.timestamp} title={`${formatMoment(time)}\n${formatUtc(time)}`}>{formatClockExact(time)}</time>
        <span class={`severity-dot severity-${event.severity}`} title={`severity ${event.severity}`} />
        <span class="event-type"><span class="swatch" style={{ background: `var(${colorName(typeColors.indexOf(event.type))})` }} />{event.type}</span>
        <span class="event-source">{event.source}</span>
        <span class="event-user">{event.user_id ?? ''}</span>
        <span class="event-data">{previewOf(event.data)}</span>
      </button>
    </li>
  );
}

/** The members of `data` as name=value, for one line. */
function previewOf(data: unknown): string {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return compactJson(data);
  const text = Object.entries(data).map(([name, value]) => `${name}=${typeof value === 'string' ? value : compactJson(value)}`).join('  ');
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function FilterForm({ filter, change }: { filter: TailFilter; change: (filter: TailFilter) => void }) {
  const [draft, setDraft] = useState(filter);
  const sent = useRef(filter);
  const apply = (next: TailFilter): void => {
    sent.current = next;
    change(next);
  };
  useEffect(() => {
    // Set elsewhere, by a click on a ranking. What this form itself has sent must not come back over what was typed since.
    if (filter !== sent.current) setDraft(filter);
    sent.current = filter;
  }, [filter]);
  useEffect(() => {
    if (same(draft, sent.current)) return;
    const timer = setTimeout(() => apply(draft), 400); // Once somebody stops typing.
    return () => clearTimeout(timer);
  }, [draft]);
  const field = (name: 'type' | 'source' | 'user_id', label: string, placeholder: string) => (
    <input
      class="input"
      type="text"
      aria-label={label}
      placeholder={placeholder}
      spellcheck={false}
      autocomplete="off"
      value={draft[name]}
      onInput={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
      {...(name === 'type' ? { 'data-filter': true } : {})}
    />
  );
  return (
    <form class="filter" role="search" onSubmit={(event) => { event.preventDefault(); apply(draft); }}>
      <span class="filter-icon"><SearchIcon /></span>
      {field('type', 'Type', 'Type, such as web.*')}
      {field('source', 'Source', 'Source')}
      {field('user_id', 'User', 'User')}
      <select class="select" aria-label="Severity" value={draft.severity} onChange={(event) => setDraft({ ...draft, severity: event.currentTarget.value })}>
        <option value="">Any severity</option>
        {['low', 'medium', 'high', 'critical'].map((severity) => <option key={severity} value={severity}>{severity}</option>)}
      </select>
      <button type="button" class="button button-small" disabled={same(draft, kNoFilter)} onClick={() => { setDraft(kNoFilter); apply(kNoFilter); }}>Clear</button>
    </form>
  );
}

function same(a: TailFilter, b: TailFilter): boolean {
  return a.type === b.type && a.source === b.source && a.user_id === b.user_id && a.severity === b.severity;
}

function searchFor(filter: TailFilter): Record<string, string> | null {
  if (filter.type.includes('*')) return null;
  const set = Object.entries(filter).map(([name, value]): [string, string] => [name, (value as string).trim()]).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(set), limit: String(kSearched) };
}

// One event with all its members, and the events that belong to the same user or correlation id.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { prettyJson } from '../base/exact_json';
import { formatClockExact, formatMoment, formatUtc, formatWhen } from '../base/format';
import type { Event } from '../protocol/frames';
import { ApiError } from '../protocol/api';
import { CopyButton } from '../parts/copy_button';
import { CloseIcon } from '../parts/icons';
import { usePage } from '../page/page';
import { serverNow } from '../store/clock';
import type { TailFilter } from '../store/event_tail';

interface EventDialogProps {
  readonly event: Event;
  close(): void;
  filter(part: Partial<TailFilter>): void;
}

export function EventDialog({ event: first, close, filter }: EventDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [event, setEvent] = useState(first);
  useEffect(() => dialog.current?.showModal(), []);
  const filterBy = (part: Partial<TailFilter>): void => {
    filter(part);
    close();
  };
  const time = Date.parse(event.timestamp);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="event-title"
      onClose={close}
      onClick={(click) => { if (click.target === dialog.current) close(); }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id="event-title">{event.type}</h2>
          <CopyButton label="Copy JSON" text={() => prettyJson(event)} />
          <button type="button" class="icon-button" aria-label="Close" onClick={close}><CloseIcon /></button>
        </header>
        <dl class="facts">
          <Fact name="Time">{formatMoment(time)}.{formatClockExact(time).slice(9)}<span class="faint"> {formatUtc(time)}</span></Fact>
          <Fact name="Source"><Choose label={event.source} choose={() => filterBy({ source: event.source })} /></Fact>
          <Fact name="Severity"><span class={`severity-dot severity-${event.severity}`} /> {event.severity}</Fact>
          {event.user_id !== null && <Fact name="User"><Choose label={event.user_id} choose={() => filterBy({ user_id: event.user_id ?? '' })} /></Fact>}
          {event.correlation_id !== null && <Fact name="Correlation">{event.correlation_id}</Fact>}
          {event.tags.length > 0 && <Fact name="Tags">{event.tags.map(String).join(', ')}</Fact>}
          <Fact name="Id"><code>{event.id}</code></Fact>
          <Fact name="Received">{delayOf(event)}</Fact>
        </dl>
        <h3>Data</h3>
        <pre class="code">{prettyJson(event.data)}</pre>
        <Related event={event} open={setEvent} />
      </div>
    </dialog>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div class="fact"><dt>{name}</dt><dd>{children}</dd></div>;
}

function Choose({ label, choose }: { label: string; choose: () => void }) {
  return <button type="button" class="link" title="Show these events only" onClick={choose}>{label}</button>;
}

function delayOf(event: Event): string {
  const delay = Date.parse(event.received_at) - Date.parse(event.timestamp);
  if (Number.isNaN(delay)) return event.received_at;
  return Math.abs(delay) < 1000 ? `${Math.round(delay)} ms after its time` : `${formatMoment(Date.parse(event.received_at))}`;
}

type By = 'user_id' | 'correlation_id';

function Related({ event, open }: { event: Event; open: (event: Event) => void }) {
  const { api } = usePage();
  const [by, setBy] = useState<By | null>(null);
  const [state, setState] = useState<{ events: Event[]; problem: string } | null>(null);
  const choices: { by: By; label: string; value: string | null }[] = [
    { by: 'correlation_id', label: 'Same correlation id', value: event.correlation_id },
    { by: 'user_id', label: 'Same user', value: event.user_id },
  ];
  const present = choices.filter((choice) => choice.value !== null);
  const current = present.find((choice) => choice.by === by) ?? null;

  useEffect(() => {
    if (current === null || current.value === null) return;
    let wanted = true;
    setState(null);
    api.events({ [current.by]: current.value, limit: '50' }).then(
      (events) => { if (wanted) setState({ events, problem: '' }); },
      (error: unknown) => { if (wanted) setState({ events: [], problem: error instanceof ApiError ? error.message : 'That did not work.' }); },
    );
    return () => { wanted = false; };
  }, [current?.by, current?.value]);

  if (present.length === 0) return null;
  return (
    <>
      <h3 class="related-head">
        Related
        {present.map((choice) => (
          <button key={choice.by} type="button" class="button button-small" aria-pressed={choice.by === by} onClick={() => setBy(choice.by)}>{choice.label}</button>
        ))}
      </h3>
      {current !== null && (state === null ? <p class="faint">Loading</p> : state.problem !== '' ? <p class="problem">{state.problem}</p> : (
        <ol class="related">
          {state.events.map((other) => (
            <li key={other.id}>
              <button type="button" class="related-event" aria-current={other.id === event.id} onClick={() => open(other)}>
                <time title={formatUtc(Date.parse(other.timestamp))}>{formatWhen(Date.parse(other.timestamp), serverNow())}</time>
                <span>{other.type}</span>
                <span class="faint">{other.source}</span>
              </button>
            </li>
          ))}
        </ol>
      ))}
    </>
  );
}

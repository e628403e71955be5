// What somebody sees whose installation has nothing but its own host events: how to send the first one.
import { useEffect, useState } from 'preact/hooks';
import { CopyButton } from '../parts/copy_button';
import { usePage } from '../page/page';
import type { LiveModel } from './live_model';

const kOwn = 'system.host'; // StreamFlow sends these itself.

export type Welcome =
  | 'no' // There are events, or nobody knows yet.
  | 'waiting' // No other event is known, neither in the views nor in the store.
  | 'arrived'; // The first one came while somebody was watching.

export function useWelcome(model: LiveModel): Welcome {
  const page = usePage();
  const [stored, setStored] = useState<'unknown' | 'some' | 'none'>('unknown');
  void model.byType.revision.value;
  const ready = model.byType.status.value !== 'loading';
  let seen = false;
  for (const row of model.byType.table.all()) {
    if (row.keys['type'] !== kOwn) {
      seen = true;
      break;
    }
  }
  useEffect(() => {
    // Asked once: an installation that is quiet now may have been busy last week.
    if (!ready || seen || stored !== 'unknown') return;
    page.api.query(`SELECT type FROM events WHERE type <> '${kOwn}' LIMIT 1`, 1).then(
      (result) => setStored(result.rows.length === 0 ? 'none' : 'some'),
      () => setStored('some'),
    );
  }, [ready, seen, stored]);
  if (stored !== 'none') return 'no';
  return seen ? 'arrived' : 'waiting';
}

export function FirstEvent({ state, done }: { state: 'waiting' | 'arrived'; done: () => void }) {
  const page = usePage();
  if (state === 'arrived') {
    return (
      <section class="first-event" role="status">
        <h2>Your first event is here</h2>
        <p>It was stored before its sender was told so, and is counted in every view below.</p>
        <div class="first-event-actions"><button type="button" class="button button-primary" onClick={done}>Open the dashboard</button></div>
      </section>
    );
  }
  const command = (token: string): string => [
    `curl ${location.origin}/api/v1/events \\`,
    `  -H "Authorization: Bearer ${token}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"type": "web.click", "source": "my-app", "user_id": "me", "data": {"button": "hello"}}'`,
  ].join('\n');
  return (
    <section class="first-event" aria-labelledby="first-event-title">
      <h2 id="first-event-title">Send your first event</h2>
      <p>StreamFlow is running and has seen only itself so far. Run this in a terminal; the event shows up below at once.</p>
      <pre class="code">{command('••••••••')}</pre>
      <div class="first-event-actions">
        <CopyButton label="Copy the command" text={() => command(page.token)} />
        <span class="faint">What is copied holds your token instead of the dots.</span>
      </div>
      <p class="faint">Or let it make some up: <code>streamflow demo</code></p>
    </section>
  );
}

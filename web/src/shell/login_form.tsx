// Where a token is pasted: the way in without a one-click link.
import { useState } from 'preact/hooks';
import { ApiError, askSession } from '../protocol/api';
import { LogoIcon } from '../parts/icons';
import { kTooWeak } from '../page/page';

interface LoginFormProps {
  readonly note: string; // Why one is here again; empty the first time.
  enter(token: string): void;
}

export function LoginForm({ note, enter }: LoginFormProps) {
  const [token, setToken] = useState('');
  const [said, setSaid] = useState(note);
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const wanted = token.trim();
    if (wanted === '') {
      setSaid('Paste a token first.');
      return;
    }
    setBusy(true);
    setSaid('');
    try {
      const { role } = await askSession(wanted);
      if (role === 'ingest') setSaid(kTooWeak);
      else enter(wanted);
    } catch (error) {
      setSaid(explain(error));
    }
    setBusy(false);
  };

  return (
    <main class="login">
      <form class="login-card" onSubmit={(event) => void submit(event)}>
        <div class="logo logo-large"><LogoIcon /> StreamFlow</div>
        <label class="login-label" for="token">Access token</label>
        <input
          id="token"
          class="input input-mono"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          autofocus
          value={token}
          aria-describedby="login-note"
          aria-invalid={said !== ''}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <p id="login-note" class="login-note" role="alert">{said}</p>
        <button class="button button-primary" type="submit" disabled={busy}>{busy ? 'Checking' : 'Open the dashboard'}</button>
        <div class="login-help">
          <p><code>streamflow start</code> prints a link that logs in with one click. A token comes from</p>
          <pre class="code">streamflow token create --role viewer</pre>
        </div>
      </form>
    </main>
  );
}

function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return 'That did not work.';
  if (error.status === 401) return 'The server does not accept this token.';
  if (error.status === 0) return 'The server does not answer. Is it running?';
  return error.message;
}

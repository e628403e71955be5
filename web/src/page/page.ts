// What all parts of the page share once somebody is logged in: the connection, the API, and what the server says about itself.
import { signal, type Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Api, ApiError, askSession } from '../protocol/api';
import type { Overview } from '../protocol/frames';
import { LiveLink, type LinkState, type Socket } from '../protocol/live';
import { heardServerTime } from '../store/clock';

export interface Page {
  readonly api: Api;
  readonly link: LiveLink;
  readonly linkState: Signal<LinkState>;
  readonly overview: Signal<Overview | null>;
  readonly subject: Signal<string>;
  readonly token: string;
  logOut(note: string): void;
}

export const kRefused = 'The server does not accept this token any more. It may have expired, or the server has another key.';
export const kTooWeak = 'This token may only send events. The page needs one with the role viewer or a stronger one.';

/** `logOut` forgets the token and says why. */
export function openPage(token: string, logOut: (note: string) => void): Page & { close(): void } {
  const linkState = signal<LinkState>({ kind: 'connecting' });
  const overview = signal<Overview | null>(null);
  const subject = signal('');

  const verifyToken = async (): Promise<'valid' | 'refused' | 'unknown'> => {
    try {
      const session = await askSession(token);
      subject.value = session.subject;
      if (session.role !== 'ingest') return 'valid';
      logOut(kTooWeak);
      return 'refused';
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) return 'unknown';
      logOut(kRefused);
      return 'refused';
    }
  };

  const link = new LiveLink({
    open: () => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`) as unknown as Socket,
    token: () => token,
    verifyToken,
    now: () => Date.now(),
    random: Math.random,
    setTimer: (after, call) => {
      const timer = setTimeout(call, after);
      return () => clearTimeout(timer);
    },
    changed: (state) => {
      linkState.value = state;
    },
  });
  link.subscribe(() => ({ overview: true }), {
    overview: (news) => {
      overview.value = news;
      if (news.time !== null) heardServerTime(news.time);
    },
  });

  const retry = (): void => link.retryNow();
  const seen = (): void => {
    if (document.visibilityState === 'visible') link.retryNow();
  };
  addEventListener('online', retry);
  document.addEventListener('visibilitychange', seen);
  link.start();
  void verifyToken();

  return {
    api: new Api(() => token, () => logOut(kRefused)),
    link,
    linkState,
    overview,
    subject,
    token,
    logOut,
    close: () => {
      removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', seen);
      link.stop();
    },
  };
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('outside of the page');
  return page;
}

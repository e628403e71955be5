// The whole page: the way in, then the header and one of the tabs.
import { useEffect, useState } from 'preact/hooks';
import { ApiError, redeemTicket } from '../protocol/api';
import { saveToken, savedToken, takeTicket } from '../protocol/session';
import { LivePage } from '../live/live_page';
import { QueryPage } from '../query/query_page';
import { ViewsPage } from '../views/views_page';
import { Banner } from './banner';
import { Header } from './header';
import { LogoIcon } from '../parts/icons';
import { LoginForm } from './login_form';
import { openPage, PageContext, type Page } from '../page/page';
import { kTabs, route } from '../page/route';
import { tabId } from './tabs';

type Door =
  | { readonly kind: 'ticket' } // A one-click link is being redeemed.
  | { readonly kind: 'form'; readonly note: string }
  | { readonly kind: 'open'; readonly token: string };

export function App() {
  const [ticket] = useState(takeTicket);
  const [door, setDoor] = useState<Door>(() => {
    if (ticket !== '') return { kind: 'ticket' };
    const token = savedToken();
    return token === '' ? { kind: 'form', note: '' } : { kind: 'open', token };
  });
  const enter = (token: string): void => {
    saveToken(token);
    setDoor({ kind: 'open', token });
  };

  useEffect(() => {
    if (ticket !== '') redeemTicket(ticket).then(enter, (error: unknown) => setDoor({ kind: 'form', note: explainTicket(error) }));
  }, [ticket]);

  useEffect(() => {
    // A link that is pasted into the tab that has the page open loads nothing anew.
    const pasted = (): void => {
      const another = takeTicket();
      if (another === '') return;
      redeemTicket(another).then(enter, (error: unknown) => {
        setDoor((before) => (before.kind === 'open' ? before : { kind: 'form', note: explainTicket(error) }));
      });
    };
    addEventListener('hashchange', pasted);
    return () => removeEventListener('hashchange', pasted);
  }, []);

  switch (door.kind) {
    case 'ticket':
      return <main class="login"><div class="logo logo-large"><LogoIcon /> StreamFlow</div></main>;
    case 'form':
      return <LoginForm key={door.note} note={door.note} enter={enter} />;
    case 'open':
      return (
        <Inside
          key={door.token}
          token={door.token}
          leave={(note) => {
            saveToken('');
            setDoor({ kind: 'form', note });
          }}
        />
      );
  }
}

function explainTicket(error: unknown): string {
  if (error instanceof ApiError && error.status === 0) return 'The server does not answer. Is it running?';
  return 'This link does not log in any more: it works once, for 15 minutes. Paste a token, or restart StreamFlow for a new link.';
}

function Inside({ token, leave }: { token: string; leave: (note: string) => void }) {
  const [page, setPage] = useState<Page | null>(null);
  useEffect(() => {
    const opened = openPage(token, leave);
    setPage(opened);
    return () => opened.close();
  }, [token]);
  useEffect(() => {
    document.addEventListener('keydown', focusFilter);
    return () => document.removeEventListener('keydown', focusFilter);
  }, []);

  const { tab } = route.value;
  useEffect(() => {
    document.title = `${kTabs.find((known) => known.name === tab)?.label ?? ''} · StreamFlow`;
  }, [tab]);
  if (page === null) return null;
  return (
    <PageContext.Provider value={page}>
      <a class="skip" href="#content" onClick={skipToContent}>Skip to the content</a>
      <Header />
      <Banner />
      <main id="content" tabIndex={-1}>
        <div role="tabpanel" id={`panel-${tab}`} aria-labelledby={tabId(tab)} class={`tab-panel tab-panel-${tab}`}>
          {tab === 'live' ? <LivePage /> : tab === 'views' ? <ViewsPage /> : <QueryPage />}
        </div>
      </main>
    </PageContext.Provider>
  );
}

/** The fragment of the address is the page's own, so the link can't use it. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** `/` goes to the filter of the tab, unless somebody is writing. */
function focusFilter(event: KeyboardEvent): void {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))) return;
  if (document.querySelector('dialog[open]') !== null) return;
  const filter = document.querySelector<HTMLElement>('[data-filter]');
  if (filter === null) return;
  event.preventDefault();
  filter.focus();
}

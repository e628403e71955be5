// Where in the page one is, in the address's fragment: #/live, #/views/error_rate?value=errors, #/sql. Can be bookmarked and sent on.
import { signal } from '@preact/signals';

export type TabName = 'live' | 'views' | 'sql';
export const kTabs: readonly { readonly name: TabName; readonly label: string }[] = [
  { name: 'live', label: 'Live' },
  { name: 'views', label: 'Views' },
  { name: 'sql', label: 'SQL' },
];

export interface Route {
  readonly tab: TabName;
  readonly rest: string; // What follows the tab: a view's name.
  readonly parameters: Readonly<Record<string, string>>;
}

export const route = signal<Route>(readRoute(location.hash));

export function startRoutes(): void {
  addEventListener('hashchange', () => {
    route.value = readRoute(location.hash);
  });
}

export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [tab = '', ...rest] = path.split('/');
  const known = kTabs.find((candidate) => candidate.name === tab)?.name ?? 'live';
  return { tab: known, rest: decode(rest.join('/')), parameters: Object.fromEntries(new URLSearchParams(query)) };
}

export function writeRoute(tab: TabName, rest = '', parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString();
  return `#/${tab}${rest === '' ? '' : `/${encodeURIComponent(rest)}`}${query === '' ? '' : `?${query}`}`;
}

/** `replace`: a setting within the same place, not a step that Back should undo. */
export function go(hash: string, replace = false): void {
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, '', hash);
    route.value = readRoute(hash);
  } else {
    location.hash = hash;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

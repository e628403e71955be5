// The token of this tab. It lives in sessionStorage: other tabs and the next start of the browser don't have it.

const kToken = 'streamflow.token';

export function savedToken(): string {
  try {
    return sessionStorage.getItem(kToken) ?? '';
  } catch {
    return ''; // Storage is switched off: the token lasts as long as the page.
  }
}

export function saveToken(token: string): void {
  try {
    if (token === '') sessionStorage.removeItem(kToken);
    else sessionStorage.setItem(kToken, token);
  } catch {
    // As above.
  }
}

/** The ticket of a one-click link, `#ticket=...`, which is taken out of the address and the history at once. */
export function takeTicket(): string {
  const found = /^#ticket=([^&]+)$/.exec(location.hash);
  if (found === null) return '';
  history.replaceState(null, '', location.pathname + location.search);
  try {
    return decodeURIComponent(found[1] ?? '');
  } catch {
    return '';
  }
}

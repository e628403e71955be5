// The queries that were run in this browser, the newest first.
const kKey = 'streamflow.queries';
const kMost = 50;
const kTextMost = 10_000; // Longer queries are not kept.

export interface PastQuery {
  readonly sql: string;
  readonly at: number;
}

export function pastQueries(): PastQuery[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(kKey) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter((entry): entry is PastQuery => entry !== null && typeof entry === 'object' && typeof entry.sql === 'string' && typeof entry.at === 'number');
  } catch {
    return []; // Storage is switched off, or somebody else wrote there.
  }
}

/** Returns the list with this query in front; the same text is kept once. */
export function rememberQuery(sql: string, at: number): PastQuery[] {
  const text = sql.trim();
  const others = pastQueries().filter((entry) => entry.sql !== text);
  if (text === '' || text.length > kTextMost) return others;
  const kept = [{ sql: text, at }, ...others].slice(0, kMost);
  try {
    localStorage.setItem(kKey, JSON.stringify(kept));
  } catch {
    // Full or switched off: the list lasts as long as the page.
  }
  return kept;
}

export function forgetQueries(): void {
  try {
    localStorage.removeItem(kKey);
  } catch {
    // As above.
  }
}

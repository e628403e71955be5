// The rows of the view that is looked at: watched for "the last ...", asked for once for a stretch of the past.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError } from '../protocol/api';
import type { Column } from '../protocol/frames';
import type { Page } from '../page/page';
import { LiveView } from '../store/live_view';
import type { Row } from '../store/view_table';

export type Span = { readonly kind: 'last'; readonly length: number } | { readonly kind: 'fixed'; readonly from: number; readonly to: number };

const kMinute = 60_000;
export const kSpans = [
  { label: '15 min', length: 15 * kMinute },
  { label: '1 h', length: 60 * kMinute },
  { label: '6 h', length: 360 * kMinute },
  { label: '24 h', length: 1440 * kMinute },
];
const kRowsMax = 10_000; // Of a stretch of the past.

export interface Rows {
  readonly status: 'loading' | 'ready';
  readonly problem: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[]; // The newest windows first.
  readonly cut: boolean; // There are more, older ones.
}

export function useRows(page: Page, view: string, span: Span): Rows {
  const live = useLiveRows(page, view, span.kind === 'last' ? span.length : null);
  const past = usePastRows(page, view, span.kind === 'fixed' ? span.from : null, span.kind === 'fixed' ? span.to : null);
  return span.kind === 'last' ? live : past;
}

const kLoading: Rows = { status: 'loading', problem: '', columns: [], rows: [], cut: false };

function useLiveRows(page: Page, name: string, length: number | null): Rows {
  const [view, setView] = useState<LiveView | null>(null);
  useEffect(() => {
    if (length === null) return;
    const opened = new LiveView(page.link, name, length);
    setView(opened);
    return () => {
      opened.close();
      setView(null);
    };
  }, [page, name, length]);
  const revision = view?.revision.value ?? -1;
  const rows = useMemo(() => (view === null ? [] : newestFirst(view.table.all())), [view, revision]);
  if (view === null || view.status.value === 'loading') return kLoading;
  return { status: 'ready', problem: view.status.value === 'missing' ? view.detail.value : '', columns: view.table.columns, rows, cut: false };
}

function usePastRows(page: Page, name: string, from: number | null, to: number | null): Rows {
  const [state, setState] = useState<Rows>(kLoading);
  useEffect(() => {
    if (from === null || to === null) return;
    let wanted = true;
    setState(kLoading);
    page.api.rows(name, { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: kRowsMax }).then(
      (rows) => { if (wanted) setState({ status: 'ready', problem: '', columns: [], rows: newestFirst(rows), cut: rows.length >= kRowsMax }); },
      (error: unknown) => { if (wanted) setState({ ...kLoading, status: 'ready', problem: error instanceof ApiError ? error.message : 'The rows could not be read.' }); },
    );
    return () => { wanted = false; };
  }, [page, name, from, to]);
  return state;
}

function newestFirst(rows: Iterable<Row>): Row[] {
  return [...rows].sort((a, b) => (b.start ?? 0) - (a.start ?? 0) || (a.id < b.id ? -1 : 1));
}

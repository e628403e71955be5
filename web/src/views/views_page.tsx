// All views of the server: choose one, chart one of its columns, read its rows.
import { useEffect, useState } from 'preact/hooks';
import { ApiError, type ViewInfo } from '../protocol/api';
import { usePage } from '../page/page';
import { Blank, Skeleton } from '../parts/panel';
import { go, route, writeRoute } from '../page/route';
import { ViewDetail } from './view_detail';

export function ViewsPage() {
  const { api, linkState } = usePage();
  const [views, setViews] = useState<readonly ViewInfo[] | null>(null);
  const [problem, setProblem] = useState('');
  const connected = linkState.value.kind === 'live';
  useEffect(() => {
    let wanted = true;
    api.views().then(
      (found) => {
        if (!wanted) return;
        setViews([...found].sort((a, b) => (a.name < b.name ? -1 : 1)));
        setProblem('');
      },
      (error: unknown) => { if (wanted) setProblem(error instanceof ApiError ? error.message : 'The list of views could not be read.'); },
    );
    return () => { wanted = false; };
  }, [api, connected]); // Again after each loss of the connection: there may be new ones.

  if (views === null) return problem === '' ? <Skeleton height={400} /> : <Blank height={300}><strong>{problem}</strong></Blank>;
  if (views.length === 0) return <Blank height={300}><strong>There is no view yet.</strong></Blank>;
  const { rest, parameters } = route.value;
  const view = views.find((candidate) => candidate.name === rest);
  const first = views[0] as ViewInfo;
  return (
    <div class="views">
      <ViewList views={views} current={view?.name ?? (rest === '' ? first.name : '')} />
      {view === undefined && rest !== ''
        ? <Blank height={300}><strong>There is no view {rest}.</strong></Blank>
        : <ViewDetail key={(view ?? first).name} view={view ?? first} parameters={parameters} />}
    </div>
  );
}

function ViewList({ views, current }: { views: readonly ViewInfo[]; current: string }) {
  const [search, setSearch] = useState('');
  const found = views.filter((view) => `${view.name} ${view.description}`.toLowerCase().includes(search.toLowerCase()));
  return (
    <nav class="view-list" aria-label="Views">
      <input
        class="input"
        type="search"
        placeholder="Find a view"
        aria-label="Find a view"
        data-filter
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <label class="view-choice">
        <span class="off-screen">View</span>
        <select class="select" value={current} onChange={(event) => go(writeRoute('views', event.currentTarget.value))}>
          {views.map((view) => <option key={view.name} value={view.name}>{view.name}</option>)}
        </select>
      </label>
      <ul>
        {found.map((view) => (
          <li key={view.name}>
            <a href={writeRoute('views', view.name)} aria-current={view.name === current ? 'page' : undefined} title={view.description}>{view.name}</a>
          </li>
        ))}
        {found.length === 0 && <li class="faint">No view of that name</li>}
      </ul>
    </nav>
  );
}

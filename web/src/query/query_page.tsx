// Questions in SQL: the editor, what was asked before, and the answer.
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatWhen } from '../base/format';
import { ApiError, type QueryResult } from '../protocol/api';
import { usePage } from '../page/page';
import { Blank } from '../parts/panel';
import { serverNow } from '../store/clock';
import { Editor } from './editor';
import { caretLines, placeOf } from './error_place';
import { kExamples } from './examples';
import { forgetQueries, pastQueries, rememberQuery, type PastQuery } from './query_history';
import { ResultView } from './result_view';

const kLimits = [100, 1_000, 10_000];

/** Survives a look at another tab of the page. */
const kept = {
  sql: signal(kExamples[0]?.sql ?? ''),
  limit: signal(1_000),
  answer: signal<{ result: QueryResult; took: number } | null>(null),
};

export function QueryPage() {
  const { api } = usePage();
  const sql = kept.sql.value;
  const [problem, setProblem] = useState<{ error: ApiError; sql: string } | null>(null);
  const [running, setRunning] = useState<AbortController | null>(null);
  const [past, setPast] = useState<readonly PastQuery[]>(pastQueries);
  const area = useRef<HTMLTextAreaElement>(null);
  const change = (text: string): void => {
    kept.sql.value = text;
    setProblem(null);
  };

  const run = async (): Promise<void> => {
    if (running !== null || sql.trim() === '') return;
    const controller = new AbortController();
    setRunning(controller);
    setProblem(null);
    setPast(rememberQuery(sql, Date.now()));
    const begun = performance.now();
    try {
      const result = await api.query(sql, kept.limit.value, controller.signal);
      kept.answer.value = { result, took: performance.now() - begun };
    } catch (error) {
      if (error instanceof ApiError) setProblem({ error, sql });
    }
    setRunning(null);
  };
  useEffect(() => () => running?.abort(), [running]);

  const place = problem === null ? null : placeOf(problem.error, problem.sql);
  const choose = (text: string): void => {
    change(text);
    area.current?.focus();
  };
  const answer = kept.answer.value;
  return (
    <div class="query">
      <section class="panel query-editor" aria-label="Query">
        <Editor sql={sql} errorAt={place?.offset ?? null} area={area} change={change} run={() => void run()} />
        <div class="query-bar">
          {running === null
            ? <button type="button" class="button button-primary" disabled={sql.trim() === ''} onClick={() => void run()}>Run <kbd>Ctrl Enter</kbd></button>
            : <button type="button" class="button" onClick={() => running.abort()}>Cancel</button>}
          <label class="control">
            Rows
            <select class="select" value={kept.limit.value} onChange={(event) => { kept.limit.value = Number(event.currentTarget.value); }}>
              {kLimits.map((limit) => <option key={limit} value={limit}>{limit.toLocaleString('en-US')}</option>)}
            </select>
          </label>
          <span class="faint query-hint">Tables: <code>events</code> and every view by its name</span>
        </div>
        <div id="query-problem" role="alert">
          {problem !== null && <Problem error={problem.error} sql={problem.sql} go={() => moveTo(area.current, place?.offset ?? 0)} />}
        </div>
      </section>
      <Aside past={past} choose={choose} forget={() => { forgetQueries(); setPast([]); }} />
      <div class="query-result">
        {running !== null && <div class="progress" role="status" aria-label="The query is running" />}
        {answer !== null ? <ResultView result={answer.result} took={answer.took} /> : <Blank height={160}>The result shows up here.</Blank>}
      </div>
    </div>
  );
}

function moveTo(area: HTMLTextAreaElement | null, offset: number): void {
  area?.focus();
  area?.setSelectionRange(offset, offset);
}

function Problem({ error, sql, go }: { error: ApiError; sql: string; go: () => void }) {
  const place = placeOf(error, sql);
  // With a place the detail repeats it with the line and a caret; the rest of it, if any, is worth reading.
  const rest = place === null ? error.detail : error.detail.replace(/^.*\bline \d+, column \d+.*$(\n.*$\n?.*\^.*$)?/m, '').trim();
  return (
    <div class="problem">
      <strong>{error.title}</strong>
      {place !== null && (
        <>
          <button type="button" class="link" onClick={go}>line {place.line}, column {place.column}</button>
          <pre class="code problem-caret">{caretLines(place, sql)}</pre>
        </>
      )}
      {rest !== '' && <pre class="problem-detail">{rest}</pre>}
      {error.hint !== '' && <p>Hint: {error.hint}</p>}
    </div>
  );
}

interface AsideProps {
  readonly past: readonly PastQuery[];
  choose(sql: string): void;
  forget(): void;
}

function Aside({ past, choose, forget }: AsideProps) {
  const now = serverNow();
  return (
    <aside class="query-aside">
      <h2>Examples</h2>
      <ul>
        {kExamples.map((example) => (
          <li key={example.title}><button type="button" class="query-entry" onClick={() => choose(example.sql)}>{example.title}</button></li>
        ))}
      </ul>
      {past.length > 0 && (
        <>
          <h2>History <button type="button" class="link" onClick={forget}>forget</button></h2>
          <ul class="query-past">
            {past.map((entry) => (
              <li key={entry.sql}>
                <button type="button" class="query-entry" title={entry.sql} onClick={() => choose(entry.sql)}>
                  <code>{entry.sql.replace(/\s+/g, ' ').slice(0, 80)}</code>
                  <span class="faint">{formatWhen(entry.at, now)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  );
}

// Where a query is written: a text area over the same text in colours, with the place of an error underlined.
import type { Ref } from 'preact';
import { sqlTokens } from './sql_tokens';

interface EditorProps {
  readonly sql: string;
  readonly errorAt: number | null; // Offset into the text.
  readonly area: Ref<HTMLTextAreaElement>;
  change(sql: string): void;
  run(): void;
}

export function Editor({ sql, errorAt, area, change, run }: EditorProps) {
  const tokens = sqlTokens(sql);
  const wrong = errorAt === null ? -1 : tokens.findIndex((token) => token.start <= errorAt && errorAt < token.start + token.text.length);
  return (
    <div class="editor">
      <pre class="editor-colors" aria-hidden="true">
        {tokens.map((token, index) => (
          <span key={index} class={`sql-${token.kind}${index === wrong ? ' sql-wrong' : ''}`}>{token.text}</span>
        ))}
        {errorAt !== null && wrong < 0 && <span class="sql-wrong"> </span>}
        {'\n'}
      </pre>
      <textarea
        ref={area}
        class="editor-area"
        aria-label="SQL query"
        aria-invalid={errorAt !== null}
        aria-describedby="query-problem"
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        data-filter
        value={sql}
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            run();
          }
        }}
      />
    </div>
  );
}

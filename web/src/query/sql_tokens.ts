// Splits SQL into pieces to colour them. Knows PostgreSQL's ways of writing texts, names and comments; says nothing about whether it is right.
export type TokenKind = 'keyword' | 'function' | 'text' | 'number' | 'name' | 'comment' | 'plain';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const keywords = new Set(
  ('ALL AND ANY ARRAY AS ASC BETWEEN BY CASE CAST CROSS CURRENT_DATE CURRENT_TIMESTAMP DATE DESC DISTINCT ELSE END ESCAPE EXCEPT EXISTS EXTRACT '
    + 'FALSE FETCH FILTER FIRST FOLLOWING FROM FULL GROUP HAVING ILIKE IN INNER INTERSECT INTERVAL IS JOIN LAST LATERAL LEFT LIKE LIMIT NATURAL '
    + 'NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PRECEDING RANGE RECURSIVE RIGHT ROW ROWS SELECT SIMILAR TABLE THEN TIMESTAMP '
    + 'TIMESTAMPTZ TO TRUE UNBOUNDED UNION USING VALUES WHEN WHERE WINDOW WITH WITHIN').split(' '),
);

const pattern = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*'?|\$\$[\s\S]*?(?:\$\$|$))|("(?:[^"]|"")*"?)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(\s+|[^\s\w'"$]|\$)/g;

export function sqlTokens(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const found of sql.matchAll(pattern)) {
    const [text, comment, quoted, name, number, word] = found;
    const start = found.index;
    let kind: TokenKind = 'plain';
    if (comment !== undefined) kind = 'comment';
    else if (quoted !== undefined) kind = 'text';
    else if (name !== undefined) kind = 'name';
    else if (number !== undefined) kind = 'number';
    else if (word !== undefined) kind = keywords.has(word.toUpperCase()) ? 'keyword' : /^\s*\(/.test(sql.slice(start + text.length, start + text.length + 8)) ? 'function' : 'plain';
    tokens.push({ kind, text, start });
  }
  return tokens;
}

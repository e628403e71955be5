// JSON whose numbers keep all their digits: bigint and numeric columns hold more than a double does, and 300.00 is not 300 to the
// person who sees a price.

/** A number whose text says more than the double does. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  valueOf(): number {
    return Number(this.text);
  }
}

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

/**
 * Like JSON.parse. A browser that does not tell a number's text (before 2025 or so) gives plain numbers. `only`: numbers whose text it does not
 * match are plain ones, too.
 */
export function parseExact(text: string, only?: RegExp): unknown {
  const keepDigits: Reviver = (_key, value, context) => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || source === String(value)) return value;
    return only === undefined || only.test(source) ? new ExactNumber(source) : value;
  };
  return JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1]);
}

/** Indented JSON, for reading. */
export function prettyJson(value: unknown, indent = ''): string {
  if (value instanceof ExactNumber) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((item) => item === null || typeof item !== 'object' || item instanceof ExactNumber)) {
      const line = `[${value.map((item) => prettyJson(item)).join(', ')}]`;
      if (line.length <= 80) return line;
    }
    return `[\n${value.map((item) => deeper + prettyJson(item, deeper)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value);
  if (members.length === 0) return '{}';
  return `{\n${members.map(([name, member]) => `${deeper}${JSON.stringify(name)}: ${prettyJson(member, deeper)}`).join(',\n')}\n${indent}}`;
}

/** JSON on one line, with digits as they came. */
export function compactJson(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(compactJson).join(', ')}]`;
  return `{${Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${compactJson(member)}`).join(', ')}}`;
}

// Which colour a key has: the same one in every chart and list of the page, and after a reload.
import { kOthers } from '../store/series';

export const kColors = 8; // --series-0 to --series-7 in style/theme.css

export class Palette {
  private readonly taken: (string | undefined)[] = Array.from({ length: kColors });
  private readonly known = new Map<string, number>();

  /**
   * Gives each of these keys a colour, as far as there are any: from the key's hash on the next one that is free, else one of a key that is not
   * among them.
   */
  assign(keys: readonly string[]): void {
    for (const key of keys) {
      if (key === kOthers || this.known.has(key)) continue;
      const from = hash(key) % kColors;
      const around = Array.from({ length: kColors }, (_, step) => (from + step) % kColors);
      const index = around.find((candidate) => this.taken[candidate] === undefined)
        ?? around.find((candidate) => !keys.includes(this.taken[candidate] ?? ''));
      if (index === undefined) return;
      const before = this.taken[index];
      if (before !== undefined) this.known.delete(before);
      this.taken[index] = key;
      this.known.set(key, index);
    }
  }

  /** A number of a colour; -1 is the grey of all others. */
  indexOf(key: string): number {
    return this.known.get(key) ?? -1;
  }
}

/** The names of custom properties, for style sheets and canvases alike. */
export function colorName(index: number): string {
  return index < 0 ? '--series-others' : `--series-${index % kColors}`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}

export const typeColors = new Palette();
export const sourceColors = new Palette();

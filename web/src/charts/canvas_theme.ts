// The colours of the page's style sheet, for canvases.
import { signal } from '@preact/signals';

/** Rises when the page turns light or dark: charts must be drawn anew. */
export const themeRevision = signal(0);

export interface CanvasTheme {
  readonly text: string;
  readonly grid: string;
  readonly font: string;
  color(name: string): string;
}

export function canvasTheme(): CanvasTheme {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim() || '#888';
  return { text: color('--text-faint'), grid: color('--grid'), font: `11px ${style.getPropertyValue('--font') || 'sans-serif'}`, color };
}

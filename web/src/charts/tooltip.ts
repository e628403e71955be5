// What a chart says about the window under the pointer: its time here and in UTC, and the value of each series. Text only ever by
// textContent: names of series are data.
import { formatClock, formatMoment, formatUtc } from '../base/format';
import type { Slot } from '../store/series';

export interface TooltipLine {
  readonly name: string;
  readonly value: string;
  readonly color: string;
}

export interface TooltipContent {
  readonly slot: Slot;
  readonly lines: readonly TooltipLine[];
  readonly note: string;
}

export class Tooltip {
  private readonly box = document.createElement('div');
  private readonly over: HTMLElement;

  constructor(over: HTMLElement) {
    this.over = over;
    this.box.className = 'tooltip';
    this.box.hidden = true;
    over.append(this.box);
  }

  hide(): void {
    this.box.hidden = true;
  }

  /** `left` and `top`: of the pointer, in the plotting area. */
  show(content: TooltipContent, left: number, top: number): void {
    this.box.replaceChildren(...this.parts(content));
    this.box.hidden = false;
    const width = this.box.offsetWidth;
    const height = this.box.offsetHeight;
    const room = this.over.clientWidth;
    const x = left + 14 + width <= room ? left + 14 : left - 14 - width >= 0 ? left - 14 - width : Math.max(0, room - width);
    const y = Math.min(Math.max(0, top - height / 2), Math.max(0, this.over.clientHeight - height));
    this.box.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  private parts(content: TooltipContent): HTMLElement[] {
    const { start, end } = content.slot;
    const parts = [
      element('div', 'tooltip-time', `${formatMoment(start)} – ${formatClock(end)}`),
      element('div', 'tooltip-utc', `${formatUtc(start)}`),
    ];
    for (const line of content.lines) {
      const row = element('div', 'tooltip-line');
      const swatch = element('span', 'swatch');
      swatch.style.background = line.color;
      row.append(swatch, element('span', 'tooltip-name', line.name), element('span', 'tooltip-value', line.value));
      parts.push(row);
    }
    if (content.note !== '') parts.push(element('div', 'tooltip-note', content.note));
    return parts;
  }
}

function element(tag: string, name: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

// A chart over time of a SeriesSet, as stacked bars or lines: uPlot with this page's looks, a tooltip, zoom by dragging, and the keyboard.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { mergeSlots, withoutFilling, type SeriesSet, type Slot } from '../store/series';
import { canvasTheme, themeRevision, type CanvasTheme } from './canvas_theme';
import { lineParts } from './line_parts';
import { drawStackedBars, stackTotals } from './stacked_bars';
import { kTimeSteps, timeLabels, twoLines } from './time_axis';
import { Tooltip, type TooltipLine } from './tooltip';

export interface TimeChartProps {
  readonly set: SeriesSet;
  readonly draw: 'bars' | 'lines';
  readonly at: 'start' | 'end'; // Where the point of a window stands on a line: sliding windows tell of the time before their end.
  readonly from: number;
  readonly to: number;
  readonly hidden: ReadonlySet<string>;
  readonly height: number;
  readonly label: string; // What the chart shows, for those who can't see it.
  format(value: number): string;
  nameOf(key: string): string;
  colorOf(key: string): string; // The name of a custom property.
  zoom?(from: number, to: number): void;
}

const kBarWidthMin = 3; // CSS pixels; narrower bars are put together.

export function TimeChart(props: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const theme = themeRevision.value;
  const shape = `${props.draw} ${props.height} ${theme} ${props.draw === 'bars' ? '' : props.set.series.map((series) => series.key).sort().join('\n')}`;

  useEffect(() => {
    const parent = box.current;
    if (parent === null) return;
    const made = new Drawing(parent, props);
    drawing.current = made;
    return () => {
      made.end();
      drawing.current = null;
    };
  }, [shape]);
  useEffect(() => drawing.current?.update(props));

  return (
    <div
      ref={box}
      class="time-chart"
      style={{ height: `${props.height}px` }}
      role="img"
      aria-label={props.label}
      tabIndex={0}
      onKeyDown={(event) => {
        if (drawing.current?.key(event.key) === true) event.preventDefault();
      }}
      onBlur={() => drawing.current?.leave()}
    />
  );
}

class Drawing {
  private props: TimeChartProps;
  private set: SeriesSet; // As drawn: narrow bars put together, lines without what is still filling.
  private readonly theme: CanvasTheme;
  private readonly chart: uPlot;
  private readonly tooltip: Tooltip;
  private readonly resize: ResizeObserver;

  constructor(parent: HTMLElement, props: TimeChartProps) {
    this.props = props;
    this.theme = canvasTheme();
    const width = Math.max(50, parent.clientWidth);
    this.set = this.fit(props, width);
    this.chart = new uPlot(this.options(width), this.data(), parent);
    this.tooltip = new Tooltip(this.chart.over);
    this.resize = new ResizeObserver(() => {
      if (parent.clientWidth === this.chart.width || parent.clientWidth < 50) return;
      this.chart.setSize({ width: parent.clientWidth, height: this.props.height });
      this.update(this.props);
    });
    this.resize.observe(parent);
  }

  update(props: TimeChartProps): void {
    this.props = props;
    this.set = this.fit(props, this.chart.width);
    this.chart.batch(() => {
      this.chart.setData(this.data(), false);
      this.chart.setScale('x', { min: props.from, max: props.to });
    });
    this.hover();
  }

  end(): void {
    this.resize.disconnect();
    this.chart.destroy();
  }

  /** Arrows move from window to window; Escape hides what was said. */
  key(key: string): boolean {
    if (key === 'Escape') {
      this.leave();
      return true;
    }
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return false;
    const { slots } = this.set;
    if (slots.length === 0) return false;
    const now = this.slotUnder(this.chart.cursor.left ?? -1);
    const next = now < 0 ? slots.length - 1 : Math.min(slots.length - 1, Math.max(0, now + (key === 'ArrowLeft' ? -1 : 1)));
    this.chart.setCursor({ left: this.chart.valToPos(this.middle(slots[next] as Slot), 'x'), top: this.chart.over.clientHeight / 2 });
    this.hover(true);
    return true;
  }

  leave(): void {
    this.chart.setCursor({ left: -10, top: -10 });
    this.tooltip.hide();
  }

  private fit(props: TimeChartProps, width: number): SeriesSet {
    return props.draw === 'bars' ? mergeSlots(props.set, Math.max(20, Math.floor((width - 60) / kBarWidthMin))) : inOneOrder(withoutFilling(props.set));
  }

  private data(): uPlot.AlignedData {
    const { set, props } = this;
    const times = set.slots.map((slot) => (props.draw === 'lines' && props.at === 'end' ? slot.end : slot.start));
    if (props.draw === 'bars') return [times, stackTotals(set, props.hidden)] as uPlot.AlignedData;
    const lines = set.series.flatMap(({ key, values }) => {
      const parts = lineParts(set, props.hidden.has(key) ? values.map(() => null) : values);
      return [parts.final, parts.open];
    });
    return [times, ...lines] as uPlot.AlignedData;
  }

  private options(width: number): uPlot.Options {
    const { props, theme } = this;
    const bars = props.draw === 'bars';
    const series: uPlot.Series[] = [{}];
    if (bars) {
      series.push({ paths: () => null, points: { show: false } });
    } else {
      for (const { key } of this.set.series) {
        const stroke = theme.color(props.colorOf(key));
        series.push({ stroke, width: 1.5, points: { show: true, filter: lonely, size: 4, fill: stroke } });
        series.push({ stroke, width: 1.5, dash: [3, 3], points: { show: true, filter: lonely, size: 4, fill: stroke } });
      }
    }
    const axis = { stroke: theme.text, font: theme.font, ticks: { show: false }, grid: { stroke: theme.grid, width: 1 } };
    return {
      width,
      height: props.height,
      ms: 1,
      padding: [8, 22, 0, 0],
      legend: { show: false },
      series,
      scales: { x: { time: true, range: () => [this.props.from, this.props.to] }, y: { range: (_chart, min, max) => yRange(min, max) } },
      axes: [
        { ...axis, grid: { show: false }, size: (_chart, labels) => (twoLines(labels) ? 42 : 28), gap: 6, space: 70, incrs: kTimeSteps, values: (_chart, times, _axis, _space, step) => timeLabels(times, step) },
        { ...axis, size: (_chart, labels) => 14 + 6.6 * Math.max(2, ...(labels ?? []).map((label) => label.length)), gap: 6, space: 36,
          values: (_chart, values) => values.map((value) => shortened(this.props.format(value))) },
      ],
      cursor: {
        y: false,
        points: { show: !bars, size: 7 },
        drag: { x: true, y: false, setScale: false, dist: 6 },
        sync: { key: 'page', scales: ['x', null], setSeries: false },
      },
      hooks: {
        draw: bars ? [(chart) => drawStackedBars(chart, this.set, this.props.hidden, (key) => theme.color(this.props.colorOf(key)))] : [],
        setCursor: [() => this.hover()],
        setSelect: [(chart) => this.selected(chart)],
      },
    };
  }

  private selected(chart: uPlot): void {
    const { left, width } = chart.select;
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width < 6) return;
    this.props.zoom?.(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
  }

  /** A point of a line stands at one time, a bar covers the whole window. */
  private middle(slot: Slot): number {
    if (this.props.draw === 'bars') return (slot.start + slot.end) / 2;
    return this.props.at === 'end' ? slot.end : slot.start;
  }

  private slotUnder(left: number): number {
    if (left < 0) return -1;
    const time = this.chart.posToVal(left, 'x');
    const { slots } = this.set;
    if (this.props.draw === 'bars') return slots.findIndex((slot) => slot.start <= time && time < slot.end);
    let nearest = -1;
    let distance = Infinity;
    slots.forEach((slot, index) => {
      const away = Math.abs(this.middle(slot) - time);
      if (away < distance) {
        distance = away;
        nearest = index;
      }
    });
    return nearest;
  }

  private hover(byKey = false): void {
    if (this.tooltip === undefined) return; // uPlot moves the cursor while it is being made.
    const left = this.chart.cursor.left ?? -1;
    const here = byKey || this.chart.over.matches(':hover') || this.chart.root.parentElement === document.activeElement;
    const index = here ? this.slotUnder(left) : -1;
    const slot = this.set.slots[index];
    if (slot === undefined) {
      this.tooltip.hide();
      return;
    }
    this.tooltip.show({ slot, lines: this.lines(index), note: noteOn(slot) }, left, this.chart.cursor.top ?? 0);
  }

  private lines(index: number): TooltipLine[] {
    const { set, props } = this;
    const shown = set.series.filter(({ key }) => !props.hidden.has(key));
    const lines = shown.flatMap(({ key, values }) => {
      const value = values[index];
      if (value === null || value === undefined || (props.draw === 'bars' && value === 0)) return [];
      return [{ name: props.nameOf(key), value: props.format(value), color: `var(${props.colorOf(key)})`, weight: value }];
    });
    lines.sort((a, b) => b.weight - a.weight);
    if (props.draw === 'bars' && shown.length > 1) {
      const total = lines.reduce((sum, line) => sum + line.weight, 0);
      lines.push({ name: 'Total', value: props.format(total), color: 'transparent', weight: total });
    }
    return lines;
  }
}

function noteOn(slot: Slot): string {
  if (slot.filling) return 'This window is still filling';
  return slot.final ? '' : 'Not final: late events may still change it';
}

/** Lines by name: the order of their sizes may change with each frame, and the chart should not be made anew for that. */
function inOneOrder(set: SeriesSet): SeriesSet {
  return { ...set, series: [...set.series].sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** Points only where there is no line to either side; else they'd clutter it. */
function lonely(chart: uPlot, series: number): number[] {
  const values = chart.data[series] as (number | null)[];
  return values.flatMap((value, index) => (value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null ? [index] : []));
}

/** 50.0 -> 50, 2.50% -> 2.5%: an axis has round numbers. */
function shortened(text: string): string {
  return text.replace(/(\.\d*?)0+(?!\d)/, (_, digits: string) => (digits === '.' ? '' : digits));
}

/** From zero where nothing is negative: heights are compared by eye. */
function yRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  const low = min < 0 ? min * 1.08 : 0;
  if (max <= 0) return [low, low < 0 ? 0 : 1];
  return [low, max * 1.08];
}

// One drawing area over time: axes and canvas by uPlot, cross-hair and selection as elements above it, so that moving
// the pointer redraws nothing.
import uPlot from 'uplot';
import type { App } from './app';
import { timeAxisValues } from './axis';
import { lowerBound } from './branch';
import { makeColumns, type Columns } from './columns';
import { h } from './dom';
import { fontFamily, palette } from './palette';
import { zoneName } from './time';

export interface Mark {
  y: number; // CSS pixels from the top of the plotting area
  colour: string;
}

// What a column says: one line per metric.
export interface ReadingLine {
  name: string;
  swatch: string; // class of the key that shows colour and dashes
  value: string;
  detail: string; // lowest and highest of a stretch, or the change since the value before
  tone: string;
}

const axisFont = `11px ${fontFamily}`;
const axisHeight = 36;
export const minAxisWidth = 52; // so that the charts of a column mostly line up

export abstract class Panel {
  protected columns: Columns = { starts: new Uint32Array(1), times: new Float64Array(0) };
  protected plot: uPlot | null = null;
  readonly over: HTMLElement = h('div');
  private readonly cross = h('div', { class: 'cross', hidden: true });
  private readonly tag = h('div', { class: 'tag', hidden: true });
  private readonly selection = h('div', { class: 'selection', hidden: true });
  private readonly dots: HTMLElement[] = [];
  private readonly message = h('p', { class: 'message', hidden: true });
  private stale = false;
  private shownWidth = 0;

  constructor(
    protected readonly app: App,
    readonly place: HTMLElement,
    readonly section: number,
    readonly title: string,
    readonly metrics: number[],
  ) {}

  protected abstract height(): number;
  // Reads the columns' values; says whether there is anything to draw.
  protected abstract load(): boolean;
  protected abstract data(): uPlot.AlignedData;
  protected abstract options(): Partial<uPlot.Options>;
  protected abstract marksAt(column: number): Mark[];
  // Where there is no axis on the right, the last label needs some room.
  protected rightPadding(): number {
    return 8;
  }

  abstract readingAt(column: number): ReadingLine[];

  draw(): void {
    const width = Math.floor(this.place.clientWidth);
    if (width < 40) return;
    this.shownWidth = width;
    this.stale = false;
    this.makeColumns(width);
    const any = this.load();
    this.message.textContent = any ? '' : 'No data in this range';
    this.message.hidden = any;
    if (!this.plot) {
      this.create(width);
    } else {
      this.plot.batch(() => {
        if (this.plot?.width !== width) this.plot?.setSize({ width, height: this.height() });
        this.plot?.setData(this.data(), false);
        this.plot?.setScale('x', this.xScale());
      });
    }
    this.moveCursor();
  }

  // Draws now if the panel is on screen, else when it comes there.
  refresh(visible: boolean): void {
    if (visible) this.draw();
    else this.stale = true;
  }

  appear(): void {
    if (this.stale || !this.plot || this.shownWidth !== Math.floor(this.place.clientWidth)) this.draw();
  }

  recolour(): void {
    this.plot?.redraw(false, true);
  }

  destroy(): void {
    this.plot?.destroy();
    this.plot = null;
    this.place.replaceChildren();
  }

  get canvas(): HTMLCanvasElement | null {
    return this.plot?.ctx.canvas ?? null;
  }

  private makeColumns(width: number): void {
    const { builds } = this.app.branch;
    const { from, to } = this.app.range;
    // One bucket more on each side: the line goes on to the edge.
    const stretch = this.app.stretch;
    this.columns = makeColumns(
      builds,
      Math.max(0, stretch.from - 1),
      Math.min(builds.count, stretch.to + 1),
      from,
      to,
      Math.max(60, width - 70),
    );
  }

  private xScale(): { min: number; max: number } {
    const { from, to } = this.app.range;
    if (from === to) return { min: from - 43_200_000, max: to + 43_200_000 };
    const pad = (to - from) * 0.012;
    return { min: from - pad, max: to + pad };
  }

  private create(width: number): void {
    const own = this.options();
    const options: uPlot.Options = {
      width,
      height: this.height(),
      ms: 1,
      pxAlign: 1,
      padding: [8, this.rightPadding(), 0, 0],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      tzDate: (instant) => uPlot.tzDate(new Date(instant), this.app.zone === 'UTC' ? 'Etc/UTC' : zoneName('local')),
      ...own,
      scales: { x: { time: true, range: (_, min, max) => [min, max] }, ...own.scales },
      series: [{}, ...(own.series ?? [])],
      axes: [
        {
          stroke: () => palette().muted,
          font: axisFont,
          size: axisHeight,
          gap: 4,
          space: 64,
          values: timeAxisValues,
          grid: { show: false },
          ticks: { stroke: () => palette().grid, width: 1, size: 4 },
          border: { show: true, stroke: () => palette().grid, width: 1 },
        },
        ...(own.axes ?? []),
      ],
    };
    this.place.replaceChildren();
    this.plot = new uPlot(options, this.data(), (plot, init) => {
      this.place.append(plot.root);
      init();
    });
    this.plot.setScale('x', this.xScale());
    const over = this.plot.over;
    over.append(this.message, this.selection, this.cross, this.tag);
    (this as { over: HTMLElement }).over = over;
    over.classList.add('over');
    over.tabIndex = 0;
    over.setAttribute('role', 'application');
    over.setAttribute('aria-roledescription', 'chart');
    over.setAttribute('aria-label', `${this.title} over time. Arrow keys move between builds, plus and minus zoom.`);
  }

  // CSS pixels; from uPlot's own figures, because asking an element would force a layout.
  get plotWidth(): number {
    return (this.plot?.bbox.width ?? 0) / devicePixelRatio;
  }

  // Instants of the plotting area under CSS pixel `x`.
  instantAt(x: number): number {
    return this.plot?.posToVal(x, 'x') ?? 0;
  }

  columnNear(instant: number): number | null {
    const { times } = this.columns;
    if (times.length === 0) return null;
    const after = lowerBound(times, instant);
    if (after === 0) return 0;
    if (after === times.length) return after - 1;
    return instant - times[after - 1]! < times[after]! - instant ? after - 1 : after;
  }

  columnTime(column: number): number {
    return this.columns.times[column] ?? 0;
  }

  get columnCount(): number {
    return this.columns.times.length;
  }

  // Buckets [from, to) of a column.
  bucketsOf(column: number): [number, number] {
    return [this.columns.starts[column] ?? 0, this.columns.starts[column + 1] ?? 0];
  }

  xOf(column: number): number {
    return this.plot?.valToPos(this.columnTime(column), 'x') ?? 0;
  }

  showSelection(from: number | null, to = 0): void {
    this.selection.hidden = from === null;
    if (from === null) return;
    this.selection.style.transform = `translateX(${Math.min(from, to)}px)`;
    this.selection.style.width = `${Math.abs(to - from)}px`;
  }

  // Follows the cursor of the section; the panel under the pointer has the tooltip instead of the tag.
  moveCursor(tagged = true): void {
    const cursor = this.app.cursor;
    const column =
      cursor && cursor.section === this.section && this.plot ? this.columnNear(cursor.instant) : null;
    if (column === null) {
      this.cross.hidden = true;
      this.tag.hidden = true;
      for (const dot of this.dots) dot.hidden = true;
      return;
    }
    const x = this.xOf(column);
    this.cross.hidden = false;
    this.cross.style.transform = `translateX(${x}px)`;
    const marks = this.marksAt(column);
    marks.forEach((mark, i) => this.placeDot(i, x, mark));
    for (let i = marks.length; i < this.dots.length; i++) this.dots[i]!.hidden = true;
    this.tag.hidden = !tagged;
    if (tagged) {
      const text = this.readingAt(column)
        .map((line) => line.value)
        .join(' · ');
      if (this.tag.textContent !== text) this.tag.textContent = text;
      const right = x > this.plotWidth / 2;
      this.tag.style.transform = `translateX(${x}px) translateX(${right ? 'calc(-100% - 6px)' : '6px'})`;
    }
  }

  private placeDot(i: number, x: number, mark: Mark): void {
    let dot = this.dots[i];
    if (!dot) {
      dot = h('div', { class: 'dot' });
      this.dots.push(dot);
      this.over.append(dot);
    }
    dot.hidden = false;
    dot.style.transform = `translate(${x}px, ${mark.y}px)`;
    dot.style.background = mark.colour;
  }
}

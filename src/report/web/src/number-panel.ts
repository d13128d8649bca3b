// Numeric metrics over time: the line is the mean of what a column stands for, the band behind it reaches from the
// lowest to the highest value, so that no spike is lost.
import uPlot from 'uplot';
import type { App } from './app';
import { stepsOf, tickText, valueRange } from './axis';
import { extent, fillColumns, type ColumnValues } from './columns';
import { difference, limitsOf, type Limit } from './figures';
import { formatValue } from './format';
import { dashOf, fontFamily, palette, seriesColour } from './palette';
import { minAxisWidth, Panel, type Mark, type ReadingLine } from './panel';

const minSpacingOfDots = 14; // CSS pixels; closer points are a line
// A band must not spread over a time without builds, about which it would claim to know something.
const maxBandStep = 12; // CSS pixels
const font = (pixels: number): string => `${pixels}px ${fontFamily}`;

export class NumberPanel extends Panel {
  private values: ColumnValues[] = [];
  private readonly units: string[];
  private ranges: [number, number][] = [];
  private limits: Limit[] = [];

  constructor(
    app: App,
    place: HTMLElement,
    section: number,
    title: string,
    metrics: number[],
    private readonly firstColour: number, // a chart's panels go on counting
  ) {
    super(app, place, section, title, metrics);
    this.units = [...new Set(metrics.map((m) => this.unitOf(m)))];
  }

  private unitOf(m: number): string {
    return this.app.manifest.metrics[m]?.unit ?? '';
  }

  private scaleOf(m: number): string {
    return this.units.indexOf(this.unitOf(m)) > 0 ? 'y2' : 'y';
  }

  protected override height(): number {
    return this.place.clientHeight || 200;
  }

  protected override load(): boolean {
    const empty = new Float64Array(this.columns.times.length).fill(NaN);
    this.values = this.metrics.map((m) => {
      const numbers = this.app.branch.numbersOf(m);
      return numbers
        ? fillColumns(this.columns, numbers)
        : { mean: empty, low: empty, high: empty, stretched: false };
    });
    const only = this.metrics.length === 1 ? this.metrics[0]! : null;
    const last = only === null ? null : this.app.branch.metric(only)?.last;
    this.limits = only !== null && typeof last === 'number' ? limitsOf(this.app.manifest.metrics[only]!, last) : [];
    this.ranges = this.units.map((unit) => this.rangeOf(unit));
    return extent(this.values) !== null;
  }

  private rangeOf(unit: string): [number, number] {
    const own = extent(this.values.filter((_, i) => this.unitOf(this.metrics[i]!) === unit));
    if (!own) return [0, 1];
    let [low, high] = own;
    // A limit just outside belongs into the picture, a distant one would flatten the line.
    const reach = Math.max((high - low) * 0.75, Math.abs(high) * 0.02);
    for (const { value } of this.limits) {
      if (value < low && low - value <= reach) low = value;
      if (value > high && value - high <= reach) high = value;
    }
    return valueRange(low, high, unit);
  }

  protected override data(): uPlot.AlignedData {
    return [
      this.columns.times,
      ...this.values.map(({ mean }) => Array.from(mean, (value) => (Number.isNaN(value) ? null : value))),
    ];
  }

  protected override options(): Partial<uPlot.Options> {
    return {
      scales: {
        y: { range: () => this.ranges[0] ?? [0, 1] },
        ...(this.units.length > 1 ? { y2: { range: () => this.ranges[1] ?? [0, 1] } } : {}),
      },
      series: this.metrics.map((m, i) => ({
        label: this.app.manifest.metrics[m]?.name ?? '',
        scale: this.scaleOf(m),
        stroke: () => seriesColour(this.firstColour + i),
        dash: dashOf(this.firstColour + i),
        width: 1.5,
        points: { show: false },
      })),
      axes: this.units.map((unit, i) => this.axis(unit, i)),
      hooks: {
        drawAxes: [(plot) => this.drawBehind(plot)],
        draw: [(plot) => this.drawInFront(plot)],
      },
    };
  }

  private axis(unit: string, i: number): uPlot.Axis {
    return {
      scale: i === 0 ? 'y' : 'y2',
      side: i === 0 ? 3 : 1,
      stroke: () => palette().muted,
      font: font(11),
      gap: 6,
      space: 30,
      incrs: stepsOf(unit),
      grid: i === 0 ? { stroke: () => palette().grid, width: 1 } : { show: false },
      ticks: { show: false },
      values: (_, ticks, __, ___, step) => {
        const largest = Math.max(...ticks.map(Math.abs), 0);
        return ticks.map((tick) => tickText(tick, step, largest, unit));
      },
      size: (plot, texts) => {
        if (!texts?.length) return minAxisWidth;
        plot.ctx.save();
        plot.ctx.font = font(11 * devicePixelRatio);
        const widest = texts.reduce((most, text) => Math.max(most, plot.ctx.measureText(text).width), 0);
        plot.ctx.restore();
        return Math.max(minAxisWidth, Math.ceil(widest / devicePixelRatio) + 10);
      },
    };
  }

  private clipped(plot: uPlot, paint: (ctx: CanvasRenderingContext2D) => void, beyond = 0): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left - beyond, bbox.top - beyond, bbox.width + 2 * beyond, bbox.height + 2 * beyond);
    ctx.clip();
    paint(ctx);
    ctx.restore();
  }

  private drawBehind(plot: uPlot): void {
    if (this.app.manifest.preview) this.drawPreviewMark(plot);
    this.clipped(plot, (ctx) => {
      this.values.forEach((values, i) => {
        if (values.stretched) this.drawBand(plot, ctx, values, this.metrics[i]!, seriesColour(this.firstColour + i));
      });
    });
  }

  private drawBand(
    plot: uPlot,
    ctx: CanvasRenderingContext2D,
    values: ColumnValues,
    m: number,
    colour: string,
  ): void {
    const scale = this.scaleOf(m);
    const xs = Array.from(this.columns.times, (time) => plot.valToPos(time, 'x', true));
    const reach = maxBandStep * devicePixelRatio;
    const edge = (side: Float64Array, i: number): number => plot.valToPos(side[i]!, scale, true);
    for (let start = 0; start < xs.length; start++) {
      if (Number.isNaN(values.low[start]!)) continue;
      let end = start;
      while (end + 1 < xs.length && !Number.isNaN(values.low[end + 1]!) && xs[end + 1]! - xs[end]! < reach) end++;
      const path = new Path2D();
      if (start === end) {
        // A column far from its neighbours has no width of its own.
        path.rect(xs[start]! - 1, edge(values.high, start), 2, edge(values.low, start) - edge(values.high, start));
      } else {
        for (let i = start; i <= end; i++) path.lineTo(xs[i]!, edge(values.high, i));
        for (let i = end; i >= start; i--) path.lineTo(xs[i]!, edge(values.low, i));
        path.closePath();
      }
      ctx.fillStyle = colour;
      ctx.strokeStyle = colour;
      ctx.lineWidth = devicePixelRatio;
      ctx.globalAlpha = 0.2;
      ctx.fill(path);
      ctx.globalAlpha = 0.35;
      ctx.stroke(path);
      start = end;
    }
  }

  private drawInFront(plot: uPlot): void {
    this.clipped(plot, (ctx) => {
      this.values.forEach((values, i) => this.drawDots(plot, ctx, values, i));
    }, 3 * devicePixelRatio);
    for (const limit of this.limits) this.drawLimit(plot, limit);
  }

  // Every point where there is room, and wherever a value stands alone between gaps.
  private drawDots(plot: uPlot, ctx: CanvasRenderingContext2D, values: ColumnValues, i: number): void {
    const { mean } = values;
    const scale = this.scaleOf(this.metrics[i]!);
    const roomy = plot.bbox.width / devicePixelRatio / Math.max(1, mean.length) >= minSpacingOfDots;
    ctx.fillStyle = seriesColour(this.firstColour + i);
    const radius = (roomy ? 2.5 : 2) * devicePixelRatio;
    for (let c = 0; c < mean.length; c++) {
      if (Number.isNaN(mean[c]!)) continue;
      const alone = !(mean[c - 1]! === mean[c - 1]!) && !(mean[c + 1]! === mean[c + 1]!);
      if (!roomy && !alone) continue;
      ctx.beginPath();
      ctx.arc(plot.valToPos(this.columnTime(c), 'x', true), plot.valToPos(mean[c]!, scale, true), radius, 0, 7);
      ctx.fill();
    }
  }

  private drawLimit(plot: uPlot, limit: Limit): void {
    const { ctx, bbox } = plot;
    const [low, high] = this.ranges[0] ?? [0, 1];
    const colour = limit.warning ? palette().warn : palette().down;
    const outside = limit.value < low ? '↓ ' : limit.value > high ? '↑ ' : '';
    // Half a pixel: a line one pixel wide is then crisp.
    const y = Math.round(plot.valToPos(Math.min(high, Math.max(low, limit.value)), 'y', true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    if (!outside) {
      ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.font = font(10.5 * devicePixelRatio);
    ctx.textAlign = 'left';
    const below = y - bbox.top < 16 * devicePixelRatio;
    ctx.textBaseline = below ? 'top' : 'bottom';
    const text = outside + limit.text;
    const at = bbox.left + 4 * devicePixelRatio;
    const shift = (below ? 3 : -3) * devicePixelRatio;
    // A halo in the card's colour keeps the text legible on top of a line.
    ctx.setLineDash([]);
    ctx.strokeStyle = palette().card;
    ctx.lineWidth = 3 * devicePixelRatio;
    ctx.lineJoin = 'round';
    ctx.strokeText(text, at, y + shift);
    ctx.fillText(text, at, y + shift);
    ctx.restore();
  }

  private drawPreviewMark(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.fillStyle = palette().muted;
    ctx.globalAlpha = 0.25;
    ctx.font = `600 ${font(22 * devicePixelRatio)}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText('PREVIEW', bbox.left + bbox.width / 2, bbox.top + bbox.height / 2);
    ctx.restore();
  }

  protected override marksAt(column: number): Mark[] {
    const marks: Mark[] = [];
    this.values.forEach(({ mean }, i) => {
      const value = mean[column]!;
      if (Number.isNaN(value) || !this.plot) return;
      const y = this.plot.valToPos(value, this.scaleOf(this.metrics[i]!));
      marks.push({ y, colour: seriesColour(this.firstColour + i) });
    });
    return marks;
  }

  override readingAt(column: number): ReadingLine[] {
    return this.metrics.map((m, i) => {
      const metric = this.app.manifest.metrics[m]!;
      const { mean, low, high } = this.values[i]!;
      const value = mean[column] ?? NaN;
      const line: ReadingLine = {
        name: metric.name,
        swatch: `k${((this.firstColour + i) % 8) + 1}`,
        value: formatValue(value, metric.unit),
        detail: '',
        tone: 'flat',
      };
      if (Number.isNaN(value)) return { ...line, value: 'no data' };
      const [from, to] = this.bucketsOf(column);
      const builds = this.app.branch.builds;
      let count = 0;
      for (let b = from; b < to; b++) count += builds.sizes[b]!;
      if (count > 1) {
        const spread = `${formatValue(low[column], metric.unit)} – ${formatValue(high[column], metric.unit)}`;
        return { ...line, value: `avg ${line.value}`, detail: spread };
      }
      const before = this.valueBefore(m, from);
      if (before === null) return line;
      const change = difference(before, value, metric);
      return { ...line, detail: `${change.arrow} ${change.text} ${change.relative ?? ''}`.trim(), tone: change.tone };
    });
  }

  private valueBefore(m: number, bucket: number): number | null {
    const numbers = this.app.branch.numbersOf(m);
    for (let b = bucket - 1; numbers && b >= 0; b--) if (numbers.counts[b]! > 0) return numbers.last[b]!;
    return null;
  }
}

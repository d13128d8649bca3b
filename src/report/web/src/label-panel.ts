// A label metric: a band of states over time, and below it the number of builds per label.
import type uPlot from 'uplot';
import type { App } from './app';
import { h } from './dom';
import { fixed, formatValue } from './format';
import { fontFamily, palette } from './palette';
import { minAxisWidth, Panel, type Mark, type ReadingLine } from './panel';

const bandHeight = 30;
const listedLabels = 6;

interface Share {
  label: number;
  count: number;
}

export class LabelPanel extends Panel {
  private shares: Share[][] = [];
  private readonly list = h('dl', { class: 'bars' });

  constructor(
    app: App,
    place: HTMLElement,
    section: number,
    title: string,
    metric: number,
    private readonly aligned: boolean, // with the numeric panels of the same card
  ) {
    super(app, place, section, title, [metric]);
  }

  private get metric(): number {
    return this.metrics[0]!;
  }

  private nameOf(label: number): string {
    const info = this.app.branch.metric(this.metric);
    return info?.labels?.[label] ?? `other (${info?.others ?? 0} labels)`;
  }

  private colourOf(label: number): string {
    const drawn = this.app.branch.metric(this.metric)?.labels?.length ?? 0;
    return label >= drawn ? palette().muted : (palette().series[label % 8] ?? '#888888');
  }

  protected override height(): number {
    return 36 + 8 + bandHeight;
  }

  override draw(): void {
    super.draw();
    this.place.append(this.list);
    this.drawList();
  }

  protected override load(): boolean {
    const labels = this.app.branch.labelsOf(this.metric);
    let any = false;
    this.shares = Array.from(this.columns.times, (_, column) => {
      const counts = new Map<number, number>();
      const [from, to] = this.bucketsOf(column);
      for (let b = from; labels && b < to; b++) {
        const pairs = labels.pairs[b]!;
        for (let k = 0; k < pairs.length; k += 2) {
          counts.set(pairs[k]!, (counts.get(pairs[k]!) ?? 0) + pairs[k + 1]!);
          any = true;
        }
      }
      return Array.from(counts, ([label, count]) => ({ label, count })).sort((a, b) => a.label - b.label);
    });
    return any;
  }

  protected override data(): uPlot.AlignedData {
    return [this.columns.times, new Array<null>(this.columns.times.length).fill(null)];
  }

  protected override options(): Partial<uPlot.Options> {
    return {
      padding: [8, this.rightPadding(), 0, this.aligned ? minAxisWidth : 4],
      scales: { y: { range: () => [0, 1] } },
      series: [{ show: false }],
      axes: [{ show: false }],
      hooks: { drawAxes: [(plot) => this.drawBand(plot)] },
    };
  }

  // Each column reaches half way to its neighbours; equal neighbours become one stretch with its name on it.
  private drawBand(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { times } = this.columns;
    const x = (i: number): number => plot.valToPos(times[i]!, 'x', true);
    const begin = (i: number): number => (i === 0 ? x(0) - 3 : (x(i - 1) + x(i)) / 2);
    const finish = (i: number): number => (i === times.length - 1 ? x(i) + 3 : (x(i) + x(i + 1)) / 2);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (let i = 0; i < times.length; ) {
      let end = i;
      const single = this.shares[i]!.length === 1 ? this.shares[i]![0]!.label : -1;
      while (
        single >= 0 &&
        end + 1 < times.length &&
        this.shares[end + 1]!.length === 1 &&
        this.shares[end + 1]![0]!.label === single
      ) {
        end++;
      }
      this.drawStretch(ctx, bbox, begin(i), finish(end), this.shares[i]!);
      i = end + 1;
    }
    ctx.restore();
  }

  private drawStretch(
    ctx: CanvasRenderingContext2D,
    box: uPlot.BBox,
    from: number,
    to: number,
    shares: Share[],
  ): void {
    const total = shares.reduce((sum, share) => sum + share.count, 0);
    let y = box.top;
    for (const { label, count } of shares) {
      const height = (box.height * count) / total;
      ctx.fillStyle = this.colourOf(label);
      ctx.fillRect(from, y, Math.max(to - from, 1), height);
      y += height;
    }
    if (shares.length !== 1) return;
    const text = this.nameOf(shares[0]!.label);
    ctx.font = `500 ${11 * devicePixelRatio}px ${fontFamily}`;
    const padding = 6 * devicePixelRatio;
    if (ctx.measureText(text).width + 2 * padding > to - from) return;
    ctx.fillStyle = palette().card;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    ctx.fillText(text, Math.max(from, box.left) + padding, box.top + box.height / 2);
  }

  private drawList(): void {
    const counts = this.app.branch.labelCounts(this.metric, this.app.stretch);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const rows = counts
      .map((count, label) => ({ count, label }))
      .filter((row) => row.count > 0)
      .sort((a, b) => b.count - a.count);
    const most = rows[0]?.count ?? 1;
    const shown = rows.slice(0, listedLabels);
    const rest = rows.slice(listedLabels).reduce((sum, row) => sum + row.count, 0);
    this.list.replaceChildren(
      ...shown.flatMap(({ count, label }) => this.row(this.nameOf(label), count, total, most, this.colourOf(label))),
      ...(rest > 0
        ? this.row(`${rows.length - listedLabels} more labels`, rest, total, Math.max(most, rest), palette().muted)
        : []),
    );
  }

  private row(name: string, count: number, total: number, most: number, colour: string): HTMLElement[] {
    const bar = h('i');
    bar.style.width = `${(count / most) * 100}%`;
    bar.style.background = colour;
    const text = `${formatValue(count, 'integer')} ${count === 1 ? 'build' : 'builds'}`;
    return [
      h('dt', { title: name }, name),
      h('dd', {}, h('span', { class: 'bar', 'aria-hidden': 'true' }, bar)),
      h('dd', { class: 'count' }, text, ' ', h('small', {}, `${fixed((count / total) * 100, 1)}%`)),
    ];
  }

  protected override marksAt(): Mark[] {
    return [];
  }

  override readingAt(column: number): ReadingLine[] {
    const name = this.app.manifest.metrics[this.metric]?.name ?? '';
    const shares = [...(this.shares[column] ?? [])].sort((a, b) => b.count - a.count);
    if (shares.length === 0) return [{ name, swatch: 'k0', value: 'no data', detail: '', tone: 'flat' }];
    const single = shares.length === 1;
    return shares.slice(0, 6).map(({ label, count }) => ({
      name: single ? name : this.nameOf(label),
      swatch: label < (this.app.branch.metric(this.metric)?.labels?.length ?? 0) ? `k${(label % 8) + 1}` : 'k0',
      value: single ? this.nameOf(label) : formatValue(count, 'integer'),
      detail: '',
      tone: 'flat',
    }));
  }
}

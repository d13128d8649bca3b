// One chart of the page: keeps its figures in step with what the reader picks and draws when it is on screen.
import type { App } from './app';
import { h } from './dom';
import { difference, limitsOf, trend, type Change } from './figures';
import { formatValue } from './format';
import { Interaction } from './interaction';
import { LabelPanel } from './label-panel';
import type { Chart } from './manifest';
import { cardMenu } from './menu';
import { NumberPanel } from './number-panel';
import type { Panel } from './panel';
import { sparkline } from './sparkline';
import type { Tooltip } from './tooltip';

const fewPoints = 5;

export interface Services {
  tooltip: Tooltip;
  announce: (text: string) => void;
}

export class Card {
  readonly chart: Chart;
  readonly metrics: number[];
  readonly panels: Panel[] = [];
  visible = false;
  private width = 0;

  constructor(
    private readonly app: App,
    readonly element: HTMLElement,
    private readonly services: Services,
  ) {
    this.chart = app.manifest.charts[Number(element.dataset['chart'])]!;
    this.metrics = this.chart.panels.flat();
    element.querySelector('header')?.append(cardMenu(app, this, services));
    const label = this.metrics.length === 1 && app.manifest.metrics[this.metrics[0]!]!.label;
    if (!label) element.querySelector('.metric .value')?.append(h('span', { class: 'thumb' }));
  }

  get section(): number {
    return this.chart.section;
  }

  // Comes on screen and is drawn in a moment.
  announceDrawing(): void {
    this.visible = true;
    this.element.setAttribute('aria-busy', 'true');
  }

  appear(): void {
    this.visible = true;
    this.ensureDrawn();
  }

  disappear(): void {
    this.visible = false;
    this.element.removeAttribute('aria-busy');
  }

  rangeChanged(): void {
    this.writeFigures();
    for (const panel of this.panels) panel.refresh(this.visible);
  }

  // Only a change of width matters: heights follow from what is drawn.
  resized(): void {
    const width = this.element.clientWidth;
    if (width === this.width) return;
    this.width = width;
    if (this.visible) for (const panel of this.panels) panel.appear();
  }

  zoneChanged(): void {
    for (const panel of this.panels) panel.refresh(this.visible);
  }

  branchChanged(): void {
    for (const panel of this.panels.splice(0)) panel.destroy();
    if (this.visible) this.create();
  }

  // For printing and for exports: drawn although it never was on screen.
  ensureDrawn(): void {
    if (this.panels.length === 0) this.create();
    for (const panel of this.panels) panel.appear();
    this.element.removeAttribute('aria-busy');
  }

  private create(): void {
    this.drawThumb();
    let colour = 0;
    this.chart.panels.forEach((metrics, p) => {
      const place = this.element.querySelector<HTMLElement>(`.plot[data-panel="${p}"]`);
      const labels = this.app.manifest.metrics[metrics[0]!]?.label;
      if (place && metrics.some((m) => this.app.branch.metric(m))) {
        place.classList.remove('bare');
        const panel = labels
          ? new LabelPanel(this.app, place, this.section, this.chart.title, metrics[0]!, this.metrics.length > 1)
          : new NumberPanel(this.app, place, this.section, this.chart.title, metrics, colour);
        panel.draw();
        new Interaction(this.app, panel, this.services.tooltip, this.services.announce);
        this.panels.push(panel);
      } else {
        place?.replaceChildren();
        place?.classList.add('bare');
      }
      if (!labels) colour += metrics.length;
    });
  }

  private drawThumb(): void {
    const thumb = this.element.querySelector('.thumb');
    if (!thumb) return;
    const m = this.metrics[0]!;
    const whole = this.app.branch.statistics(m, this.app.branch.presetStretch(0));
    const numbers = (whole?.count ?? 0) < fewPoints ? null : this.app.branch.numbersOf(m);
    thumb.replaceChildren(...(numbers ? [sparkline(this.app.branch, numbers)] : []));
  }

  // Value, change and figures of each metric, for the branch and range shown.
  writeFigures(): void {
    for (const m of this.metrics) {
      if (this.metrics.length > 1) this.writeLegend(m);
      else this.writeSingle(m);
    }
  }

  private writeSingle(m: number): void {
    const value = this.element.querySelector('.metric .value');
    const thumb = this.element.querySelector('.thumb');
    const figures = this.element.querySelector('.figures');
    const info = this.app.branch.metric(m);
    value?.replaceChildren(
      ...(info
        ? [h('span', { class: 'now' }, this.nowText(m)), ' ', h('span', { class: 'changes' }, ...this.changes(m))]
        : [h('span', { class: 'none' }, 'No data yet')]),
      ...(thumb ? [thumb] : []),
    );
    if (figures?.classList.contains('label')) return; // its bars are the panel's
    const names = ['Min', 'Mean', 'Max', 'Trend'];
    figures?.replaceChildren(
      ...(info ? this.figureCells(m) : []).map((cell, i) => h('div', {}, h('dt', {}, names[i]!), h('dd', {}, cell))),
    );
    this.writeNote(m);
  }

  private writeLegend(m: number): void {
    const row = this.element.querySelector(`tr[data-metric="${m}"]`);
    const head = row?.querySelector('th');
    if (!row || !head) return;
    const label = this.app.manifest.metrics[m]!.label;
    const cells = this.app.branch.metric(m)
      ? [
          h('td', { class: 'now' }, this.nowText(m)),
          h('td', { class: 'changes' }, ...this.changes(m)),
          ...(label ? [h('td', { colspan: 4 })] : this.figureCells(m).map((cell) => h('td', {}, cell))),
        ]
      : [h('td', { class: 'none', colspan: 6 }, 'No data yet')];
    row.replaceChildren(head, ...cells);
  }

  private nowText(m: number): string {
    const last = this.app.branch.metric(m)?.last;
    return typeof last === 'number' ? formatValue(last, this.app.manifest.metrics[m]!.unit) : (last ?? 'N/A');
  }

  private changes(m: number): (Node | string)[] {
    const info = this.app.branch.metric(m);
    const metric = this.app.manifest.metrics[m]!;
    if (!info) return [];
    const parts: (Node | string)[] = [];
    if (typeof info.last === 'number' && typeof info.previous === 'number') {
      parts.push(changeElement(difference(info.previous, info.last, metric)));
      parts.push(h('span', { class: 'what' }, ' vs previous'));
    } else if (typeof info.previous === 'string') {
      const text = info.previous === info.last ? 'unchanged' : `was ${info.previous}`;
      parts.push(h('span', { class: 'change flat' }, text));
    }
    if (info.ago > 0) {
      const ago = `measured ${info.ago} ${info.ago === 1 ? 'build' : 'builds'} ago`;
      parts.push(h('span', { class: 'what' }, parts.length > 0 ? ` · ${ago}` : ago));
    }
    if (typeof info.last === 'number') {
      for (const limit of limitsOf(metric, info.last)) {
        if (limit.broken) parts.push(' ', h('span', { class: 'broken' }, `breaks ${limit.text}`));
      }
    }
    return parts;
  }

  private figureCells(m: number): (Node | string)[] {
    const metric = this.app.manifest.metrics[m]!;
    const statistics = this.app.branch.statistics(m, this.app.stretch);
    if (!statistics) return ['N/A', 'N/A', 'N/A', 'N/A'];
    return [
      formatValue(statistics.low, metric.unit),
      formatValue(statistics.mean, metric.unit),
      formatValue(statistics.high, metric.unit),
      changeElement(trend(statistics, metric)),
    ];
  }

  private writeNote(m: number): void {
    const note = this.element.querySelector('.note');
    const info = this.app.branch.metric(m);
    const count = this.app.branch.statistics(m, this.app.stretch)?.count ?? 0;
    if (!note) return;
    const whole = this.app.stretch.preset === 0;
    const few = info && typeof info.last === 'number' && count < fewPoints;
    note.textContent = !few
      ? ''
      : `Only ${count} ${count === 1 ? 'value' : 'values'} ${whole ? 'so far' : 'in this range'}: too few to show a trend`;
  }
}

export function changeElement(change: Change): HTMLElement {
  return h(
    'span',
    { class: `change ${change.tone}` },
    change.arrow ? h('i', { 'aria-hidden': 'true' }, change.arrow) : null,
    change.arrow ? ' ' : null,
    change.text,
    change.relative ? h('span', { class: 'relative' }, ` ${change.relative}`) : null,
  );
}

// A strip over the whole history: how many builds there were when, and the stretch that the charts show.
import type { App } from './app';
import { h, svg } from './dom';
import { instantText } from './time';

const bars = 160;
const keyStep = 0.02; // of the whole history per arrow key

type Grip = 'from' | 'to' | 'window' | 'new';

export class Brush {
  readonly element = h('div', { class: 'brush', role: 'group', 'aria-label': 'Time range' });
  private readonly drawing = svg('svg', {
    viewBox: `0 0 ${bars} 24`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
    focusable: 'false',
  });
  private readonly window = h('div', { class: 'window' });
  private readonly from = this.handle('from', 'Range starts');
  private readonly to = this.handle('to', 'Range ends');
  private grip: { kind: Grip; x: number; from: number; to: number } | null = null;

  constructor(private readonly app: App) {
    this.element.append(this.drawing as unknown as Node, this.window, this.from, this.to);
    this.element.addEventListener('pointerdown', (event) => this.down(event));
    this.element.addEventListener('pointermove', (event) => this.move(event));
    this.element.addEventListener('pointerup', () => (this.grip = null));
    this.element.addEventListener('pointercancel', () => (this.grip = null));
    this.element.addEventListener('dblclick', () => app.setPreset(0));
    app.on('range', () => this.place());
    app.on('zone', () => this.place());
    app.on('branch', () => this.fill());
    this.fill();
    this.place();
  }

  private handle(kind: 'from' | 'to', label: string): HTMLElement {
    return h('div', {
      class: `handle ${kind}`,
      role: 'slider',
      tabindex: 0,
      'aria-label': label,
      onkeydown: (event: KeyboardEvent) => this.key(kind, event),
    });
  }

  // Bars by square root: a busy week must not hide the quiet ones.
  private fill(): void {
    const { builds, oldest, newest } = this.app.branch;
    const counts = new Float64Array(bars);
    for (let i = 0; i < builds.count; i++) {
      const middle = (builds.first[i]! + builds.last[i]!) / 2;
      const place = newest > oldest ? (middle - oldest) / (newest - oldest) : 0.5;
      counts[Math.min(bars - 1, Math.floor(place * bars))]! += builds.sizes[i]!;
    }
    let most = 1;
    for (const count of counts) most = Math.max(most, count);
    let path = '';
    counts.forEach((count, i) => {
      if (count === 0) return;
      const height = Math.max(2, 22 * Math.sqrt(count / most));
      path += `M${i} 24v-${height.toFixed(1)}h1V24`;
    });
    this.drawing.replaceChildren(svg('path', { d: path }));
  }

  private place(): void {
    const { oldest, newest } = this.app.branch;
    const span = Math.max(newest - oldest, 1);
    const { from, to } = this.app.range;
    const [left, right] = [(from - oldest) / span, newest > oldest ? (to - oldest) / span : 1];
    this.window.style.left = this.from.style.left = `${left * 100}%`;
    this.to.style.left = `${right * 100}%`;
    this.window.style.width = `${(right - left) * 100}%`;
    for (const [handle, value] of [
      [this.from, from],
      [this.to, to],
    ] as const) {
      handle.setAttribute('aria-valuemin', String(Math.round(oldest / 1000)));
      handle.setAttribute('aria-valuemax', String(Math.round(newest / 1000)));
      handle.setAttribute('aria-valuenow', String(Math.round(value / 1000)));
      handle.setAttribute('aria-valuetext', instantText(value, this.app.zone));
    }
  }

  private instantOf(event: PointerEvent): number {
    const box = this.element.getBoundingClientRect();
    const { oldest, newest } = this.app.branch;
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return oldest + share * (newest - oldest);
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const target = event.target as Element;
    const whole = this.app.range.preset === 0;
    let kind: Grip = 'new';
    if (target === this.from) kind = 'from';
    else if (target === this.to) kind = 'to';
    else if (target === this.window && !whole) kind = 'window';
    const { from, to } = this.app.range;
    this.grip = { kind, x: this.instantOf(event), from, to };
    this.element.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const grip = this.grip;
    if (!grip) return;
    const at = this.instantOf(event);
    const { oldest, newest } = this.app.branch;
    if (grip.kind === 'from') this.app.setRange(Math.min(at, grip.to), grip.to);
    else if (grip.kind === 'to') this.app.setRange(grip.from, Math.max(at, grip.from));
    else if (grip.kind === 'new') {
      if (Math.abs(at - grip.x) < (newest - oldest) / 200) return;
      this.app.setRange(Math.min(at, grip.x), Math.max(at, grip.x));
    } else {
      const shift = Math.max(oldest - grip.from, Math.min(newest - grip.to, at - grip.x));
      this.app.setRange(grip.from + shift, grip.to + shift);
    }
  }

  private key(kind: 'from' | 'to', event: KeyboardEvent): void {
    const { oldest, newest } = this.app.branch;
    let { from, to } = this.app.range;
    const step = (newest - oldest) * keyStep * (event.shiftKey ? 5 : 1);
    const sign = ['ArrowRight', 'ArrowUp'].includes(event.key) ? 1 : ['ArrowLeft', 'ArrowDown'].includes(event.key) ? -1 : 0;
    const at = { from, to };
    if (sign !== 0) at[kind] += sign * step;
    else if (event.key === 'Home') at[kind] = kind === 'from' ? oldest : from;
    else if (event.key === 'End') at[kind] = kind === 'from' ? to : newest;
    else return;
    event.preventDefault();
    from = Math.max(oldest, Math.min(at.from, at.to));
    to = Math.min(newest, Math.max(at.from, at.to));
    this.app.setRange(from, to);
  }
}

// Pointer, touch and keyboard on a panel: cross-hair, zoom, pan, pinning the tooltip.
import type { App } from './app';
import type { Panel } from './panel';
import type { Tooltip } from './tooltip';

const dragThreshold = 5; // CSS pixels before a press becomes a drag

export class Interaction {
  private column: number | null = null;
  private press: { x: number; id: number; pan: boolean; dragging: boolean; from: number; to: number } | null = null;
  private readonly touches = new Map<number, number>();
  private pinch: { distance: number; from: number; to: number; at: number } | null = null;
  private pending: number | null = null;

  constructor(
    private readonly app: App,
    private readonly panel: Panel,
    private readonly tooltip: Tooltip,
    private readonly announce: (text: string) => void,
  ) {
    const { over } = panel;
    over.addEventListener('pointermove', (event) => this.move(event));
    over.addEventListener('pointerdown', (event) => this.down(event));
    over.addEventListener('pointerup', (event) => this.up(event));
    over.addEventListener('pointercancel', (event) => this.cancel(event));
    over.addEventListener('pointerleave', () => this.leave());
    over.addEventListener('dblclick', () => this.app.setPreset(0));
    over.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    over.addEventListener('keydown', (event) => this.key(event));
    over.addEventListener('blur', () => this.leave());
  }

  private xOf(event: MouseEvent): number {
    return event.clientX - this.panel.over.getBoundingClientRect().left;
  }

  private move(event: PointerEvent): void {
    const x = this.xOf(event);
    if (this.touches.has(event.pointerId)) this.touches.set(event.pointerId, x);
    if (this.pinch) return this.movePinch();
    const press = this.press;
    if (press && event.pointerType !== 'touch') {
      if (!press.dragging && Math.abs(x - press.x) > dragThreshold) {
        press.dragging = true;
        this.panel.over.setPointerCapture(press.id);
        this.tooltip.hide();
        this.app.setCursor(null);
      }
      if (press.dragging && press.pan) {
        const shift = ((press.x - x) / this.panel.over.clientWidth) * (press.to - press.from);
        return this.panTo(press.from + shift, press.to + shift);
      }
      if (press.dragging) return this.panel.showSelection(press.x, x);
    }
    this.point(x, event.clientX, event.clientY);
  }

  private panTo(from: number, to: number): void {
    const { oldest, newest } = this.app.branch;
    const shift = Math.max(oldest - from, 0) + Math.min(newest - to, 0);
    this.app.setRange(from + shift, to + shift);
  }

  // One update per frame, however many events the mouse sends.
  private point(x: number, clientX: number, clientY: number): void {
    if (this.tooltip.pinned) return;
    if (this.pending !== null) cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => {
      this.pending = null;
      this.pointNow(this.panel.columnNear(this.panel.instantAt(x)), clientX, clientY);
    });
  }

  private pointNow(column: number | null, clientX: number, clientY: number): void {
    if (column === null) return;
    this.column = column;
    this.tooltip.owner = this.panel;
    this.app.setCursor({ section: this.panel.section, instant: this.panel.columnTime(column) });
    this.tooltip.show(this.panel, column, clientX, clientY);
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const x = this.xOf(event);
    if (event.pointerType === 'touch') {
      this.touches.set(event.pointerId, x);
      if (this.touches.size === 2) return this.startPinch();
    }
    const { from, to } = this.app.range;
    this.press = { x, id: event.pointerId, pan: event.shiftKey, dragging: false, from, to };
  }

  private up(event: PointerEvent): void {
    this.touches.delete(event.pointerId);
    if (this.pinch) {
      if (this.touches.size === 0) this.pinch = null;
      this.press = null;
      return;
    }
    const press = this.press;
    this.press = null;
    this.panel.showSelection(null);
    if (!press) return;
    const x = this.xOf(event);
    if (press.dragging && !press.pan) {
      const [a, b] = [this.panel.instantAt(press.x), this.panel.instantAt(x)];
      this.app.setRange(Math.min(a, b), Math.max(a, b));
    } else if (!press.dragging) {
      if (this.pending !== null) cancelAnimationFrame(this.pending);
      this.pending = null;
      this.tooltip.unpin();
      this.pointNow(this.panel.columnNear(this.panel.instantAt(x)), event.clientX, event.clientY);
      this.tooltip.pin();
    }
  }

  private cancel(event: PointerEvent): void {
    this.touches.delete(event.pointerId);
    this.press = null;
    this.pinch = null;
    this.panel.showSelection(null);
  }

  private leave(): void {
    if (this.press?.dragging || this.tooltip.pinned) return;
    if (this.pending !== null) cancelAnimationFrame(this.pending);
    this.pending = null;
    this.tooltip.hide();
    this.app.setCursor(null);
  }

  private startPinch(): void {
    const [a = 0, b = 0] = this.touches.values();
    const { from, to } = this.app.range;
    this.pinch = { distance: Math.max(Math.abs(a - b), 10), from, to, at: this.panel.instantAt((a + b) / 2) };
    this.tooltip.hide();
    this.app.setCursor(null);
  }

  private movePinch(): void {
    const pinch = this.pinch;
    if (!pinch || this.touches.size < 2) return;
    const [a = 0, b = 0] = this.touches.values();
    const factor = pinch.distance / Math.max(Math.abs(a - b), 10);
    this.app.setRange(pinch.at - (pinch.at - pinch.from) * factor, pinch.at + (pinch.to - pinch.at) * factor);
  }

  // With ctrl or ⌘ the wheel zooms, sideways it pans; otherwise the page scrolls as it should.
  private wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.app.zoom(Math.exp(event.deltaY * 0.004), this.panel.instantAt(this.xOf(event)));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.app.pan((event.deltaX || event.deltaY) / this.panel.over.clientWidth);
    }
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (step !== 0 && event.shiftKey) this.app.pan(step * 0.2);
    else if (step !== 0) this.step(step);
    else if (event.key === 'Home') this.stepTo(0);
    else if (event.key === 'End') this.stepTo(this.panel.columnCount - 1);
    else if (event.key === '+' || event.key === '=') this.app.zoom(0.5, this.zoomPoint());
    else if (event.key === '-' || event.key === '_') this.app.zoom(2, this.zoomPoint());
    else if (event.key === '0') this.app.setPreset(0);
    else if (event.key === 'Enter' && this.column !== null) this.pinHere();
    else if (event.key === 'Escape') this.escape();
    else return;
    event.preventDefault();
  }

  private zoomPoint(): number {
    const { from, to } = this.app.range;
    return this.app.cursor?.instant ?? (from + to) / 2;
  }

  private step(by: number): void {
    const at = this.app.cursor ? this.panel.columnNear(this.app.cursor.instant) : null;
    this.stepTo(at === null ? (by < 0 ? this.panel.columnCount - 1 : 0) : at + by);
  }

  private stepTo(column: number): void {
    const clamped = Math.max(0, Math.min(this.panel.columnCount - 1, column));
    if (this.panel.columnCount === 0) return;
    this.tooltip.unpin();
    const box = this.panel.over.getBoundingClientRect();
    this.pointNow(clamped, box.left + this.panel.xOf(clamped), box.top + box.height / 3);
    this.announce(this.tooltip.text());
  }

  private pinHere(): void {
    this.tooltip.pin();
    this.tooltip.focusLink();
  }

  private escape(): void {
    if (this.tooltip.visible) {
      this.tooltip.unpin();
      this.leave();
    } else {
      this.app.setPreset(0);
    }
  }
}

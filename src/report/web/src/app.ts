// What the reader has chosen, and who wants to know when that changes.
import { Branch, type Stretch } from './branch';
import type { Manifest } from './manifest';
import type { Zone } from './time';

// Instants in milliseconds; a preset is an index into the manifest's list.
export interface Range {
  from: number;
  to: number;
  preset: number | null;
}

export interface Cursor {
  section: number;
  instant: number;
}

type Event = 'range' | 'branch' | 'zone' | 'theme' | 'cursor';

// Zooming in further than this shows nothing more.
const shortestRange = 60_000;

export class App {
  branch: Branch;
  range: Range;
  stretch: Stretch;
  zone: Zone = 'UTC';
  cursor: Cursor | null = null;
  private readonly listeners = new Map<Event, (() => void)[]>();
  private readonly branches: Branch[] = [];

  constructor(readonly manifest: Manifest) {
    this.branch = this.branches[0] = new Branch(manifest, 0);
    this.range = this.presetRange(0);
    this.stretch = this.branch.presetStretch(0);
  }

  on(event: Event, listener: () => void): void {
    const list = this.listeners.get(event) ?? [];
    list.push(listener);
    this.listeners.set(event, list);
  }

  emit(event: Event): void {
    for (const listener of this.listeners.get(event) ?? []) listener();
  }

  private presetRange(preset: number): Range {
    const { oldest, newest } = this.branch;
    const days = this.manifest.presets[preset]?.days ?? 0;
    // A range that begins before the first build would only be empty there.
    return { from: days === 0 ? oldest : Math.max(oldest, newest - days * 86_400_000), to: newest, preset };
  }

  setPreset(preset: number): void {
    this.range = this.presetRange(preset);
    this.stretch = this.branch.presetStretch(preset);
    this.emit('range');
  }

  // Cut to the data and widened to the shortest sensible range; the whole history is the preset `All`.
  setRange(from: number, to: number): void {
    const { oldest, newest } = this.branch;
    const middle = (from + to) / 2;
    const half = Math.max(to - from, Math.min(shortestRange, newest - oldest)) / 2;
    let begin = Math.max(oldest, middle - half);
    const end = Math.min(newest, begin + 2 * half);
    begin = Math.max(oldest, Math.min(begin, end - 2 * half));
    if (begin <= oldest && end >= newest) return this.setPreset(0);
    this.range = { from: begin, to: end, preset: null };
    this.stretch = this.branch.stretch(begin, end);
    this.emit('range');
  }

  zoom(factor: number, at = (this.range.from + this.range.to) / 2): void {
    const { from, to } = this.range;
    this.setRange(at - (at - from) * factor, at + (to - at) * factor);
  }

  pan(share: number): void {
    const { from, to } = this.range;
    const { oldest, newest } = this.branch;
    const step = Math.max(oldest - from, Math.min(newest - to, (to - from) * share));
    if (step !== 0) this.setRange(from + step, to + step);
  }

  setBranch(index: number): void {
    this.branch = this.branches[index] ??= new Branch(this.manifest, index);
    this.cursor = null;
    this.emit('branch');
    this.setPreset(this.range.preset ?? 0);
  }

  get branchIndex(): number {
    return this.branches.indexOf(this.branch);
  }

  setZone(zone: Zone): void {
    this.zone = zone;
    this.emit('zone');
  }

  setCursor(cursor: Cursor | null): void {
    if (cursor === null && this.cursor === null) return;
    this.cursor = cursor;
    this.emit('cursor');
  }
}

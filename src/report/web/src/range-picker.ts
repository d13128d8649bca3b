// Presets, and a custom range between two days.
import type { App } from './app';
import { h } from './dom';
import { dayOf, startOfDay, zoneName } from './time';

const dayLength = 86_400_000;

export class RangePicker {
  readonly element = h('div', { class: 'ranges', role: 'group', 'aria-label': 'Range' });
  private readonly presets: HTMLButtonElement[];
  private readonly custom = h(
    'button',
    { type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', onclick: () => this.toggle() },
    'Custom',
  );
  private readonly from = h('input', { type: 'date', id: 'range-from', required: true });
  private readonly to = h('input', { type: 'date', id: 'range-to', required: true });
  private readonly error = h('p', { class: 'error', role: 'alert' });
  private readonly zoneNote = h('p', { class: 'hint' });
  private readonly popover: HTMLElement;

  constructor(private readonly app: App) {
    this.presets = app.manifest.presets.map((preset, i) =>
      h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => app.setPreset(i) }, preset.label),
    );
    const form = h(
      'form',
      { novalidate: true },
      h('label', { for: 'range-from' }, 'From'),
      this.from,
      h('label', { for: 'range-to' }, 'To'),
      this.to,
      this.zoneNote,
      this.error,
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', class: 'button', onclick: () => this.clear() }, 'Clear'),
        h('button', { type: 'submit', class: 'button primary' }, 'Apply'),
      ),
    );
    this.popover = h('div', { class: 'popover', hidden: true, role: 'dialog', 'aria-label': 'Custom range' }, form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.apply();
    });
    this.element.append(...this.presets, h('span', { class: 'anchor' }, this.custom, this.popover));
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.popover.hidden) this.close(true);
    });
    document.addEventListener('pointerdown', (event) => {
      if (!this.popover.hidden && !this.popover.parentElement?.contains(event.target as Node)) this.close(false);
    });
    app.on('range', () => this.mark());
    this.mark();
  }

  private mark(): void {
    const { preset } = this.app.range;
    this.presets.forEach((button, i) => button.setAttribute('aria-pressed', String(i === preset)));
    this.custom.classList.toggle('active', preset === null);
  }

  private toggle(): void {
    if (this.popover.hidden) this.open();
    else this.close(true);
  }

  private open(): void {
    const { zone, branch, range } = this.app;
    for (const input of [this.from, this.to]) {
      input.min = dayOf(branch.oldest, zone);
      input.max = dayOf(branch.newest, zone);
    }
    this.from.value = dayOf(range.from, zone);
    this.to.value = dayOf(range.to, zone);
    this.zoneNote.textContent = `Whole days, ${zone === 'UTC' ? 'UTC' : zoneName(zone)}`;
    this.error.textContent = '';
    this.popover.hidden = false;
    this.custom.setAttribute('aria-expanded', 'true');
    this.from.focus();
  }

  private close(focus: boolean): void {
    this.popover.hidden = true;
    this.custom.setAttribute('aria-expanded', 'false');
    if (focus) this.custom.focus();
  }

  private clear(): void {
    this.app.setPreset(0);
    this.close(true);
  }

  private apply(): void {
    const { zone, branch } = this.app;
    const from = startOfDay(this.from.value, zone);
    const to = startOfDay(this.to.value, zone) + dayLength - 1;
    const problem = Number.isNaN(from) || Number.isNaN(to)
      ? 'Enter both days.'
      : from > to
        ? 'The range ends before it begins.'
        : to < branch.oldest || from > branch.newest
          ? 'There are no builds in this range.'
          : '';
    this.error.textContent = problem;
    if (problem) return;
    this.app.setRange(from, to);
    this.close(true);
  }
}

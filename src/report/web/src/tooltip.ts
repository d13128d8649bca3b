// The one tooltip of the page: which build, its values, and where to read on.
import type { App } from './app';
import { byId, h } from './dom';
import { formatValue } from './format';
import { commitLink, runLink } from './host';
import type { Panel } from './panel';
import { instantText, spanText, zoneName } from './time';

export class Tooltip {
  readonly element = h('div', { class: 'tooltip', role: 'group', 'aria-label': 'Build', hidden: true });
  pinned = false;
  owner: Panel | null = null;
  private returnFocus: HTMLElement | null = null;

  constructor(private readonly app: App) {
    byId('main')?.append(this.element);
    document.addEventListener('pointerdown', (event) => {
      const target = event.target as Node;
      if (this.pinned && !this.element.contains(target) && !this.owner?.over.contains(target)) this.dismiss();
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.dismiss();
    });
    addEventListener('scroll', () => this.dismiss(), { passive: true });
  }

  get visible(): boolean {
    return !this.element.hidden;
  }

  show(panel: Panel, column: number, clientX: number, clientY: number): void {
    this.owner = panel;
    this.element.replaceChildren(...this.content(panel, column));
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const room = document.documentElement.clientWidth;
    let x = clientX + 14;
    if (x + width > room - 6) x = clientX - width - 14;
    x = Math.max(6, Math.min(x, room - width - 6));
    const y = Math.max(6, Math.min(clientY - height - 12 < 6 ? clientY + 18 : clientY - height - 12, innerHeight - height - 6));
    this.element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  private content(panel: Panel, column: number): HTMLElement[] {
    const [from, to] = panel.bucketsOf(column);
    const { builds } = this.app.branch;
    let count = 0;
    for (let b = from; b < to; b++) count += builds.sizes[b]!;
    const newest = to - 1;
    const zone = this.app.zone;
    const single = count === 1;
    const when = single
      ? instantText(builds.first[from]!, zone)
      : `${spanText(builds.first[from]!, builds.last[newest]!, zone)} ${zone === 'UTC' ? 'UTC' : zoneName(zone)}`;
    const lines = panel.readingAt(column).map((line) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, h('b', { class: `swatch ${line.swatch}` }), line.name),
        h('td', {}, line.value),
        h('td', { class: line.tone }, line.detail),
      ),
    );
    const none = panel.readingAt(column).every((line) => line.value === 'no data');
    return [
      h('p', { class: 'when' }, when),
      single ? null : h('p', { class: 'joined' }, `${formatValue(count, 'integer')} builds joined into one point`),
      none
        ? h('p', {}, single ? 'No data for this build' : 'No data for these builds')
        : h('table', {}, h('tbody', {}, ...lines)),
      this.origin(newest, single),
    ].filter((element): element is HTMLElement => element !== null);
  }

  private origin(bucket: number, single: boolean): HTMLElement {
    const { builds } = this.app.branch;
    const { url } = this.app.manifest;
    const run = builds.runs[bucket - builds.exact] ?? '';
    const event = builds.events[bucket - builds.exact] ?? '';
    const number = builds.runNumbers[bucket] ?? 0;
    return h(
      'p',
      { class: 'origin' },
      single ? null : 'last: ',
      commitLink(url, builds.commits[bucket] ?? ''),
      number > 0 ? ' · ' : null,
      number > 0 ? runLink(url, run, `run #${number}`) : null,
      event && event !== 'push' ? ` · ${event}` : null,
    );
  }

  text(): string {
    return Array.from(this.element.children, (child) => child.textContent ?? '').join(', ');
  }

  pin(): void {
    if (!this.visible) return;
    this.pinned = true;
    this.element.classList.add('pinned');
  }

  unpin(): void {
    this.pinned = false;
    this.element.classList.remove('pinned');
  }

  focusLink(): void {
    this.returnFocus = document.activeElement as HTMLElement | null;
    this.element.querySelector<HTMLElement>('a')?.focus();
  }

  hide(): void {
    if (this.pinned) return;
    this.element.hidden = true;
  }

  dismiss(): void {
    if (!this.visible) return;
    const inside = this.element.contains(document.activeElement);
    this.unpin();
    this.hide();
    this.app.setCursor(null);
    if (inside) this.returnFocus?.focus();
  }
}

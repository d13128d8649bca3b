// Brings the static page to life.
import { App } from './app';
import { Card } from './card';
import { byId, h } from './dom';
import { DrawQueue } from './draw-queue';
import { applyLink, linkTo } from './link';
import { readManifest } from './manifest';
import { buildSearch } from './search';
import { buildThemeSwitch, buildZoneSwitch } from './switches';
import { buildBranchSelector, buildFreshness, buildToolbar } from './toolbar';
import { Tooltip } from './tooltip';

function start(): void {
  const app = new App(readManifest());
  buildThemeSwitch(app);
  buildZoneSwitch(app);
  if (app.branch.builds.count === 0) return;

  const status = h('p', { class: 'sr', role: 'status' });
  document.body.append(status);
  const tooltip = new Tooltip(app);
  const announce = (text: string): void => {
    status.textContent = text;
  };
  const cards = Array.from(
    document.querySelectorAll<HTMLElement>('.card'),
    (element) => new Card(app, element, { tooltip, announce }),
  );
  buildToolbar(app, buildSearch(app));
  buildFreshness(app);
  buildBranchSelector(app);
  watch(app, cards, tooltip);
  follow(app, cards);
}

function watch(app: App, cards: Card[], tooltip: Tooltip): void {
  const byElement = new Map<Element, Card>(cards.map((card) => [card.element, card]));
  const queue = new DrawQueue();
  const onScreen = new IntersectionObserver(
    (entries) => {
      const shown: Card[] = [];
      for (const entry of entries) {
        const card = byElement.get(entry.target);
        if (!entry.isIntersecting) card?.disappear();
        else if (card) shown.push(card);
      }
      queue.add(shown);
    },
    { rootMargin: '150px' },
  );
  const resized = new ResizeObserver((entries) => {
    for (const entry of entries) byElement.get(entry.target)?.resized();
  });
  for (const card of cards) {
    onScreen.observe(card.element);
    resized.observe(card.element);
  }
  app.on('range', () => {
    tooltip.dismiss();
    for (const card of cards) card.rangeChanged();
  });
  app.on('branch', () => {
    for (const card of cards) card.branchChanged();
  });
  app.on('zone', () => {
    for (const card of cards) card.zoneChanged();
  });
  app.on('theme', () => {
    for (const card of cards) for (const panel of card.panels) panel.recolour();
  });
  app.on('cursor', () => {
    for (const card of cards) {
      if (card.visible) for (const panel of card.panels) panel.moveCursor(panel !== tooltip.owner);
    }
  });
  // Drawn about as wide as a sheet's columns, so that their text is still legible on it.
  addEventListener('beforeprint', () => {
    document.documentElement.classList.add('printing');
    for (const card of cards) card.ensureDrawn();
  });
  addEventListener('afterprint', () => document.documentElement.classList.remove('printing'));
}

// Keeps the address in step, and obeys it.
function follow(app: App, cards: Card[]): void {
  let pending = 0;
  const write = (): void => {
    clearTimeout(pending);
    pending = window.setTimeout(() => {
      try {
        history.replaceState(null, '', linkTo(app, null));
      } catch {
        // Some viewers forbid it; the page works without.
      }
    }, 250);
  };
  const obey = (): void => {
    const key = applyLink(app);
    const card = cards.find((one) => one.metrics.some((m) => app.manifest.metrics[m]!.key === key));
    if (!card) return;
    const folded = card.element.closest('details');
    if (folded) folded.open = true;
    card.element.scrollIntoView({ block: 'center' });
    card.element.classList.add('found');
  };
  obey();
  app.on('range', write);
  app.on('branch', write);
  addEventListener('hashchange', obey);
}

if (byId('manifest')) start();

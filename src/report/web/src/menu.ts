// A card's menu: table, downloads, link.
import type { App } from './app';
import type { Card, Services } from './card';
import { h, icon } from './dom';
import { downloadCsv, downloadPng } from './export';
import { linkTo } from './link';
import { openTable } from './table';

export function cardMenu(app: App, card: Card, services: Services): HTMLElement {
  const entries: [string, () => void][] = [
    ['Show as table', () => openTable(app, card)],
    ['Save image (PNG)', () => downloadPng(app, card)],
    ['Save data (CSV)', () => downloadCsv(app, card)],
    ['Copy link', () => copyLink(app, card, services)],
    ['Full width', () => card.element.classList.toggle('wide')],
  ];
  const list = h('div', { class: 'menu', role: 'menu', hidden: true });
  const button = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': `Actions for ${card.chart.title}`,
    },
    icon('more'),
  );
  const close = (focus: boolean): void => {
    list.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    if (focus) button.focus();
  };
  const items = entries.map(([text, action]) =>
    h(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        tabindex: -1,
        onclick: () => {
          close(true);
          action();
        },
      },
      text,
    ),
  );
  list.append(...items);
  const open = (first: number): void => {
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    items[first]?.focus();
  };
  button.addEventListener('click', () => (list.hidden ? open(0) : close(true)));
  button.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      open(event.key === 'ArrowDown' ? 0 : items.length - 1);
    }
  });
  list.addEventListener('keydown', (event) => {
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) items[(at + step + items.length) % items.length]?.focus();
    else if (event.key === 'Home') items[0]?.focus();
    else if (event.key === 'End') items[items.length - 1]?.focus();
    else if (event.key === 'Escape') close(true);
    else return;
    event.preventDefault();
  });
  const box = h('div', { class: 'actions' }, button, list);
  box.addEventListener('focusout', (event) => {
    if (!box.contains(event.relatedTarget as Node | null)) close(false);
  });
  return box;
}

function copyLink(app: App, card: Card, services: Services): void {
  const link = linkTo(app, card);
  history.replaceState(null, '', link);
  const done = (): void => services.announce('Link copied');
  // Without permission the link is at least in the address bar.
  if (navigator.clipboard) navigator.clipboard.writeText(link).then(done, () => services.announce('Link is in the address bar'));
  else services.announce('Link is in the address bar');
}

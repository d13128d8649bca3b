// Choices about the page itself: theme and time zone.
import type { App } from './app';
import { byId, h, icon } from './dom';
import { forgetPalette } from './palette';
import { rememberedTheme, rememberTheme, type Theme } from './theme';
import { instantText, localZone } from './time';

const order: Theme[] = ['system', 'light', 'dark'];

export function buildThemeSwitch(app: App): void {
  const recolour = (): void => {
    forgetPalette();
    app.emit('theme');
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
  if (app.manifest.locked) return;
  let theme = rememberedTheme();
  const button = h('button', { type: 'button', class: 'quiet theme' });
  const show = (): void => {
    button.replaceChildren(icon(theme));
    button.setAttribute('aria-label', `Theme: ${theme}`);
    button.title = `Theme: ${theme}`;
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', theme);
  };
  button.addEventListener('click', () => {
    theme = order[(order.indexOf(theme) + 1) % order.length]!;
    rememberTheme(theme);
    show();
    recolour();
  });
  show();
  // Paper is white, and browsers leave backgrounds out.
  addEventListener('beforeprint', () => {
    document.documentElement.setAttribute('data-theme', 'light');
    recolour();
  });
  addEventListener('afterprint', () => {
    show();
    recolour();
  });
  byId('switches')?.append(button);
}

export function buildZoneSwitch(app: App): void {
  const place = byId('zone');
  const update = (): void => {
    for (const time of document.querySelectorAll('time')) {
      time.textContent = instantText(Date.parse(time.dateTime), app.zone);
    }
  };
  const local = localZone();
  if (place && local !== 'UTC' && local !== 'Etc/UTC') {
    const text = h('span');
    const button = h('button', { type: 'button', class: 'link' });
    const show = (): void => {
      text.textContent = app.zone === 'UTC' ? 'Times are in UTC. ' : `Times are in your zone, ${local}. `;
      button.textContent = app.zone === 'UTC' ? `Show in ${local}` : 'Show in UTC';
    };
    button.addEventListener('click', () => {
      app.setZone(app.zone === 'UTC' ? 'local' : 'UTC');
      show();
    });
    show();
    place.replaceChildren(text, button);
  }
  app.on('zone', update);
  update();
}

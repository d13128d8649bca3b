// Runs in the head, before the first paint: a remembered theme must not flash, and the tools' space is kept free.
import { rememberedTheme } from './theme';

const root = document.documentElement;
root.classList.add('js');
if (!root.hasAttribute('data-locked')) {
  const theme = rememberedTheme();
  if (theme !== 'system') root.setAttribute('data-theme', theme);
}

// Finding metrics: cards that do not match disappear, and sections without a match with them.
import type { App } from './app';
import { byId, h, icon } from './dom';

export function buildSearch(app: App): HTMLElement {
  const input = h('input', {
    type: 'search',
    placeholder: 'Search metrics',
    'aria-label': 'Search metrics',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const result = h('p', { class: 'none', role: 'status' });
  byId('main')?.append(result);
  const texts = app.manifest.charts.map((chart) =>
    [chart.title, ...chart.panels.flat().map((m) => describe(app, m))].join('\n').toLowerCase(),
  );
  const apply = (): void => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const card of document.querySelectorAll<HTMLElement>('.card')) {
      const text = texts[Number(card.dataset['chart'])] ?? '';
      card.hidden = !words.every((word) => text.includes(word));
      if (!card.hidden) found++;
    }
    for (const section of document.querySelectorAll<HTMLElement>('.section')) {
      const any = section.querySelector('.card:not([hidden])') !== null;
      section.hidden = words.length > 0 && !any;
      if (section instanceof HTMLDetailsElement && words.length > 0 && any) section.open = true;
    }
    result.textContent = found === 0 && words.length > 0 ? `No metric matches “${input.value.trim()}”.` : '';
  };
  input.addEventListener('input', apply);
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || input.value === '') return;
    input.value = '';
    apply();
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof Element && event.target.closest('input, select, textarea, dialog');
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    input.focus();
  });
  return h('div', { class: 'search' }, icon('search'), input);
}

function describe(app: App, m: number): string {
  const metric = app.manifest.metrics[m]!;
  return `${metric.name} ${metric.key} ${metric.description ?? ''}`;
}

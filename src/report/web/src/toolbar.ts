// The bar that stays on top: search, range, brush, number of builds, reset.
import type { App } from './app';
import { Brush } from './brush';
import { byId, h } from './dom';
import { formatValue } from './format';
import { RangePicker } from './range-picker';
import { commitLink, runLink } from './host';
import { agoText, dayOf, instantText } from './time';

export function buildToolbar(app: App, search: HTMLElement): void {
  const count = h('span', { class: 'count', role: 'status' });
  const reset = h('button', { type: 'button', class: 'button reset', onclick: () => app.setPreset(0) }, 'Reset zoom');
  const update = (): void => {
    const shown = app.branch.buildsIn(app.stretch);
    const all = app.branch.info.builds[0] ?? 0;
    const total = `${formatValue(all, 'integer')} ${all === 1 ? 'build' : 'builds'}`;
    count.textContent = shown === all ? total : `${formatValue(shown, 'integer')} of ${total}`;
    // Keeps its place: the brush must not change its width under the pointer.
    reset.classList.toggle('away', app.range.preset !== null);
  };
  app.on('range', update);
  update();
  byId('tools')?.append(search, new RangePicker(app).element, new Brush(app).element, count, reset);
}

// `last recorded 3 h ago, 2 builds today`
export function buildFreshness(app: App): void {
  const place = byId('fresh');
  const update = (): void => {
    const { builds, newest } = app.branch;
    const now = Date.now();
    const today = dayOf(now, app.zone);
    let count = 0;
    for (let i = builds.count - 1; i >= builds.exact && dayOf(builds.first[i]!, app.zone) === today; i--) count++;
    const more = count > 0 ? `, ${count} ${count === 1 ? 'build' : 'builds'} today` : '';
    if (place) place.textContent = `last recorded ${agoText(newest, now)}${more}`;
  };
  app.on('branch', update);
  app.on('zone', update);
  setInterval(update, 60_000);
  update();
}

export function buildBranchSelector(app: App): void {
  const place = byId('branch');
  const { leftOut } = app.manifest;
  if (!place || app.manifest.branches.length < 2) return;
  const select = h(
    'select',
    { 'aria-label': 'Branch' },
    ...app.manifest.branches.map((branch, i) => h('option', { value: i }, branch.name)),
    leftOut > 0 ? h('option', { disabled: true }, `${leftOut} more without room on this page`) : null,
  );
  select.addEventListener('change', () => app.setBranch(Number(select.value)));
  app.on('branch', () => {
    select.value = String(app.branchIndex);
    writeLastBuild(app);
  });
  place.replaceChildren(select);
  place.classList.add('selectable');
}


// The header's newest build, for a branch that the static page does not speak of.
function writeLastBuild(app: App): void {
  const { builds, newest } = app.branch;
  const { url } = app.manifest;
  const commit = builds.commits[builds.count - 1] ?? '';
  const run = builds.runs[builds.runs.length - 1] ?? '';
  const number = builds.runNumbers[builds.count - 1] ?? 0;
  byId('last-build')?.replaceChildren(
    'last build ',
    commitLink(url, commit),
    ' · ',
    ...(number > 0 ? [runLink(url, run, `run #${number}`), ' · '] : []),
    h('time', { datetime: new Date(newest).toISOString() }, instantText(newest, app.zone)),
  );
}

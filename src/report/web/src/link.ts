// Deep links: `#metric=key&range=30d&branch=main`. A range is a preset's id or two instants.
import type { App } from './app';
import type { Card } from './card';

// To a card, or to what the address names already.
export function linkTo(app: App, card: Card | null): string {
  const parts = new URLSearchParams();
  const named = new URLSearchParams(location.hash.slice(1)).get('metric');
  const metric = card ? app.manifest.metrics[card.metrics[0]!]!.key : named;
  if (metric !== null) parts.set('metric', metric);
  const { preset, from, to } = app.range;
  if (preset !== 0) {
    const id = preset === null ? null : app.manifest.presets[preset]?.id;
    parts.set('range', id ?? `${new Date(from).toISOString()}..${new Date(to).toISOString()}`);
  }
  if (app.branchIndex > 0) parts.set('branch', app.branch.info.name);
  const text = parts.toString().replace(/%3A/g, ':');
  return location.href.replace(/#.*$/s, '') + (text ? `#${text}` : '');
}

// Obeys the address: branch and range now; returns the key of the metric to show.
export function applyLink(app: App): string | null {
  const parts = new URLSearchParams(location.hash.slice(1));
  const branch = app.manifest.branches.findIndex((info) => info.name === parts.get('branch'));
  if (branch > 0 && branch !== app.branchIndex) app.setBranch(branch);
  const range = parts.get('range');
  if (range) {
    const preset = app.manifest.presets.findIndex((one) => one.id === range);
    const [from = NaN, to = NaN] = range.split('..').map((text) => Date.parse(text));
    if (preset >= 0) app.setPreset(preset);
    else if (from <= to) app.setRange(from, to);
  }
  return parts.get('metric');
}

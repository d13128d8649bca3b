// Downloads: a card's chart as an image, its data as CSV. Both are made here; nothing is fetched.
import type { App } from './app';
import type { Card } from './card';
import { csvText, type Field } from './csv';
import { h } from './dom';
import { fontFamily, palette, seriesColour } from './palette';
import { cellsOf, rowsOf } from './rows';
import { spanText, zoneName } from './time';

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = h('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function fileName(app: App, card: Card, ending: string): string {
  const key = card.metrics.length === 1 ? app.manifest.metrics[card.metrics[0]!]!.key : card.chart.title;
  const plain = `${app.manifest.preview ? 'preview-' : ''}${key}`.replace(/[^A-Za-z0-9._-]+/g, '-');
  return `${plain.slice(0, 80) || 'chart'}.${ending}`;
}

export function csvOf(app: App, card: Card): string {
  const header: Field[] = ['first', 'last', 'builds', 'run_number', 'commit', 'run_id', 'event'];
  const cells = card.metrics.map((m) => cellsOf(app, m));
  card.metrics.forEach((m) => {
    const { key, label } = app.manifest.metrics[m]!;
    header.push(...(label ? [key] : [key, `${key} min`, `${key} max`]));
  });
  const mark = app.manifest.preview ? 'preview: invented values' : null;
  if (mark) header.push(mark);
  const rows = rowsOf(app).map((row): Field[] => {
    const fields: Field[] = [
      new Date(row.first).toISOString(),
      new Date(row.last).toISOString(),
      row.builds,
      row.runNumber,
      row.commit,
      row.run,
      row.event,
    ];
    card.metrics.forEach((m, i) => {
      const { value, low, high } = cells[i]!(row);
      fields.push(...(app.manifest.metrics[m]!.label ? [value] : [value, low, high]));
    });
    if (mark) fields.push(mark);
    return fields;
  });
  return csvText([header, ...rows]);
}

export function downloadCsv(app: App, card: Card): void {
  save(new Blob([csvOf(app, card)], { type: 'text/csv;charset=utf-8' }), fileName(app, card, 'csv'));
}

export function downloadPng(app: App, card: Card): void {
  card.ensureDrawn();
  const canvases = card.panels.map((panel) => panel.canvas).filter((canvas): canvas is HTMLCanvasElement => !!canvas);
  const ratio = devicePixelRatio;
  const margin = 16 * ratio;
  const top = 58 * ratio;
  const legend = card.metrics.length > 1 ? 22 * ratio : 0;
  const width = Math.max(...canvases.map((canvas) => canvas.width), 320 * ratio) + 2 * margin;
  const height = canvases.reduce((sum, canvas) => sum + canvas.height, 0) + top + legend + margin;
  const image = h('canvas', { width, height });
  const ctx = image.getContext('2d');
  if (!ctx) return;
  const colours = palette();
  ctx.fillStyle = colours.card;
  ctx.fillRect(0, 0, width, height);
  ctx.textBaseline = 'top';
  ctx.fillStyle = colours.text;
  ctx.font = `600 ${15 * ratio}px ${fontFamily}`;
  ctx.fillText(card.chart.title, margin, margin, width - 2 * margin);
  ctx.fillStyle = colours.muted;
  ctx.font = `${11 * ratio}px ${fontFamily}`;
  ctx.fillText(subtitle(app), margin, margin + 21 * ratio, width - 2 * margin);
  let y = top;
  if (legend) y = drawLegend(app, card, ctx, margin, top, ratio);
  for (const canvas of canvases) {
    ctx.drawImage(canvas, margin, y);
    y += canvas.height;
  }
  image.toBlob((blob) => blob && save(blob, fileName(app, card, 'png')), 'image/png');
}

function subtitle(app: App): string {
  const { from, to } = app.range;
  const preview = app.manifest.preview ? 'Preview, invented values · ' : '';
  const span = `${spanText(from, to, app.zone)} ${app.zone === 'UTC' ? 'UTC' : zoneName(app.zone)}`;
  return `${preview}${app.manifest.repository} · ${app.branch.info.name} · ${span}`;
}

function drawLegend(
  app: App,
  card: Card,
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  ratio: number,
): number {
  let x = left;
  let colour = 0;
  for (const m of card.metrics) {
    const metric = app.manifest.metrics[m]!;
    if (metric.label) continue;
    ctx.fillStyle = seriesColour(colour++);
    ctx.fillRect(x, top + 4 * ratio, 14 * ratio, 3 * ratio);
    ctx.fillStyle = palette().dim;
    ctx.fillText(metric.name, x + 19 * ratio, top);
    x += ctx.measureText(metric.name).width + 36 * ratio;
  }
  return top + 22 * ratio;
}

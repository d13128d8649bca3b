// A card's values as a table: for reading exact numbers, for the keyboard and for screen readers.
import type { App } from './app';
import type { Card } from './card';
import { changeElement } from './card';
import { h, icon } from './dom';
import { difference } from './figures';
import { formatValue } from './format';
import { commitLink, runLink } from './host';
import type { Metric } from './manifest';
import { cellsOf, rowsOf, type Cell, type Row } from './rows';
import { instantText, spanText } from './time';

const pageSize = 200;

interface Column {
  title: string;
  numeric: boolean;
  sortKey: (row: Row) => number | string | null;
  content: (row: Row) => Node | string;
}

export function openTable(app: App, card: Card): void {
  const rows = rowsOf(app).reverse();
  const columns = columnsOf(app, card, rows);
  let shown = pageSize;
  let sorted = { column: 0, down: true };
  const body = h('tbody');
  const more = h('button', { type: 'button', class: 'button' }, 'Show more');
  const heads = columns.map((column, i) =>
    h(
      'th',
      { scope: 'col', class: column.numeric ? 'number' : '' },
      h('button', { type: 'button', onclick: () => sortBy(i) }, column.title),
    ),
  );
  const fill = (): void => {
    body.replaceChildren(
      ...rows.slice(0, shown).map((row) =>
        h('tr', {}, ...columns.map((c) => h('td', { class: c.numeric ? 'number' : '' }, c.content(row)))),
      ),
    );
    more.hidden = shown >= rows.length;
    heads.forEach((head, i) =>
      head.setAttribute('aria-sort', i !== sorted.column ? 'none' : sorted.down ? 'descending' : 'ascending'),
    );
  };
  const sortBy = (column: number): void => {
    sorted = { column, down: sorted.column === column ? !sorted.down : columns[column]!.numeric };
    const { sortKey } = columns[column]!;
    rows.sort((a, b) => compare(sortKey(a), sortKey(b), sorted.down));
    fill();
  };
  more.addEventListener('click', () => {
    shown += 5 * pageSize;
    fill();
  });
  fill();
  const heading = h('h2', { id: 'table-title' }, card.chart.title);
  const close = h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close' }, icon('close'));
  const dialog = h(
    'dialog',
    { class: 'table', 'aria-labelledby': 'table-title' },
    h('header', {}, heading, h('p', {}, summary(app, rows)), close),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'table-title' },
      h('table', {}, h('thead', {}, h('tr', {}, ...heads)), body),
      more,
    ),
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function summary(app: App, rows: Row[]): string {
  const joined = rows.some((row) => row.builds > 1);
  const builds = formatValue(app.branch.buildsIn(app.stretch), 'integer');
  return `${builds} builds${joined ? '; older ones are joined, with mean, lowest and highest value' : ''}`;
}

function compare(a: number | string | null, b: number | string | null, down: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1; // no value: last in either order
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}

function columnsOf(app: App, card: Card, rows: Row[]): Column[] {
  const joined = rows.some((row) => row.builds > 1);
  const columns: Column[] = [
    {
      title: 'Date',
      numeric: false,
      sortKey: (row) => row.last,
      content: (row) =>
        row.builds === 1 ? instantText(row.first, app.zone) : spanText(row.first, row.last, app.zone),
    },
    { title: 'Run', numeric: true, sortKey: (row) => row.runNumber, content: (row) => (row.runNumber > 0 ? runLink(app.manifest.url, row.run, `#${row.runNumber}`) : '') },
    { title: 'Commit', numeric: false, sortKey: (row) => row.commit, content: (row) => commitLink(app.manifest.url, row.commit) },
  ];
  if (joined) {
    columns.push({
      title: 'Builds',
      numeric: true,
      sortKey: (row) => row.builds,
      content: (row) => formatValue(row.builds, 'integer'),
    });
  }
  for (const m of card.metrics) columns.push(...metricColumns(app, m, rows, card.metrics.length > 1, joined));
  return columns;
}

function metricColumns(app: App, m: number, rows: Row[], named: boolean, joined: boolean): Column[] {
  const metric = app.manifest.metrics[m]!;
  const cells = new Map<number, Cell>();
  const read = cellsOf(app, m);
  for (const row of rows) cells.set(row.bucket, read(row));
  const cell = (row: Row): Cell => cells.get(row.bucket)!;
  const text = (value: number | string | null): string =>
    typeof value === 'string' ? value : formatValue(value, metric.unit);
  const column = (title: string, pick: (of: Cell) => number | string | null): Column => ({
    title: named ? `${metric.name}${title === 'Value' ? '' : ` ${title.toLowerCase()}`}` : title,
    numeric: !metric.label,
    sortKey: (row) => pick(cell(row)),
    content: (row) => text(pick(cell(row))),
  });
  const columns = [column('Value', (of) => of.value)];
  if (!metric.label && joined) columns.push(column('Min', (of) => of.low), column('Max', (of) => of.high));
  if (!metric.label && !named) columns.push(changeColumn(metric, rows, cell));
  return columns;
}

// Against the row before in time, whatever the order on screen.
function changeColumn(metric: Metric, rows: Row[], cell: (row: Row) => Cell): Column {
  const before = new Map<number, number>();
  let last: number | null = null;
  for (const row of [...rows].sort((a, b) => a.bucket - b.bucket)) {
    const { value } = cell(row);
    if (last !== null) before.set(row.bucket, last);
    if (typeof value === 'number') last = value;
  }
  const change = (row: Row): number | null => {
    const { value } = cell(row);
    const previous = before.get(row.bucket);
    return typeof value === 'number' && previous !== undefined ? value - previous : null;
  };
  return {
    title: 'Change',
    numeric: true,
    sortKey: change,
    content: (row) => {
      const { value } = cell(row);
      const previous = before.get(row.bucket);
      if (typeof value !== 'number' || previous === undefined) return 'N/A';
      return value === previous ? '-' : changeElement(difference(previous, value, metric));
    },
  };
}

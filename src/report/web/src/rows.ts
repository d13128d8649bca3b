// What is shown, as rows: one for each bucket of the range, which is one build wherever builds are carried singly.
import type { App } from './app';
import type { Labels, Numbers } from './unpack';

export interface Row {
  bucket: number;
  builds: number;
  first: number;
  last: number;
  runNumber: number;
  commit: string;
  run: string;
  event: string;
}

export interface Cell {
  value: number | string | null; // mean, or the most frequent label
  low: number | null;
  high: number | null;
}

export function rowsOf(app: App): Row[] {
  const { builds } = app.branch;
  const rows: Row[] = [];
  for (let b = app.stretch.from; b < app.stretch.to; b++) {
    rows.push({
      bucket: b,
      builds: builds.sizes[b]!,
      first: builds.first[b]!,
      last: builds.last[b]!,
      runNumber: builds.runNumbers[b]!,
      commit: builds.commits[b] ?? '',
      run: builds.runs[b - builds.exact] ?? '',
      event: builds.events[b - builds.exact] ?? '',
    });
  }
  return rows;
}

export function cellsOf(app: App, m: number): (row: Row) => Cell {
  if (app.manifest.metrics[m]!.label) {
    const labels = app.branch.labelsOf(m);
    return (row) => labelCell(app, m, labels, row.bucket);
  }
  const numbers = app.branch.numbersOf(m);
  return (row) => numberCell(numbers, row.bucket);
}

function numberCell(numbers: Numbers | null, b: number): Cell {
  const count = numbers?.counts[b] ?? 0;
  if (!numbers || count === 0) return { value: null, low: null, high: null };
  const value = count === 1 ? numbers.first[b]! : numbers.sum[b]! / count;
  return { value, low: numbers.low[b]!, high: numbers.high[b]! };
}

function labelCell(app: App, m: number, labels: Labels | null, b: number): Cell {
  const pairs = labels?.pairs[b] ?? new Uint32Array(0);
  let [best, most] = [-1, 0];
  for (let k = 0; k < pairs.length; k += 2) {
    if (pairs[k + 1]! > most) [best, most] = [pairs[k]!, pairs[k + 1]!];
  }
  const value = best < 0 ? null : (app.branch.metric(m)?.labels?.[best] ?? 'other');
  return { value, low: null, high: null };
}

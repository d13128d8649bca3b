// Numeric metrics over time, drawn by uPlot.
import uPlot from 'uplot';
import type { Branch } from './branch';
import { extent, fillColumns, makeColumns } from './columns';
import { formatValue } from './format';
import type { Manifest } from './manifest';

export class NumberChart {
  constructor(place: HTMLElement, manifest: Manifest, branch: Branch, metrics: number[]) {
    const present = metrics.filter((m) => branch.numbersOf(m));
    if (present.length === 0) return;
    const width = place.clientWidth;
    const { builds } = branch;
    const columns = makeColumns(builds, 0, builds.count, branch.oldest, branch.newest, width);
    const values = present.map((m) => fillColumns(columns, branch.numbersOf(m)!));
    const css = getComputedStyle(document.documentElement);
    const unit = manifest.metrics[present[0]]?.unit ?? '';
    const range = extent(values) ?? [0, 1];
    place.replaceChildren();
    new uPlot(
      {
        width,
        height: place.clientHeight || 180,
        ms: 1,
        legend: { show: false },
        scales: { y: { range: () => uPlot.rangeNum(range[0], range[1], 0.1, true) } },
        series: [
          {},
          ...present.map((m, i) => ({
            label: manifest.metrics[m]?.name ?? '',
            stroke: css.getPropertyValue(`--s${(i % 8) + 1}`),
            width: 1.5,
          })),
        ],
        axes: [
          { stroke: css.getPropertyValue('--text-muted'), grid: { stroke: css.getPropertyValue('--border-soft') } },
          {
            stroke: css.getPropertyValue('--text-muted'),
            grid: { stroke: css.getPropertyValue('--border-soft') },
            size: 70,
            values: (_, splits) => splits.map((v) => formatValue(v, unit)),
          },
        ],
      },
      [Array.from(columns.times), ...values.map((v) => Array.from(v.mean, (x) => (Number.isNaN(x) ? null : x)))],
      place,
    );
  }
}

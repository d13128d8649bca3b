// A small drawing of the whole history, as src/report/sparkline.cc makes it for the page without script.
import type { Branch } from './branch';
import { extent, fillColumns, makeColumns } from './columns';
import { svg } from './dom';
import type { Numbers } from './unpack';

const [width, height, margin] = [96, 24, 2];

export function sparkline(branch: Branch, numbers: Numbers): SVGElement {
  const { builds, oldest, newest } = branch;
  const columns = makeColumns(builds, 0, builds.count, oldest, newest, width / 2);
  const values = fillColumns(columns, numbers);
  const [low, high] = extent([values]) ?? [0, 0];
  const range = high / 2 - low / 2;
  const y = (value: number): number =>
    height - margin - (range > 0 ? (value / 2 - low / 2) / range : 0.5) * (height - 2 * margin);
  let path = '';
  let down = false;
  for (let c = 0; c < columns.times.length; c++) {
    const mean = values.mean[c]!;
    if (Number.isNaN(mean)) {
      down = false;
      continue;
    }
    const x = newest > oldest ? ((columns.times[c]! - oldest) / (newest - oldest)) * width : width / 2;
    // The extreme that lies farther from the mean, so that a spike shows.
    const value = values.high[c]! - mean > mean - values.low[c]! ? values.high[c]! : values.low[c]!;
    path += `${down ? 'L' : 'M'}${x.toFixed(1)} ${y(value).toFixed(1)}${down ? '' : 'h0'}`;
    down = true;
  }
  return svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: path }),
  );
}

// What is drawn: buckets joined until there is at most one per pixel column. Pure functions.
import type { Builds, Numbers } from './unpack';

// Columns of buckets [starts[c], starts[c + 1]), with the instant at which each is drawn.
export interface Columns {
  starts: Uint32Array; // one more than there are columns
  times: Float64Array;
}

// One metric over columns. NaN where no build of the column has a value.
export interface ColumnValues {
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  stretched: boolean; // some column stands for more than one value
}

// Buckets [from, to) over the instants [begin, end] drawn `width` pixels wide.
export function makeColumns(
  builds: Builds,
  from: number,
  to: number,
  begin: number,
  end: number,
  width: number,
): Columns {
  const starts: number[] = [];
  const times: number[] = [];
  const perPixel = Math.max(end - begin, 1) / Math.max(width, 1);
  let pixel = -Infinity;
  for (let i = from; i < to; i++) {
    const middle = (builds.first[i] + builds.last[i]) / 2;
    const here = Math.floor((middle - begin) / perPixel);
    if (here !== pixel) {
      starts.push(i);
      times.push(middle);
      pixel = here;
    } else {
      const first = builds.first[starts[starts.length - 1]];
      times[times.length - 1] = (first + builds.last[i]) / 2;
    }
  }
  starts.push(to);
  return { starts: Uint32Array.from(starts), times: Float64Array.from(times) };
}

export function fillColumns(columns: Columns, numbers: Numbers): ColumnValues {
  const size = columns.times.length;
  const mean = new Float64Array(size).fill(NaN);
  const low = new Float64Array(size).fill(NaN);
  const high = new Float64Array(size).fill(NaN);
  let stretched = false;
  for (let c = 0; c < size; c++) {
    let count = 0;
    let sum = 0;
    let least = Infinity;
    let most = -Infinity;
    for (let i = columns.starts[c]; i < columns.starts[c + 1]; i++) {
      const n = numbers.counts[i];
      if (n === 0) continue;
      count += n;
      sum += numbers.sum[i];
      least = Math.min(least, numbers.low[i]);
      most = Math.max(most, numbers.high[i]);
    }
    if (count === 0) continue;
    mean[c] = count === 1 ? least : Math.min(Math.max(sum / count, least), most);
    low[c] = least;
    high[c] = most;
    if (count > 1) stretched = true;
  }
  return { mean, low, high, stretched };
}

// [low, high] over all values, or null without any.
export function extent(values: readonly ColumnValues[]): [number, number] | null {
  let least = Infinity;
  let most = -Infinity;
  for (const { low, high } of values) {
    for (let i = 0; i < low.length; i++) {
      if (low[i] < least) least = low[i];
      if (high[i] > most) most = high[i];
    }
  }
  return least > most ? null : [least, most];
}

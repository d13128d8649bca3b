// One branch's data: unpacked when first needed, and figures over any stretch of it.
import type { BranchInfo, BranchMetric, Manifest } from './manifest';
import { Reader, unpackBuilds, unpackLabels, unpackNumbers, type Builds, type Labels, type Numbers } from './unpack';

export interface Statistics {
  count: number;
  first: number;
  last: number;
  low: number;
  high: number;
  mean: number;
}

// Buckets [from, to) and the preset they are, if they are one.
export interface Stretch {
  from: number;
  to: number;
  preset: number | null;
}

export class Branch {
  readonly info: BranchInfo;
  readonly builds: Builds;
  private readonly numbers = new Map<number, Numbers | null>();
  private readonly labels = new Map<number, Labels | null>();

  constructor(
    private readonly manifest: Manifest,
    private readonly index: number,
  ) {
    this.info = manifest.branches[index] as BranchInfo;
    const reader = Branch.block(`builds-${index}`);
    this.builds = reader ? unpackBuilds(reader) : unpackBuilds(new Reader(new Uint8Array([0, 0, 0])));
  }

  private static block(id: string): Reader | null {
    const text = document.getElementById(id)?.textContent;
    return text ? Reader.fromBase64(text) : null;
  }

  metric(m: number): BranchMetric | null {
    return this.info.metrics[m] ?? null;
  }

  numbersOf(m: number): Numbers | null {
    let found = this.numbers.get(m);
    if (found === undefined) {
      const reader = Branch.block(`data-${this.index}-${m}`);
      found = reader ? unpackNumbers(reader, this.builds) : null;
      this.numbers.set(m, found);
    }
    return found;
  }

  labelsOf(m: number): Labels | null {
    let found = this.labels.get(m);
    if (found === undefined) {
      const reader = Branch.block(`data-${this.index}-${m}`);
      found = reader ? unpackLabels(reader, this.builds) : null;
      this.labels.set(m, found);
    }
    return found;
  }

  get oldest(): number {
    return this.builds.first[0] ?? 0;
  }

  get newest(): number {
    return this.builds.last[this.builds.count - 1] ?? 0;
  }

  presetStretch(preset: number): Stretch {
    const days = this.manifest.presets[preset]?.days ?? 0;
    const to = this.builds.count;
    if (days === 0) return { from: 0, to, preset };
    return { from: lowerBound(this.builds.first, this.newest - days * 86_400_000), to, preset };
  }

  // All buckets that touch the instants [from, to].
  stretch(from: number, to: number): Stretch {
    return {
      from: lowerBound(this.builds.last, from),
      to: lowerBound(this.builds.first, to + 1),
      preset: null,
    };
  }

  buildsIn(stretch: Stretch): number {
    if (stretch.preset !== null) return this.info.builds[stretch.preset] ?? 0;
    let sum = 0;
    for (let i = stretch.from; i < stretch.to; i++) sum += this.builds.sizes[i];
    return sum;
  }

  // The exact figures of the program for a preset; else added up over the buckets, each of which is exact.
  statistics(m: number, stretch: Stretch): Statistics | null {
    if (stretch.preset !== null) return this.presetStatistics(m, stretch.preset);
    const numbers = this.numbersOf(m);
    if (!numbers) return null;
    const { counts } = numbers;
    let count = 0;
    let sum = 0;
    let [first, last, low, high] = [NaN, NaN, Infinity, -Infinity];
    for (let i = stretch.from; i < stretch.to; i++) {
      const n = counts[i];
      if (n === 0) continue;
      if (count === 0) first = numbers.first[i];
      last = numbers.last[i];
      low = Math.min(low, numbers.low[i]);
      high = Math.max(high, numbers.high[i]);
      sum += numbers.sum[i];
      count += n;
    }
    return count === 0 ? null : { count, first, last, low, high, mean: sum / count };
  }

  private presetStatistics(m: number, preset: number): Statistics | null {
    const ranges = this.metric(m)?.ranges;
    let packed = ranges?.[preset];
    for (let p = preset; packed === 1 && p > 0; p--) packed = ranges?.[p - 1];
    if (!Array.isArray(packed)) return null;
    const [count, first, last, low, high, mean] = packed as [number, number, number, number, number, number];
    return { count, first, last, low, high, mean };
  }

  // Builds per drawn label, the last number for all others together.
  labelCounts(m: number, stretch: Stretch): number[] {
    const metric = this.metric(m);
    const size = (metric?.labels?.length ?? 0) + 1;
    if (stretch.preset !== null) {
      let packed = metric?.ranges[stretch.preset];
      for (let p = stretch.preset; packed === 1 && p > 0; p--) packed = metric?.ranges[p - 1];
      return Array.isArray(packed) ? packed : new Array<number>(size).fill(0);
    }
    const counts = new Array<number>(size).fill(0);
    const labels = this.labelsOf(m);
    for (let i = stretch.from; labels && i < stretch.to; i++) {
      const pairs = labels.pairs[i] as Uint32Array;
      for (let k = 0; k < pairs.length; k += 2) {
        const label = pairs[k];
        counts[label] = (counts[label] ?? 0) + pairs[k + 1];
      }
    }
    return counts;
  }
}

// Index of the first value that is at least `bound`; `values` rises.
export function lowerBound(values: ArrayLike<number>, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

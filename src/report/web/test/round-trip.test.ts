// What the program packs is what the page reads.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Statistics } from '../src/branch';
import { formatValue } from '../src/format';
import { loadSample, type Values } from './page';

interface Build {
  at: number; // place among the sample's builds
  instant: number;
}

// The sample's builds that have any value, which are those that are shown.
function shownBuilds(values: Values): Build[] {
  const columns = Object.values(values.series);
  return values.builds
    .map(([instant], at) => ({ at, instant }))
    .filter(({ at }) => columns.some((column) => column[at] !== null));
}

function statisticsOf(numbers: (number | string | null | undefined)[]): Statistics | null {
  const present = numbers.filter((value): value is number => typeof value === 'number');
  if (present.length === 0) return null;
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const value of present) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value / present.length;
  }
  return { count: present.length, first: present[0]!, last: present[present.length - 1]!, low, high, mean: sum };
}

function near(actual: number, expected: number, scale: number): boolean {
  return Math.abs(actual - expected) <= scale * 1e-9;
}

for (const name of ['one-point', 'sparse', 'demo', 'labels', 'hostile', '5000x8', '1500x3']) {
  test(`${name}: builds`, () => {
    const { branch, values } = loadSample(name);
    const shown = shownBuilds(values);
    const { builds } = branch;
    let next = 0;
    for (let b = 0; b < builds.count; b++) {
      const size = builds.sizes[b]!;
      assert.equal(builds.first[b], shown[next]!.instant);
      next += size;
      const [instant, commit, run, id, event] = values.builds[shown[next - 1]!.at]!;
      assert.equal(builds.last[b], instant);
      assert.equal(builds.runNumbers[b], run);
      if (b >= builds.exact) {
        assert.equal(size, 1);
        assert.equal(builds.commits[b], commit.slice(0, 64));
        assert.equal(builds.runs[b - builds.exact], id);
        assert.equal(builds.events[b - builds.exact], event);
      } else {
        assert.equal(builds.commits[b], commit.slice(0, 12));
      }
    }
    assert.equal(next, shown.length);
    assert.equal(builds.count - builds.exact, Math.min(500, shown.length));
  });

  test(`${name}: values`, () => {
    const { manifest, branch, values } = loadSample(name);
    const shown = shownBuilds(values);
    manifest.metrics.forEach((metric, m) => {
      const column = values.series[metric.key];
      if (!column || metric.label || !branch.metric(m)) return;
      const numbers = branch.numbersOf(m)!;
      const { builds } = branch;
      let next = 0;
      for (let b = 0; b < builds.count; b++) {
        const members = shown.slice(next, next + builds.sizes[b]!).map(({ at }) => column[at]);
        next += members.length;
        const expected = statisticsOf(members);
        assert.equal(numbers.counts[b], expected?.count ?? 0);
        if (!expected) continue;
        if (b >= builds.exact) {
          assert.equal(numbers.first[b], expected.first + 0, `${metric.key}: exact builds are exact`);
          continue;
        }
        // Thinned values keep more digits than are shown.
        for (const side of ['first', 'last', 'low', 'high'] as const) {
          assert.equal(formatValue(numbers[side][b], metric.unit), formatValue(expected[side], metric.unit));
        }
        const mean = numbers.sum[b]! / expected.count;
        const step = Math.max(Math.abs(expected.mean) * 1e-4, 1e-4);
        assert.ok(Math.abs(mean - expected.mean) <= step, `${metric.key} ${mean} ${expected.mean}`);
      }
    });
  });

  test(`${name}: F126 figures of every preset are exact`, () => {
    const { manifest, branch, values } = loadSample(name);
    const shown = shownBuilds(values);
    const newest = shown[shown.length - 1]!.instant;
    manifest.presets.forEach(({ days }, p) => {
      const stretch = branch.presetStretch(p);
      const inside = shown.filter(({ instant }) => days === 0 || instant >= newest - days * 86_400_000);
      assert.equal(branch.buildsIn(stretch), inside.length);
      let covered = 0;
      for (let b = stretch.from; b < stretch.to; b++) covered += branch.builds.sizes[b]!;
      assert.equal(covered, inside.length, 'drawing and figures cover the same builds');
      manifest.metrics.forEach((metric, m) => {
        const column = values.series[metric.key];
        if (!column || metric.label) return;
        const expected = statisticsOf(inside.map(({ at }) => column[at]));
        const actual = branch.metric(m) ? branch.statistics(m, stretch) : null;
        assert.equal(actual?.count, expected?.count);
        if (!actual || !expected) return;
        for (const side of ['first', 'last', 'low', 'high'] as const) assert.equal(actual[side] + 0, expected[side] + 0); // a negative zero is a zero
        assert.ok(near(actual.mean, expected.mean, Math.max(Math.abs(expected.low), Math.abs(expected.high))));
      });
    });
  });

  test(`${name}: F129 labels are counted within the range`, () => {
    const { manifest, branch, values } = loadSample(name);
    const shown = shownBuilds(values);
    manifest.metrics.forEach((metric, m) => {
      const column = values.series[metric.key];
      if (!column || !metric.label || !branch.metric(m)) return;
      const names = branch.metric(m)!.labels!;
      const half = { from: branch.builds.count >> 1, to: branch.builds.count, preset: null };
      for (const stretch of [branch.presetStretch(0), branch.presetStretch(2), half]) {
        let skipped = 0;
        for (let b = 0; b < stretch.from; b++) skipped += branch.builds.sizes[b]!;
        const expected = new Array<number>(names.length + 1).fill(0);
        for (const { at } of shown.slice(skipped)) {
          const label = column[at];
          if (typeof label !== 'string') continue;
          const place = names.indexOf(label);
          expected[place < 0 ? names.length : place]!++;
        }
        assert.deepEqual(branch.labelCounts(m, stretch), expected);
      }
    });
  });
}

test('figures over a custom range add up from its buckets', () => {
  const { manifest, branch, values } = loadSample('5000x8');
  const shown = shownBuilds(values);
  const { builds } = branch;
  const [from, to] = [Math.floor(builds.count * 0.2), Math.floor(builds.count * 0.9)];
  let begin = 0;
  for (let b = 0; b < from; b++) begin += builds.sizes[b]!;
  let end = begin;
  for (let b = from; b < to; b++) end += builds.sizes[b]!;
  manifest.metrics.forEach((metric, m) => {
    if (metric.label) return;
    const expected = statisticsOf(shown.slice(begin, end).map(({ at }) => values.series[metric.key]![at]))!;
    const actual = branch.statistics(m, { from, to, preset: null })!;
    assert.equal(actual.count, expected.count);
    for (const side of ['first', 'last', 'low', 'high', 'mean'] as const) {
      assert.equal(formatValue(actual[side], metric.unit), formatValue(expected[side], metric.unit), `${metric.key} ${side}`);
    }
  });
});

test('F122: builds are ordered by instant', () => {
  const { branch } = loadSample('demo');
  const { first, last, count } = branch.builds;
  for (let b = 0; b < count; b++) {
    assert.ok(last[b]! >= first[b]!);
    if (b > 0) assert.ok(first[b]! >= last[b - 1]!);
  }
});

test('the bundle cannot end its own script element', () => {
  const { page } = loadSample('one-point');
  const script = page.slice(page.lastIndexOf('<script>') + 8, page.lastIndexOf('</script>'));
  assert.doesNotMatch(script, /<\/script|<!--/i);
});

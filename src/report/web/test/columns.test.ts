import assert from 'node:assert/strict';
import test from 'node:test';
import { extent, fillColumns, makeColumns } from '../src/columns';
import type { Builds, Numbers } from '../src/unpack';

function builds(times: number[]): Builds {
  const count = times.length;
  const at = Float64Array.from(times);
  return {
    count,
    exact: 0,
    sizes: new Uint32Array(count).fill(1),
    first: at,
    last: at,
    runNumbers: new Float64Array(count),
    commits: [],
    runs: [],
    events: [],
  };
}

function numbers(values: (number | null)[]): Numbers {
  const data = Float64Array.from(values, (value) => value ?? 0);
  const counts = Uint32Array.from(values, (value) => (value === null ? 0 : 1));
  return { counts, first: data, last: data, low: data, high: data, sum: data };
}

test('F123: there is at most one column per pixel, and no spike is lost', () => {
  const count = 200_000;
  const times = Array.from({ length: count }, (_, i) => i * 1000);
  const values = times.map((_, i) => (i === 77_777 ? 1e6 : i === 123_456 ? -1e6 : 5 + (i % 3)));
  const columns = makeColumns(builds(times), 0, count, 0, count * 1000, 500);
  assert.ok(columns.times.length <= 501);
  const filled = fillColumns(columns, numbers(values));
  assert.deepEqual(extent([filled]), [-1e6, 1e6]);
  assert.equal(filled.high.filter((value) => value === 1e6).length, 1);
  assert.ok(filled.stretched);
});

test('F124: large arrays do not overflow the stack', () => {
  const count = 2_000_000;
  const data = new Float64Array(count).fill(1);
  data[1_999_999] = 7;
  assert.deepEqual(extent([{ mean: data, low: data, high: data, stretched: false }]), [1, 7]);
});

test('a column whose builds have no value is a gap', () => {
  const times = [0, 1000, 2000, 3000];
  const columns = makeColumns(builds(times), 0, 4, 0, 3000, 300);
  const filled = fillColumns(columns, numbers([1, null, 3, null]));
  assert.deepEqual(Array.from(filled.mean), [1, NaN, 3, NaN]);
  assert.equal(filled.stretched, false);
});

test('builds of one instant are one column', () => {
  const columns = makeColumns(builds([5, 5, 5]), 0, 3, 5, 5, 300);
  assert.equal(columns.times.length, 1);
  const filled = fillColumns(columns, numbers([1, 2, 6]));
  assert.deepEqual([filled.low[0], filled.mean[0], filled.high[0]], [1, 3, 6]);
});

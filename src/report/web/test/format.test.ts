import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { formatDelta, formatRelativeChange, formatValue } from '../src/format';

interface Case {
  unit: string;
  value: number | string; // a string: what JSON cannot hold, as Number() reads it
  printed: string;
  delta: string;
}

const path = `${process.env['UNENTROPY_SOURCE_DIR']}/tests/fixtures/format-cases.json`;
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };

test('F138 F139 F140 F141: every shared case prints as the program prints it', () => {
  assert.ok(cases.length > 30);
  for (const { unit, value, printed, delta } of cases) {
    const number = Number(value);
    assert.equal(formatValue(number, unit), printed, `${value} ${unit}`);
    if (delta !== undefined) assert.equal(formatDelta(number, unit), delta, `${value} ${unit} as a delta`);
  }
});

test('a missing value', () => {
  assert.equal(formatValue(null, 'percent'), 'N/A');
  assert.equal(formatValue(NaN), 'N/A');
});

test('relative changes go by the magnitude of the baseline', () => {
  assert.equal(formatRelativeChange(200, 150), '-25.0%');
  assert.equal(formatRelativeChange(-200, -150), '+25.0%');
  assert.equal(formatRelativeChange(0, 5), null);
  assert.equal(formatRelativeChange(100_000, 100_001), '+0.0%');
});

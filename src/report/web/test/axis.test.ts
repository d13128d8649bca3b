import assert from 'node:assert/strict';
import test from 'node:test';
import { stepsOf, tickText, valueRange } from '../src/axis';

test('steps rise', () => {
  for (const unit of ['percent', 'integer', 'decimal', 'bytes', 'duration', '']) {
    const steps = stepsOf(unit);
    for (let i = 1; i < steps.length; i++) assert.ok(steps[i]! > steps[i - 1]!, `${unit} ${steps[i]}`);
  }
});

test('two ticks never read the same', () => {
  for (const unit of ['percent', 'decimal', 'bytes', 'duration', '']) {
    for (const step of stepsOf(unit).filter((one) => one > 1e-7 && one < 1e9)) {
      const ticks = [1, 2, 3, 4, 5, 6].map((n) => n * step);
      const texts = ticks.map((tick) => tickText(tick, step, ticks[5]!, unit));
      assert.equal(new Set(texts).size, 6, `${unit} ${step}: ${texts.join(' ')}`);
    }
  }
});

test('ticks in units', () => {
  assert.equal(tickText(85, 5, 90, 'percent'), '85%');
  assert.equal(tickText(85.5, 0.5, 86, 'percent'), '85.5%');
  assert.equal(tickText(512_000, 51_200, 600_000, 'bytes'), '500 KB');
  assert.equal(tickText(90, 30, 150, 'duration'), '1m 30s');
  assert.equal(tickText(120, 60, 240, 'duration'), '2m');
  assert.equal(tickText(7200, 3600, 9000, 'duration'), '2h');
  assert.equal(tickText(0.25, 0.05, 0.4, 'duration'), '250ms');
  assert.equal(tickText(61.5, 0.5, 62, 'duration'), '1m 1.5s');
});

test('a range has room, but not below zero or above 100 %', () => {
  assert.deepEqual(valueRange(0, 10, ''), [0, 11]);
  assert.deepEqual(valueRange(5, 5, ''), [4.75, 5.25]);
  assert.deepEqual(valueRange(0, 0, ''), [0, 1]);
  assert.ok(valueRange(50, 100, 'percent')[1] < 101);
  for (const end of valueRange(-1e308, 1e308, '')) assert.ok(Number.isFinite(end));
});

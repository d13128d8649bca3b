import assert from 'node:assert/strict';
import test from 'node:test';
import { agoText, dayOf, instantText, spanText, startOfDay } from '../src/time';

const instant = Date.UTC(2025, 10, 24, 13, 5);

test('instants name their zone', () => {
  assert.equal(instantText(instant, 'UTC'), '24 Nov 2025, 13:05 UTC');
  assert.match(instantText(instant, 'local'), /^2\d Nov 2025, \d\d:\d\d .+$/);
});

test('spans', () => {
  assert.equal(spanText(instant, instant + 3_600_000, 'UTC'), '24 Nov 2025, 13:05 – 14:05');
  assert.match(spanText(instant, instant + 3 * 86_400_000, 'UTC'), /^24\s?–\s?27 Nov 2025$/);
});

test('how long ago', () => {
  const ago = (seconds: number): string => agoText(instant - seconds * 1000, instant);
  assert.equal(ago(-50), 'just now');
  assert.equal(ago(59), 'just now');
  assert.equal(ago(60), '1 min ago');
  assert.equal(ago(3 * 3600 + 100), '3 h ago');
  assert.equal(ago(2 * 86_400), '2 d ago');
  assert.equal(ago(45 * 86_400), '1 month ago');
  assert.equal(ago(800 * 86_400), '2 years ago');
});

test('calendar days', () => {
  assert.equal(startOfDay('2025-11-24', 'UTC'), Date.UTC(2025, 10, 24));
  assert.equal(dayOf(instant, 'UTC'), '2025-11-24');
  for (const text of ['', '2025-13-01', '2025-02-30', 'today']) assert.ok(Number.isNaN(startOfDay(text, 'UTC')), text);
});

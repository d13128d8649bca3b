// The numbers that a browser shows for a history of 2.5 million values are those of the history.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { card, figures, onPage, settled } from './browser.mjs';

const day = 86_400_000;

// Independent of the program's own statistics: plain arithmetic over the raw values.
function expected(values, inside) {
  const numbers = values.filter((value, i) => value !== null && inside(i));
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const value of numbers) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  return { low, high, mean: sum / numbers.length, last: numbers[numbers.length - 1] };
}

const formats = {
  coverage: (v) => `${v.toFixed(1)}%`,
  'bundle-size': (v) => `${(v / 1024).toFixed(1)} KB`,
  loc: (v) => Math.round(v).toLocaleString('en-US'),
  complexity: (v) => v.toFixed(2),
  'memory-peak': (v) => `${(v / 1048576).toFixed(1)} MB`,
};

test('latest, minimum, maximum and mean of five metrics, for every preset', () => {
  const raw = JSON.parse(
    execFileSync(process.env.UNENTROPY_SAMPLE, ['huge', '--values'], { maxBuffer: 1 << 30, encoding: 'utf8' }),
  );
  const newest = raw.builds[raw.builds.length - 1][0];
  return onPage('huge', async (page) => {
    for (const [name, days] of [['All', 0], ['90 d', 90], ['30 d', 30], ['7 d', 7]]) {
      await page.getByRole('button', { name, exact: true }).click();
      await settled(page);
      for (const [key, title] of [
        ['coverage', 'Test coverage'],
        ['bundle-size', 'Bundle size'],
        ['loc', 'Lines of code'],
        ['complexity', 'Complexity'],
        ['memory-peak', 'Peak memory'],
      ]) {
        const inside = (i) => days === 0 || raw.builds[i][0] >= newest - days * day;
        const truth = expected(raw.series[key], inside);
        const shown = await figures(card(page, title));
        const text = formats[key];
        assert.equal(await card(page, title).locator('.now').textContent(), text(truth.last));
        assert.deepEqual(
          { Min: shown.Min, Mean: shown.Mean, Max: shown.Max },
          { Min: text(truth.low), Mean: text(truth.mean), Max: text(truth.high) },
          `${key}, ${name}`,
        );
      }
    }
  });
});

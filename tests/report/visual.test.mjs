// Golden screenshots, compared by average brightness of small blocks, so that another version of the browser or of its
// text rendering passes and a missing line, colour or card does not. Taken anew with `run.mjs visual --update`.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { onPage, settled } from './browser.mjs';

const golden = join(dirname(fileURLToPath(import.meta.url)), 'golden');
const block = 6; // pixels
const brightness = 20; // of 255, by which a block may differ
const share = 0.004; // of the blocks that may differ by more

const fixtures = [
  ['empty', 'light'],
  ['one-point', 'dark'],
  ['sparse', 'light'],
  ['labels', 'dark'],
  ['sections', 'light'],
  ['multi-metric', 'dark'],
  ['huge', 'light'],
  ['hostile', 'dark'],
];

// Decoded by the browser, which saves a library.
async function differing(page, one, other) {
  return page.evaluate(
    async ([first, second, size, limit]) => {
      const blocksOf = async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
        const across = Math.ceil(bitmap.width / size);
        const sums = new Float64Array(across * Math.ceil(bitmap.height / size) * 3);
        for (let y = 0; y < bitmap.height; y++) {
          for (let x = 0; x < bitmap.width; x++) {
            const at = ((y / size) | 0) * across + ((x / size) | 0);
            for (let c = 0; c < 3; c++) sums[at * 3 + c] += data[(y * bitmap.width + x) * 4 + c] / (size * size);
          }
        }
        return { width: bitmap.width, height: bitmap.height, sums };
      };
      const [a, b] = [await blocksOf(first), await blocksOf(second)];
      if (a.width !== b.width || a.height !== b.height) return 1;
      let count = 0;
      for (let i = 0; i < a.sums.length; i += 3) {
        if ([0, 1, 2].some((c) => Math.abs(a.sums[i + c] - b.sums[i + c]) > limit)) count++;
      }
      return count / (a.sums.length / 3);
    },
    [one.toString('base64'), other.toString('base64'), block, brightness],
  );
}

async function shot(page) {
  await settled(page);
  return page.screenshot({ animations: 'disabled' });
}

for (const [sample, colorScheme] of fixtures) {
  test(`${sample}, ${colorScheme}`, () =>
    onPage(
      sample,
      async (page) => {
        const taken = await shot(page);
        const path = join(golden, `${sample}.png`);
        if (process.env.UNENTROPY_UPDATE) {
          mkdirSync(golden, { recursive: true });
          writeFileSync(path, taken);
          return;
        }
        assert.ok(existsSync(path), `${path} is missing; run with --update`);
        const differs = await differing(page, readFileSync(path), taken);
        const kept = join(tmpdir(), `report-${sample}-differs.png`);
        if (differs > share) writeFileSync(kept, taken);
        assert.ok(differs <= share, `${(differs * 100).toFixed(2)} % of the picture differ; see ${kept}`);
      },
      { colorScheme, viewport: { width: 1100, height: 800 } },
    ));
}

test('the comparison sees a missing line, another colour and a moved card', () =>
  onPage(
    'sparse',
    async (page) => {
      const before = await shot(page);
      const changed = async (css) => {
        // Through the style sheets' own interface, which the policy allows.
        await page.evaluate((rule) => document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length), css);
        const differs = await differing(page, before, await shot(page));
        await page.evaluate(() => document.styleSheets[0].deleteRule(document.styleSheets[0].cssRules.length - 1));
        return differs;
      };
      assert.equal(await differing(page, before, await shot(page)), 0);
      assert.ok((await changed('canvas { visibility: hidden }')) > share);
      assert.ok((await changed('.card { background: #ffe0e0 }')) > share);
      assert.ok((await changed('.card { border-width: 4px }')) > share);
      assert.ok((await changed('#chart-1 { transform: translateX(12px) }')) > share);
    },
    { viewport: { width: 1100, height: 800 } },
  ));

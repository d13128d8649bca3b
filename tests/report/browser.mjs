// One browser for a file of tests, and pages that fail the test when they log an error or ask the network for anything.
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';

const require = createRequire(join(process.env.UNENTROPY_BROWSER_MODULES, 'package.json'));
const { chromium } = require('playwright-core');

export const modulePath = (name) => require.resolve(name);
// When the samples' "now" is: three hours after their newest build.
export const now = new Date('2025-11-24T16:00:00Z');

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.UNENTROPY_CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
    ],
  });
});
after(async () => browser?.close());

export const address = (sample, hash = '') => `file://${join(process.env.UNENTROPY_PAGES, sample, 'index.html')}${hash}`;

// Opens a sample in a fresh profile, runs `drive`, and checks that the page stayed quiet and at home.
export async function onPage(sample, drive, options = {}) {
  // `tolerated` matches complaints that a test provokes.
  const { hash = '', tolerated = null, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    ...rest,
  });
  const complaints = [];
  try {
    context.setDefaultTimeout(10_000);
    await context.clock.setFixedTime(now);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!/^(file|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(address(sample, hash));
    if (rest.javaScriptEnabled !== false && sample !== 'empty') await settled(page);
    await drive(page, context);
    assert.deepEqual(complaints.filter((text) => !tolerated?.test(text)), []);
  } finally {
    await context.close();
  }
}

// Charts are drawn by observers, a frame or two after what caused them, and a few at a time.
export async function settled(page) {
  await page.evaluate(
    async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      await frame();
      await frame();
      while (document.querySelector('.card[aria-busy]')) await frame();
      await new Promise((done) => setTimeout(done, 30));
    },
  );
}

export const card = (page, title) => page.locator('.card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
export const plotOf = (locator, index = 0) => locator.locator('.over').nth(index);
export const figures = async (locator) =>
  Object.fromEntries(
    await locator.locator('.figures > div').evaluateAll((rows) =>
      rows.map((row) => [row.querySelector('dt').textContent, row.querySelector('dd').textContent]),
    ),
  );

// Points at a share of a chart's width and height.
export async function point(page, plot, x, y = 0.5) {
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  await settled(page);
}

export async function drag(page, plot, from, to) {
  await point(page, plot, from);
  await page.mouse.down();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), box.y + 20, { steps: 3 });
  await page.mouse.move(box.x + box.width * to, box.y + 20, { steps: 3 });
  await page.mouse.up();
  await settled(page);
}

// Pixels of a chart's canvas that are close to a theme colour.
export async function pixelsOf(plot, variable, within = [0, 0, 1, 1]) {
  return plot.evaluate(
    (over, [name, [left, top, right, bottom]]) => {
      const canvas = over.closest('.uplot').querySelector('canvas');
      const css = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      const wanted = [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16));
      const ratio = devicePixelRatio;
      const box = [over.offsetLeft, over.offsetTop, over.clientWidth, over.clientHeight].map((n) => n * ratio);
      // A copy for reading: the page's own canvas stays as fast as it was.
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      const area = copy.getImageData(
        box[0] + box[2] * left,
        box[1] + box[3] * top,
        box[2] * (right - left),
        box[3] * (bottom - top),
      );
      let count = 0;
      for (let i = 0; i < area.data.length; i += 4) {
        if (area.data[i + 3] > 200 && wanted.every((value, c) => Math.abs(area.data[i + c] - value) < 24)) count++;
      }
      return count;
    },
    [variable, within],
  );
}

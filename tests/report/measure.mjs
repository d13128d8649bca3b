// measure.mjs PAGE TIMES: how long a browser needs for a page, as one line of JSON (medians, seconds).
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.UNENTROPY_BROWSER_MODULES, 'package.json'));
const { chromium } = require('playwright-core');
const [path, times] = [process.argv[2], Number(process.argv[3])];
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const browser = await chromium.launch({
  executablePath: process.env.UNENTROPY_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

// A fresh profile each time; the first chart is drawn when its canvas has been added and painted on.
async function load() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('.card canvas')) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => (window.firstChart = performance.now())));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(`file://${path}`);
  await page.waitForFunction(() => window.firstChart && performance.getEntriesByName('first-contentful-paint').length);
  const result = await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    chart: window.firstChart,
  }));
  await context.close();
  return result;
}

// What one move of the mouse costs the page: its handlers, its frame callback, and the layout that follows.
async function crosshair() {
  const context = await browser.newContext({ viewport: { width: 2600, height: 2800 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const request = window.requestAnimationFrame.bind(window);
    window.spent = 0;
    window.requestAnimationFrame = (callback) =>
      request((time) => {
        const started = performance.now();
        callback(time);
        document.body.getBoundingClientRect();
        window.spent += performance.now() - started;
      });
  });
  await page.goto(`file://${path}`);
  await page.waitForSelector('.card canvas');
  await page.waitForTimeout(1000);
  const result = await page.evaluate(async () => {
    const overs = [...document.querySelectorAll('.over')].filter((e) => e.getBoundingClientRect().bottom < innerHeight);
    const box = overs[0].getBoundingClientRect();
    const nextFrame = () => new Promise((done) => setTimeout(done, 34));
    const costs = [];
    for (let i = 0; i < 200; i++) {
      window.spent = 0;
      const clientX = box.left + 20 + ((i * 37) % (box.width - 40));
      const started = performance.now();
      overs[0].dispatchEvent(
        new PointerEvent('pointermove', { clientX, clientY: box.top + 40, bubbles: true, pointerType: 'mouse' }),
      );
      const handled = performance.now() - started;
      await nextFrame();
      costs.push(handled + window.spent);
    }
    return { charts: overs.length, costs };
  });
  await context.close();
  return result;
}

const loads = [];
for (let i = 0; i < times; i++) loads.push(await load());
const { charts, costs } = await crosshair();
costs.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    browser: `Chromium ${browser.version()}`,
    first_paint_seconds: median(loads.map((one) => one.paint)) / 1000,
    first_chart_seconds: median(loads.map((one) => one.chart)) / 1000,
    crosshair_p95_seconds: costs[Math.floor(costs.length * 0.95)] / 1000,
    crosshair_median_seconds: costs[Math.floor(costs.length / 2)] / 1000,
    charts,
  }),
);
await browser.close();

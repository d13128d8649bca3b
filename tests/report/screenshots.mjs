// screenshots.mjs PAGES FOLDER: pictures of the demo for the documentation, one for each width, and with `--both` each in
// both themes, for looking at. With pngquant installed they are reduced to a palette, which takes two thirds off.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const require = createRequire(join(process.env.UNENTROPY_BROWSER_MODULES, 'package.json'));
const { chromium } = require('playwright-core');
const [pages, folder] = process.argv.slice(2);
const both = process.argv.includes('--both');
const sizes = [
  [360, 780, 2, 'light'],
  [1280, 960, 1, 'light'],
  [2560, 1300, 1, 'dark'],
];

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.UNENTROPY_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--font-render-hinting=none'],
});
for (const colorScheme of ['light', 'dark']) {
  for (const [width, height, deviceScaleFactor, preferred] of sizes) {
    if (!both && colorScheme !== preferred) continue;
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor,
      colorScheme,
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    });
    await context.clock.setFixedTime(new Date('2025-11-24T16:00:00Z'));
    const page = await context.newPage();
    await page.goto(`file://${join(pages, 'demo', 'index.html')}`);
    await page.waitForTimeout(500);
    if (width === 1280) {
      // With the cross-hair, which is half of what the page is for.
      const box = await page.locator('.over').nth(1).boundingBox();
      await page.mouse.move(box.x + box.width * 0.62, box.y + 70);
      await page.waitForTimeout(200);
    }
    const path = join(folder, both ? `report-${width}-${colorScheme}.png` : `report-${width}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    spawnSync('pngquant', ['--force', '--ext', '.png', '--speed', '1', '128', path]);
    await context.close();
  }
}
await browser.close();

// Nothing gets out, nothing gets in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { card, onPage, plotOf, point, settled } from './browser.mjs';

// `onPage` fails on any exception, console error, dialog and on any request but for the page itself.
for (const sample of ['empty', 'one-point', 'sparse', 'labels', 'sections', 'multi-metric', 'hostile', 'demo', 'preview']) {
  for (const colorScheme of ['light', 'dark']) {
    test(`F116 ${sample}, ${colorScheme}: quiet and at home, from top to bottom`, () =>
      onPage(
        sample,
        async (page) => {
          const height = await page.evaluate(() => document.body.scrollHeight);
          for (let y = 0; y < height; y += 500) {
            await page.evaluate((to) => scrollTo(0, to), y);
            await settled(page);
          }
          for (const plot of await page.locator('.over').all()) await point(page, plot, 0.5);
        },
        { colorScheme },
      ));
  }
}

test('hostile names, labels, branch and repository are text', () =>
  onPage('hostile', async (page) => {
    assert.equal(await page.locator('h1').textContent(), `</title><script>alert(1)</script>/"'><img src=x onerror=alert(2)>`);
    assert.equal(await page.locator('#branch').textContent(), "feature/<script>alert('branch')</script>");
    assert.equal(await page.locator('img, iframe, object, embed, link, base').count(), 0);
    assert.equal(await page.locator('script').evaluateAll((all) => all.filter((s) => !s.type).length), 2);
    const titles = await page.locator('h3').allTextContents();
    assert.ok(titles.includes("</script><script>alert('name')</script>"));
    assert.ok(titles.includes('<!-- <script>'));
    assert.ok(titles.includes(`]]> --> & &amp; " ' \``));
    assert.equal(await page.locator('a[href^="javascript:"]').count(), 0);
    const labels = page.locator('.card').last();
    await labels.scrollIntoViewIfNeeded();
    await settled(page);
    await point(page, plotOf(labels), 0.5);
    assert.match(await page.locator('.tooltip').innerText(), /__proto__/);
    assert.ok((await labels.locator('.bars dt').allTextContents()).includes('</script>'));
    await page.getByRole('button', { name: /^Actions for <!-- <script>/ }).click();
    await page.getByRole('menuitem', { name: 'Show as table' }).click();
    assert.equal(await page.locator('dialog h2').textContent(), '<!-- <script>');
    assert.equal(await page.title(), `</title><script>alert(1)</script>/"'><img src=x onerror=alert(2)> · metrics`);
  }));

test('the policy stops injected script, images from elsewhere and every connection', () =>
  onPage(
    'one-point',
    async (page) => {
      const blocked = await page.evaluate(async () => {
        const violations = [];
        document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        document.body.append(script);
        const reached = await fetch('https://example.invalid/').then(() => true, () => false);
        const image = new Image();
        image.src = 'https://example.invalid/x.png';
        await new Promise((done) => setTimeout(done, 100));
        return { violations: [...new Set(violations)].sort(), injected: window.injected === true, reached };
      });
      assert.deepEqual(blocked, {
        violations: ['connect-src', 'img-src', 'script-src-elem'],
        injected: false,
        reached: false,
      });
    },
    // The browser says what it blocked; it announces the image before the policy stops it.
    { tolerated: /Content Security Policy|^request: https:\/\/example.invalid\/x.png$/ },
  ));

test('works where storage is forbidden', () =>
  onPage('demo', async (page, context) => {
    await context.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    });
    await page.reload();
    await settled(page);
    await page.getByRole('button', { name: /^Theme/ }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
    assert.equal(await card(page, 'Test coverage').locator('canvas').count(), 1);
  }));

test('the page without data has at most 150 kB, 60 kB compressed', () => {
  const page = readFileSync(join(process.env.UNENTROPY_PAGES, 'empty', 'index.html'));
  assert.ok(page.length <= 150_000, `${page.length} bytes`);
  const compressed = gzipSync(page, { level: 9 }).length;
  assert.ok(compressed <= 60_000, `${compressed} bytes compressed`);
});

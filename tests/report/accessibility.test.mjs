// WCAG 2.2 AA as far as a machine can tell, in both themes, with everything open that opens; and the order of focus.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { card, modulePath, onPage, plotOf, settled } from './browser.mjs';

const axe = readFileSync(modulePath('axe-core/axe.min.js'), 'utf8');

async function check(page, what) {
  // Through the debugger, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  const told = violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(' | ')}`);
  assert.deepEqual(told, [], what);
}

for (const colorScheme of ['light', 'dark']) {
  for (const sample of ['empty', 'one-point', 'sparse', 'labels', 'sections', 'multi-metric', 'hostile', 'demo', 'preview']) {
    test(`${sample}, ${colorScheme}`, () => onPage(sample, (page) => check(page, sample), { colorScheme }));
  }
  test(`demo, ${colorScheme}: range dialog, menu, tooltip, table`, () =>
    onPage(
      'demo',
      async (page) => {
        await page.getByRole('button', { name: 'Custom' }).click();
        await page.getByRole('button', { name: 'Apply' }).click();
        await page.getByRole('button', { name: 'Custom' }).click();
        await check(page, 'range dialog');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Actions for Bundle size' }).click();
        await check(page, 'menu');
        await page.keyboard.press('Escape');
        await plotOf(card(page, 'Test coverage')).focus();
        await page.keyboard.press('End');
        await page.keyboard.press('Enter');
        await check(page, 'pinned tooltip');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Actions for Bundle size' }).click();
        await page.getByRole('menuitem', { name: 'Show as table' }).click();
        await check(page, 'table');
      },
      { colorScheme },
    ));
}

test('narrow: a phone', () => onPage('sections', (page) => check(page, 'phone'), { viewport: { width: 360, height: 740 } }));

test('without script', () =>
  onPage(
    'demo',
    async (page) => {
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      assert.equal(await page.locator('h1').count(), 1);
      assert.equal(await page.locator('svg:not([aria-hidden=true])').count(), 0);
    },
    { javaScriptEnabled: false },
  ));

test('focus goes from top to bottom, and is visible', () =>
  onPage('one-point', async (page) => {
    const stops = [];
    for (let i = 0; i < 16; i++) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate(() => {
          const e = document.activeElement;
          const outlined = getComputedStyle(e).outlineStyle !== 'none' || e.matches('.skip');
          return (e.getAttribute('aria-label') ?? e.textContent ?? '').slice(0, 34) + (outlined ? '' : ' (invisible)');
        }),
      );
    }
    assert.deepEqual(stops, [
      'Skip to the charts',
      'acme/rocket',
      stops[2],
      'run #101',
      'Theme: system',
      'Search metrics',
      'All',
      '90 d',
      '30 d',
      '7 d',
      'Custom',
      'Range starts',
      'Range ends',
      'Actions for Test coverage',
      'Test coverage over time. Arrow key',
      'Actions for Bundle size',
    ]);
    assert.match(stops[2], /^[0-9a-f]{7}$/);
  }));

test('the skip link leads to the charts', () =>
  onPage('demo', async (page) => {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  }));

test('reduced motion is respected', async () => {
  for (const [reducedMotion, expected] of [['reduce', 'auto'], ['no-preference', 'smooth']]) {
    await onPage(
      'demo',
      async (page) => {
        assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), expected);
        await settled(page);
      },
      { reducedMotion },
    );
  }
});

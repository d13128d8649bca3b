// What a reader does with the page, and what they then see.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { address, card, drag, figures, onPage, pixelsOf, plotOf, point, settled } from './browser.mjs';

const countText = (page) => page.locator('#tools .count').textContent();
const tooltip = (page) => page.locator('.tooltip');

test('header: repository, branch, last build with links, freshness', () =>
  onPage('demo', async (page) => {
    assert.equal(await page.locator('h1').textContent(), 'acme/rocket');
    assert.equal(await page.locator('h1 a').getAttribute('href'), 'https://github.com/acme/rocket');
    assert.match(await page.locator('#last-build a').first().getAttribute('href'), /^https:\/\/github.com\/acme\/rocket\/commit\/[0-9a-f]{40}$/);
    assert.match(await page.locator('#last-build a').nth(1).getAttribute('href'), /\/actions\/runs\/\d+$/);
    assert.match(await page.locator('#last-build').textContent(), /last build [0-9a-f]{7} · run #1500 · 24 Nov 2025, 13:00 UTC/);
    assert.match(await page.locator('#fresh').textContent(), /^last recorded 3 h ago, \d+ builds? today$/);
  }));

test('without script: values, changes, figures and a drawing of every metric', () =>
  onPage(
    'demo',
    async (page) => {
      assert.equal(await page.locator('.card').count(), 11);
      assert.equal(await page.locator('.card .now').count(), 11);
      assert.equal(await page.locator('.card svg.spark').count(), 11);
      assert.ok(await page.locator('noscript .none').isVisible());
      assert.equal(await card(page, 'Test coverage').locator('.now').textContent(), '87.8%');
    },
    { javaScriptEnabled: false },
  ));

test('the script says what the static page says', async () => {
  for (const sample of ['demo', 'sparse', 'sections', 'multi-metric', 'one-point', 'labels', 'hostile']) {
    const texts = [];
    for (const javaScriptEnabled of [false, true]) {
      await onPage(
        sample,
        async (page) => {
          if (javaScriptEnabled) {
            // Rewritten by the script, for another range and back.
            await page.getByRole('button', { name: '7 d' }).click();
            await page.getByRole('button', { name: 'All', exact: true }).click();
          }
          texts.push(
            await page.locator('.card').evaluateAll((cards) => {
              const squeeze = (text) => text.replace(/\s+/g, ' ').trim();
              return cards.map((card) => ({
                now: Array.from(card.querySelectorAll('.now, .legend tbody tr'), (e) => squeeze(e.textContent)),
                changes: Array.from(card.querySelectorAll('.value .changes'), (e) => squeeze(e.textContent)),
                figures: Array.from(card.querySelectorAll('.figures:not(.label)'), (e) => squeeze(e.textContent)),
                note: card.querySelector('.note').textContent,
              }));
            }),
          );
        },
        { javaScriptEnabled },
      );
    }
    assert.deepEqual(texts[1], texts[0], sample);
  }
});

test('rewriting for the same range changes nothing', () =>
  onPage('demo', async (page) => {
    const read = () => page.locator('.card').evaluateAll((cards) => cards.map((c) => c.querySelector('.figures').textContent));
    const before = await read();
    await page.getByRole('button', { name: '30 d' }).click();
    assert.notDeepEqual(await read(), before);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    // Label cards list their builds in the drawing once a script runs.
    const labels = (texts) => texts.slice(0, 10);
    assert.deepEqual(labels(await read()), labels(before));
  }));

test('search: filters cards, says when nothing matches, Escape clears, slash focuses', () =>
  onPage('sections', async (page) => {
    await page.keyboard.press('/');
    const input = page.getByRole('searchbox', { name: 'Search metrics' });
    assert.ok(await input.evaluate((element) => element === document.activeElement));
    await input.fill('cover');
    assert.deepEqual(await page.locator('.card:visible h3').allTextContents(), ['Test coverage', 'Coverage again']);
    assert.equal(await page.locator('.section:visible').count(), 2);
    await input.fill('depend');
    assert.deepEqual(await page.locator('.card:visible h3').allTextContents(), ['dependencies'], 'a folded section opens');
    await input.fill('nothing like this');
    assert.ok(await page.getByText('No metric matches “nothing like this”.').isVisible());
    await input.press('Escape');
    assert.equal(await input.inputValue(), '');
    assert.ok((await page.locator('.card:visible').count()) >= 8);
  }));

test('F126 presets: figures and number of builds follow', () =>
  onPage('demo', async (page) => {
    const coverage = card(page, 'Test coverage');
    assert.equal(await countText(page), '1,400 builds');
    assert.deepEqual(await figures(coverage), { Min: '71.4%', Mean: '79.6%', Max: '87.9%', Trend: '↑ 22.7%' });
    await page.getByRole('button', { name: '30 d' }).click();
    assert.match(await countText(page), /^\d+ of 1,400 builds$/);
    const month = await figures(coverage);
    assert.notEqual(month.Min, '71.4%');
    assert.equal(month.Max, '87.9%');
    assert.equal(await page.getByRole('button', { name: '30 d' }).getAttribute('aria-pressed'), 'true');
    assert.equal(await page.getByRole('button', { name: 'All', exact: true }).getAttribute('aria-pressed'), 'false');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    assert.equal(await countText(page), '1,400 builds');
  }));

test('F132 custom range: an end before the start is an error and changes nothing; Escape and a click outside close', () =>
  onPage('demo', async (page) => {
    const custom = page.getByRole('button', { name: 'Custom' });
    const dialog = page.getByRole('dialog', { name: 'Custom range' });
    await custom.click();
    assert.equal(await page.getByLabel('From', { exact: true }).getAttribute('max'), '2025-11-24');
    assert.equal(await page.getByLabel('To', { exact: true }).getAttribute('min'), '2024-09-30');
    await page.getByLabel('From', { exact: true }).fill('2025-06-01');
    await page.getByLabel('To', { exact: true }).fill('2025-05-01');
    await page.getByRole('button', { name: 'Apply' }).click();
    assert.equal(await page.getByRole('alert').textContent(), 'The range ends before it begins.');
    assert.equal(await countText(page), '1,400 builds');
    await page.keyboard.press('Escape');
    assert.ok(await dialog.isHidden());
    assert.ok(await custom.evaluate((element) => element === document.activeElement));
    await custom.click();
    await page.locator('h1').click({ position: { x: 500, y: 5 }, force: true });
    assert.ok(await dialog.isHidden());
    await custom.click();
    await page.getByLabel('From', { exact: true }).fill('2025-05-01');
    await page.getByLabel('To', { exact: true }).fill('2025-06-01');
    await page.getByRole('button', { name: 'Apply' }).click();
    assert.ok(await dialog.isHidden());
    assert.match(await countText(page), /^\d+ of 1,400 builds$/);
    assert.ok(await custom.evaluate((element) => element.classList.contains('active')));
    await custom.click();
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await countText(page), '1,400 builds');
  }));

test('brush: dragging a handle, drawing a window, moving it, arrow keys', () =>
  onPage('demo', async (page) => {
    const brush = page.locator('.brush');
    const box = await brush.boundingBox();
    const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
    await page.mouse.move(...at(0.003));
    await page.mouse.down();
    await page.mouse.move(...at(0.5), { steps: 4 });
    await page.mouse.up();
    const half = Number((await countText(page)).split(' ')[0].replace(',', ''));
    assert.ok(half > 300 && half < 1200, String(half));
    await page.keyboard.press('Tab');
    const from = page.getByRole('slider', { name: 'Range starts' });
    assert.match(await from.getAttribute('aria-valuetext'), /^\d+ \w+ 2025, \d\d:\d\d UTC$/);
    const before = await from.getAttribute('aria-valuenow');
    await from.focus();
    await page.keyboard.press('ArrowLeft');
    assert.ok(Number(await from.getAttribute('aria-valuenow')) < Number(before));
    const width = (await page.locator('.brush .window').boundingBox()).width;
    const window = await page.locator('.brush .window').boundingBox();
    await page.mouse.move(window.x + window.width / 2, window.y + 8);
    await page.mouse.down();
    await page.mouse.move(window.x + window.width / 2 - 120, window.y + 8, { steps: 4 });
    await page.mouse.up();
    const moved = await page.locator('.brush .window').boundingBox();
    assert.ok(Math.abs(moved.x - (window.x - 120)) < 3);
    assert.ok(Math.abs(moved.width - width) < 2);
    await page.mouse.move(...at(0.1));
    await page.mouse.down();
    await page.mouse.move(...at(0.2), { steps: 4 });
    await page.mouse.up();
    assert.match(await countText(page), /^\d+ of 1,400 builds$/);
    await brush.dblclick({ position: { x: (await brush.boundingBox()).width * 0.8, y: 10 } });
    assert.equal(await countText(page), '1,400 builds');
  }));

test('F120 branch selector: shows the other branch and its last build', () =>
  onPage('demo', async (page) => {
    const select = page.getByRole('combobox', { name: 'Branch' });
    assert.deepEqual(await select.locator('option').allTextContents(), ['main', 'release/2.0', 'spike/new-parser']);
    await select.selectOption('release/2.0');
    await settled(page);
    assert.equal(await countText(page), '120 builds');
    const coverage = card(page, 'Test coverage');
    assert.notEqual(await coverage.locator('.now').textContent(), '87.8%');
    assert.match(await page.locator('#last-build').textContent(), /last build [0-9a-f]{7} · run #\d+ · \d+ \w+ 2025/);
    assert.equal(await card(page, 'Complexity').locator('.none').textContent(), 'No data yet');
    await select.selectOption('main');
    await settled(page);
    assert.equal(await coverage.locator('.now').textContent(), '87.8%');
    assert.ok((await pixelsOf(plotOf(coverage), '--s1')) > 100);
  }));

test('branches for which the page has no room are counted in the selector', async () => {
  const page = readFileSync(join(process.env.UNENTROPY_PAGES, 'demo', 'index.html'), 'utf8');
  assert.ok(page.includes('"leftOut":0'));
  mkdirSync(join(process.env.UNENTROPY_PAGES, 'left-out'));
  writeFileSync(join(process.env.UNENTROPY_PAGES, 'left-out', 'index.html'), page.replace('"leftOut":0', '"leftOut":7'));
  await onPage('left-out', async (shown) => {
    const last = shown.getByRole('combobox', { name: 'Branch' }).locator('option').last();
    assert.equal(await last.textContent(), '7 more without room on this page');
    assert.ok(await last.isDisabled());
  });
});

test('F133 theme: cycles, is remembered, recolours the charts', () =>
  onPage(
    'demo',
    async (page) => {
      const button = page.getByRole('button', { name: /^Theme/ });
      const plot = plotOf(card(page, 'Test coverage'));
      assert.equal(await button.getAttribute('aria-label'), 'Theme: system');
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await background(), 'rgb(245, 247, 250)');
      assert.ok((await pixelsOf(plot, '--s1')) > 100);
      await button.click();
      assert.equal(await button.getAttribute('aria-label'), 'Theme: light');
      await button.click();
      await settled(page);
      assert.equal(await button.getAttribute('aria-label'), 'Theme: dark');
      assert.equal(await background(), 'rgb(13, 17, 23)');
      assert.ok((await pixelsOf(plot, '--s1')) > 100, 'the line has the dark colour');
      await page.reload();
      await settled(page);
      assert.equal(await background(), 'rgb(13, 17, 23)');
      await button.click();
      assert.equal(await page.evaluate(() => localStorage.getItem('unentropy-theme')), null);
      await page.emulateMedia({ colorScheme: 'dark' });
      await settled(page);
      assert.equal(await background(), 'rgb(13, 17, 23)', 'the system decides');
      assert.ok((await pixelsOf(plot, '--s1')) > 100);
    },
    { colorScheme: 'light' },
  ));

test('F118 a locked mode has no switch and ignores system and memory', () =>
  onPage(
    'demo-locked',
    async (page) => {
      assert.equal(await page.getByRole('button', { name: /^Theme/ }).count(), 0);
      await page.evaluate(() => localStorage.setItem('unentropy-theme', 'light'));
      await page.reload();
      await settled(page);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(12, 18, 16)');
    },
    { colorScheme: 'light' },
  ));

test('F135 sections: names, descriptions, folded rest, an empty one says why', () =>
  onPage('sections', async (page) => {
    assert.deepEqual(await page.locator('main h2').allTextContents(), [
      'Quality', 'Speed', 'Size', 'Planned', 'No longer configured',
    ]);
    assert.ok(await page.getByText('What reviewers look at first.').isVisible());
    assert.ok(await page.getByText("No chart here: none of this section's metrics is known.").isVisible());
    const rest = page.locator('details.section');
    assert.ok(await rest.locator('.card').first().isHidden());
    await rest.locator('summary').click();
    await settled(page);
    assert.deepEqual(await rest.locator('h3').allTextContents(), ['dependencies', 'memory-peak']);
    assert.ok((await pixelsOf(plotOf(rest), '--s1')) > 100, 'drawn when it is unfolded');
  }));

test('F117 one metric in two charts: both are drawn', () =>
  onPage('sections', async (page) => {
    for (const title of ['Test coverage', 'Coverage again']) {
      await card(page, title).scrollIntoViewIfNeeded();
      await settled(page);
      assert.ok((await pixelsOf(plotOf(card(page, title)), '--s1')) > 100, title);
    }
  }));

test('F130 charts of several metrics: one axis per unit, at most two, labels below, a legend with figures', () =>
  onPage('multi-metric', async (page) => {
    const axes = (title) => card(page, title).locator('.plot.number').evaluateAll((plots) => plots.length);
    assert.equal(await axes('One unit'), 1);
    assert.equal(await axes('Two units'), 1);
    assert.equal(await axes('Four units'), 2);
    const mixed = card(page, 'Numbers and labels');
    assert.equal(await mixed.locator('.plot.number').count(), 1);
    assert.equal(await mixed.locator('.plot.label').count(), 1);
    const legend = await card(page, 'One unit').locator('.legend tbody tr').evaluateAll((rows) =>
      rows.map((row) => Array.from(row.children, (cell) => cell.textContent)),
    );
    assert.deepEqual(legend[0].slice(0, 2), ['Build time', '3m 18s']);
    assert.equal(legend[0][6], '↓ 38.9%');
    assert.equal(legend[1][0], 'Test time');
    assert.notEqual(
      await card(page, 'One unit').locator('.legend .swatch').first().evaluate((e) => getComputedStyle(e).background),
      await card(page, 'One unit').locator('.legend .swatch').nth(1).evaluate((e) => getComputedStyle(e).background),
    );
    for (const colour of ['--s1', '--s2']) {
      assert.ok((await pixelsOf(plotOf(card(page, 'One unit')), colour)) > 60, colour);
    }
  }));

test('card: value, change, description and a small drawing of the whole history', () =>
  onPage('demo', async (page) => {
    const size = card(page, 'Bundle size');
    assert.equal(await size.locator('.about').textContent(), 'Bytes of the minified browser bundle');
    assert.equal(await size.locator('.now').textContent(), '496.5 KB');
    assert.equal(await size.locator('.changes').textContent(), '↓ -280 B (-0.1%) vs previous');
    assert.ok(await size.locator('.thumb svg').isVisible());
  }));

test('tooltip: time, value with unit, change, commit and run', () =>
  onPage('demo', async (page) => {
    await page.getByRole('button', { name: '7 d' }).click();
    await settled(page);
    const plot = plotOf(card(page, 'Bundle size'));
    await plot.focus();
    await page.keyboard.press('End');
    await settled(page);
    const text = await tooltip(page).innerText();
    assert.match(text, /^24 Nov 2025, 13:00 UTC\n/);
    assert.match(text, /Bundle size\s+496.5 KB\s+↓ -280 B \(-0.1%\)/);
    assert.match(text, /[0-9a-f]{7} · run #1500$/);
    assert.match(await tooltip(page).locator('a').first().getAttribute('href'), /\/commit\/[0-9a-f]{40}$/);
  }));

test('tooltip over a stretch says how many builds it stands for, with lowest and highest value', () =>
  onPage('huge', async (page) => {
    await point(page, plotOf(card(page, 'Bundle size')), 0.3);
    const text = await tooltip(page).innerText();
    assert.match(text, /\n\d+ builds joined into one point\n/);
    assert.match(text, /Bundle size\s+avg [\d.]+ KB\s+[\d.]+ KB – [\d.]+ KB/);
  }));

test('F131 tooltips of combined charts have units and build', () =>
  onPage('multi-metric', async (page) => {
    await page.getByRole('button', { name: '7 d' }).click();
    await settled(page);
    const plot = plotOf(card(page, 'Two units'));
    await plot.focus();
    await page.keyboard.press('End');
    const text = await tooltip(page).innerText();
    assert.match(text, /Test coverage\s+87.8%/);
    assert.match(text, /Lines of code\s+38,382/);
    assert.match(text, /run #1500/);
  }));

test('a build without the value says so, and the line has a gap there', () =>
  onPage('sparse', async (page) => {
    const coverage = card(page, 'Test coverage');
    const plot = plotOf(coverage);
    await plot.focus();
    await page.keyboard.press('End');
    assert.match(await tooltip(page).innerText(), /No data for this build/);
    await page.keyboard.press('Escape');
    // Two builds without a value lie between 28 October and 11 November.
    assert.equal(await pixelsOf(plot, '--s1', [0.15, 0, 0.5, 1]), 0);
    assert.ok((await pixelsOf(plot, '--s1', [0.5, 0, 0.8, 1])) > 50);
    // A point alone is visible.
    assert.ok((await pixelsOf(plotOf(card(page, 'Lines of code')), '--s1')) > 8);
  }));

test('cross-hair and readings run together in all charts of a section, and only there', () =>
  onPage('sections', async (page) => {
    await point(page, plotOf(card(page, 'Test coverage')), 0.6);
    const shown = await page.locator('.card').evaluateAll((cards) =>
      cards
        .filter((one) => one.querySelector('.cross:not([hidden])'))
        .map((one) => [one.querySelector('h3').textContent, one.querySelector('.tag:not([hidden])')?.textContent ?? '']),
    );
    assert.deepEqual(shown.map(([title]) => title), ['Test coverage', 'Complexity', 'To do']);
    assert.equal(shown[0][1], '', 'the chart under the pointer has the tooltip');
    assert.match(shown[1][1], /\d\.\d\d/);
    await page.mouse.move(5, 5);
    await settled(page);
    assert.equal(await page.locator('.cross:not([hidden])').count(), 0);
    assert.ok(await tooltip(page).isHidden());
  }));

test('F132 zoom by dragging sets Custom everywhere; reset brings everything back', () =>
  onPage('demo', async (page) => {
    const plot = plotOf(card(page, 'Test time'));
    await drag(page, plot, 0.4, 0.6);
    assert.match(await countText(page), /^\d+ of 1,400 builds$/);
    assert.ok(await page.getByRole('button', { name: 'Custom' }).evaluate((e) => e.classList.contains('active')));
    assert.match(new URL(page.url()).hash, /^(#range=.*)?$/);
    await page.getByRole('button', { name: 'Reset zoom' }).click();
    assert.equal(await countText(page), '1,400 builds');
    assert.ok(await page.getByRole('button', { name: 'Reset zoom' }).isHidden());
    await drag(page, plot, 0.2, 0.3);
    await plot.dblclick();
    assert.equal(await countText(page), '1,400 builds');
  }));

test('pan: shift and drag, sideways wheel; zoom: ctrl and wheel', () =>
  onPage('demo', async (page) => {
    const plot = plotOf(card(page, 'Test coverage'));
    await drag(page, plot, 0.4, 0.6);
    const start = () => page.getByRole('slider', { name: 'Range starts' }).getAttribute('aria-valuenow').then(Number);
    const end = () => page.getByRole('slider', { name: 'Range ends' }).getAttribute('aria-valuenow').then(Number);
    const [from, to] = [await start(), await end()];
    await page.keyboard.down('Shift');
    await drag(page, plot, 0.3, 0.6);
    await page.keyboard.up('Shift');
    assert.ok((await start()) < from);
    assert.ok(Math.abs((await end()) - (await start()) - (to - from)) < 60, 'as wide as before');
    await point(page, plot, 0.5);
    await page.mouse.wheel(200, 0);
    await settled(page);
    const width = (await end()) - (await start());
    await point(page, plot, 0.5);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await settled(page);
    assert.ok((await end()) - (await start()) < width * 0.9);
  }));

test('keyboard on a chart: move, zoom, pan, pin, Escape, reset', () =>
  onPage('demo', async (page) => {
    const plot = plotOf(card(page, 'Test coverage'));
    await plot.focus();
    await page.keyboard.press('ArrowRight');
    assert.ok(await tooltip(page).isVisible());
    const first = await tooltip(page).innerText();
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await tooltip(page).innerText(), first);
    assert.equal((await page.locator('.sr[role=status]').textContent()).slice(0, 12), (await tooltip(page).innerText()).slice(0, 12));
    await page.keyboard.press('Home');
    assert.equal(await tooltip(page).innerText(), first);
    for (const key of ['+', '+']) await page.keyboard.press(key);
    await settled(page);
    assert.match(await countText(page), /^\d+ of 1,400 builds$/);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('-');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    assert.ok(await page.evaluate(() => document.activeElement.closest('.tooltip') !== null), 'focus is on the link');
    await page.keyboard.press('Escape');
    assert.ok(await tooltip(page).isHidden());
    assert.ok(await plot.evaluate((element) => element === document.activeElement));
    await page.keyboard.press('0');
    assert.equal(await countText(page), '1,400 builds');
  }));

test('a click pins the tooltip, so that its link can be used; a click elsewhere lets go', () =>
  onPage('demo', async (page) => {
    const plot = plotOf(card(page, 'Bundle size'));
    await point(page, plot, 0.5, 0.8);
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.move(5, 5);
    await settled(page);
    assert.ok(await tooltip(page).isVisible());
    await page.locator('footer').click({ position: { x: 5, y: 5 } });
    assert.ok(await tooltip(page).isHidden());
  }));

test('F132 touch: a tap shows the tooltip, two fingers zoom', () =>
  onPage(
    'demo',
    async (page, context) => {
      const plot = plotOf(card(page, 'Test coverage'));
      await plot.scrollIntoViewIfNeeded();
      const box = await plot.boundingBox();
      await page.touchscreen.tap(box.x + box.width * 0.6, box.y + 40);
      await settled(page);
      assert.ok(await tooltip(page).isVisible());
      const session = await context.newCDPSession(page);
      const touch = (type, ...xs) =>
        session.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: xs.map((x, id) => ({ x: box.x + box.width * x, y: box.y + 60, id })),
        });
      await touch('touchStart', 0.4);
      await touch('touchStart', 0.4, 0.6);
      await touch('touchMove', 0.3, 0.7);
      await touch('touchMove', 0.2, 0.8);
      await touch('touchEnd');
      await settled(page);
      assert.match(await countText(page), /^\d+ of 1,400 builds$/);
    },
    { hasTouch: true, viewport: { width: 360, height: 740 } },
  ));

test('thresholds are lines with their text; a broken one is said beside the value', () =>
  onPage('demo', async (page) => {
    assert.ok((await pixelsOf(plotOf(card(page, 'Test coverage')), '--down')) > 60);
    assert.ok((await pixelsOf(plotOf(card(page, 'Bundle size')), '--warn')) > 60);
    assert.equal(await pixelsOf(plotOf(card(page, 'Lines of code')), '--down'), 0);
    assert.ok((await pixelsOf(plotOf(card(page, 'Test coverage')), '--s1')) > 100);
    assert.equal(await card(page, 'Dependencies').locator('.broken').textContent(), 'breaks max 150');
    assert.equal(await card(page, 'Test coverage').locator('.broken').count(), 0);
  }));

test('F129 labels: a band of states and builds per label, within the range', () =>
  onPage('labels', async (page) => {
    const bars = (title) =>
      card(page, title).locator('.bars').evaluate((list) => {
        const names = Array.from(list.querySelectorAll('dt'), (e) => e.textContent);
        const counts = Array.from(list.querySelectorAll('.count'), (e) => Number(e.firstChild.textContent.replace(/\D/g, '')));
        return Object.fromEntries(names.map((name, i) => [name, counts[i]]));
      });
    const all = await bars('Compiler');
    assert.equal(Object.values(all).reduce((a, b) => a + b), 900);
    const runner = await bars('Runner');
    assert.equal(Object.values(runner).reduce((a, b) => a + b), 900);
    assert.ok(Object.keys(runner).some((name) => name.startsWith('other (36 labels)')));
    await page.getByRole('button', { name: '30 d' }).click();
    await settled(page);
    const month = await bars('Compiler');
    const shown = Number((await countText(page)).split(' ')[0]);
    assert.equal(Object.values(month).reduce((a, b) => a + b), shown);
    const plot = plotOf(card(page, 'Compiler'));
    await point(page, plot, 0.9);
    assert.match(await tooltip(page).innerText(), /Compiler\s+(gcc|clang)-/);
    assert.ok((await pixelsOf(plot, '--s1')) + (await pixelsOf(plot, '--s2')) > 1000);
  }));

test('F132 two values: both are dots, and the card says that they are few', () =>
  onPage('sparse', async (page) => {
    const found = page.locator('.card').filter({ hasText: 'Only 2 values so far: too few to show a trend' });
    assert.equal(await found.count(), 1);
    assert.ok((await pixelsOf(plotOf(found), '--s1')) > 16);
  }));

test('F132 sparse data is drawn honestly and said', () =>
  onPage('one-point', async (page) => {
    const coverage = card(page, 'Test coverage');
    assert.equal(await coverage.locator('.note').textContent(), 'Only 1 value so far: too few to show a trend');
    assert.equal((await figures(coverage)).Trend, 'N/A');
    assert.ok((await pixelsOf(plotOf(coverage), '--s1')) > 8, 'the one point is a dot');
    assert.equal(await card(page, 'Not measured yet').locator('.value').innerText(), 'No data yet');
    assert.equal(await countText(page), '1 build');
  }));

test('no builds: what to do next, and nothing else', () =>
  onPage('empty', async (page) => {
    assert.ok(await page.getByRole('heading', { name: 'No builds yet' }).isVisible());
    assert.ok(await page.getByText('unentropy track').isVisible());
    assert.equal(await page.locator('#tools').count(), 0);
  }));

test('menu: keyboard, table with sorting, full width', () =>
  onPage('demo', async (page) => {
    const button = page.getByRole('button', { name: 'Actions for Bundle size' });
    await button.focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Show as table');
    await page.keyboard.press('ArrowUp');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Full width');
    await page.keyboard.press('Enter');
    await settled(page);
    assert.ok((await card(page, 'Bundle size').boundingBox()).width > 1200);
    assert.ok((await card(page, 'Bundle size').locator('canvas').boundingBox()).width > 1150);
    await button.click();
    await page.keyboard.press('Escape');
    assert.ok(await button.evaluate((element) => element === document.activeElement));
    await page.getByRole('button', { name: '7 d' }).click();
    await button.click();
    await page.getByRole('menuitem', { name: 'Show as table' }).click();
    const dialog = page.getByRole('dialog', { name: 'Bundle size' });
    const rows = () => dialog.locator('tbody tr').evaluateAll((all) => all.map((row) => Array.from(row.cells, (cell) => cell.textContent)));
    const newest = await rows();
    assert.match(newest[0].join(' | '), /^24 Nov 2025, 13:00 UTC \| #1500 \| [0-9a-f]{7} \| 496.5 KB \| ↓ -280 B \(-0.1%\)$/);
    const header = dialog.getByRole('button', { name: /^Value/ });
    await header.focus();
    await page.keyboard.press('Enter');
    assert.equal(await dialog.locator('th').nth(3).getAttribute('aria-sort'), 'descending');
    const down = (await rows()).map((row) => parseFloat(row[3]));
    assert.deepEqual(down, [...down].sort((a, b) => b - a));
    await page.keyboard.press('Enter');
    assert.equal(await dialog.locator('th').nth(3).getAttribute('aria-sort'), 'ascending');
    const up = (await rows()).map((row) => parseFloat(row[3]));
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached', timeout: 2000 }); // its close is an event of its own
  }));

test('table of a joined history: builds per row, lowest and highest, more on demand', () =>
  onPage('huge', async (page) => {
    await page.getByRole('button', { name: 'Actions for Bundle size', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Show as table' }).click();
    const dialog = page.getByRole('dialog');
    assert.deepEqual(
      await dialog.locator('th').evaluateAll((all) => all.map((cell) => cell.textContent)),
      ['Date', 'Run', 'Commit', 'Builds', 'Value', 'Min', 'Max', 'Change'],
    );
    assert.match(await dialog.locator('header p').textContent(), /^50,000 builds; older ones are joined/);
    assert.equal(await dialog.locator('tbody tr').count(), 200);
    await dialog.getByRole('button', { name: 'Show more' }).click();
    assert.equal(await dialog.locator('tbody tr').count(), 1200);
    const builds = await dialog.locator('tbody tr').evaluateAll((rows) => rows.map((row) => Number(row.cells[3].textContent)));
    assert.ok(builds.slice(0, 500).every((count) => count === 1), 'the newest 500 builds are themselves');
    assert.ok(builds.slice(500).some((count) => count > 1));
  }));

async function download(page, title, item) {
  await page.getByRole('button', { name: `Actions for ${title}` }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  const file = await waiting;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test('F132 export: an image of the chart', () =>
  onPage('demo', async (page) => {
    const { name, bytes } = await download(page, 'Bundle size', 'Save image (PNG)');
    assert.equal(name, 'bundle-size.png');
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    const size = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    assert.ok(size[0] > 500 && size[1] > 200, String(size));
    const line = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const css = getComputedStyle(document.documentElement).getPropertyValue('--s1').trim();
      const wanted = [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16));
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (wanted.every((v, c) => Math.abs(data[i + c] - v) < 24)) count++;
      return count;
    }, bytes.toString('base64'));
    assert.ok(line > 100, 'the line is in it');
  }));

test('F132 export: the values shown, as CSV', () =>
  onPage('demo', async (page) => {
    await page.getByRole('button', { name: '7 d' }).click();
    const { name, bytes } = await download(page, 'Test coverage', 'Save data (CSV)');
    assert.equal(name, 'coverage.csv');
    const lines = bytes.toString().split('\r\n');
    assert.equal(lines[0], 'first,last,builds,run_number,commit,run_id,event,coverage,coverage min,coverage max');
    assert.match(lines[lines.length - 2], /^2025-11-24T13:00:00.000Z,2025-11-24T13:00:00.000Z,1,1500,[0-9a-f]{40},\d+,(push|schedule),87.77,87.77,87.77$/);
    assert.equal(lines.length - 2, Number((await countText(page)).split(' ')[0]));
  }));

test('hostile labels do not become formulas in CSV', () =>
  onPage('hostile', async (page) => {
    const { bytes } = await download(page, '__proto__', 'Save data (CSV)').catch(async () => {
      // Two cards have this title; the label metric is the second.
      const buttons = page.getByRole('button', { name: 'Actions for __proto__' });
      await buttons.nth(1).click();
      const waiting = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: 'Save data (CSV)' }).nth(0).click();
      return { bytes: readFileSync(await (await waiting).path()) };
    });
    const cells = bytes.toString().split(/\r\n|,/);
    assert.ok(cells.includes("'=1+1"));
    assert.ok(!cells.some((cell) => /^"?[=+@]/.test(cell)));
  }));

test('deep links: range and metric', async () => {
  await onPage(
    'demo',
    async (page) => {
      assert.equal(await page.getByRole('button', { name: '30 d' }).getAttribute('aria-pressed'), 'true');
      const found = card(page, 'Peak memory');
      assert.ok(await found.evaluate((element) => element.classList.contains('found')));
      const box = await found.boundingBox();
      assert.ok(box.y > 0 && box.y < 900, 'it is on screen');
      await page.getByRole('button', { name: '90 d' }).click();
      await page.waitForFunction(() => location.hash === '#metric=memory-peak&range=90d');
    },
    { hash: '#metric=memory-peak&range=30d' },
  );
  await onPage(
    'demo',
    async (page) => {
      assert.match(await countText(page), /^\d+ of 1,400 builds$/);
      assert.match(await page.getByRole('slider', { name: 'Range starts' }).getAttribute('aria-valuetext'), /^1 May 2025/);
    },
    { hash: '#range=2025-05-01T00:00:00Z..2025-06-01T00:00:00Z' },
  );
  await onPage(
    'demo',
    async (page) => assert.equal(await countText(page), '120 builds'),
    { hash: '#branch=release%2F2.0' },
  );
  for (const hash of ['#range=nonsense', '#metric=<script>', '#range=..', '#%E0%A4%A', '#range=2030-01-01..2020-01-01']) {
    await onPage('demo', async (page) => assert.equal(await countText(page), '1,400 builds'), { hash });
  }
});

test('copy link: names metric and range', () =>
  onPage(
    'demo',
    async (page) => {
      await page.getByRole('button', { name: '30 d' }).click();
      await page.getByRole('button', { name: 'Actions for Bundle size' }).click();
      await page.getByRole('menuitem', { name: 'Copy link' }).click();
      await page.waitForFunction(() => location.hash === '#metric=bundle-size&range=30d');
      assert.equal(page.url(), address('demo', '#metric=bundle-size&range=30d'));
    },
    { permissions: [] },
  ));

test('F134 times: UTC, or the zone of the reader, and the page says which', () =>
  onPage(
    'demo',
    async (page) => {
      assert.match(await page.locator('#zone').innerText(), /^Times are in UTC\./);
      await page.getByRole('button', { name: 'Show in Europe/Berlin' }).click();
      assert.match(await page.locator('#zone').innerText(), /^Times are in your zone, Europe\/Berlin\./);
      assert.match(await page.locator('#last-build').textContent(), /24 Nov 2025, 14:00 (CET|GMT\+1)/);
      const plot = plotOf(card(page, 'Test coverage'));
      await page.getByRole('button', { name: '7 d' }).click();
      await settled(page);
      await plot.focus();
      await page.keyboard.press('End');
      assert.match(await tooltip(page).innerText(), /^24 Nov 2025, 14:00 (CET|GMT\+1)/);
    },
    { timezoneId: 'Europe/Berlin' },
  ));

test('F128 preview: marked at the top, in every chart and in exports', () =>
  onPage('preview', async (page) => {
    assert.ok(await page.getByRole('complementary', { name: 'Preview' }).isVisible());
    const plot = plotOf(card(page, 'Test coverage'));
    // The mark is large, grey and translucent: count what is neither grid nor line.
    const marked = await plot.evaluate((over) => {
      const canvas = over.closest('.uplot').querySelector('canvas');
      const [x, y] = [over.offsetLeft + over.clientWidth / 2 - 60, over.offsetTop + over.clientHeight / 2 - 12];
      const { data } = canvas.getContext('2d').getImageData(x, y, 120, 24);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 40 && data[i] < 90) count++;
      return count;
    });
    assert.ok(marked > 150, String(marked));
    const { name, bytes } = await download(page, 'Test coverage', 'Save data (CSV)');
    assert.equal(name, 'preview-coverage.csv');
    assert.match(bytes.toString().split('\r\n')[1], /,preview: invented values$/);
  }));

test('print: no tools, every chart drawn and whole', () =>
  onPage('demo', async (page) => {
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.setViewportSize({ width: 718, height: 1000 }); // A4 within its margins
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('#tools').isHidden());
    assert.ok(await page.locator('.actions').first().isHidden());
    assert.equal(await page.locator('.card canvas').count(), 11);
    const outside = await page.locator('.card').evaluateAll((cards) =>
      cards.filter((one) => one.querySelector('canvas').getBoundingClientRect().right > one.getBoundingClientRect().right),
    );
    assert.equal(outside.length, 0, 'the newest values are on the sheet');
  }));

test('print: dark on white, whatever the theme on screen', () =>
  onPage(
    'demo',
    async (page) => {
      const plot = plotOf(card(page, 'Test coverage'));
      const colour = () => page.evaluate(() => getComputedStyle(document.body).color);
      const onScreen = await colour();
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      await settled(page);
      assert.equal(await colour(), 'rgb(23, 32, 44)');
      assert.ok((await pixelsOf(plot, '--s1')) > 100, 'the line has the light theme\'s colour');
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      await settled(page);
      assert.equal(await colour(), onScreen);
      assert.ok((await pixelsOf(plot, '--s1')) > 100);
    },
    { colorScheme: 'dark' },
  ));

test('print: dark without script is dark on white too', () =>
  onPage(
    'demo',
    async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('color-scheme')), 'light');
    },
    { colorScheme: 'dark', javaScriptEnabled: false },
  ));

test('charts are created when they scroll into view', () =>
  onPage('huge', async (page) => {
    const created = () => page.locator('.card canvas').count();
    const first = await created();
    assert.ok(first > 1 && first < 20, String(first));
    await page.locator('.card').nth(30).scrollIntoViewIfNeeded();
    await settled(page);
    assert.ok((await created()) > first);
    assert.ok((await created()) < 50);
  }));

test('layout: nothing overflows on a phone, cards fill a 4K screen', async () => {
  for (const sample of ['demo', 'sections', 'multi-metric', 'labels', 'hostile', 'sparse', 'empty', 'preview']) {
    await onPage(
      sample,
      async (page) => {
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${sample}: ${overflow} px`);
      },
      { viewport: { width: 360, height: 740 } },
    );
  }
  await onPage(
    'demo',
    async (page) => {
      const lefts = await page.locator('.card').evaluateAll((cards) => cards.map((one) => one.getBoundingClientRect().left));
      assert.equal(new Set(lefts).size, 4);
    },
    { viewport: { width: 2560, height: 1440 } },
  );
  await onPage(
    'demo',
    async (page) => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
      const rights = await page.locator('.card').evaluateAll((cards) => cards.map((one) => one.getBoundingClientRect().right));
      assert.ok(Math.max(...rights) > 3780, 'cards reach the right edge');
    },
    { viewport: { width: 3840, height: 2160 } },
  );
});

test('charts follow the width of the window', () =>
  onPage('demo', async (page) => {
    await page.setViewportSize({ width: 700, height: 900 });
    await settled(page);
    const place = await card(page, 'Test coverage').locator('.plot').boundingBox();
    const canvas = await card(page, 'Test coverage').locator('canvas').boundingBox();
    assert.ok(Math.abs(place.width - canvas.width) <= 1);
    assert.ok(canvas.width > 560);
  }));

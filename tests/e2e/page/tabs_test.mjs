import assert from 'node:assert/strict';
import test from 'node:test';
import { views } from './made_data.mjs';
import { live, onStage, screenshot, textOf, until, useBrowser } from './stage.mjs';

useBrowser();
const phone = { width: 375, height: 812 };
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test('all views are listed, and any can be charted and read', async () => {
  await onStage({ hash: '#/views' }, async (page, server) => {
    await live(page);
    await page.waitForSelector('.view-list a');
    assert.deepEqual(await page.locator('.view-list a').allInnerTexts(), Object.keys(views).sort());
    await page.keyboard.press('/');
    await page.keyboard.type('country');
    await page.click('.view-list a');
    await page.waitForSelector('canvas');
    assert.equal(await textOf(page, 'h1'), 'sales_by_country');
    await page.selectOption('label:has-text("Value") select', 'revenue');
    await page.selectOption('label:has-text("Key") select', 'DE / web');
    assert.match(page.url(), /#\/views\/sales_by_country\?value=revenue&key=DE\+%2F\+web$/);
    await page.click('text=Bars');
    await screenshot(page, 'views');
    const [title, ...cells] = await page.locator('.rows-panel tbody tr').nth(3).evaluate((row) => [row.cells[0].title, ...[...row.cells].map((cell) => cell.textContent)]);
    const start = Date.parse(`${title.split(' UTC')[0].replace(' ', 'T')}Z`);
    const row = server.rows('sales_by_country', { from: start, to: start + 60_000 }).find(({ keys }) => keys.country === 'DE' && keys.channel === 'web');
    assert.deepEqual(cells.slice(1), ['DE', 'web', String(row.values.sales), String(row.values.revenue), 'NULL', 'final']);
    await page.click('text=1 h');
    await until('more rows', async () => (await page.locator('.rows-panel tbody tr').count()) > 55);
    // A stretch of the past, by dragging.
    const box = await page.locator('.u-over').boundingBox();
    await page.mouse.move(box.x + box.width * 0.2, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 50, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector('text=back to live');
    await until('rows of that stretch', async () => {
      const count = await page.locator('.rows-panel tbody tr').count();
      return count > 15 && count < 25;
    });
    await page.click('text=back to live');
    await page.goto(`${server.origin}/#/views/customers_total`);
    await until('a running total', async () => /running total/.test(await textOf(page, '.view-detail')));
    assert.equal(await textOf(page, '.bar-name'), 'free');
    await page.goto(`${server.origin}/#/views/nothing`);
    await page.waitForSelector('text=There is no view nothing');
  });
});

test('SQL: every digit, NULL and JSON can be told apart; a cut result says so', async () => {
  await onStage({ hash: '#/sql' }, async (page) => {
    await live(page);
    await page.keyboard.press('/');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('.table');
    const cells = await page.locator('.table tbody tr').first().locator('td').allInnerTexts();
    assert.deepEqual(cells.slice(0, 5), ['web.click', '9,007,199,254,740,993', '300.00', 'NULL', '']);
    assert.equal(cells[5], '31 Jan 2026 13:00:00.5');
    assert.equal(cells[6], '{"button": "buy", "price": 12.50, "lines": [1, 2]}');
    assert.equal(await page.locator('.table td').nth(1).evaluate((cell) => getComputedStyle(cell).textAlign), 'right');
    assert.match(await textOf(page, '#result .panel-note'), /^300 rows in \d+ ms$/);
    assert.equal(await page.locator('.notice').count(), 0);
    await page.locator('.cell-json').first().click();
    assert.equal(await textOf(page, 'dialog[open] .code'), '{\n  "button": "buy",\n  "price": 12.50,\n  "lines": [1, 2]\n}');
    await page.keyboard.press('Escape');
    await screenshot(page, 'sql');
    await page.selectOption('.query-bar select', '100');
    await page.click('.query-bar .button-primary');
    await page.waitForSelector('text=The result is cut short at 100 rows');
  });
});

test('SQL: an error shows its place, what was asked is kept, a time column makes a chart', async () => {
  await onStage({ hash: '#/sql', expected: [/status of 400/] }, async (page) => {
    await live(page);
    await page.fill('.editor-area', 'SELECT type,\n       count(*)\nFORM events');
    await page.click('.query-bar .button-primary');
    await page.waitForSelector('.problem');
    assert.match(await textOf(page, '.problem'), /syntax error at or near "FORM"[\s\S]*line 3, column 1[\s\S]*FORM events\n\^[\s\S]*did you mean FROM/);
    assert.equal(await textOf(page, '.sql-wrong'), 'FORM');
    await screenshot(page, 'sql-error');
    await page.click('text=line 3, column 1');
    assert.equal(await page.evaluate(() => document.activeElement.selectionStart), 29);
    await page.click('text=Events per minute, last hour');
    await page.click('.query-bar .button-primary');
    await page.waitForSelector('#result');
    await page.click('#result >> text=Bars');
    await page.waitForSelector('#result canvas');
    await screenshot(page, 'sql-chart');
    await page.reload();
    await page.waitForSelector('.query-past');
    assert.deepEqual((await page.locator('.query-past code').allInnerTexts()).map((text) => text.slice(0, 11)), ['SELECT date', 'SELECT type']);
    await page.click('text=forget');
    assert.equal(await page.locator('.query-past').count(), 0);
  });
});

test('on a phone no tab scrolls sideways', async () => {
  for (const [hash, sign, name] of [['#/views/latency?value=p95', 'canvas', 'views'], ['#/sql', '.editor', 'sql']]) {
    await onStage({ hash, ...phone }, async (page) => {
      await live(page);
      await page.waitForSelector(sign);
      if (name === 'sql') {
        await page.click('.query-bar .button-primary');
        await page.waitForSelector('.table');
      }
      await page.evaluate(() => document.fonts.ready);
      await screenshot(page, `${name}-phone`, { whole: true });
      assert.ok((await sideways(page)) <= 0);
    });
  }
});

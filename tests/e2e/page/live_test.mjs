import assert from 'node:assert/strict';
import test from 'node:test';
import { current } from './browser.mjs';
import { views } from './made_data.mjs';
import { live, onStage, screenshot, textOf, until, useBrowser } from './stage.mjs';

useBrowser();
const figure = (page, name) => textOf(page, `[data-figure="${name}"]`);
/** Is there more on a canvas than nothing? */
const drawn = (page, selector) => page.locator(selector).evaluate((canvas) => {
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let colours = 0;
  for (let index = 3; index < pixels.length; index += 4) if (pixels[index] > 100) colours += 1;
  return colours > 0.05 * canvas.width * canvas.height;
});
const percent = (share) => share === 0 ? '0%' : `${(share * 100).toFixed(share * 100 < 10 ? 2 : 1)}%`;

const latest = (server, view) => current(server.rows(view, { limit: 400 }));

/** Does `look` say what `expected` says of the same moment? Windows turn meanwhile, so it is asked again. */
const equal = (what, look, expected) => until(what, async () => {
  const [seen, wanted] = [await look(), expected()];
  if (seen !== wanted) throw new Error(`the page says ${seen}, the API ${wanted}`);
  return true;
}, 30_000);

test('the figures are those of the API', async () => {
  await onStage({}, async (page, server) => {
    await live(page);
    await equal('the error rate', () => figure(page, 'errors'), () => {
      const rows = latest(server, 'error_rate');
      return percent(rows.reduce((sum, row) => sum + row.values.errors, 0) / rows.reduce((sum, row) => sum + row.values.requests, 0));
    });
    for (const [label, view] of [['1 min', 'active_users_1m'], ['5 min', 'active_users_5m'], ['30 min', 'active_users_30m']]) {
      await equal(`users in ${label}`, () => figure(page, label), () => latest(server, view)[0].values.users.toLocaleString('en-US'));
    }
    for (const quantile of ['p50', 'p95', 'p99']) {
      await equal(quantile, () => figure(page, quantile), () => {
        const value = latest(server, 'latency').find((row) => row.keys.source === 'shop').values[quantile];
        return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
      });
    }
    await equal('the rate', () => figure(page, 'rate'), () => {
      const to = Math.floor((Date.now() - 1500) / 1000) * 1000;
      const rows = server.rows('events_per_second', { limit: 60 }).filter((row) => Date.parse(row.window_end) <= to && Date.parse(row.window_end) > to - 5000);
      const rate = rows.reduce((sum, row) => sum + row.values.events, 0) / 5;
      return rate < 100 ? rate.toFixed(1) : String(Math.round(rate));
    });
    await equal('late events', () => textOf(page, '[data-stat="late"]'), () => '3');
    await equal('the version', () => textOf(page, '[data-stat="version"]'), () => 'v0.4.0');
    await equal('the ranking of pages', () => textOf(page, '#top-pages li:first-child .bar-value'), () => latest(server, 'top_pages')[0].values.views.toLocaleString('en-US'));
    await equal('the ranking of sources', () => page.locator('#top-sources .bar-name').allInnerTexts().then(String), () => 'shop,api-gateway,mobile-app,checkout');
  });
});

test('a chart says of a window what the API says', async () => {
  await onStage({}, async (page, server) => {
    await live(page);
    await page.waitForSelector('#rate canvas');
    const box = await page.locator('#rate .u-over').boundingBox();
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
    const tooltip = page.locator('#rate .tooltip');
    await tooltip.waitFor();
    const start = Date.parse(`${(await tooltip.locator('.tooltip-utc').innerText()).replace(' UTC', 'Z').replace(' ', 'T')}`);
    const pointed = Date.now() - 0.6 * 15 * 60_000; // The chart ends now, and begins a quarter of an hour ago.
    assert.ok(Math.abs(start + 5_000 - pointed) <= 8_000, `the window is ${start + 5_000 - pointed} ms off`);
    const rows = server.rows('events_by_type', { from: start, to: start + 10_000, limit: 100 });
    const lines = await tooltip.locator('.tooltip-line').evaluateAll((items) => items.map((item) => [item.children[1].textContent, item.children[2].textContent]));
    const total = rows.reduce((sum, row) => sum + row.values.per_second, 0);
    assert.equal(Object.fromEntries(lines).Total, total >= 100 ? String(Math.round(total)) : total.toFixed(1));
    for (const type of ['web.pageview', 'api.request']) {
      assert.equal(Object.fromEntries(lines)[type], rows.find((row) => row.keys.type === type).values.per_second.toFixed(1));
    }
    assert.match(await tooltip.locator('.tooltip-time').innerText(), /^\d+ \w{3} 20\d\d \d\d:\d\d:\d0 – \d\d:\d\d:\d0$/);
    await screenshot(page, 'tooltip');
    // Dragging looks closer, and there is a way back.
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await page.click('text=back to live');
    assert.equal(await page.locator('text=back to live').count(), 0);
  });
});

test('pictures: light, dark, phone; nothing scrolls sideways', async () => {
  for (const [name, size] of [['dark', {}], ['light', { colorScheme: 'light' }], ['phone', { width: 375, height: 812 }], ['phone-light', { width: 375, height: 812, colorScheme: 'light' }], ['tablet', { width: 800, height: 1100, colorScheme: 'light' }]]) {
    await onStage(size, async (page) => {
      await live(page);
      await until('events', async () => (await page.locator('.event').count()) > 10);
      await until('charts', async () => (await page.locator('canvas').count()) === 3);
      await page.evaluate(() => document.fonts.ready);
      await until('bars', () => drawn(page, '#rate canvas'));
      await screenshot(page, `live-${name}`, { whole: true });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${name} scrolls sideways`);
    });
  }
});

test('the theme can be turned, and stays', async () => {
  await onStage({}, async (page) => {
    await live(page);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.click('[aria-label="Switch to light colours"]');
    assert.notEqual(await ground(), dark);
    await page.reload();
    await live(page);
    assert.notEqual(await ground(), dark);
    await page.evaluate(() => localStorage.clear());
  });
});

test('views that are missing or have columns of tomorrow do no harm', async () => {
  await onStage({ server: { without: ['latency', 'active_users_1m', 'conversion', 'events_by_source', 'events_per_second'] } }, async (page, server) => {
    await live(page);
    await until('words on the missing view', async () => /This needs the view latency/.test(await textOf(page, '#latency')));
    await until('words on the missing ranking', async () => /This needs the view events_by_source/.test(await textOf(page, '#top-sources')));
    assert.equal(await figure(page, '1 min'), '–');
    await equal('users in 5 min', () => figure(page, '5 min'), () => String(latest(server, 'active_users_5m')[0].values.users));
    server.say('events_by_type', {
      type: 'rows', novelty: 1,
      rows: [{ keys: { type: 'brand.new', region: 'eu' }, window_start: new Date(Math.floor(Date.now() / 10_000) * 10_000 - 20_000).toISOString(), window_end: new Date(Math.floor(Date.now() / 10_000) * 10_000 - 10_000).toISOString(), values: { events: 9e6, per_second: 9e5, more: { deep: [1] } }, final: false, epoch: 9, version: 1, checksum: 'x' }],
    });
    await until('the new type', async () => (await textOf(page, '#top-types .bar-name')).startsWith('brand.new'));
    await screenshot(page, 'missing');
  });
});

test('very many keys with very long names: the totals are of what is known, and nothing breaks out', async () => {
  const many = { ...views.events_by_type, rows: () => Array.from({ length: 400 }, (_, index) => [{ type: `t${index}.${'long'.repeat(25)}` }, { events: 10, per_second: 1 }]) };
  for (const width of [1440, 375]) {
    await onStage({ width, server: { more: { events_by_type: many } } }, async (page) => {
      await live(page);
      await until('words on what is missing', async () => /^since \d\d:\d\d:\d\d: there are too many for more$/.test(await textOf(page, '#top-types .panel-note')));
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
      const widths = await page.evaluate(() => ['#top-types .bar-row', '#top-types', '#rate .legend', '#rate'].map((selector) => document.querySelector(selector).getBoundingClientRect().width));
      assert.ok(widths[0] <= widths[1] && widths[2] <= widths[3], String(widths));
    });
  }
});

test('later versions win, and deleted rows go', async () => {
  await onStage({ hash: '#/views/customers_total' }, async (page, server) => {
    await live(page);
    const rows = () => page.locator('.rows-panel tbody tr').allInnerTexts().then((texts) => texts.map((text) => text.split(/\s+/).join(' ')));
    await until('three rows', async () => (await rows()).length === 3);
    clearInterval(server.beat);
    const row = (plan, customers, version, more = {}) => ({ keys: { plan }, window_start: null, window_end: null, values: { customers }, final: false, epoch: server.epoch, version, ...more });
    const future = Math.floor(Date.now() / 1000) + 100;
    server.say('customers_total', { type: 'rows', rows: [row('team', 1000, future), row('team', 7, future - 50), row('enterprise', 0, future, { deleted: true })] });
    await until('the later one', async () => (await rows()).includes('team 1,000'));
    assert.deepEqual((await rows()).filter((text) => !text.startsWith('free')), ['team 1,000']);
    server.say('customers_total', { type: 'rows', rows: [row('enterprise', 57, future - 1)] });
    server.say('customers_total', { type: 'rows', rows: [row('team', 1001, future + 1)] });
    await until('the next one', async () => (await rows()).includes('team 1,001'));
    assert.deepEqual((await rows()).filter((text) => !text.startsWith('free')), ['team 1,001']);
  });
});

test('keys that a double can not tell apart are rows of their own, with all their digits', async () => {
  await onStage({ hash: '#/views/customers_total' }, async (page, server) => {
    await live(page);
    const cells = () => page.locator('.rows-panel tbody tr').evaluateAll((rows) => rows.map((row) => row.cells[0].textContent.replaceAll(',', '')));
    await until('three rows', async () => (await cells()).length === 3);
    // By hand: JSON.stringify has no such numbers.
    const rows = ['9007199254740992', '9007199254740993'].map((plan) => `{"keys":{"plan":${plan}},"window_start":null,"window_end":null,"values":{"customers":1},"final":false,"epoch":1,"version":1}`);
    for (const { socket, subscriptions } of server.sockets) {
      for (const [id, { view }] of subscriptions) if (view === 'customers_total') socket.send(`{"type":"rows","id":"${id}","rows":[${rows.join(',')}]}`);
    }
    await until('both', async () => (await cells()).length === 5);
    const seen = await cells();
    assert.ok(seen.includes('9007199254740992') && seen.includes('9007199254740993'), seen.join(' '));
  });
});

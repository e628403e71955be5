import assert from 'node:assert/strict';
import test from 'node:test';
import { live, onStage, screenshot, textOf, until, useBrowser } from './stage.mjs';

useBrowser();
const kLosses = [/WebSocket connection to/, /Failed to load resource/];

test('comes back after a restart of the server, with each row once', async () => {
  await onStage({ hash: '#/views/events_by_type?value=events', expected: kLosses }, async (page, server) => {
    await live(page);
    const row = page.locator('.rows-panel tbody tr');
    await until('rows', async () => (await row.count()) > 50);
    await server.stop();
    await page.waitForSelector('.banner-off');
    assert.equal(await textOf(page, '.pill'), 'Offline');
    assert.match(await textOf(page, '.banner-off'), /What you see is from \d\d:\d\d:\d\d/);
    await screenshot(page, 'disconnected');
    server.heard.length = 0;
    await server.start();
    await page.evaluate(() => document.querySelector('.banner-off button')?.click()); // It may have come back by itself.
    await live(page);
    assert.equal(await page.locator('.banner').count(), 0);
    assert.equal(server.heard.filter((frame) => frame.type === 'subscribe' && frame.view === 'events_by_type').length, 1);
    await until('rows of the new server', async () => {
      const seen = await row.evaluateAll((rows) => rows.slice(0, 90).map((one) => [...one.cells].slice(0, 2).map((cell) => cell.textContent).join(' ')));
      assert.equal(new Set(seen).size, seen.length);
      return seen.length > 50;
    });
    const [title, type, events] = await row.nth(60).evaluate((one) => [one.cells[0].title, one.cells[1].textContent, one.cells[2].textContent]);
    const from = Date.parse(`${title.split(' UTC')[0].replace(' ', 'T')}Z`);
    const wanted = server.rows('events_by_type', { from, to: from + 10_000 }).find((one) => one.keys.type === type);
    assert.equal(events, wanted.values.events.toLocaleString('en-US'));
  });
});

test('comes back by itself', async () => {
  await onStage({ expected: kLosses }, async (page, server) => {
    await live(page);
    await server.stop();
    await page.waitForSelector('.banner-off');
    await server.start();
    await live(page);
    await until('frames of the new server', async () => (await page.locator('.event').count()) > 0 && server.sockets.size === 1);
  });
});

test('a server that falls silent is called slow; what is seen stays', async () => {
  await onStage({}, async (page, server) => {
    await live(page);
    await until('figures', async () => /\d/.test(await textOf(page, '[data-figure="rate"]')));
    server.silent = true;
    await page.waitForSelector('.banner-slow', { timeout: 30_000 });
    assert.equal(await textOf(page, '.pill'), 'Slow');
    assert.match(await textOf(page, '[data-figure="rate"]'), /\d/);
    await screenshot(page, 'slow');
    server.silent = false;
    await live(page);
    assert.equal(await page.locator('.banner').count(), 0);
  });
});

test('nothing is polled: once it is open, the page asks for nothing', async () => {
  await onStage({}, async (page, server) => {
    await live(page);
    await until('figures', async () => /\d/.test(await textOf(page, '[data-figure="rate"]')));
    const beats = (count) => until(`${count} beats of the server`, () => server.beats >= count);
    await beats(server.beats + 1);
    const before = page.requests.length;
    await beats(server.beats + 4);
    assert.deepEqual(page.requests.slice(before), []);
  });
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { kToken, live, onStage, screenshot, textOf, until, useBrowser } from './stage.mjs';

useBrowser();

test('the tail: filter, hold, one event in full, those of the same user', async () => {
  await onStage({}, async (page, server) => {
    await live(page);
    await until('events', async () => (await page.locator('.event').count()) > 20);
    await page.keyboard.press('/');
    await page.keyboard.type('web.s*');
    await until('searches only', async () => {
      const types = await page.locator('.event-type').allInnerTexts();
      return types.length > 2 && types.every((type) => type === 'web.search');
    });
    assert.ok(server.heard.some((frame) => frame.type === 'subscribe' && frame.tail?.type === 'web.s*'));
    // Data is text, whatever it looks like.
    await until('markup as text', async () => (await page.locator('.event-data').allInnerTexts()).some((text) => text.includes('query=<b>filter</b>')));
    assert.equal(await page.locator('.event b').count(), 0);

    await page.click('.tail >> text=Pause');
    const first = await page.locator('.event').first().innerText();
    await until('waiting events', async () => /Resume, \d+/.test(await textOf(page, '.tail .panel-actions')));
    assert.equal(await page.locator('.event').first().innerText(), first);
    await page.locator('.event').first().click();
    const dialog = page.locator('dialog[open]');
    assert.match(await dialog.locator('.code').innerText(), /"query": ".*",\n {2}"results": \d+/);
    assert.match(await dialog.locator('.facts').innerText(), /UTC/);
    await dialog.getByText('Same user').click();
    await until('related events', async () => (await dialog.locator('.related-event').count()) > 0);
    await screenshot(page, 'event');
    await page.keyboard.press('Escape');
    assert.equal(await dialog.count(), 0);
    await page.click('.tail >> text=Resume');
    await until('new events', async () => (await page.locator('.event').first().innerText()) !== first);
    await page.click('.filter >> text=Clear');
    await until('all types again', async () => new Set(await page.locator('.event-type').allInnerTexts()).size > 3);
  });
});

test('a flood is shown in part, and says so', async () => {
  await onStage({}, async (page, server) => {
    await live(page);
    server.scale = 40;
    await until('words on what was left out', async () => /too fast to show all: [\d,]+k? left out/.test(await textOf(page, '#events')));
    await until('as many as there is room for', async () => (await page.locator('.event').count()) === 200);
  });
});

test('a click on a ranking shows its events', async () => {
  await onStage({}, async (page) => {
    await live(page);
    await page.locator('#top-types .bar-row', { hasText: 'user.login' }).click();
    await until('logins only', async () => {
      const types = await page.locator('.event-type').allInnerTexts();
      return types.length > 0 && types.every((type) => type === 'user.login');
    });
    assert.equal(await page.inputValue('[aria-label="Type"]'), 'user.login');
  });
});

test('an installation without events tells how to send the first, and greets it', async () => {
  await onStage({ server: { empty: true } }, async (page, server) => {
    await live(page);
    await page.waitForSelector('text=Send your first event');
    assert.ok(!(await textOf(page, '.first-event')).includes(kToken));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
    await page.click('text=Copy the command');
    await page.waitForSelector('text=Copied');
    const command = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(command.startsWith(`curl ${server.origin}/api/v1/events`) && command.includes(`Bearer ${kToken}`), command);
    await screenshot(page, 'first-event');
    server.empty = false;
    await page.waitForSelector('text=Your first event is here');
    await until('the event', async () => (await page.locator('.event').count()) > 0);
    await page.click('text=Open the dashboard');
    assert.equal(await page.locator('.first-event').count(), 0);
  });
});

test('by keyboard: tabs, charts, the way past the header', async () => {
  await onStage({ reducedMotion: 'reduce' }, async (page) => {
    await live(page);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
    await page.focus('#tab-live');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('.view-list');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-views');
    await page.keyboard.press('End');
    await page.waitForSelector('.query');
    assert.equal(await page.getAttribute('[role="tabpanel"]', 'aria-labelledby'), 'tab-sql');
    await page.keyboard.press('Home');
    await page.waitForSelector('#rate canvas');
    await page.focus('#rate .time-chart');
    await page.keyboard.press('ArrowLeft');
    await page.waitForSelector('#rate .tooltip:not([hidden])');
    const before = await textOf(page, '#rate .tooltip-utc');
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await textOf(page, '#rate .tooltip-utc'), before);
    assert.match(await page.getAttribute('#rate .time-chart', 'aria-label'), /Newest values: web\.pageview [\d.]+/);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.pill-dot')).animationName), 'none');
  });
});

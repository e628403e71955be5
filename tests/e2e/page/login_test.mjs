import assert from 'node:assert/strict';
import test from 'node:test';
import { kToken, live, onStage, screenshot, textOf, until, useBrowser } from './stage.mjs';

useBrowser();
const kRefusal = [/status of 401/];
const note = (page, pattern) => until(`a note like ${pattern}`, async () => pattern.test(await textOf(page, '#login-note')));

test('without a token there is a form; it says what is wrong with one', async () => {
  await onStage({ loggedIn: false, expected: kRefusal }, async (page) => {
    await screenshot(page, 'login');
    const enter = async (token) => {
      await page.fill('#token', token);
      await page.press('#token', 'Enter');
    };
    await page.click('text=Open the dashboard');
    await note(page, /Paste a token first/);
    await enter('wrong');
    await note(page, /does not accept this token/);
    await enter('ingest-only');
    await note(page, /may only send events/);
    await enter(`  ${kToken}\n`);
    await live(page);
    assert.equal(await page.evaluate(() => sessionStorage.getItem('streamflow.token')), kToken);
    // One that was good enough when it was saved.
    await page.evaluate(() => sessionStorage.setItem('streamflow.token', 'ingest-only'));
    await page.reload();
    await note(page, /may only send events/);
  });
});

test('a one-click link logs in, once, and its ticket is out of the address at once', async () => {
  await onStage({ loggedIn: false, hash: '#ticket=the-ticket', expected: kRefusal }, async (page, server) => {
    await live(page);
    assert.equal(new URL(page.url()).hash, '');
    await page.reload();
    await live(page);
    await page.click('[aria-label="Log out"]');
    await page.waitForSelector('#token');
    assert.equal(await page.evaluate(() => sessionStorage.getItem('streamflow.token')), null);
    await page.goto('about:blank');
    await page.goto(`${server.origin}/#ticket=the-ticket`);
    await note(page, /works once/);
    assert.equal(new URL(page.url()).hash, '');
  });
});

test('a one-click link that is pasted into the tab that has the page open logs in; one that was used changes nothing', async () => {
  await onStage({ loggedIn: false, hash: '', expected: kRefusal }, async (page, server) => {
    await page.waitForSelector('#token');
    const paste = () => page.evaluate(() => { location.hash = '#ticket=the-ticket'; });
    await paste();
    await live(page);
    assert.equal(new URL(page.url()).hash, '');
    const refused = page.waitForResponse((response) => response.status() === 401);
    await paste();
    await refused;
    assert.equal(new URL(page.url()).hash, '');
    await live(page);
    assert.equal(server.sockets.size, 1);
  });
});

test('a token that is refused later leads back to the form', async () => {
  await onStage({ expected: [/Failed to load resource/, /WebSocket connection/] }, async (page, server) => {
    await live(page);
    server.tokens.clear();
    await server.stop();
    await server.start();
    await note(page, /does not accept this token any more/);
    assert.equal(await page.evaluate(() => sessionStorage.getItem('streamflow.token')), null);
  });
});

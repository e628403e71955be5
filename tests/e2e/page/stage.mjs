// What the tests share: a server each, one browser for all, and the check at the end that nothing was complained of and nobody else was asked.
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { complaints, startBrowser, strangers, until } from './browser.mjs';
import { FakeServer, kToken } from './fake_server.mjs';

export const kDist = join(dirname(fileURLToPath(import.meta.url)), '../../../web/dist');

let browser;

export function useBrowser() {
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.stop());
}

/** Runs `act(page, server)` on a page that is logged in and shows `hash`. `expected`: complaints of the browser that belong to the test. */
export async function onStage({ hash = '#/live', server: options = {}, expected = [], loggedIn = true, ...size } = {}, act) {
  const server = new FakeServer({ dist: kDist, ...options });
  await server.start();
  let page;
  try {
    page = await browser.open(`${server.origin}/${loggedIn ? '' : hash}`, size);
    if (loggedIn) {
      await page.evaluate(([token, place]) => {
        sessionStorage.setItem('streamflow.token', token);
        location.hash = place;
      }, [kToken, hash]);
      await page.reload();
    }
    await act(page, server);
    assert.deepEqual(complaints(page, expected), []);
    assert.deepEqual(strangers(page, server.origin), []);
  } catch (error) {
    if (page !== undefined && process.env.SF_SCREENSHOTS) await page.screenshot({ path: `${process.env.SF_SCREENSHOTS}/failed-${Date.now()}.png` });
    throw error;
  } finally {
    await page?.close();
    await server.stop();
  }
}

/** For people to look at. Does nothing where no folder was given. */
export async function screenshot(page, name, { whole = false } = {}) {
  if (process.env.SF_SCREENSHOTS) await page.screenshot({ path: `${process.env.SF_SCREENSHOTS}/${name}.png`, fullPage: whole });
}

export const textOf = (page, selector) => page.locator(selector).first().innerText();
export const live = (page) => until('a live connection', async () => (await textOf(page, '.pill')) === 'Live');
export { until, kToken };

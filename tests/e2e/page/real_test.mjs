// The page that is compiled into the program, with the program behind it. Needs SF_PROGRAM (run.mjs --program PATH).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { extname, join } from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { complaints, startBrowser, strangers, until } from './browser.mjs';
import { kKinds, kPolicy } from './fake_server.mjs';
import { Program } from './program.mjs';
import { kDist, live, screenshot, textOf } from './stage.mjs';

const skip = process.env.SF_PROGRAM === undefined ? 'no program was given (--program PATH)' : false;
const program = new Program(process.env.SF_PROGRAM);
let browser;
let page;

before(async () => {
  if (skip) return;
  await program.start();
  // What the test hands to the browser comes from no address, and then Chromium lets it talk to none on this machine.
  browser = await startBrowser(process.env.SF_DIST ? ['--disable-features=LocalNetworkAccessChecks'] : []);
  // A page that is being worked on, without building the program anew.
  if (process.env.SF_DIST) {
    await browser.context.route((url) => url.origin === program.origin && !url.pathname.startsWith('/api/'), (route) => {
      const { pathname } = new URL(route.request().url());
      return route.fulfill({ path: join(kDist, pathname === '/' ? 'index.html' : pathname), headers: { 'Content-Security-Policy': kPolicy, 'Content-Type': kKinds[extname(pathname) || '.html'] } });
    });
  }
});
after(async () => {
  if (skip) return;
  await browser?.stop();
  await program.remove();
});

const figure = (name) => textOf(page, `[data-figure="${name}"]`);
const whole = (value) => value.toLocaleString('en-US');

/** Does `look` say what `expected` says of the same moment? Windows turn meanwhile, so it is asked again. */
const equal = (what, look, expected) => until(what, async () => {
  const [seen, wanted] = [await look(), await expected()];
  if (seen !== wanted) throw new Error(`the page says ${seen}, the API ${wanted}`);
  return true;
}, 30_000);

/** Events of the last minute: requests, some of which fail, by a few users; pages; a few others. */
function someEvents(count) {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const timestamp = new Date(now - 50_000 + Math.floor((50_000 * index) / count)).toISOString();
    const user_id = `user-${index % 37}`;
    const source = index % 3 === 0 ? 'gateway' : 'shop';
    if (index % 4 === 0) return { type: 'web.pageview', source, user_id, timestamp, data: { path: `/page/${index % 7}`, status: 200 } };
    if (index % 4 === 1) return { type: 'web.click', source, user_id, timestamp, severity: index % 40 === 1 ? 'high' : 'low', data: { button: '<b>buy</b>' } };
    return { type: 'api.request', source, user_id, timestamp, data: { status: index % 22 === 2 ? 503 : 200, latency_ms: 20 + (index % 50) } };
  });
}

test('the link that the program prints logs in, and the first event is greeted', { skip }, async () => {
  page = await browser.open(await until('the link', () => program.link));
  await live(page);
  assert.equal(new URL(page.url()).hash, '');
  await page.waitForSelector('text=Send your first event');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: program.origin });
  await page.click('text=Copy the command');
  await page.waitForSelector('text=Copied');
  await screenshot(page, 'real-first-event');
  // As a newcomer would: what was copied, in a shell.
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const { stdout } = await promisify(execFile)('bash', ['-c', command]);
  assert.match(stdout, /"accepted": ?1/);
  await page.waitForSelector('text=Your first event is here');
  await until('the event in the tail', async () => (await page.locator('.event-type').allInnerTexts()).includes('web.click'));
  await page.click('text=Open the dashboard');
});

test('the figures are those of the API', { skip }, async () => {
  const answer = await program.ask('/api/v1/events/batch', someEvents(2000));
  assert.equal(answer.accepted, 2000);
  await until('all of them in the views', async () => {
    const { rows } = await program.ask('/api/v1/metrics/events_by_type?limit=1000');
    return rows.filter((row) => row.keys.type !== 'system.host').reduce((sum, row) => sum + row.values.events, 0) === 2001;
  });
  await equal('stored events', () => textOf(page, '[data-stat="stored"]'), async () => whole((await program.ask('/api/v1/overview')).events.stored));
  await equal('the error rate', () => figure('errors'), async () => {
    const rows = await program.current('error_rate');
    const share = 100 * rows.reduce((sum, row) => sum + row.values.errors, 0) / rows.reduce((sum, row) => sum + row.values.requests, 0);
    return `${share.toFixed(share < 10 ? 2 : 1)}%`;
  });
  await equal('users in 5 min', () => figure('5 min'), async () => whole((await program.current('active_users_5m'))[0].values.users));
  await equal('the first page', () => textOf(page, '#top-pages .bar-value'), async () => {
    const rows = await program.current('top_pages');
    return whole(Math.max(...rows.map((row) => row.values.views)));
  });
  await equal('the first type', () => textOf(page, '#top-types .bar-row'), () => 'api.request\n50.0%\n1,000');
  await until('latency', async () => /^\d+ ms$/.test(await figure('p95')));
  await until('markup as text', async () => (await page.locator('.event-data').allInnerTexts()).some((text) => text.includes('button=<b>buy</b>')));
  await screenshot(page, 'real-live', { whole: true });
});

test('every view opens, and shows as many rows as the API has', { skip }, async () => {
  const { views } = await program.ask('/api/v1/metrics');
  assert.ok(views.length >= 11, `only ${views.length} views`);
  for (const { name } of views) {
    await page.goto(`${program.origin}/#/views/${name}`);
    await until(`the rows of ${name}`, async () => (await textOf(page, 'h1')) === name && /\d+ rows?/.test(await textOf(page, '.rows-panel .panel-note')));
  }
  await page.goto(`${program.origin}/#/views/events_by_type?value=events`);
  await page.waitForSelector('canvas');
  await screenshot(page, 'real-views');
});

test('the examples of the SQL tab run, and a mistake is shown at its place', { skip }, async () => {
  await page.goto(`${program.origin}/#/sql`);
  for (const example of await page.locator('.query-aside ul').first().locator('button').all()) {
    await example.click();
    await page.click('.query-bar .button-primary');
    await page.waitForSelector('#result .panel-note', { timeout: 10_000 });
    await until('the answer', async () => (await page.locator('.query-bar .button-primary').count()) === 1);
    assert.equal(await page.locator('.problem').count(), 0, `${await example.innerText()}: ${(await page.locator('.problem').allInnerTexts()).join()}`);
  }
  await page.fill('.editor-area', 'SELECT type,\n       nonsense(source)\nFROM events');
  await page.click('.query-bar .button-primary');
  await page.waitForSelector('.problem');
  await screenshot(page, 'real-sql-error');
  assert.match(await textOf(page, '.problem'), /line 2, column 8/);
  assert.equal(await textOf(page, '.sql-wrong'), 'nonsense');
});

test('it recovers from a restart of the program, with each row once', { skip }, async () => {
  await page.goto(`${program.origin}/#/views/events_by_type?value=events`);
  const rows = page.locator('.rows-panel tbody tr');
  await until('rows', async () => (await rows.count()) > 5);
  await program.stop();
  await page.waitForSelector('.banner-off');
  await program.start();
  await live(page);
  await until('the rows of the API', async () => {
    const seen = await rows.evaluateAll((all) => all.filter((row) => !row.textContent.includes('system.host')).map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent).join('|')));
    assert.equal(new Set(seen.map((row) => row.split('|').slice(0, 2).join('|'))).size, seen.length);
    const { rows: wanted } = await program.ask('/api/v1/metrics/events_by_type?limit=1000');
    const total = wanted.filter((row) => row.keys.type !== 'system.host').reduce((sum, row) => sum + row.values.events, 0);
    assert.equal(seen.reduce((sum, row) => sum + Number(row.split('|')[2].replace(/,/g, '')), 0), total);
    return total >= 2001;
  }, 30_000);
  assert.deepEqual(complaints(page, [/WebSocket connection to/, /Failed to load resource.*(400|ERR_CONNECTION)/]), []);
  assert.deepEqual(strangers(page, program.origin), []);
});

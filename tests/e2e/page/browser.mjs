// Chromium, watched: every word on its console and every request is kept, so that a test can demand silence and one origin.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const kFlags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** A browser with a fresh profile. `open(address, options)` gives a page with `words` and `requests`. */
export async function startBrowser(flags = []) {
  const profile = await mkdtemp(join(tmpdir(), 'streamflow-page-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: [...kFlags, ...flags], viewport: { width: 1440, height: 1000 }, colorScheme: 'dark',
    timezoneId: 'Europe/Berlin', locale: 'en-GB',
  });
  return {
    context,
    async open(address, { width = 1440, height = 1000, colorScheme = 'dark', reducedMotion = 'no-preference' } = {}) {
      const page = await context.newPage();
      page.words = [];
      page.requests = [];
      page.on('console', (message) => page.words.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => page.words.push(`exception: ${error.stack ?? error.message}`));
      page.on('request', (request) => page.requests.push(request.url()));
      page.on('websocket', (socket) => page.requests.push(socket.url()));
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion });
      await page.goto(address);
      return page;
    },
    async stop() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** The rows of the window that tells best of now: where windows slide in small steps the one that ends next, else the newest that is over. */
export function current(rows, now = Date.now() - 1500) {
  const [start, end] = [(row) => Date.parse(row.window_start), (row) => Date.parse(row.window_end)];
  const starts = [...new Set(rows.map(start))].sort((a, b) => a - b);
  const step = Math.min(...starts.slice(1).map((value, index) => value - starts[index]));
  const next = rows.filter((row) => end(row) > now && end(row) <= now + step);
  if (next.length > 0 && end(next[0]) - start(next[0]) >= 10 * step) return next;
  const over = rows.filter((row) => end(row) <= now);
  const newest = Math.max(...over.map(start));
  return over.filter((row) => start(row) === newest);
}

/** Complaints on the console. Chromium itself reports each refused connection and each answer above 399: `expected` says which are part of a test. */
export function complaints(page, expected = []) {
  return page.words.filter((word) => /^(error|warning|exception|assert)/.test(word) && !expected.some((pattern) => pattern.test(word)));
}

/** Requests to anything but this origin. */
export function strangers(page, origin) {
  const own = [origin, origin.replace(/^http/, 'ws')];
  return page.requests.filter((url) => !own.includes(new URL(url).origin) && !/^(data|blob|about):/.test(url));
}

/** Waits until `look` gives something true (or no longer throws), and returns it. */
export async function until(what, look, timeout = 30_000) {
  const deadline = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeout} ms for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// The real program as a user starts it: a process of its own in an empty data directory.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { current, until } from './browser.mjs';

const kTaken = 4; // The exit code for a port that is taken.

/** Nobody's settings but the program's own. */
const kEnvironment = Object.fromEntries(['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

export class Program {
  constructor(path) {
    this.path = path;
    this.said = '';
  }

  /** On ports that stay the same over restarts, since a page in a tab knows no others. */
  async start() {
    this.folder ??= await mkdtemp(join(tmpdir(), 'streamflow-page-'));
    for (let tries = 0; tries < 20; tries += 1) {
      const base = this.base ?? 20_000 + Math.floor(Math.random() * 20_000);
      if (await this.startOn(base)) {
        this.base = base;
        return;
      }
      if (this.base !== undefined) break;
    }
    throw new Error(`the program did not start: ${this.said}`);
  }

  async startOn(base) {
    this.said = '';
    const child = spawn(this.path, ['start', '--service', 'all', '--port-base', String(base), '--data-dir', this.folder], { cwd: this.folder, env: kEnvironment });
    this.child = child;
    child.stdout.on('data', (text) => { this.said += text; });
    child.stderr.on('data', (text) => { this.said += text; });
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    let code;
    this.ended.then((value) => { code = value; });
    return until('the program to be ready', async () => {
      if (code !== undefined) {
        if (code === kTaken) return 'taken';
        throw Object.assign(new Error(`it ended with ${code}: ${this.said}`), { fatal: true });
      }
      this.origin = JSON.parse(await readFile(join(this.folder, 'run/addresses.json'), 'utf8')).dashboard;
      const ready = await fetch(`${this.origin}/ready`);
      if (!ready.ok) return false;
      this.token = (await readFile(join(this.folder, 'admin.token'), 'utf8')).trim();
      return 'ready';
    }, 20_000).then((state) => state === 'ready');
  }

  /** The one-click link that it printed. */
  get link() {
    return /https?:\/\/\S+#ticket=\S+/.exec(this.said)?.[0];
  }

  async stop(signal = 'SIGTERM') {
    this.child?.kill(signal);
    await this.ended;
  }

  async remove() {
    await this.stop('SIGKILL');
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  async ask(path, body) {
    const answer = await fetch(`${this.origin}${path}`, {
      headers: { Authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  async current(view) {
    return current((await this.ask(`/api/v1/metrics/${view}?limit=5000`)).rows);
  }
}

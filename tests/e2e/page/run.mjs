// Runs the tests of the page: node run.mjs [--screenshots DIR] [--program PATH [--dist]] [--only WORD]. Without a program only the fake server is
// used; --dist puts web/dist in the place of the page that is compiled into the program.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { screenshots: { type: 'string' }, program: { type: 'string' }, dist: { type: 'boolean' }, only: { type: 'string' } } });
if (!existsSync(join(here, '../../../web/dist/index.html'))) {
  console.error('error: web/dist is not there\nhint: build the page first: cd web && npm ci --ignore-scripts && npm run build');
  process.exit(2);
}
const environment = { ...process.env };
if (values.screenshots !== undefined) {
  mkdirSync(values.screenshots, { recursive: true });
  environment.SF_SCREENSHOTS = resolve(values.screenshots);
}
if (values.program !== undefined) environment.SF_PROGRAM = resolve(values.program);
if (values.dist) environment.SF_DIST = '1';
const tests = readdirSync(here).filter((name) => name.endsWith('_test.mjs')).map((name) => join(here, name));
const only = values.only === undefined ? [] : ['--test-name-pattern', values.only];
const run = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...only, ...tests], { stdio: 'inherit', env: environment });
process.exit(run.status ?? 1);

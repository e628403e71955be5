// Runs the unit tests with node's own runner. Node 18 and 20 don't read TypeScript, so esbuild puts each test and what it imports into one
// file first.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const made = join(here, '..', 'node_modules', '.cache', 'unit-tests');
rmSync(made, { recursive: true, force: true });
mkdirSync(made, { recursive: true });
const tests = readdirSync(here).filter((name) => name.endsWith('_test.ts'));
await build({
  entryPoints: tests.map((name) => join(here, name)),
  outdir: made,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node18',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const files = tests.map((name) => join(made, name.replace(/\.ts$/, '.mjs')));
const run = spawnSync(process.execPath, ['--test', '--enable-source-maps', ...files], { stdio: 'inherit' });
process.exit(run.status ?? 1);

// What a reader would have to look for in every file, and a machine finds at once.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';

function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(path) : [path];
  });
}

const sources = filesOf('src').map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const banned: [RegExp, string][] = [
  [/innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/, 'data is text: use textContent or JSX'],
  [/\beval\(|new Function\(/, 'no code from text'],
  [/https?:\/\/(?!\$)/, 'no request to elsewhere'],
  [/\bas any\b|: any\b|@ts-ignore/, 'types are for all of it'],
  [/localStorage\.setItem\(.*token/i, 'a token ends with its tab'],
];

test('nothing that this page does not do', () => {
  const found = sources.flatMap(({ path, text }) => banned.flatMap(([pattern, instead]) => (pattern.test(text) ? [`${path}: ${String(pattern)}: ${instead}`] : [])));
  assert.deepEqual(found, []);
});

test('files are small, and begin with what they are for', () => {
  const found = sources.flatMap(({ path, text }) => [
    ...(text.split('\n').length > 500 && !path.endsWith('.css') ? [`${path} is over 500 lines`] : []),
    ...(/\.tsx?$/.test(path) && !text.startsWith('// ') ? [`${path} does not say what it is for`] : []),
  ]);
  assert.deepEqual(found, []);
});

test('arrows point down', () => {
  const tab = ['base', 'protocol', 'store', 'parts', 'charts', 'page'];
  const below: Record<string, string[]> = {
    base: [], protocol: ['base'], store: ['base', 'protocol'], parts: ['base', 'protocol', 'store'], charts: ['base', 'protocol', 'store', 'parts'],
    page: ['base', 'protocol', 'store'], views: tab, live: tab, query: tab, shell: [...tab, 'views', 'live', 'query'],
  };
  const found = sources.flatMap(({ path, text }) => {
    const folder = path.split('/')[1] ?? '';
    const allowed = below[folder];
    if (allowed === undefined) return []; // main.tsx
    return [...text.matchAll(/from '\.\.\/(\w+)\//g)].flatMap(([, target = '']) => (allowed.includes(target) ? [] : [`${path} must not import ${target}`]));
  });
  assert.deepEqual(found, []);
});

test('what is built is small, and has nothing inline', { skip: !existsSync('dist/index.html') && 'not built' }, () => {
  const files = filesOf('dist');
  const bytes = files.reduce((sum, path) => sum + (path.endsWith('.woff2') ? statSync(path).size : gzipSync(readFileSync(path)).length), 0);
  assert.ok(bytes < 200 * 1024, `${bytes} bytes`);
  const index = readFileSync('dist/index.html', 'utf8');
  assert.doesNotMatch(index, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  assert.doesNotMatch(index, /(src|href)="(?!\/)/);
  for (const path of files.filter((name) => name.endsWith('.css'))) assert.doesNotMatch(readFileSync(path, 'utf8'), /url\((?!\/assets\/)/);
});

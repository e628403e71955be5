// The build: one page, its assets under names that change with their content, nothing inlined (the server's policy allows no data: fonts
// and no inline script or style).
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const bundled = ['preact', '@preact/signals', '@preact/signals-core', 'uplot', '@fontsource-variable/inter', '@fontsource/jetbrains-mono'];

/** dist/licenses.txt: what is in the bundle is passed on, and its licences ask that their text comes along. */
function licenses(): Plugin {
  return {
    name: 'licenses',
    apply: 'build',
    generateBundle() {
      const parts = bundled.map((name) => {
        const folder = new URL(`node_modules/${name}/`, import.meta.url);
        const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string };
        return `${name} ${version}\n\n${readFileSync(new URL('LICENSE', folder), 'utf8').trim()}\n`;
      });
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: parts.join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [licenses()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 300,
  },
  // `npm run dev` serves the sources and passes the rest on to a StreamFlow on this machine.
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: process.env['STREAMFLOW_URL'] ?? 'http://127.0.0.1:8004', ws: true },
    },
  },
});

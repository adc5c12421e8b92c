import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** One page at a time: `--mode operator` is the operator's, so that the bettor's first load has nothing of it. */
export default defineConfig(({ mode }) => ({
  // its sources, so that only what is used is delivered, and with what it is used with
  resolve: { alias: { '@headroom/client': fileURLToPath(new URL('../clients/typescript/src/index.ts', import.meta.url)) } },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    outDir: '../build/web',
    emptyOutDir: mode !== 'operator',
    rollupOptions: { input: mode === 'operator' ? 'operator.html' : 'index.html' },
    assetsInlineLimit: 0, // everything is a file of ours: the policy allows nothing else
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
}));

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  // its sources, so that only what is used is delivered, and with what it is used with
  resolve: { alias: { '@headroom/client': fileURLToPath(new URL('../clients/typescript/src/index.ts', import.meta.url)) } },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    // the bettor's page and the operator's, each with what it needs
    rollupOptions: { input: ['index.html', 'operator.html'] },
    outDir: '../build/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // everything is a file of ours: the policy allows nothing else
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

import { defineConfig } from 'vite';

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    outDir: '../build/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // everything is a file of ours: the policy allows nothing else
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

// A file of web/src as a module for Node.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(fileURLToPath(new URL('../../web/package.json', import.meta.url)));

/** What a browser has and these files only listen to. */
const BROWSER = 'const window = { addEventListener() {} }, document = { hidden: true, addEventListener() {} }, location = { origin: "http://localhost", host: "localhost", hash: "" };';

export async function sourceOf(name) {
  const { build } = createRequire(require.resolve('vite'))('esbuild');
  const entry = fileURLToPath(new URL(`../../web/src/${name}`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm', target: 'node18', banner: { js: BROWSER }, jsx: 'automatic', jsxImportSource: 'preact' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

// Builds @headroom/client into dist/: the types of http/openapi.json, then tsc. By stamp: nothing is done when nothing changed.
//   node clients/typescript/build.mjs [--force]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const document = path.join(here, '../../http/openapi.json');
const source = path.join(here, 'src');
const out = path.join(here, 'dist');
const types = path.join(source, 'openapi.d.ts'); // made here, never committed
const stamp = path.join(here, 'node_modules/.headroom-built');

/** What the package is made of, without what is made here: web/build.mjs watches it too. */
export const sources = () =>
  [document, ...['package.json', 'tsconfig.json', 'build.mjs'].map((name) => path.join(here, name)),
    ...fs.readdirSync(source).map((name) => path.join(source, name)).filter((file) => file !== types)].sort();

function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const file of sources()) hash.update(path.basename(file)).update('\0').update(fs.readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function run(tool, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(here, 'node_modules', tool), ...args], { cwd: here, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path.basename(tool)}: ${stdout}${stderr}`);
}

export function build({ force = false } = {}) {
  const wanted = fingerprint();
  const isThere = [types, path.join(out, 'index.js'), path.join(out, 'openapi.d.ts')].every((file) => fs.existsSync(file));
  if (!force && isThere && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  fs.rmSync(stamp, { force: true });
  fs.rmSync(out, { recursive: true, force: true });
  run('openapi-typescript/bin/cli.js', document, '-o', types);
  run('typescript/bin/tsc', '-p', 'tsconfig.json');
  fs.copyFileSync(types, path.join(out, 'openapi.d.ts')); // tsc leaves declarations where they are
  fs.writeFileSync(stamp, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build({ force: process.argv.includes('--force') });

// Builds the pages into ../build/web, by stamp: nothing is done when nothing changed.
//   node web/build.mjs [--force]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { build as buildClient, sources as clientSources } from '../clients/typescript/build.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const out = path.join(root, 'build/web');
const runbook = path.join(root, 'docs/operations.md'); // the operator's page shows it
const stamp = path.join(root, 'build/web.stamp');

function filesIn(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.name === 'node_modules') return [];
    return entry.isDirectory() ? filesIn(full) : [full];
  });
}

/** Of everything that goes in: the pages' own files, and the client's, with the document that its types come from. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...filesIn(here), ...clientSources(), runbook].sort())
    hash.update(path.relative(root, file)).update('\0').update(fs.readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function run(tool, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(here, 'node_modules', tool), ...args],
    { cwd: here, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path.basename(tool)}: ${stdout}${stderr}`);
}

/** What the service sends instead, to whoever takes it. */
function compress() {
  for (const file of filesIn(out)) {
    const body = fs.readFileSync(file);
    const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: body.length };
    fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(body, { params }));
    fs.writeFileSync(`${file}.gz`, zlib.gzipSync(body, { level: 9 }));
  }
}

buildClient(); // by a stamp of its own; tsc reads its types
const wanted = fingerprint();
const built = fs.existsSync(stamp) ? fs.readFileSync(stamp, 'utf8') : '';
const isThere = ['index.html', 'operator.html'].every((page) => fs.existsSync(path.join(out, page))); // somebody may have removed it
if (built !== wanted || !isThere || process.argv.includes('--force')) {
  fs.rmSync(stamp, { force: true });
  run('typescript/bin/tsc', '-p', 'tsconfig.json');
  run('vite/bin/vite.js', 'build', '--logLevel', 'warn');
  run('vite/bin/vite.js', 'build', '--logLevel', 'warn', '--mode', 'operator'); // beside it
  compress();
  fs.writeFileSync(stamp, wanted);
}

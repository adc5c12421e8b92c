// Every command of the pages is run, and every answer that they show is what came.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { end, firstLine, spawnGuarded } from '../../sandbox/stack/process.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { agrees, blocksOf } from './blocks.mjs';
import { BY_HAND } from './by_hand.mjs';
import { picturesOf } from './pictures.mjs';
import { copyOfTree, terminal } from './terminal.mjs';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const read = (name) => fs.readFileSync(path.join(docs, name), 'utf8');
const PAGES = fs.readdirSync(docs).filter((name) => /^\d-.*\.md$/.test(name)).sort();
const UP_WITHIN_MS = 180_000;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-docs-'));
const folder = path.join(dir, 'headroom');
let up;

before(async () => {
  fs.chmodSync(dir, 0o711); // PostgreSQL's own account must pass
  fs.mkdirSync(folder);
  copyOfTree(folder, binaryPath());
  const env = { ...process.env, HEADROOM_CALLED_FROM: folder };
  up = spawnGuarded(process.execPath, ['sandbox/stack/up.mjs', '--no-tour', '--ready-file', 'build/up.json'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  await firstLine(up, (line) => line.startsWith('Ctrl-C stops everything'), UP_WITHIN_MS);
});
after(async () => {
  if (up) await end(up, 30_000);
  fs.rmSync(dir, { recursive: true, force: true });
});

/** One block in its turn. `last`: {shown} of the last that was run. Answers the next `last`. */
async function take({ language, name, text }, at, last) {
  switch (language) {
    case 'sh': {
      const { code, shown } = await at.run(text);
      assert.equal(code !== 0, name === 'fails', `exit code ${code}: ${shown}`);
      return { shown };
    }
    case 'js': case 'ts':
      assert.match(name, /^[\w-]+\.\w+$/, 'a file needs a name');
      fs.writeFileSync(path.join(at.folder(), name), `${text}\n`);
      return null;
    case 'console': case 'json':
      assert.ok(last, 'nothing was run before it');
      assert.ok(agrees(language, text, last.shown), `the page shows\n${text}\nand this came\n${last.shown}`);
      return null;
    case 'shell':
      return null; // by hand
    default:
      return assert.fail(`nobody knows what to do with "${language}"`);
  }
}

for (const name of PAGES)
  test(`docs/${name}`, async () => {
    const at = terminal(folder, path.join(dir, 'state'));
    let last = null;
    for (const block of blocksOf(read(name)))
      try {
        last = await take(block, at, last);
      } catch (e) {
        e.message = `docs/${name}:${block.line}: ${e.message}`;
        throw e;
      }
  });

test('what is not run is listed with its reason, and nothing else is', () => {
  const inPages = PAGES.flatMap((name) => blocksOf(read(name)).filter((b) => b.language === 'shell').map((b) => `${name}: ${b.text.split('\n')[0]}`));
  assert.deepEqual(inPages.sort(), BY_HAND.map(([page, line]) => `${page}: ${line}`).sort());
  for (const [, line, why] of BY_HAND) assert.ok(why?.length > 20, `${line}: no reason`);
});

test('the pages stand in docs/README.md, in their order, and no command hides in an indented block', () => {
  const listed = [...read('README.md').matchAll(/\((\d-[\w-]+\.md)\)/g)].map((m) => m[1]);
  assert.deepEqual(listed, PAGES);
  assert.deepEqual(PAGES.map((name) => name[0]), ['1', '2', '3', '4', '5', '6']);
  for (const name of PAGES) assert.doesNotMatch(read(name), /^ {4,}(\.\/dev|curl|headroom|node|npm) /m, name);
});

test('the pictures can be made, and every one that is shown is there, small', async () => {
  const made = path.join(dir, 'pictures');
  fs.mkdirSync(made);
  const noise = await picturesOf(JSON.parse(fs.readFileSync(path.join(folder, 'build/up.json'), 'utf8')), made);
  assert.deepEqual(noise, [], 'the page complained');
  const shown = [...new Set(PAGES.flatMap((name) => [...read(name).matchAll(/!\[[^\]]+\]\(pictures\/([\w-]+\.png)\)/g)].map((m) => m[1])))].sort();
  const there = fs.readdirSync(path.join(docs, 'pictures')).filter((name) => name.endsWith('.png')).sort();
  assert.deepEqual(shown, there);
  assert.deepEqual(there, fs.readdirSync(made).sort());
  for (const name of there) assert.ok(fs.statSync(path.join(docs, 'pictures', name)).size < 150_000, `${name} is large`);
});

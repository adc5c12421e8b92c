// A page that says something else than what happens fails.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { agrees, blocksOf } from './blocks.mjs';
import { terminal } from './terminal.mjs';

test('blocks are found with their language, their name and their line', () => {
  const page = 'a\n```sh\necho 1\n\n```\n```js pay.mjs\nx\n```\n    ```\n';
  assert.deepEqual(blocksOf(page), [{ language: 'sh', name: '', text: 'echo 1\n', line: 2 }, { language: 'js', name: 'pay.mjs', text: 'x', line: 6 }]);
  assert.throws(() => blocksOf('```sh\necho'), /line 1/);
});

test('an answer agrees as a whole, and the dots stand for anything', () => {
  for (const [language, shown, printed] of [
    ['console', 'ready', 'ready\n'], ['console', 'ready ... solvent', 'ready   yes,\nand solvent'], ['console', 'a\n...\nz', 'a\nb\nc\nz'],
    ['json', '{ "a": "1.00",\n  "b": [ ... ] }', '{"a":"1.00","b":[{"c":1}]}'], ['json', '{"id": "...", "text": "two words"}', '{"id":"x1","text":"two words"}'],
  ]) assert.ok(agrees(language, shown, printed), shown);
  for (const [language, shown, printed] of [
    ['console', 'ready', 'not ready'], ['console', 'ready', 'ready now'], ['console', 'a.c', 'abc'], ['console', 'ready', ''],
    ['json', '{"a": "1.00"}', '{"a":"1.00","b":2}'], ['json', '{"a": "two words"}', '{"a":"twowords"}'], ['json', '{"a": ...}', '{"b":1}'],
  ]) assert.ok(!agrees(language, shown, printed), `${shown} is not ${printed}`);
});

test('a terminal keeps variables, functions and its folder; it stops at the first command that fails', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-docs-'));
  const { run, folder: where } = terminal(folder, path.join(folder, 'state'));
  assert.deepEqual(await run('A="x  y"; export B=$\'two\\nlines\'\nf() { echo "<$1>"; }\nmkdir b\ncd b'), { code: 0, shown: '' });
  assert.deepEqual(await run('f "$A"; basename "$PWD"'), { code: 0, shown: '<x  y>\nb\n' });
  assert.equal(path.basename(where()), 'b');
  assert.deepEqual(await run("sh -c 'echo \"$B,${A-no}\"'"), { code: 0, shown: 'two\nlines,no\n' }); // as in a reader's terminal
  assert.deepEqual(await run('false\necho no'), { code: 1, shown: '' });
  assert.notEqual((await run('echo $NOBODY_SET_THIS')).code, 0);
  assert.notEqual((await run('false | cat')).code, 0);
  fs.rmSync(folder, { recursive: true });
});

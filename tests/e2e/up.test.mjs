// `./dev up` as its users see it: the ready file where they asked for it, and nothing left behind however early they
// press Ctrl-C.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from './support.mjs';

const UP = fileURLToPath(new URL('../../sandbox/stack/up.mjs', import.meta.url));
let home;
const started = [];

before(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-up-'));
  fs.chmodSync(home, 0o711); // PostgreSQL's own account must pass
});
after(async () => {
  for (const child of started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    child.kill('SIGTERM'); // its test failed before it ended it
    await once(child, 'exit');
  }
  fs.rmSync(home, { recursive: true, force: true });
});

/** A file below /proc/pid, "" once the process is gone. */
function proc(pid, file) {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
const [STATE, GROUP] = [0, 2];
const stat = (pid) => proc(pid, 'stat').replace(/^.*\) /, '').split(' ');
const alive = (pid) => proc(pid, 'stat') !== '' && !'ZX'.includes(stat(pid)[STATE]);
const childrenOf = (pid) => proc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
const withOffspring = (pid) => [pid, ...childrenOf(pid).flatMap(withOffspring)];

/** Runs up.mjs with its temporary files in `home`; `said(pattern)` waits for a line. */
function up(args = ['--no-tour']) {
  const child = spawn(process.execPath, [UP, ...args], {
    cwd: path.dirname(UP), // as ./dev does
    env: { ...process.env, TMPDIR: home, HEADROOM_CALLED_FROM: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = [];
  readline.createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const said = (pattern) =>
    until(
      `"${pattern}"`,
      () => {
        assert.equal(child.exitCode, null, lines.join('\n'));
        return lines.some((line) => line.includes(pattern));
      },
      120_000,
    );
  /** As the terminal does: to the whole foreground group, of which only up.mjs itself may be a member. */
  async function interrupt() {
    const offspring = childrenOf(child.pid).flatMap(withOffspring);
    const group = stat(child.pid)[GROUP];
    for (const pid of offspring) // one that was forked just now is still on its way to a group of its own
      await until(`${pid} in another group: it would get the Ctrl-C itself`, () => stat(pid)[GROUP] !== group, 2000, 5);
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 0, lines.join('\n'));
    await until('the end of all', () => !offspring.some(alive));
    assert.deepEqual(fs.readdirSync(home).filter((name) => name !== 'ready.json'), []);
    return offspring;
  }
  started.push(child);
  return { child, lines, said, interrupt };
}

/** What scripts count on in the ready file. */
async function readyForScripts({ keys, markets, users, venue }) {
  const scopes = ['read', 'trade', 'withdraw', 'inspect', 'operate', 'admin'];
  assert.deepEqual(Object.keys(keys), scopes);
  assert.ok(users.length > 0 && markets.every((m) => m.token_id && m.condition_id && m.tick_size));
  const state = await fetch(`${venue.control_url}/state?id=0x${'ab'.repeat(32)}`);
  assert.deepEqual((await state.json()).orders, []);
  const resolved = await fetch(`${venue.control_url}/resolve`, {
    method: 'POST',
    body: JSON.stringify({ condition_id: markets[0].condition_id, payouts: [0, 1] }),
  });
  const { stage, payouts, tx_hash: tx } = await resolved.json();
  assert.deepEqual([resolved.status, stage, payouts], [200, 'resolved', [0, 1]]);
  assert.match(tx, /^0x[0-9a-f]{64}$/, 'the Conditional Tokens report it');
}

for (const moment of ['starting PostgreSQL', 'starting local chains', 'starting the service']) {
  test(`Ctrl-C while ${moment} leaves nothing behind`, async () => {
    const { child, said, interrupt } = up();
    await said(moment);
    await until('a child', () => childrenOf(child.pid).length > 0);
    await interrupt();
  });
}

test('the ready file is where its caller meant, and Ctrl-C ends everything in order', async () => {
  const { said, interrupt } = up(['--no-tour', '--ready-file', 'ready.json']);
  await said('Headroom runs at');
  const ready = JSON.parse(fs.readFileSync(path.join(home, 'ready.json'), 'utf8'));
  assert.equal((await fetch(`${ready.url}/readyz`)).status, 200);
  await readyForScripts(ready);
  const log = fs.readdirSync(home).find((name) => name.startsWith('headroom-'));
  const words = fs.openSync(path.join(home, log, 'headroom.log'), 'r'); // readable after its folder has gone
  assert.ok((await interrupt()).includes(ready.pid));
  const text = fs.readFileSync(words, 'utf8');
  fs.closeSync(words);
  assert.match(text, /service\.stopped clean=true/, 'the database was there until the end');
  assert.doesNotMatch(text, /journal\.store_away/);
});

test('with --nodes the one that serves is killed, and another takes its place', async () => {
  const { said, lines, interrupt } = up(['--no-tour', '--nodes', '2', '--ready-file', 'ready.json']);
  await said('Headroom runs at');
  assert.match(lines.join('\n'), /killed with -9: node-2 served after \d+ ms; the books are clean/);
  const { url, nodes } = JSON.parse(fs.readFileSync(path.join(home, 'ready.json'), 'utf8'));
  assert.deepEqual(nodes.map((n) => [n.name, n.serves]), [['node-1', false], ['node-2', true]]);
  assert.equal(url, nodes[1].url);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  const offspring = await interrupt();
  for (const { pid } of nodes) assert.ok(offspring.includes(pid));
});

test('the tour goes from a payment to a bet, its sale and its payout, and its curl lines work', async () => {
  const { lines, said, interrupt } = up([]);
  await said('Ctrl-C stops everything');
  const text = lines.join('\n');
  for (const line of [
    / 402 +POST \/deposit answers 402: 250000000 micro-USDT0 to 0x/,
    / paid +201: deposit [0-9a-f-]{36}, 250\.00 USDT0, tx 0x/,
    / credited +0x[0-9a-fA-F]{40} may bet 250\.00 USDC/,
    / bet +201 filled: 50\.74 shares at 0\.50, spent 25\.37/,
    / sold +10\.00 of the shares at 0\.49: 4\.90 USDC back/,
    / resolved +Yes wins/,
    / won +40\.74 USDC for the shares that were left/,
    / bridge +done: 250\.00 in, 250\.00 out, tx 0x/,
    / swap +done: 250\.00 in, /,
    / converted +deposit completed: /,
    / audit +solvent: true, difference [0-9.]+ USDC/,
  ])
    assert.match(text, line);
  const commands = text.match(/^ {2}curl (?:.*\\\n)*.*/gm);
  assert.equal(commands.length, 4);
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('bash', ['-c', `${command} -f`]);
    assert.ok(JSON.parse(stdout), command);
  }
  await interrupt();
});

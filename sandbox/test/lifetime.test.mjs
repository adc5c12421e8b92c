// Starts, options, and that nothing survives the sandbox.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { once } from 'node:events';
import { test } from 'node:test';
import { startSandbox, request, until } from './support.mjs';

/** Process ids of the children of `pid`, from /proc. */
function children(pid) {
  return fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function alive(pid) {
  try {
    return !/\) [ZX] /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const anvils = async (sandbox) => {
  const pids = children(sandbox.child.pid);
  assert.equal(pids.length, 3);
  for (const pid of pids)
    assert.match(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /bin\/anvil/);
  return pids;
};

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL']) {
  test(`${signal} leaves no anvil behind`, async () => {
    const sandbox = await startSandbox(['--no-conversion']);
    const pids = await anvils(sandbox);
    await sandbox.stop(signal);
    await until(() => !pids.some(alive), 20_000);
    if (signal !== 'SIGKILL') assert.equal(sandbox.child.exitCode, 0);
    assert.equal(sandbox.lines.length, 1, 'exactly one line on stdout');
  });
}

test('SIGKILL in the middle of the start leaves no anvil behind', async () => {
  const pids = [];
  const starting = startSandbox([], {}).catch(() => 'killed');
  const find = () =>
    children(process.pid).filter((pid) =>
      /main\.mjs/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
    );
  const [main] = await until(() => {
    const found = find();
    return found.length && found;
  });
  await until(() => {
    pids.push(...children(main));
    return pids.length;
  }, 60_000);
  process.kill(main, 'SIGKILL');
  assert.equal(await starting, 'killed');
  await until(() => !pids.some(alive), 20_000);
});

test('a closed stdin ends it when asked to', async () => {
  const sandbox = await startSandbox(['--no-conversion'], {
    env: { EXIT_ON_STDIN_CLOSE: '1' },
    stdin: 'pipe',
  });
  const pids = await anvils(sandbox);
  const ended = once(sandbox.child, 'exit');
  sandbox.child.stdin.end();
  assert.deepEqual(await ended, [0, null]);
  await until(() => !pids.some(alive), 20_000);
});

test('an anvil that dies takes the sandbox with it', async () => {
  const sandbox = await startSandbox(['--no-conversion']);
  const pids = await anvils(sandbox);
  const ended = once(sandbox.child, 'exit');
  process.kill(pids[0], 'SIGKILL');
  assert.deepEqual(await ended, [1, null]);
  await until(() => !pids.some(alive), 20_000);
});

test('two run side by side, one on base-sepolia', async () => {
  const [a, b] = await Promise.all([
    startSandbox(['--no-conversion', '--users', '1']),
    startSandbox(['--deposit-chain-id', '84532', '--no-conversion', '--block-time', '1']),
  ]);
  try {
    assert.deepEqual(
      [a.info.plasma.chain_id, a.info.users.length, a.info.plasma.oft, a.info.polygon.swap_router],
      [9745, 1, null, null],
    );
    assert.deepEqual(
      [b.info.plasma.chain_id, b.info.plasma.usdt0],
      [84532, '0x036CbD53842c5426634e7929541eC2318f3dCF7e'],
    );
    const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}';
    assert.equal(
      Number((await request(b.info.plasma.rpc, { method: 'POST', body })).json.result),
      84532,
    );
  } finally {
    await Promise.all([a.stop(), b.stop()]);
  }
});

test('a wrong option is refused in one line', () => {
  for (const args of [
    ['--users', 'x'],
    ['--deposit-token', '0x12'],
    ['--block-time', '0'],
    ['--unknown'],
    ['--service-usdc', '-1'],
  ]) {
    const run = spawnSync(process.execPath, ['main.mjs', ...args], {
      cwd: new URL('..', import.meta.url),
      encoding: 'utf8',
    });
    assert.equal(run.status, 1);
    assert.equal(run.stdout, '');
    assert.match(run.stderr, /^\[sandbox\] .*\n$/);
  }
});

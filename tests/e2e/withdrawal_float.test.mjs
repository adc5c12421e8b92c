// Withdrawals paid by an account of their own: it is supplied by the one that converts, pays what is asked for, also more
// than it ever holds, and the books and the chain agree throughout, over a kill in the middle of a move.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { makeWallet } from '../../sandbox/stack/service.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, NO_CONVERSION, run, startHouse, until } from './support.mjs';

const LOW = micro('50');
const TARGET = micro('100');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-float-'));
const payer = makeWallet(dir);
let house, user, usdc, all;

const balances = async () => [
  await usdc.balanceOf(house.pay_to),
  await usdc.balanceOf(payer.address),
];
const filled = () =>
  until('the account to be filled', async () => (await balances())[1] >= TARGET, 60_000);

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '2'],
    opening: '1200',
    overrides: {
      conversion: NO_CONVERSION,
      keys: { withdrawals: { file: payer.file } },
      withdrawals: {
        minimum: '1.00',
        poll_ms: 100,
        longest_poll_ms: 400,
        float_low: '50.00',
        float_target: '100.00',
        float_per_day: '900.00',
      },
    },
  });
  [user] = house.users;
  usdc = house.token('polygon', house.polygon.usdc);
  await house.rpc.polygon.send('anvil_setBalance', [payer.address, '0x56bc75e2d63100000']);
  await house.fund(user, '600.00');
  const [ours, theirs] = await balances();
  all = ours + theirs;
});
after(async () => {
  await house?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

async function paid(amount) {
  const to = ethers.Wallet.createRandom().address;
  const answer = await house.call('POST', '/withdrawals', {
    key: 'withdraw',
    body: { user_address: user.address, to, amount },
    idempotency: randomUUID(),
  });
  assert.equal(answer.status, 202, answer.text);
  const row = await until(
    `a withdrawal of ${amount}`,
    async () => {
      const { body } = await house.get(`/withdrawals/${answer.body.withdrawal_id}`);
      return ['confirmed', 'failed'].includes(body.status) && body;
    },
    90_000,
  );
  assert.equal(row.status, 'confirmed', row.failure);
  assert.equal(await usdc.balanceOf(to), micro(amount));
  const { from } = await house.rpc.polygon.getTransactionReceipt(row.tx_hash);
  assert.equal(from, payer.address);
  all -= micro(amount);
}

async function agree() {
  const [ours, theirs] = await balances();
  assert.equal(ours + theirs, all, 'nothing left but to users');
  assert.equal((await house.get('/audit/solvency')).body.solvent, true);
}

test('what the account lacks comes from the one that converts', async () => {
  await filled();
  const [, theirs] = await balances();
  assert.equal(theirs, TARGET);
  await agree();
});

test('a withdrawal is paid by it, and what is gone comes again', async () => {
  await paid('60.00');
  assert.ok(TARGET - micro('60.00') < LOW);
  await filled();
  await agree();
});

test('one that is larger than the account ever is gets what it needs', async () => {
  await paid('250.00');
  await agree();
});

test('killed in the middle of a move: it is made once', async () => {
  const moves = `SELECT count(DISTINCT operation_id) FROM chain_operations WHERE purpose = 'withdrawal_float'`;
  await filled();
  const before = Number(await house.sql(moves));
  await paid('70.00');
  await until('the next move', async () => Number(await house.sql(moves)) > before, 60_000);
  await house.service.kill();
  await house.service.start();
  await filled();
  assert.equal(Number(await house.sql(moves)), before + 1);
  await agree();
});

test('books, outbox and chains agree to the micro', async () => {
  await house.service.verify();
  await run(binaryPath(), ['reconcile', '--config', house.service.configFile], {
    env: house.service.env,
  });
  assert.deepEqual(await house.alerts(/^withdrawal\./), []);
});

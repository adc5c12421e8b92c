// Money out: by service key, by the user's own signature and by a contract wallet's, to the receiver's balance on the
// local chain to the micro; limits, approval, pause; refused addresses; a service that is killed between each two steps.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, NO_CONVERSION, run, startHouse, until, usd, walletOf } from './support.mjs';

const FEE = 500_000n; // flat, and 10 basis points
const feeOf = (amount) => FEE + (amount * 10n + 9_999n) / 10_000n;
const LISTED = ethers.getAddress(`0x${'bad0'.repeat(10)}`);
const refusedFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-refused-')), 'list');
let house, user, other, third, usdc;

before(async () => {
  fs.writeFileSync(refusedFile, '# nobody yet\n');
  house = await startHouse({
    sandboxArgs: ['--users', '6'],
    opening: '1200',
    overrides: {
      conversion: NO_CONVERSION,
      withdrawals: {
        minimum: '1.00',
        maximum: '500.00',
        fee: '0.50',
        fee_bps: 10,
        per_user_per_day: '450.00',
        approval_above: '200.00',
        refused: [LISTED],
        refused_file: refusedFile,
        poll_ms: 100,
        longest_poll_ms: 400,
      },
    },
  });
  [user, other, third] = house.users;
  usdc = house.token('polygon', house.polygon.usdc);
  for (const u of [user, other, third]) await house.fund(u, '600.00');
});
after(async () => {
  await house?.close();
  fs.rmSync(path.dirname(refusedFile), { recursive: true, force: true });
});

const someone = () => ethers.Wallet.createRandom().address;
const inSeconds = (s) =>
  new Date(Math.floor(Date.now() / 1000 + s) * 1000).toISOString().replace('.000', '');

const wanted = (who, amount, over = {}) => ({
  user_address: who.address,
  to: someone(),
  amount,
  ...over,
});
const withdraw = (body, { key = 'withdraw', idempotency = randomUUID() } = {}) =>
  house.call('POST', '/withdrawals', { key, body, idempotency });
const shown = async (id) => (await house.get(`/withdrawals/${id}`)).body;
const ended = (id, timeoutMs = 30_000) =>
  until(
    `the end of withdrawal ${id}`,
    async () => {
      const row = await shown(id);
      return ['confirmed', 'failed'].includes(row.status) && row;
    },
    timeoutMs,
  );
const cli = (...words) =>
  run(binaryPath(), ['withdrawals', ...words, '--config', house.service.configFile], {
    env: house.service.env,
  });

async function refused(answering, status, code, field) {
  const answer = await house.unchanged(answering);
  assert.deepEqual(
    [answer.status, answer.body.code, answer.body.field],
    [status, code, field],
    answer.text,
  );
  return answer;
}

/** What a withdrawal moves, in the books and on the chain. */
async function state(who) {
  const [{ revenue }] = await house.json(
    'SELECT balance::text AS revenue FROM ledger_accounts WHERE account = 7',
  );
  return {
    user: await house.balance(who),
    buffer: micro((await house.buffer()).usdc_balance),
    revenue: BigInt(revenue),
    account: await usdc.balanceOf(house.pay_to),
  };
}

/** Runs `action`, a withdrawal, to its end and checks every micro-dollar of it. */
async function pays(who, body, action) {
  const amount = micro(body.amount);
  const fee = feeOf(amount);
  const old = await state(who);
  const answer = await action();
  assert.equal(answer.status, 202, answer.text);
  assert.deepEqual(
    [answer.body.amount, answer.body.fee, answer.body.received, answer.body.to],
    [usd(amount), usd(fee), usd(amount - fee), body.to],
  );
  const row = await ended(answer.body.withdrawal_id);
  assert.equal(row.status, 'confirmed', row.failure);
  assert.equal(await usdc.balanceOf(body.to), amount - fee, 'what arrives');
  assert.deepEqual(await state(who), {
    user: old.user - amount,
    buffer: old.buffer - (amount - fee),
    revenue: old.revenue + fee,
    account: old.account - (amount - fee),
  });
  const receipt = await house.rpc.polygon.getTransactionReceipt(row.tx_hash);
  assert.deepEqual([receipt.status, receipt.to], [1, house.polygon.usdc]);
  return { answer, row };
}

// -- who may ask

test('by a service key with scope withdraw', async () => {
  const body = wanted(user, '12.345678');
  const { answer, row } = await pays(user, body, () => withdraw(body));
  assert.equal(answer.headers.get('location'), `/withdrawals/${row.withdrawal_id}`);
  const { body: list } = await house.get(`/withdrawals?user_address=${user.address}&status=confirmed`, 'withdraw');
  assert.deepEqual(list.withdrawals, [row]);
  for (const key of ['read', 'trade', 'admin'])
    await refused(() => withdraw(wanted(user, '5'), { key }), 403, 'forbidden');
  await refused(() => withdraw(wanted(user, '5'), { key: null }), 401, 'unauthorized');
});

const INTENT = {
  WithdrawIntent: [
    ['user', 'address'],
    ['to', 'address'],
    ['amount', 'uint256'],
    ['idempotencyKey', 'bytes32'],
    ['deadline', 'uint256'],
  ].map(([name, type]) => ({ name, type })),
};

/** POST a withdrawal as `body`, signed by `signer` as if it were `signed`. */
async function intent(signer, body, { signed = body, idempotency = randomUUID(), domain } = {}) {
  const under = { ...(await house.betDomain()), ...domain };
  const signature = await signer.signTypedData(under, INTENT, {
    user: signed.user_address,
    to: signed.to,
    amount: micro(signed.amount),
    idempotencyKey: ethers.id(idempotency),
    deadline: Date.parse(signed.deadline) / 1000,
  });
  return withdraw({ ...body, signature }, { key: null, idempotency });
}

test("by the user's EIP-712 signature, under each chain id of the deployment", async () => {
  for (const chainId of [house.polygon.chain_id, house.plasma.chain_id]) {
    const body = wanted(user, '3.00', { deadline: inSeconds(60) });
    const idempotency = `signed-${chainId}`;
    const { answer, row } = await pays(user, body, () =>
      intent(walletOf(user), body, { idempotency, domain: { chainId } }),
    );
    assert.equal(answer.headers.get('location'), null, 'who signs cannot read there');
    const again = await house.unchanged(() =>
      intent(walletOf(user), body, { idempotency, domain: { chainId } }),
    );
    assert.deepEqual([again.status, again.body], [202, row], 'a repeat shows where it stands');
  }
});

test('signatures that do not say this withdrawal', async () => {
  const body = wanted(user, '5.00', { deadline: inSeconds(60) });
  const wrong = [
    [other, {}],
    [user, { user_address: other.address }],
    [user, { to: someone() }],
    [user, { amount: '4.00' }],
    [user, { deadline: inSeconds(61) }],
  ];
  for (const [signer, over] of wrong)
    await refused(
      () => intent(walletOf(signer), body, { signed: { ...body, ...over } }),
      401,
      'unauthorized',
      'signature',
    );
  const elsewhere = { verifyingContract: other.address };
  await refused(() => intent(walletOf(user), body, { domain: elsewhere }), 401, 'unauthorized', 'signature');
  const { deadline, ...endless } = body;
  await refused(() => withdraw({ ...endless, signature: '0x12' }, { key: null }), 400, 'invalid_field', 'deadline');
  assert.ok(deadline);
});

test("a contract wallet's signature is its contract's word (ERC-1271)", async () => {
  const wallet = house.users[5];
  await house.fund(wallet, '10.00'); // while its key still speaks for it
  const saysYes = `0x7f1626ba7e${'0'.repeat(56)}60005260206000f3`; // returns the magic word
  await house.rpc.plasma.send('anvil_setCode', [wallet.address, saysYes]);
  const body = wanted(wallet, '4.00', { deadline: inSeconds(60) });
  await pays(wallet, body, () => withdraw({ ...body, signature: '0x1234' }, { key: null }));
  await house.rpc.plasma.send('anvil_setCode', [wallet.address, '0x60006000fd']); // reverts
  const more = { ...wanted(wallet, '2.00', { deadline: inSeconds(60) }), signature: '0x1234' };
  await refused(() => withdraw(more, { key: null }), 401, 'unauthorized', 'signature');
});

// -- what is not to be had

test('each field is checked, and named', async () => {
  const bad = (over) => () => withdraw(wanted(user, '5.00', over));
  for (const amount of ['0', '0.99', '500.01', '-1', '1.1234567', 'all'])
    await refused(bad({ amount }), 400, 'invalid_field', 'amount');
  const own = [
    ethers.ZeroAddress, house.pay_to, house.polygon.usdc, house.polygon.usdce, house.polygon.pusd, house.plasma.usdt0,
  ];
  for (const to of [...own, '0x12', user.address.slice(0, -1), 'me'])
    await refused(bad({ to }), 400, 'invalid_field', 'to');
  await refused(bad({ user_address: '0x12' }), 400, 'invalid_field', 'user_address');
  await refused(bad({ deadline: 'soon' }), 400, 'invalid_field', 'deadline');
  await refused(bad({ deadline: inSeconds(90_000) }), 400, 'invalid_field', 'deadline');
  await refused(bad({ deadline: inSeconds(-5) }), 422, 'deadline_passed');
  await refused(bad({ token_id: '1' }), 400, 'invalid_field', 'token_id');
  const keyless = () => house.call('POST', '/withdrawals', { key: 'withdraw', body: wanted(user, '5') });
  await refused(keyless, 400, 'idempotency_key_required');
});

test('nothing is paid to addresses that the operator lists, in the file while it runs too', async () => {
  const to = someone();
  await refused(() => withdraw(wanted(user, '5.00', { to: LISTED })), 422, 'address_refused', 'to');
  fs.appendFileSync(refusedFile, `${to.toLowerCase()} # ticket 7\n`);
  await until('the list to be read again', async () => {
    const answer = await withdraw(wanted(user, '500.00', { to }), { idempotency: 'listed' }); // too much for today
    return answer.body.code === 'address_refused';
  });
});

test('at most what the user and the buffer have, and which of them was too little', async () => {
  const broke = house.users[4];
  await house.fund(broke, '20.00');
  const answer = await refused(() => withdraw(wanted(broke, '20.01')), 422, 'insufficient_balance');
  assert.equal(answer.body.limiting_factor, 'user_balance');
  const all = wanted(broke, '20.00');
  await pays(broke, all, () => withdraw(all));
});

test('what one user may take out in a day', async () => {
  const rich = house.users[3];
  await house.fund(rich, '900.00');
  const first = wanted(rich, '190.00');
  await pays(rich, first, () => withdraw(first));
  const second = wanted(rich, '190.00');
  await pays(rich, second, () => withdraw(second));
  await refused(() => withdraw(wanted(rich, '70.01')), 422, 'exceeds_daily_limit');
  const last = wanted(rich, '70.00');
  await pays(rich, last, () => withdraw(last));
});

// -- once, whatever is repeated or lost

test('the same key and body is the same withdrawal', async () => {
  const idempotency = 'once';
  const body = wanted(user, '7.00');
  const { row } = await pays(user, body, () => withdraw(body, { idempotency }));
  for (const amount of ['7', '7.000000']) {
    const again = await house.unchanged(() => withdraw({ ...body, amount }, { idempotency }));
    assert.deepEqual(
      [again.status, again.body, again.headers.get('idempotent-replayed')],
      [202, row, 'true'],
    );
  }
  await refused(() => withdraw({ ...body, amount: '8' }, { idempotency }), 409, 'key_reused');
  await refused(() => withdraw({ ...body, to: someone() }, { idempotency }), 409, 'key_reused');
  assert.equal(await usdc.balanceOf(body.to), micro('7.00') - feeOf(micro('7.00')));
});

test('ten at once of one request are one withdrawal', async () => {
  const body = wanted(user, '2.00');
  const idempotency = 'at-once';
  const { row } = await pays(user, body, async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => withdraw(body, { idempotency })),
    );
    assert.equal(new Set(answers.map((a) => a.body.withdrawal_id)).size, 1);
    return answers[0];
  });
  const sends = await house.sql(
    `SELECT count(*) FROM chain_operations WHERE purpose = 'withdrawal' AND tx_hash = '\\x${row.tx_hash.slice(2)}'`,
  );
  assert.equal(sends, '1');
});

// -- operators

test('more than the limit waits for an operator', async () => {
  const body = wanted(other, '201.00');
  await pays(other, body, async () => {
    const answer = await withdraw(body);
    const id = answer.body.withdrawal_id;
    assert.equal(answer.body.needs_approval, true);
    assert.match(await cli('show', id), /waits for an operator's approval/);
    await house.service.kill();
    await house.service.start();
    assert.deepEqual([(await shown(id)).status, (await shown(id)).tx_hash], ['requested', null]);
    await cli('approve', id, '--by', 'cli:ada');
    return answer;
  });
});

test('a refused one gives everything back, and says why', async () => {
  const reason = 'not known to us';
  const byApi = async (target) => {
    const asked = { action: 'refuse_withdrawal', target, reason };
    const answer = await house.call('POST', '/operator/actions', { key: 'operate', body: asked });
    assert.equal(answer.status, 200, answer.text);
  };
  const byTerminal = (id) => cli('refuse', id, '--by', 'cli:ada', '--reason', reason);
  for (const refuse of [byTerminal, byApi]) {
    const old = await state(other);
    const { body } = await withdraw(wanted(other, '210.00'));
    assert.equal(await house.balance(other), old.user - micro('210.00'));
    await refuse(body.withdrawal_id);
    const row = await ended(body.withdrawal_id);
    assert.deepEqual([row.status, row.failure, row.tx_hash], ['failed', reason, null]);
    await until('the balance', async () => (await house.balance(other)) === old.user);
    await until('the buffer', async () => (await state(other)).buffer === old.buffer); // by its next review
    assert.deepEqual(await state(other), old);
    await assert.rejects(cli('approve', body.withdrawal_id, '--by', 'cli:ada'));
  }
});

test('paused, at the terminal or by the API: none is accepted, and what waits is not sent', async () => {
  const act = (action, target) =>
    house.call('POST', '/operator/actions', { key: 'operate', body: { action, target, reason: 'ticket 7' } });
  const isPaused = async () => {
    const answer = await withdraw(wanted(third, '5.00'));
    assert.deepEqual([answer.status, answer.body.code], [503, 'paused'], answer.text);
    assert.ok(answer.headers.get('retry-after'));
    await until('the gauge', async () =>
      /^headroom_withdrawals_paused 1$/m.test((await house.call('GET', '/metrics')).body),
    );
    assert.equal((await house.alerts(/^work\.paused$/, 'withdrawals')).length, 1);
  };
  const waiting = await withdraw(wanted(third, '205.00'));
  const id = waiting.body.withdrawal_id;
  await cli('pause', '--by', 'cli:ada', '--reason', 'an incident');
  await isPaused();
  await cli('resume', '--by', 'cli:ada', '--reason', 'over');
  assert.equal((await act('pause_withdrawals')).status, 200);
  await isPaused();
  assert.equal((await act('approve_withdrawal', id)).status, 200);
  await house.service.kill();
  await house.service.start();
  await new Promise((done) => setTimeout(done, 1500));
  assert.equal((await shown(id)).status, 'requested', 'approved, and stopped');
  await isPaused();
  assert.equal((await act('resume_withdrawals')).status, 200);
  assert.equal((await ended(id)).status, 'confirmed');
  assert.equal((await act('approve_withdrawal', randomUUID())).status, 404);
  assert.equal((await act('refuse_withdrawal', id)).status, 409, 'it is over');
});

// -- the chain says no, or nothing

test('an address that the token refuses gets nothing, by a final receipt, and the user everything', async () => {
  const to = someone();
  const token = new ethers.Interface(['function owner() view returns (address)', 'function setBlocked(address,bool)']);
  const { polygon } = house.rpc;
  const at = house.polygon.usdc;
  const [owner] = token.decodeFunctionResult('owner', await polygon.call({ to: at, data: token.encodeFunctionData('owner') }));
  await polygon.send('anvil_impersonateAccount', [owner]);
  const data = token.encodeFunctionData('setBlocked', [to, true]);
  const hash = await polygon.send('eth_sendTransaction', [{ from: owner, to: at, data }]);
  await polygon.waitForTransaction(hash);
  const old = await state(user);
  const { body } = await withdraw(wanted(user, '6.00', { to }));
  const row = await ended(body.withdrawal_id, 60_000);
  assert.equal(row.status, 'failed', JSON.stringify(row));
  const receipt = await polygon.getTransactionReceipt(row.tx_hash);
  assert.equal(receipt.status, 0, 'the chain itself has said it');
  assert.deepEqual(await state(user), old);
  assert.equal(await usdc.balanceOf(to), 0n);
});

test('without final USDC it waits, and goes on when there is some', async () => {
  const body = wanted(user, '30.00');
  const old = await state(user);
  const { polygon } = house.rpc;
  await polygon.send('anvil_impersonateAccount', [house.pay_to]);
  const token = new ethers.Interface(['function transfer(address,uint256)']);
  const elsewhere = someone();
  const data = token.encodeFunctionData('transfer', [elsewhere, old.account]);
  await house.service.kill(); // its wallet must not see a nonce used by hand
  const nonce = await polygon.getTransactionCount(house.pay_to);
  await polygon.send('eth_sendTransaction', [{ from: house.pay_to, to: house.polygon.usdc, data }]);
  await until('the account to be empty', async () => (await usdc.balanceOf(house.pay_to)) === 0n);
  await house.service.start();
  assert.equal(await polygon.getTransactionCount(house.pay_to), nonce + 1);
  const { body: row } = await withdraw(body);
  await until('the alert', async () => (await house.alerts(/^withdrawal\.short$/)).length === 1);
  assert.equal((await shown(row.withdrawal_id)).status, 'requested');
  await polygon.send('anvil_setBalance', [elsewhere, ethers.toBeHex(10n ** 18n)]);
  await polygon.send('anvil_impersonateAccount', [elsewhere]);
  const back = token.encodeFunctionData('transfer', [house.pay_to, old.account]);
  await polygon.send('eth_sendTransaction', [{ from: elsewhere, to: house.polygon.usdc, data: back }]);
  assert.equal((await ended(row.withdrawal_id)).status, 'confirmed');
  assert.equal(await usdc.balanceOf(body.to), micro('30.00') - feeOf(micro('30.00')));
  await until('the alert to end', async () => (await house.alerts(/^withdrawal\./)).length === 0);
});

test('more than the buffer has is refused, whatever the user has', async () => {
  const { usdc_balance: has } = await house.buffer();
  const rich = house.users[3];
  const amount = usd(micro(has) + 2_000_000n);
  assert.ok(micro(amount) < (await house.balance(rich)), 'the buffer is the smaller of the two');
  const answer = await refused(() => withdraw(wanted(rich, amount)), 422, 'exceeds_max_withdrawal');
  assert.equal(answer.body.limiting_factor, 'buffer');
});

// -- kill -9 between each two states

async function stopMining() {
  await house.rpc.polygon.send('evm_setAutomine', [false]);
  await house.rpc.polygon.send('evm_setIntervalMining', [0]);
}
const mineAgain = () => house.rpc.polygon.send('evm_setIntervalMining', [1]);

test('killed right after the answer, while it is sent, mined and not final, and at its end: paid once', async () => {
  const body = wanted(third, '11.00');
  await pays(third, body, async () => {
    await stopMining();
    const answer = await withdraw(body, { idempotency: 'killed' });
    await house.service.kill();
    await house.service.start();
    const id = answer.body.withdrawal_id;
    const sent = await until('its transaction', async () => {
      const row = await shown(id);
      return row.status === 'sent' && row;
    });
    await house.service.kill();
    await house.service.start();
    assert.deepEqual((await shown(id)).tx_hash, sent.tx_hash);
    await house.rpc.polygon.send('anvil_mine', ['0x1']); // mined, not final
    await house.service.kill();
    await house.service.start();
    const again = await withdraw(body, { idempotency: 'killed' });
    assert.equal(again.body.withdrawal_id, id);
    await mineAgain();
    await ended(id);
    await house.service.kill();
    await house.service.start();
    return answer;
  });
});

test('killed at twenty moments: each is paid once, to the micro', async () => {
  const old = await state(third);
  const receivers = new Map();
  for (let i = 0; i < 20; ++i) {
    const body = wanted(third, '1.50');
    const idempotency = `moment-${i}`;
    receivers.set(body.to, { body, idempotency });
    const asking = withdraw(body, { idempotency }).catch(() => undefined); // its answer may be lost
    await new Promise((done) => setTimeout(done, i * 12));
    await house.service.kill();
    await asking;
    await house.service.start();
  }
  for (const { body, idempotency } of receivers.values()) {
    const answer = await withdraw(body, { idempotency });
    assert.equal(answer.status, 202, answer.text);
    assert.equal((await ended(answer.body.withdrawal_id)).status, 'confirmed');
  }
  const fee = feeOf(1_500_000n);
  for (const to of receivers.keys()) assert.equal(await usdc.balanceOf(to), 1_500_000n - fee);
  const count = BigInt(receivers.size);
  assert.deepEqual(await state(third), {
    user: old.user - count * 1_500_000n,
    buffer: old.buffer - count * (1_500_000n - fee),
    revenue: old.revenue + count * fee,
    account: old.account - count * (1_500_000n - fee),
  });
  const open = await house.sql(`SELECT count(*) FROM withdrawals WHERE status = 'requested'`);
  assert.equal(open, '0');
  const solvency = (await house.get('/audit/solvency')).body;
  assert.deepEqual([solvency.solvent, solvency.trial_balance.outgoing], [true, '0.00']);
});

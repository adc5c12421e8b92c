// What a human does when the service cannot: a bridge that never delivers is held and settled by the transaction that
// brought the money after all, or written off; a stray transfer is adopted; work is paused. Each act names who, and
// the books agree with the chains before and after.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { micro, run, startHouse, until } from './support.mjs';

const WHO = ['--by', 'ann', '--reason', 'ticket 7'];
let house, users;

before(async () => {
  house = await startHouse({
    opening: '1000',
    sandboxArgs: ['--users', '4', '--service-usdc', '1000'], // no more than is booked
    overrides: { conversion: { minimum: '30', stuck_after_seconds: 2 } },
  });
  ({ users } = house);
});
after(() => house?.close());

/** `headroom ...` with the house's settings; answers {done, text}. */
async function headroom(...words) {
  const { env, configFile } = house.service;
  try {
    const text = await run(binaryPath(), [...words, '--config', configFile], { env });
    return { done: true, text };
  } catch (error) {
    return { done: false, text: error.message };
  }
}
async function succeeds(...words) {
  const { done, text } = await headroom(...words);
  assert.ok(done, text);
  return text;
}
async function refuses(pattern, ...words) {
  const { done, text } = await headroom(...words);
  assert.ok(!done, text);
  assert.match(text, pattern);
}
const act = (body, key = 'operate') =>
  house.call('POST', '/operator/actions', { key, body: { reason: 'ticket 7', ...body } });

const bufferNow = async () => micro((await house.buffer()).usdc_balance);
const conversion = async (id) => (await house.get(`/conversions/${id}`)).body;
const alerts = (kind, subject) => house.alerts(new RegExp(`^${kind}$`), subject);
const lines = () => house.json('SELECT done_by, action, target FROM operator_actions ORDER BY action_id');

/** What buffer and reserve hold: a low buffer is refilled from the reserve at any moment. */
const ours = async () => Number(await house.sql('SELECT sum(balance) FROM ledger_accounts WHERE account IN (0, 1)'));

/** A deposit whose bridge message is lost; its conversion, once nothing of it can be mined any more. */
async function lost(user, amount) {
  await house.control('/oft?mode=drop');
  const deposit = await house.fund(user, amount);
  return until('the message to be lost', async () => {
    const { conversion_id: id } = (await house.get(`/deposits/${deposit.deposit_id}`)).body;
    const c = id && (await conversion(id));
    const sent = c?.steps[0]?.transactions.some((t) => t.status === 'confirmed');
    return sent && c.steps[0].detail?.includes('waits for delivery') && c;
  });
}
/** USDC that comes to our account on Polygon, final. */
async function arrives(amount) {
  const { tx_hash: tx } = await house.control(
    `/mint?chain=polygon&token=usdc&to=${house.pay_to}&amount=${amount}`,
  );
  const { blockNumber } = await house.rpc.polygon.getTransactionReceipt(tx);
  await until(
    'it to be final',
    async () => (await house.rpc.polygon.getBlockNumber()) > blockNumber + 5,
    60_000,
  );
  return tx;
}

test('books and chains agree at the start, and a terminal shows the wallets', async () => {
  assert.match(await succeeds('reconcile'), /nothing is missing/);
  const wallets = await succeeds('wallet', 'status');
  assert.match(wallets, /^plasma 0x[0-9a-f]{40}: chain nonce \d+/m);
  assert.match(wallets, /^polygon 0x/m);
});

// Before any message is lost: LayerZero delivers none behind it.
test('a transaction that nobody mines: its nonce is taken away, and the step is tried again', async () => {
  const mining = (seconds) => house.rpc.plasma.send('evm_setIntervalMining', [seconds]);
  await house.control('/chain/polygon?mode=refuse'); // no route takes it before its chains are read
  const deposit = await house.fund(users[3], '31.00');
  await mining(0);
  await house.control('/chain/polygon?mode=up');
  const id = await until(
    'the conversion',
    async () => (await house.get(`/deposits/${deposit.deposit_id}`)).body.conversion_id,
  );
  const open = await until('the bridge to be sent', async () => {
    const pooled = Number((await house.rpc.plasma.send('txpool_status', [])).pending) > 0;
    const [row] = await house.json(
      "SELECT nonce FROM chain_operations WHERE status = 'stored' AND purpose = 'bridge'",
    );
    return pooled && row;
  });
  const cancel = ['wallet', 'cancel', String(open.nonce), '--chain', 'plasma', ...WHO];
  assert.match(await succeeds('wallet', 'status'), new RegExp(`open: nonce ${open.nonce} .*bridge`));
  assert.match(await succeeds(...cancel), /0x[0-9a-f]{64} sent/);
  await house.rpc.plasma.send('anvil_mine', ['0x50']); // a nonce is lost to a finalized transaction
  await mining(1);
  const done = await until(
    'the conversion to complete',
    async () => {
      const now = await conversion(id);
      return now.status === 'completed' && now;
    },
    120_000,
  );
  const [bridge] = done.steps;
  assert.equal(bridge.attempt, 1);
  assert.deepEqual(
    bridge.transactions.filter((t) => t.purpose === 'bridge').map((t) => t.status),
    ['dropped', 'dropped', 'confirmed'],
  );
  await refuses(/no open operation/, ...cancel);
  assert.match(await succeeds('reconcile'), /nothing is missing/);
});

test('a bridge that never delivers: held, then settled by what arrived', async () => {
  const user = users[0];
  const c = await lost(user, '45.00');
  const id = c.conversion_id;
  assert.match(await succeeds('reconcile'), /between the chains: 45\.0+/);
  const shown = await succeeds('conversions', 'show', id);
  assert.match(shown, /bridge nonce \d+ attempt \d+ 0x[0-9a-f]{64} confirmed block \d+ fee \d+ wei/);
  const [transaction] = c.steps[0].transactions;
  assert.equal(transaction.attempt, 0);
  assert.ok(BigInt(transaction.fee_wei) > 21_000n, transaction.fee_wei);

  const tx = await arrives('44.50');
  const settle = ['conversions', 'settle', id, '--tx', tx, ...WHO];
  await refuses(/not on hold/, ...settle);
  assert.equal((await act({ action: 'hold_conversion', target: id })).status, 200);
  await until('the hold', async () => (await alerts('conversion.on_hold', id)).length === 1);
  assert.equal((await conversion(id)).order.word, 'hold');
  const elsewhere = ['conversions', 'settle', id, '--tx', transaction.tx_hash, ...WHO];
  await refuses(/0 nodes show its receipt/, ...elsewhere); // of the other chain

  const before = await bufferNow();
  await succeeds(...settle);
  const done = await until('the end', async () => {
    const now = await conversion(id);
    return now.status === 'completed' && now;
  });
  assert.deepEqual([done.received, done.loss, done.order.by], ['44.50', '0.50', 'ann']);
  assert.equal(await bufferNow(), before + micro('44.5'));
  assert.equal(await house.balance(user), micro('45'));
  await until('no alert', async () => (await alerts('conversion.on_hold', id)).length === 0);
  await refuses(/is over/, 'conversions', 'hold', id, ...WHO);
  await refuses(/explain/, 'adopt-transfer', tx, ...WHO);
  assert.match(await succeeds('reconcile'), /nothing is missing/);
});

test('a bridge that never delivers: written off, and the user keeps the money', async () => {
  const user = users[1];
  const { conversion_id: id } = await lost(user, '40.00');
  await refuses(/not on hold/, 'conversions', 'fail', id, ...WHO);
  await succeeds('conversions', 'hold', id, ...WHO);
  await succeeds('conversions', 'fail', id, ...WHO);
  const done = await until('the end', async () => {
    const now = await conversion(id);
    return now.status === 'failed' && now;
  });
  assert.deepEqual([done.loss, done.failure], ['40.00', 'written off by ann: ticket 7']);
  assert.equal(await house.balance(user), micro('40'));
  const { body: audit } = await house.get('/audit/solvency');
  assert.equal(audit.trial_balance.in_transit, '0.00');
  assert.match(await succeeds('reconcile'), /nothing is missing/);
});

test('a hold and a release reach the conversion, also over a restart', async () => {
  const { conversion_id: id } = await lost(users[2], '35.00');
  await succeeds('conversions', 'hold', id, ...WHO);
  await until('the hold', async () => (await alerts('conversion.on_hold', id)).length === 1);
  await house.service.stop();
  await house.service.start();
  await until('it again', async () => (await alerts('conversion.on_hold', id)).length === 1);
  const { attempts } = await conversion(id);
  assert.equal((await act({ action: 'retry_conversion', target: id })).status, 200);
  await until('another look', async () => (await conversion(id)).attempts > attempts);
  assert.equal((await act({ action: 'hold_conversion', target: id })).status, 200);
  await until('held again', async () => (await alerts('conversion.on_hold', id)).length === 1);
  await succeeds('conversions', 'fail', id, ...WHO);
  await until('the end', async () => (await conversion(id)).status === 'failed');
  await house.control('/oft?mode=auto');
});

test('a stray transfer is adopted into the reserve, once', async () => {
  const tx = await arrives('12.50');
  const before = await ours();
  await refuses(/required/, 'adopt-transfer', tx, '--by', 'ann');
  assert.match(await succeeds('adopt-transfer', tx, ...WHO), /12\.50/);
  assert.equal((await ours()) - before, 12_500_000);
  await refuses(/explain/, 'adopt-transfer', tx, ...WHO);
  assert.match(await succeeds('reconcile'), /nothing is missing/);
});

test('by the API too, and what a replenishment may have booked is not adopted', async () => {
  const tx = await arrives('8.25');
  const before = await ours();
  const adopt = { action: 'adopt_transfer', target: tx };
  await until('the audit, which shows the last seconds, to see it', async () => {
    const { body: found } = await house.get('/audit/solvency');
    return found.explained?.unexplained === '8.25';
  });
  const done = await act(adopt);
  assert.equal(done.status, 200, done.text);
  assert.match(done.body.done, /8\.25/);
  assert.equal((await ours()) - before, 8_250_000);
  assert.equal((await act(adopt)).status, 409);

  const booked = await arrives('7.00');
  const paid = await house.call('POST', '/buffer/replenish', {
    key: 'admin',
    idempotency: 'bank-12',
    body: { amount: '7.00', reference: 'bank 12' }, // which names no transaction
  });
  assert.ok(paid.status < 300, paid.text);
  await refuses(/was it booked as a replenishment/, 'adopt-transfer', booked, ...WHO);
  const refused = await act({ action: 'adopt_transfer', target: booked });
  assert.deepEqual([refused.status, refused.body.code], [409, 'chain_contradicts']);
  assert.match(await succeeds('reconcile'), /nothing is missing/);
});

test('a wallet is told to follow its chain again', async () => {
  const synced = await succeeds('wallet', 'resync', '--chain', 'polygon', ...WHO);
  assert.match(synced, /polygon 0x[0-9a-f]{40}: the chain's next nonce is \d+, the books' \d+/);
  const answer = await act({ action: 'resync_wallet', target: 'plasma' });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.body.done, /plasma 0x/);
  assert.equal((await act({ action: 'resync_wallet', target: 'base/1' })).status, 400);
});

test('paused work is refused with the reason, also after a restart, until it is resumed', async () => {
  const [market] = house.markets;
  const bet = () =>
    house.bet({
      user_address: users[0].address,
      token_id: market.token_id,
      amount: '5.00',
      max_price: '0.50',
    });
  for (const key of ['read', 'trade', 'inspect', 'admin'])
    assert.equal((await act({ action: 'pause_bets' }, key)).status, 403);
  assert.equal((await act({ action: 'pause_bets' })).status, 200);
  assert.equal((await act({ action: 'pause_deposits' })).status, 200);
  const refused = await bet();
  assert.deepEqual([refused.status, refused.body.code], [503, 'paused']);
  assert.match(refused.body.detail, /ticket 7/);
  await house.service.stop();
  await house.service.start();
  assert.equal((await bet()).body.code, 'paused');
  const deposit = await house.call('POST', '/deposit', { body: { amount: '5.00' } });
  assert.deepEqual([deposit.status, deposit.body.code], [503, 'paused']);
  assert.equal((await alerts('work.paused')).length, 2);
  assert.equal((await act({ action: 'resume_bets' })).status, 200);
  assert.equal((await act({ action: 'resume_deposits' })).status, 200);
  assert.equal((await bet()).status, 201);
  assert.equal((await alerts('work.paused')).length, 0);
});

test('every act names who did it', async () => {
  const all = await lines();
  const acts = (name) => all.filter((x) => x.action === name);
  assert.equal(acts('settle_conversion').length, 1);
  assert.equal(acts('write_off_conversion').length, 2);
  assert.equal(acts('adopt_transfer').length, 2);
  assert.equal(acts('cancel_nonce').length, 1);
  assert.deepEqual(
    [acts('pause_bets').length, acts('resume_bets').length, acts('pause_deposits').length],
    [1, 1, 1],
  );
  for (const x of all) assert.ok(x.done_by, JSON.stringify(x));
  assert.deepEqual(
    acts('adopt_transfer').map((x) => x.done_by === 'ann'),
    [true, false],
  );
});

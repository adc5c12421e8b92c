// Conversions by Across: filled at once, late, by nobody, in parts; interrupted in the middle of every step. Every conversion
// is one deposit that counts, or one of each part, and the wallet holds what the books say.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers, micro, startHouse, until } from './support.mjs';

const DEPOSITED = ethers.id(
  'FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,bytes32,bytes32,bytes)',
);
const WINDOW_S = 600;
let house, users;
let more = 0; // deposits on chain than conversions: what came back and went again, and parts

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '4'],
    overrides: {
      conversion: { minimum: '30', stuck_after_seconds: 2, route: 'across_uniswap' },
      across: { fill_window_seconds: WINDOW_S, fill_least_seconds: 300 },
    },
  });
  ({ users } = house);
});
after(() => house?.close());

const across = (query) => house.control(`/across?${query}`);
const conversions = async () => (await house.get('/conversions?limit=200')).body.conversions;
const onPolygon = () => house.token('polygon', house.polygon.usdc).balanceOf(house.pay_to);
const bufferNow = async () => micro((await house.buffer()).usdc_balance);
/** What each deposit put in, the oldest first. */
const deposited = async () =>
  (await house.rpc.plasma.getLogs({ fromBlock: 0, toBlock: 'latest', topics: [DEPOSITED] })).map(
    ({ data }) => BigInt(ethers.dataSlice(data, 64, 96)),
  );
const conversionOf = async (deposit) => {
  const { body } = await house.get(`/deposits/${deposit.deposit_id}`);
  return body.conversion_id && (await house.get(`/conversions/${body.conversion_id}`)).body;
};
const says = (deposit, words, timeoutMs) =>
  until(
    words,
    async () => {
      const c = await conversionOf(deposit);
      return c?.steps[0]?.detail?.includes(words) && c;
    },
    timeoutMs,
  );
const completed = (deposit) =>
  until(
    'the conversion to complete',
    async () => {
      const c = await conversionOf(deposit);
      return c?.status === 'completed' && c;
    },
    60_000,
    100,
  );
async function restart(how, meanwhile = async () => {}) {
  await house.service[how]();
  await meanwhile();
  await house.service.start();
}
const mining = (chain, seconds) => house.rpc[chain].send('evm_setIntervalMining', [seconds]);
const pooled = (chain) =>
  until(
    `a transaction in ${chain}'s pool`,
    async () => Number((await house.rpc[chain].send('txpool_status', [])).pending) > 0,
  );

/** Deposits `amount` and sees it through: buffer and wallet grow by exactly what arrived. */
async function converts(user, amount, between = async () => {}) {
  const [buffer, usdc] = [await bufferNow(), await onPolygon()];
  const deposit = await house.fund(user, amount);
  await between(deposit);
  const c = await completed(deposit);
  assert.deepEqual(
    [c.route, c.steps.map((s) => [s.name, s.state])],
    [
      'across_uniswap',
      [
        ['bridge', 'done'],
        ['swap', 'done'],
      ],
    ],
  );
  assert.equal(await bufferNow(), buffer + micro(c.received));
  assert.equal(await onPolygon(), usdc + micro(c.received));
  assert.equal(micro(c.received) + micro(c.loss), micro(c.amount));
  assert.equal((await deposited()).length, (await conversions()).length + more, 'one that counts each');
  return c;
}

test('filled at once: the loss of both legs is booked', async () => {
  const c = await converts(users[0], '100.00');
  assert.ok(micro(c.loss) >= micro('0.05'), 'the relayer takes 5 bps');
  assert.equal(c.steps[0].amount_out, '99.95');
});

test('killed with the deposit in the pool: sent once', async () => {
  await house.control('/chain/polygon?mode=refuse'); // its clock is read before anything is signed
  await converts(users[1], '41.00', async () => {
    await mining('plasma', 0);
    await house.control('/chain/polygon?mode=up');
    await pooled('plasma');
    await restart('kill', () => mining('plasma', 1));
  });
});

test('killed while nobody fills it: found filled', async () => {
  await across('mode=never');
  await converts(users[1], '42.00', async (deposit) => {
    await says(deposit, 'deposited: waits for a fill');
    await restart('kill', () => across('mode=fill'));
  });
});

test('a slow fill that pays less is taken for what it pays', async () => {
  await across('mode=slow&slow_bps=9990');
  const c = await converts(users[2], '43.00', async (deposit) => {
    await completed(deposit);
    await across('reset=1');
  });
  assert.ok(micro(c.steps[0].amount_out) < micro('42.94'), c.steps[0].amount_out);
});

test('an API that offers too little or is away: nothing is sent until it is well', async () => {
  await house.control('/across/api?output_bps=9980');
  await converts(users[2], '44.00', async (deposit) => {
    const before = (await deposited()).length;
    await says(deposit, 'guard output_amount', 3_000).catch(() => {}); // or no route takes it
    assert.equal((await deposited()).length, before);
    await house.control('/across/api?reset=1');
  });
});

test('killed with the swap in the pool: swapped once', async () => {
  await across('mode=never');
  await converts(users[0], '45.00', async (deposit) => {
    await says(deposit, 'deposited: waits for a fill');
    await house.control('/chain/polygon?mode=refuse'); // for the service only
    const { filled } = await across('mode=fill');
    await until('the fill', async () => (await across('mode=fill')).filled > filled);
    await mining('polygon', 1);
    const from = await house.rpc.polygon.getBlockNumber();
    await until('it is final', async () => (await house.rpc.polygon.getBlockNumber()) >= from + 3);
    await mining('polygon', 0);
    await house.control('/chain/polygon?mode=up');
    await pooled('polygon');
    await restart('kill', () => mining('polygon', 1));
  });
});

/** Where the books say the money of a conversion is, and what they cannot explain. */
async function seenAt(id, places) {
  const seen = await until(
    `the money to be at ${Object.keys(places)}`,
    async () => {
      const { body } = await house.get('/audit/solvency');
      const of = body.conversions.filter((x) => x.conversion_id === id);
      const there = Object.fromEntries(of.map((x) => [x.where, x.amount]));
      return assert.deepEqual(there, places) ?? body.explained;
    },
    30_000,
    200,
  );
  assert.deepEqual(
    [seen.missing, seen.unexplained, seen.sources_missing, seen.sources_unexplained],
    ['0.00', '0.00', '0.00', '0.00'],
  );
}

test('above what is filled at once: in three parts one after the other, killed with each in another place, each sent once', async () => {
  await house.control('/across/api?max_instant=20');
  await across('mode=never');
  await house.control('/chain/polygon?mode=refuse'); // its clock is read before anything is signed
  more += 2;
  const c = await converts(users[1], '50.00', async (deposit) => {
    await mining('plasma', 0);
    await house.control('/chain/polygon?mode=up');
    await pooled('plasma');
    await restart('kill', () => mining('plasma', 1));
    const { conversion_id } = await says(deposit, 'part 1 of 3: deposited: waits for a fill', 30_000);
    await says(deposit, 'part 2 of 3: waits for a fill of another part');
    await seenAt(conversion_id, { at_source: '33.333333', under_way: '16.666667' });
    await mining('plasma', 0);
    await across('mode=fill'); // the first alone: the second stays in the pool
    await pooled('plasma');
    await across('mode=never');
    await restart('kill', () => mining('plasma', 1));
    await says(deposit, 'part 2 of 3: deposited: waits for a fill', 30_000);
    // what came of the first is USDT0 as is what the third has not sent
    await seenAt(conversion_id, { at_source: '33.324999', under_way: '16.666667' });
    await restart('kill', () => across('mode=fill'));
  });
  const parts = (await deposited()).slice(-3);
  assert.deepEqual(parts, [16_666_667n, 16_666_667n, 16_666_666n]);
  const sent = c.steps[0].transactions.filter((x) => x.purpose === 'across');
  assert.equal(new Set(sent.map((x) => x.nonce)).size, 3);
  // each part pays its fee of 5 bps, rounded up by each of its two shares
  assert.equal(c.steps[0].amount_out, '49.974998');
  assert.match(await house.service.verify(), /clean/);
  await across('reset=1');
  await house.control('/across/api?reset=1');
});

// Last: it moves the chains' time, after which payers' clocks are behind.
test('filled by nobody: it comes back after its deadline and is deposited again', async () => {
  await across('mode=never&refunds=asked');
  await converts(users[3], '46.00', async (deposit) => {
    await says(deposit, 'deposited: waits for a fill');
    for (const chain of ['plasma', 'polygon'])
      await house.rpc[chain].send('evm_increaseTime', [WINDOW_S + 60]);
    await says(deposit, 'expired: waits for the refund', 30_000);
    await restart('kill');
    more += 1;
    await across('mode=fill&refund=1');
  });
});

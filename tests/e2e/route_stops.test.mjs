// kill -9 at each step of each route, by name: with each transaction in the pool, with it mined and not final, while the
// bridge, the attesters, the market or the exchange have the money, and after each request to the exchange whose answer
// was never heard. Every conversion ends `done`, and whatever can be sent was sent once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { micro, startHouse, until } from './support.mjs';
import { everyRoute, treasuryOf } from './treasury.mjs';

let house, t;
let next = 0;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '12'],
    overrides: everyRoute({ routes: [{ name: 'oft_uniswap' }], stuck_after_seconds: 30 }),
  });
  t = treasuryOf(house);
  await t.converts('oft_uniswap', house.users[next++], '20.00'); // its allowances are given; those of the others are not
});
after(() => house?.close());

const struck = async () => (await house.control('/fault/okx')).struck;
/** Held by the double from the start on, until the running step says so. */
const held = (name, words, go) => ({
  name,
  reached: (c) => t.running(c)?.detail?.includes(words),
  go: () => house.control(go),
});
/** The exchange has done what was asked for and does not answer. */
const unheard = (name, nth) => ({ name, reached: async () => (await struck()) >= nth });
const mute = (path, times) =>
  house.control(`/fault/okx?kind=mute&times=${times}&route=${encodeURIComponent(`POST /api/v5/${path}`)}`);

const sent = (...names) => names.flatMap((n) => [`${n}: in the pool`, `${n}: mined, not final`]);

/** Where it is killed, in this order, and how the double is made to hold it. */
const TABLE = {
  oft_uniswap: {
    from: 'plasma',
    arrange: () => house.control('/oft?mode=hold'),
    stops: [held('the message is under way', 'waits for delivery', '/oft?mode=auto')],
    points: [...sent('plasma bridge'), 'the message is under way', ...sent('polygon swap')],
    counts: { oft: 1, swaps: 1 },
  },
  across_uniswap: {
    from: 'plasma',
    arrange: () => house.control('/across?mode=never'),
    stops: [held('nobody fills it', 'waits for a fill', '/across?mode=fill')],
    points: [...sent('plasma approve', 'plasma across'), 'nobody fills it', ...sent('polygon swap')],
    counts: { across_plasma: 1, swaps: 1 },
  },
  across_direct: {
    from: 'plasma',
    arrange: () => house.control('/across?mode=never'),
    stops: [held('nobody fills it', 'waits for a fill', '/across?mode=fill')],
    points: [...sent('plasma across'), 'nobody fills it'],
    counts: { across_plasma: 1 },
  },
  stargate_uniswap: {
    from: 'plasma',
    arrange: () => house.control('/stargate?mode=hold'),
    stops: [held('the message is under way', 'waits for delivery', '/stargate?mode=auto')],
    points: [...sent('plasma approve', 'plasma bridge'), 'the message is under way', ...sent('polygon swap')],
    counts: { stargate_plasma: 1, swaps: 1 },
  },
  relay: {
    from: 'plasma',
    arrange: () => house.control('/relay?outcome=never'),
    stops: [held('Relay has not paid', 'Relay says', '/relay?outcome=fill')],
    points: [...sent('plasma approve', 'plasma relay'), 'Relay has not paid'],
    counts: { relay: 1 },
  },
  okx: {
    from: 'plasma',
    async arrange() {
      await house.control('/okx?deposit_state=8&withdrawal=review');
      await mute('asset/transfer', 2);
      await mute('trade/order', 1);
      await mute('asset/withdrawal', 1);
    },
    stops: () => [
      held('the deposit is held', 'held by the exchange', '/okx?deposit_state=auto'),
      unheard('moved to trade', struckBefore + 1),
      unheard('ordered', struckBefore + 2),
      unheard('moved back', struckBefore + 3),
      unheard('withdrawal asked for', struckBefore + 4),
      held('the withdrawal is held', 'held by the exchange', '/okx?withdrawal=auto'),
    ],
    points: [
      ...sent('plasma okx'), 'the deposit is held', 'moved to trade', 'ordered', 'moved back', 'withdrawal asked for',
      'the withdrawal is held',
    ],
    counts: { okx: 1, okx_paid: 1 },
  },
  cctp_base: {
    from: 'base',
    arrange: () => house.control('/cctp?mode=never'),
    stops: [held('nobody attests it', 'waits for attestation', '/cctp?mode=auto')],
    points: [...sent('base approve', 'base burn'), 'nobody attests it', ...sent('polygon receive')],
    counts: { cctp: 1 },
  },
  across_base: {
    from: 'base',
    arrange: () => house.control('/across?mode=never'),
    stops: [held('nobody fills it', 'waits for a fill', '/across?mode=fill')],
    points: [...sent('base approve', 'base across'), 'nobody fills it'],
    counts: { across_base: 1 },
  },
  stargate_base: {
    from: 'base',
    arrange: () => house.control('/stargate?mode=hold'),
    stops: [held('the message is under way', 'waits for delivery', '/stargate?mode=auto')],
    points: [...sent('base approve', 'base bridge'), 'the message is under way'],
    counts: { stargate_base: 1 },
  },
};
let struckBefore = 0;

for (const [route, row] of Object.entries(TABLE))
  test(`${route}: killed at ${row.points.length} places, sent once each`, { timeout: 300_000 }, async () => {
    await t.onlyRoute(route);
    const [before, nonces, buffer, usdc] = [await t.counted(), await t.nonces(), await t.inBuffer(), await t.usdc()];
    const exchange = await house.control('/okx');
    struckBefore = await struck();
    await row.arrange();
    const stops = typeof row.stops === 'function' ? row.stops() : row.stops;
    const { conversion: c, points } = await t.walk(house.users[next++], '20.00', { from: row.from, stops });
    assert.deepEqual(points, row.points);
    assert.deepEqual([c.route, c.status, c.failure], [route, 'completed', null]);
    const now = await t.counted();
    for (const key of Object.keys(now)) assert.equal(now[key] - before[key], row.counts[key] ?? 0, key);
    // The payment itself, and each transaction of the table: no other nonce was used.
    const used = await t.nonces();
    for (const chain of Object.keys(used)) {
      const own = row.points.filter((p) => p.startsWith(`${chain} `) && p.endsWith('in the pool')).length;
      assert.equal(used[chain] - nonces[chain], own + (chain === row.from ? 1 : 0), chain);
    }
    for (const { transactions } of c.steps)
      assert.deepEqual(
        transactions.map((x) => x.purpose),
        [...new Set(transactions.map((x) => x.purpose))],
        'of each kind one',
      );
    if (route === 'okx') {
      const after = await house.control('/okx');
      const asked = Object.fromEntries(['transfers', 'orders', 'withdrawals', 'paid'].map((k) => [k, after[k] - exchange[k]]));
      assert.deepEqual(asked, { transfers: 2, orders: 1, withdrawals: 1, paid: 1 });
    }
    assert.equal(await t.inBuffer(), buffer + micro(c.received));
    assert.equal(await t.usdc(), usdc + micro(c.received));
    await t.reconciles();
  });

test('nothing is left over: no alert, no conversion, no transaction', async () => {
  await until('no alert', async () => (await house.alerts(/./)).length === 0);
  const open = await house.sql(`SELECT (SELECT count(*) FROM conversions WHERE status = 'running')
    + (SELECT count(*) FROM chain_operations WHERE status = 'stored')`);
  assert.equal(open, '0');
});

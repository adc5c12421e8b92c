// Conversions that end at the venue: USDT0 to USDC.e by 1inch, and that into pUSD on the account that bets, as the last
// step of the route. What arrives there is what the buffer grows by, also over kill -9 at each of its steps.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { micro, startHouse } from './support.mjs';
import { treasuryOf } from './treasury.mjs';

let house, t;

before(async () => {
  house = await startHouse({
    settles: true,
    opening: '1000',
    sandboxArgs: ['--users', '4'],
    overrides: ({ polygon }) => ({
      conversion: { usdc: polygon.usdce, wrap: true, choose_again_ms: 500, stuck_after_seconds: 30 },
      oneinch_key: { env: 'HEADROOM_ONEINCH_KEY' },
      // The keeper of the account leaves alone what conversions bring.
      venue: { collateral_low_bps: 0, collateral_high_bps: 1_000_000 },
    }),
  });
  t = treasuryOf(house);
});
after(() => house?.close());

const STEPS = ['bridge', 'swap', 'wrap'];
const pusd = () => t.balance('polygon', house.polygon.pusd);
const usdce = () => t.balance('polygon', house.polygon.usdce);

async function arrives(action) {
  const [buffer, held, loose] = [await t.inBuffer(), await pusd(), await usdce()];
  const c = await action();
  assert.deepEqual(c.steps.map((s) => [s.name, s.state]), STEPS.map((s) => [s, 'done']));
  assert.equal(micro(c.received) + micro(c.loss), micro(c.amount));
  assert.equal(await t.inBuffer(), buffer + micro(c.received));
  assert.equal(await pusd(), held + micro(c.received), 'pUSD on the account that bets');
  assert.equal(await usdce(), loose, 'and no USDC.e on the way');
  await t.reconciles();
  return c;
}

test('a deposit ends as pUSD where bets are paid from', async () => {
  const c = await arrives(async () => t.completed(await house.fund(house.users[0], '50.00')));
  const r = await t.route('oft_uniswap');
  assert.deepEqual([c.route, r.steps, r.choice.code], ['oft_uniswap', STEPS, 'chosen']);
  const [market] = house.markets;
  const bet = await house.bet({
    user_address: house.users[0].address, token_id: market.token_id, amount: '40.00', max_price: '0.50',
  });
  assert.equal(bet.status, 201, bet.text);
});

test('the ramp is closed: the money waits before it, and nothing of it is lost', async () => {
  await house.control('/ramp/onramp?paused=1');
  await arrives(async () => {
    const deposit = await house.fund(house.users[1], '30.00');
    const c = await t.says(deposit, 'waits', 60_000);
    assert.equal(t.running(c).name, 'wrap');
    await house.control('/ramp/onramp?paused=0');
    return t.completed(deposit);
  });
});

test('killed at each of its transactions: wrapped once', { timeout: 300_000 }, async () => {
  const before = await t.nonces();
  let points;
  await arrives(async () => {
    const walked = await t.walk(house.users[2], '30.00', { from: 'plasma' });
    ({ points } = walked);
    return walked.conversion;
  });
  const sent = ['plasma bridge', 'polygon swap', 'polygon wrap'];
  assert.deepEqual(points, sent.flatMap((n) => [`${n}: in the pool`, `${n}: mined, not final`]));
  const now = await t.nonces();
  assert.deepEqual([now.plasma - before.plasma, now.polygon - before.polygon], [2, 2]);
});

// The swap at the end of a conversion, where 1inch and Uniswap both offer: the better price is taken, and nothing of 1inch
// that would do something else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { micro, startHouse, until } from './support.mjs';
import { treasuryOf } from './treasury.mjs';

let house, user;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '1'],
    overrides: {
      conversion: { minimum: '1' },
      oneinch_key: { env: 'HEADROOM_ONEINCH_KEY' },
    },
  });
  [user] = house.users;
});
after(() => house?.close());

const oneInch = (query) => house.control(`/oneinch?${query}`);
const onPolygon = () => house.token('polygon', house.polygon.usdc).balanceOf(house.pay_to);

/** Deposits `amount` and waits for its conversion; the wallet grows by exactly what it says. */
async function converted(amount) {
  const usdc = await onPolygon();
  const deposit = await house.fund(user, amount);
  const c = await until(
    'the conversion to complete',
    async () => {
      const { body } = await house.get(`/deposits/${deposit.deposit_id}`);
      if (!body.conversion_id) return undefined;
      const found = (await house.get(`/conversions/${body.conversion_id}`)).body;
      return found.status === 'completed' && found;
    },
    60_000,
    100,
  );
  assert.equal(await onPolygon(), usdc + micro(c.received));
  return c;
}

test('a better price of 1inch is taken', async () => {
  await oneInch('quote_ppm=1000200&market_ppm=1000200');
  const c = await converted('100.00');
  assert.equal(c.received, '100.02');
});

test('calldata that pays somebody else is not signed: the pool is used', async () => {
  await oneInch('mode=wrong_receiver');
  const c = await converted('50.00');
  assert.ok(micro(c.received) < micro('50.00'), c.received);
  assert.equal((await house.alerts(/^route\.unsafe_calldata$/)).length, 1);
  await oneInch('mode=honest');
});

test('a promise that its router does not keep costs nothing: the pool is used', async () => {
  await oneInch('quote_ppm=1000200&market_ppm=900000');
  const c = await converted('50.00');
  assert.equal((await house.alerts(/^route\.unsafe_calldata$/)).length, 0, 'that was honest calldata');
  assert.ok(micro(c.received) > micro('49.50') && micro(c.received) < micro('50.00'), c.received);
  await oneInch('market_ppm=1000200');
});

test('1inch is silent: the pool is used', async () => {
  await house.control('/fault/oneinch?kind=silent&times=0');
  const c = await converted('50.00');
  assert.ok(micro(c.received) < micro('50.00'), c.received);
  await house.control('/fault/oneinch?clear=1');
});

test("an operator's cap on slippage holds at the swap too: the worse price waits for the better", async () => {
  const t = treasuryOf(house);
  await oneInch('quote_ppm=1000200&market_ppm=1000200');
  await t.restartWith({ conversion: { routes: [{ name: 'oft_uniswap', slippage_bps: 1 }] } });
  await house.control('/oft?mode=hold');
  const deposit = await house.fund(user, '50.00');
  await until('the bridge', async () => (await t.conversionOf(deposit))?.steps[0].tx_hash);
  await house.control('/fault/oneinch?kind=silent&times=0');
  await house.control('/oft?mode=auto');
  await t.says(deposit, 'the price is below the floor', 60_000); // the pool alone costs more than one basis point
  await house.control('/fault/oneinch?clear=1');
  const c = await t.completed(deposit);
  assert.ok(micro(c.received) >= micro('49.995'), c.received);
});

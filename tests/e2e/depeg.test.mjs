// A token that is not worth a dollar: what was paid with it waits, says why, and is credited by
// itself afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { micro, NO_CONVERSION, startHouse, until, walletOf } from './support.mjs';

const USDT0_FEED = '0xdBbB0b5DD13E7AC9C56624834ef193df87b022c3'; // sandbox/treasury/place.mjs
/** The guard looks every 30 s while all is well. */
const PATIENCE_MS = 45_000;
let house, users;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '3'],
    overrides: {
      conversion: NO_CONVERSION,
      sources: [{ network: 'plasma', price_feed: USDT0_FEED, price_within_bps: 50 }],
    },
  });
  users = [...house.users];
});
after(() => house?.close());

const feed = (query) => house.control(`/chainlink/usdt0_usd?${query}`);
const depeg = () => house.alerts(/^deposit\.depeg$/);
const credited = (user) =>
  until('the credit', async () => (await house.balance(user)) === micro('5'), PATIENCE_MS);
const shown = async (id) => (await house.get(`/deposits/${id}`)).body;

test('at par a deposit is credited', async () => {
  await until('the first price', async () => {
    const { body } = await house.get('/inspector/actors?limit=1', 'inspect');
    return body.kinds.some((k) => k.name === 'peg_guard' && k.live === 1);
  });
  const deposit = await house.fund(users[0], '5.00');
  assert.equal(deposit.waiting, null);
});

test('below its bounds a deposit is proven and waits until it is back', async () => {
  await feed('answer=0.99');
  await until('the alert', async () => (await depeg()).length === 1, PATIENCE_MS);
  const answer = await house.pay('5.00', await house.payment(walletOf(users[1]), '5.00'));
  assert.equal(answer.status, 201, answer.text);
  const held = await shown(answer.body.deposit_id);
  assert.deepEqual([held.status, held.credited_at], ['pending', null]);
  assert.match(held.waiting, /0\.99 USD, more than 50 basis points from one dollar/);
  assert.equal(await house.balance(users[1]), 0n);
  await feed('answer=1.0049');
  await credited(users[1]);
  assert.equal((await shown(answer.body.deposit_id)).waiting, null);
  assert.deepEqual(await depeg(), []);
});

test('so it does while nobody knows the price', async () => {
  await feed('dead=1');
  await until('the alert', async () => (await depeg()).length === 1, PATIENCE_MS + 15_000);
  const answer = await house.pay('5.00', await house.payment(walletOf(users[2]), '5.00'));
  assert.equal(answer.status, 201, answer.text);
  assert.match((await shown(answer.body.deposit_id)).waiting, /is not known/);
  await feed('answer=1');
  await credited(users[2]);
});

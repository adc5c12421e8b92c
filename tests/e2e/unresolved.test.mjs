// Orders whose end the venue does not tell: what stays live, what it calls failed, what it never
// confirms, and the end that a human gives a bet on the exchange's word.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { micro, NO_CONVERSION, run, startHouse, until } from './support.mjs';

const MINE = { exchange_events: true };
let house, user, deep, fine;

before(async () => {
  house = await startHouse({
    opening: '1000',
    overrides: {
      conversion: NO_CONVERSION,
      venue: {
        order_timeout_ms: 2000,
        confirm_wait_ms: 1000,
        grace_ms: 2000,
        unresolved_after_ms: 1000,
      },
    },
  });
  [user] = house.users;
  [deep, fine] = house.markets;
  await house.fund(user, '300.00');
  await house.venue('settings', MINE);
});
after(() => house?.close());

const soon = (seconds) =>
  new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
async function place(over = {}) {
  const answer = await house.bet({
    user_address: user.address,
    token_id: deep.token_id,
    amount: '10.00',
    max_price: '0.52',
    deadline: soon(3),
    ...over,
  });
  assert.ok([201, 202].includes(answer.status), answer.text);
  return answer.body;
}
const funds = async () => [await house.balance(user), micro((await house.buffer()).usdc_balance)];
const alerts = async (id) => {
  const { body } = await house.get('/operator/alerts', 'inspect');
  return body.alerts.filter((a) => a.kind === 'bet.unresolved' && a.subject === id && !a.cleared_at);
};

/** `headroom bets ...`; answers {done, text}. */
async function bets(...words) {
  const { env, configFile } = house.service;
  try {
    const text = await run(binaryPath(), ['bets', ...words, '--config', configFile], { env });
    return { done: true, text };
  } catch (error) {
    return { done: false, text: error.message };
  }
}

test('an order that stays live is cancelled at its deadline and refunded', async () => {
  const before = await funds();
  await house.venue('faults', { kind: 'stays_live' });
  const { bet_id: id } = await place();
  const bet = await house.settledBet(id, 40_000);
  assert.equal(bet.status, 'failed');
  assert.equal((await house.order(bet.order_hash)).status, 'CANCELED');
  assert.deepEqual(await funds(), before);
});

test('a failed trade is refunded only when the exchange is final and knows nothing of it', async () => {
  const before = await funds();
  await house.venue('faults', { kind: 'trade_failed' });
  const { bet_id: id } = await place();
  assert.equal((await house.settledBet(id, 40_000)).status, 'failed');
  assert.deepEqual(await funds(), before);
});

test('what the exchange charged is booked to the micro-dollar', async () => {
  for (const [amount, price] of [
    ['10.00', '0.36'],
    ['33.33', '0.355'],
  ]) {
    const { bet_id: id } = await place({ token_id: fine.token_id, amount, max_price: price });
    const bet = await house.settledBet(id, 40_000);
    const order = await house.order(bet.order_hash);
    assert.deepEqual(
      [bet.status, micro(bet.spent), micro(bet.fee), micro(bet.shares)],
      ['filled', micro(order.cost), micro(order.fee), micro(order.size)],
    );
  }
});

test('a bet that the venue never confirms ends by its final event', async () => {
  await house.venue('settings', { trade_delay_ms: 3_600_000 });
  const { bet_id: id } = await place();
  const bet = await house.settledBet(id, 40_000);
  await house.venue('settings', { trade_delay_ms: 20 });
  assert.equal(bet.status, 'filled');
  assert.equal(micro(bet.spent), micro((await house.order(bet.order_hash)).cost));
});

test('a bet without an end is an alert, until a human resolves it as far as the exchange agrees', async () => {
  await house.venue('settings', { exchange_events: false, trade_delay_ms: 3_600_000 });
  const { bet_id: id } = await place();
  await until('the alert', async () => (await alerts(id)).length === 1, 40_000);
  assert.equal((await house.get(`/bets/${id}`)).body.status, 'placing');

  const show = await bets('show', id);
  assert.match(show.text, /getOrderStatus: touched/);
  const who = ['--by', 'ann', '--evidence', 'ticket 7'];
  assert.ok(!(await bets('resolve', id, 'failed', '--by', 'ann')).done, 'no evidence');
  const refused = await bets('resolve', id, 'failed', ...who);
  assert.ok(!refused.done);
  assert.match(refused.text, /the exchange filled it/);
  assert.ok(!(await bets('resolve', id, 'filled', ...who)).done, 'no event, no numbers');
  assert.equal((await house.get(`/bets/${id}`)).body.status, 'placing');

  const numbers = ['--shares', '20', '--spent', '10', '--fee', '0'];
  const done = await bets('resolve', id, 'filled', ...numbers, ...who);
  assert.ok(done.done, done.text);
  assert.equal((await house.get(`/bets/${id}`)).body.status, 'filled');
  assert.deepEqual(await house.json('SELECT decided_by, evidence, spent FROM bet_resolutions'), [
    { decided_by: 'ann', evidence: 'ticket 7', spent: 10_000_000 },
  ]);
  await until('the alert is over', async () => (await alerts(id)).length === 0, 40_000);
  assert.ok(!(await bets('resolve', id, 'filled', ...numbers, ...who)).done, 'once');
  await house.venue('settings', { trade_delay_ms: 20, ...MINE });
});

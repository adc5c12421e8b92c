// What the venue refuses, and how far that reaches: one market, our account, our key, one order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers, micro, NO_CONVERSION, startHouse, until } from './support.mjs';

let house, user, deep, fine;

before(async () => {
  house = await startHouse({
    opening: '1000',
    overrides: {
      conversion: NO_CONVERSION,
      venue: { stop_pause_ms: 6000, market_pause_ms: 4000, confirm_wait_ms: 5000 },
    },
  });
  [user] = house.users;
  [deep, fine] = house.markets;
  await house.fund(user, '100.00');
});
after(() => house?.close());

const bet = (over = {}) =>
  house.bet({
    user_address: user.address,
    token_id: deep.token_id,
    amount: '2.00',
    max_price: '0.50',
    ...over,
  });
const says = (status, body, more = {}) =>
  house.venue('faults', { kind: 'answer', answer: { status, body }, ...more });
const limit = async () =>
  (await house.get(`/buffer/max-bet?user_address=${user.address}`)).body;

test('a market whose orders are refused stops alone', async () => {
  await says(400, { error: 'invalid signature' }, { token_id: fine.token_id });
  const on_fine = () => bet({ token_id: fine.token_id, max_price: '0.356' });
  const first = await on_fine();
  assert.deepEqual([first.status, first.body.code], [422, 'venue_rejected'], first.text);
  const again = await on_fine();
  assert.deepEqual([again.status, again.body.code], [503, 'unavailable'], again.text);
  assert.ok(Number(again.headers.get('retry-after')) >= 2, 'what is left');
  assert.equal((await bet()).status, 201, 'the other market goes on');
  assert.equal((await limit()).limiting_factor, 'user_balance');
  await until('the market to open again', async () => (await on_fine()).status === 201, 10_000);
});

test('a refused account stops all bets, and everybody can see it', async () => {
  const words = "'0x0000000000000000000000000000000000000001' address in closed only mode";
  await says(400, { error: words });
  const refused = await bet();
  assert.equal(refused.body.code, 'venue_rejected', refused.text);
  assert.ok(!refused.text.includes('0x0000000000000000000000000000000000000001'), refused.text);
  const next = await bet();
  assert.deepEqual([next.status, next.body.code], [503, 'unavailable'], next.text);
  assert.ok(Number(next.headers.get('retry-after')) >= 3, next.headers.get('retry-after'));
  const shown = await limit();
  assert.deepEqual([shown.max_bet, shown.limiting_factor], ['0.00', 'venue']);
  const { body: balance } = await house.get(`/balance?user_address=${user.address}`);
  assert.deepEqual([balance.max_bet, balance.limiting_factor], ['0.00', 'venue']);
  const ready = await house.call('GET', '/readyz');
  assert.equal(ready.status, 200);
  assert.match(ready.body.parts.venue, /^stopped: /);
  const { text: metrics } = await house.call('GET', '/metrics');
  assert.match(metrics, /headroom_venue_stopped\{cause="account"\} 1/);
  await until('bets to be taken again', async () => (await bet()).status === 201, 12_000);
  assert.equal((await limit()).limiting_factor, 'user_balance');
});

test('a key that is refused for a while: the bet waits, and fills once', async () => {
  await house.venue('faults', { kind: 'unauthorized_401', times: 4 });
  const answer = await bet();
  assert.equal(answer.status, 202, answer.text);
  assert.equal((await limit()).limiting_factor, 'user_balance', 'others may bet');
  const settled = await house.settledBet(answer.body.bet_id, 40_000);
  assert.equal(settled.status, 'filled', settled.failure);
  assert.equal((await house.order(settled.order_hash)).accepted, 1);
});

test('a definite no ends at once, in our words', async () => {
  const words = 'the balance is not enough -> balance: 123456789, sum of active orders: 5';
  for (const [status, body] of [
    [200, { success: true, errorMsg: words, orderID: '', status: '' }],
    [200, { success: false, errorMsg: words, orderID: '', status: '' }],
    [400, { error: 'words nobody has seen yet: balance: 123456789' }],
    [422, { error: 'balance: 123456789' }],
  ]) {
    const before = micro((await limit()).user_balance);
    await says(status, body);
    const answer = await bet();
    assert.deepEqual([answer.status, answer.body.code], [422, 'venue_rejected'], answer.text);
    assert.ok(!answer.text.includes('123456789'), answer.text);
    const { body: row } = await house.get(`/bets/${answer.body.bet_id}`);
    assert.equal(row.status, 'failed');
    assert.ok(!JSON.stringify(row).includes('123456789'));
    assert.equal(micro((await limit()).user_balance), before, 'nothing stays locked');
  }
});

test('strangers do not reach the venue', async () => {
  const { count: before } = await house.venue('requests');
  for (let i = 0; i < 40; ++i) {
    const answer = await house.bet({
      user_address: ethers.Wallet.createRandom().address,
      token_id: BigInt(ethers.hexlify(ethers.randomBytes(32))).toString(),
      amount: '2.00',
      max_price: '0.50',
    });
    assert.equal(answer.body.code, 'insufficient_balance', answer.text);
  }
  for (let i = 0; i < 20; ++i) {
    const answer = await bet({ token_id: '12345' });
    assert.equal(answer.body.code, 'unknown_market', answer.text);
  }
  const { count } = await house.venue('requests');
  assert.ok(count - before <= 3, `${count - before} requests`);
});

// Our account at the venue as an operator sees it: approvals that the service gives, tests and gives again, orders that
// the exchanges are asked about before the first bet, pUSD kept at the buffer's size, and orders that take what is there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mintOnPolygon } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, NO_CONVERSION, startHouse, until } from './support.mjs';

const RETIRED_ADAPTER = '0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296'; // the venue still asks for it
const ALLOWANCES_SLOT = 1; // of the token's storage: mapping(owner => mapping(spender => amount))
let house, user, deep, negRisk, thin, exchange, negRiskExchange;

before(async () => {
  house = await startHouse({
    settles: true,
    opening: '1000',
    overrides: { conversion: NO_CONVERSION, venue: { confirm_wait_ms: 2000 } },
  });
  await house.venue('settings', { on_chain_shortage: 'fail' }); // nothing is lent
  [user] = house.users;
  [deep, negRisk, thin] = house.markets;
  ({ exchange, neg_risk_exchange: negRiskExchange } = house.ready().venue);
  await house.fund(user, '300.00');
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
const alarms = () => house.alerts(/^venue\.(approvals|self_test)$/);
const venuePart = async () => (await house.call('GET', '/readyz')).body.parts.venue ?? '';
const ABI = [
  'function allowance(address, address) view returns (uint256)',
  'function isApprovedForAll(address, address) view returns (bool)',
];
const contract = (address) => new ethers.Contract(address, ABI, house.rpc.polygon);
const allowance = (spender) => contract(house.polygon.pusd).allowance(house.pay_to, spender);

/** The self-test has not passed, in these words: everybody can see it, and bets wait. */
async function stopped(words) {
  await until(`"${words}"`, async () => {
    const part = await venuePart();
    return part.includes('self-test') && part.includes(words);
  });
  const old = await until('the balance', () => house.balance(user).catch(() => undefined)); // keys are read
  const answer = await bet();
  assert.deepEqual([answer.status, answer.body.code], [503, 'unavailable'], answer.text);
  assert.equal(await house.balance(user), old);
  assert.match(answer.body.detail, /self-test/);
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
  assert.ok(!answer.text.includes(words), 'the details are for the operator');
  const { body: limit } = await house.get(`/buffer/max-bet?user_address=${user.address}`);
  assert.deepEqual([limit.max_bet, limit.limiting_factor], ['0.00', 'venue']);
  const { text: metrics } = await house.call('GET', '/metrics');
  assert.match(metrics, /headroom_venue_stopped\{cause="approvals"\} 1/);
  await until('the alert', async () => (await alarms()).some((a) => a.text.includes(words)));
}

/** It has passed: a bet fills. */
async function passed() {
  await until('the self-test', async () => !/self-test/.test(await venuePart()));
  const answer = await bet();
  assert.equal(answer.status, 201, answer.text);
  await until('the end of the alert', async () => (await alarms()).length === 0);
}

test('a new account is given its eight approvals, each once', async () => {
  const given = await house.sql(
    `SELECT count(DISTINCT operation_id) FROM chain_operations WHERE purpose = 'venue.approve'`,
  );
  assert.equal(given, '8');
  for (const spender of [exchange, negRiskExchange, RETIRED_ADAPTER])
    assert.equal(await allowance(spender), ethers.MaxUint256, spender);
  const shares = contract(house.polygon.conditional_tokens);
  const { ctf_adapter: adapter, neg_risk_ctf_adapter: negRiskAdapter } = house.sandbox.polygon;
  for (const operator of [exchange, negRiskExchange, adapter, negRiskAdapter, RETIRED_ADAPTER])
    assert.equal(await shares.isApprovedForAll(house.pay_to, operator), true, operator);
});

test('an approval that is gone stops bets until it is given again', async () => {
  const { polygon } = house.rpc;
  await mining(false);
  const inside = (key, slot) =>
    ethers.solidityPackedKeccak256(['uint256', 'uint256'], [key, slot]);
  const slot = inside(exchange, inside(house.pay_to, ALLOWANCES_SLOT));
  await polygon.send('anvil_setStorageAt', [house.polygon.pusd, slot, ethers.ZeroHash]);
  assert.equal(await allowance(exchange), 0n);
  await stopped('pUSD to the exchange'); // its new one is sent, and no block comes
  await mining(true);
  await passed();
  assert.equal(await allowance(exchange), ethers.MaxUint256);
});

/** Stops the chain for good: a block that was under way comes first. */
async function mining(on) {
  const { polygon } = house.rpc;
  await polygon.send('evm_setAutomine', [on]);
  await polygon.send('evm_setIntervalMining', [on ? 1 : 0]);
  if (on) return polygon.send('evm_mine', []);
  let seen = 0; // looks that found the same block
  let last = -1;
  return until('the last block', async () => {
    const now = await polygon.getBlockNumber();
    seen = now === last ? seen + 1 : 0;
    last = now;
    return seen > 30;
  });
}

test('an approval that the venue does not see stops bets too', async () => {
  const allow = (granted) =>
    house.venue('allowances', { address: house.pay_to, spender: RETIRED_ADAPTER, granted });
  await house.service.stop();
  await allow(false);
  await house.service.start({ ready: false });
  await stopped('the venue does not see: pUSD to the retired neg-risk adapter');
  await allow(true);
  await passed();
});

for (const [kind, broken, mended, words] of [
  [
    'a market',
    () => ({ token_id: deep.token_id, refused: true }),
    () => ({ token_id: deep.token_id, refused: false }),
    () => `standard market of token ${deep.token_id}: validateOrder: UserIsPaused`,
  ],
  [
    'neg-risk trading',
    () => ({ neg_risk: true, paused: true }),
    () => ({ neg_risk: true, paused: false }),
    () => `neg-risk market of token ${negRisk.token_id}: paused`,
  ],
]) {
  test(`${kind} that the exchange refuses stops bets until it takes orders again`, async () => {
    const orders = async () => (await house.venue('state')).orders.length;
    await house.service.stop();
    await house.venue('exchange', broken());
    const posted = await orders();
    await house.service.start({ ready: false });
    await stopped(words());
    assert.ok((await alarms()).every((a) => a.kind === 'venue.self_test'));
    assert.equal(await orders(), posted, 'what is tried is never sent');
    await house.venue('exchange', mended());
    await passed();
  });
}

test('what the market has is taken, and the rest comes back (FAK); all of it or nothing (FOK)', async () => {
  const wanted = { token_id: thin.token_id, amount: '100.00', max_price: '0.60' }; // there are 100 shares
  const old = await house.balance(user);
  const whole = await bet({ ...wanted, order_type: 'FOK' });
  assert.deepEqual([whole.status, whole.body.code], [422, 'venue_rejected'], whole.text);
  assert.equal(await house.balance(user), old);

  const answer = await bet({ ...wanted, order_type: 'FAK' });
  assert.ok([201, 202].includes(answer.status), answer.text);
  const filled = await house.settledBet(answer.body.bet_id, 30_000);
  assert.deepEqual(
    [filled.status, filled.shares, filled.spent, filled.fee, filled.refunded],
    ['filled', '100.00', '60.00', '0.96', '39.04'],
  );
  assert.equal(await house.balance(user), old - 60_960_000n);
  const { shares } = await house.held();
  assert.equal(shares[thin.token_id], 100_000_000n);
});

test('pUSD follows the buffer', async () => {
  await mintOnPolygon(house.sandbox, house.pay_to, 'usdce', '5000');
  const { status, text } = await house.call('POST', '/buffer/replenish', {
    key: 'admin',
    idempotency: 'more',
    body: { amount: '2000', reference: 'from the treasury' },
  });
  assert.equal(status, 200, text);
  const { usdc_balance: buffer } = await house.buffer();
  await until('the wrapping', async () => (await house.held()).pusd === micro(buffer), 30_000, 200);
  const { body: audit } = await house.get('/audit/solvency');
  assert.equal(audit.solvent, true);
  assert.deepEqual(await house.alerts(/^venue\.collateral/), []);
});

// Positions and their sale against the real service, the venue double and the local chain: what is bought is one position,
// what is sold of it is money for the user and the buffer, and the chain has the same shares and dollars.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ethers, micro, NO_CONVERSION, startHouse, usd, walletOf } from './support.mjs';

const NOTHING = { shares: 0n, selling: 0n, cost: 0n };
let house, user, other, deep, fine, thin, spare;

before(async () => {
  house = await startHouse({
    settles: true,
    opening: '1000',
    overrides: {
      conversion: NO_CONVERSION,
      venue: { confirm_wait_ms: 2000, order_timeout_ms: 2000 },
    },
  });
  await house.venue('settings', { on_chain_shortage: 'fail' }); // nothing is lent: approvals and pUSD must be there
  [user, other] = house.users;
  [deep, fine, thin] = house.markets;
  for (const u of [user, other]) await house.fund(u, '300.00');
  spare = await house.spare();
});
after(() => house?.close());

/** What a bet or a sale moves. */
async function state(who, token) {
  const { shares, selling, cost } = await house.position(who, token);
  return {
    user: await house.balance(who),
    buffer: micro((await house.buffer()).usdc_balance),
    position: { shares: micro(shares), selling: micro(selling), cost: micro(cost) },
  };
}

/** The account holds on chain what the users' positions come to, and what the buffer says. */
async function chainAgrees() {
  const { shares } = await house.held();
  for (const token of house.markets) {
    const positions = await Promise.all([user, other].map((u) => house.position(u, token)));
    const booked = positions.reduce((sum, p) => sum + micro(p.shares) + micro(p.selling), 0n);
    assert.equal(shares[token.token_id], booked, `shares of ${token.token_id}`);
  }
  assert.equal(await house.spare(), spare, 'pUSD against the buffer');
}

async function buy(who, token, amount, max_price) {
  const answer = await house.bet({
    user_address: who.address,
    token_id: token.token_id,
    amount,
    max_price,
  });
  assert.ok([201, 202].includes(answer.status), answer.text);
  const bet = await house.settledBet(answer.body.bet_id);
  assert.equal(bet.status, 'filled', bet.failure);
  return bet;
}

const offer = (who, shares, min_price, more = {}) => ({
  user_address: who.address,
  shares,
  min_price,
  ...more,
});

/**
 * Runs `action`, a sale of `who`, to its end and checks what it moved: the venue's numbers, the proceeds less the fee to
 * user and buffer, and the part of the cost that goes with what was sold.
 */
async function sells(who, token, action) {
  const old = await state(who, token);
  const answer = await action();
  assert.ok([201, 202].includes(answer.status), answer.text);
  const sale = await house.settledSale(answer.body.sale_id, 30_000);
  assert.equal(sale.status, 'filled', sale.failure);
  const [sold, proceeds, fee] = [sale.sold, sale.proceeds, sale.fee].map(micro);
  const order = await house.order(sale.order_hash);
  assert.deepEqual(
    [order.side, order.accepted, micro(order.size), micro(order.cost), micro(order.fee)],
    ['SELL', 1, sold, proceeds, fee],
  );
  assert.equal(micro(sale.credited), proceeds - fee);
  const { shares, cost } = old.position;
  assert.deepEqual(await state(who, token), {
    user: old.user + proceeds - fee,
    buffer: old.buffer + proceeds - fee,
    position: { shares: shares - sold, selling: 0n, cost: cost - (cost * sold) / shares },
  });
  await chainAgrees();
  return { sale, answer };
}

async function refused(answering, status, code, field) {
  const answer = await house.unchanged(answering);
  assert.deepEqual(
    [answer.status, answer.body.code, answer.body.field],
    [status, code, field],
    answer.text,
  );
}

test('who buys an outcome twice has one position', async () => {
  const old = await state(user, deep);
  assert.deepEqual(old.position, NOTHING);
  const bets = [await buy(user, deep, '20.00', '0.50'), await buy(user, deep, '7.50', '0.52')];
  const sum = (field) => bets.reduce((total, bet) => total + micro(bet[field]), 0n);
  assert.equal(sum('shares'), 55_000_000n);
  const position = await house.position(user, deep);
  assert.deepEqual(
    [position.status, micro(position.shares), micro(position.cost), position.result],
    ['open', sum('shares'), sum('spent') + sum('fee'), null],
  );
  await chainAgrees();
});

test('a part of a position, by service key', async () => {
  const { sale, answer } = await sells(user, deep, () =>
    house.sell(deep, offer(user, '10', '0.48')),
  );
  assert.deepEqual(
    [answer.status, sale.shares, sale.sold, sale.average_price, sale.proceeds, sale.fee],
    [201, '10.00', '10.00', '0.49', '4.90', '0.00'],
  );
  assert.equal(answer.headers.get('location'), `/sales/${sale.sale_id}`);
  assert.deepEqual(answer.body, sale);
  const { body: foreign } = await house.get(`/sales/${randomUUID()}`);
  assert.equal(foreign.code, 'not_found');
});

test('the fee is taken from the proceeds; what is below 0.01 shares stays', async () => {
  await buy(user, fine, '20.00', '0.356');
  const { shares } = await house.position(user, fine);
  const whole = micro(shares) - (micro(shares) % 10_000n);
  const { sale } = await sells(user, fine, () => house.sell(fine, offer(user, shares, '0.353')));
  assert.deepEqual([micro(sale.shares), micro(sale.sold)], [whole, whole]);
  assert.ok(micro(sale.fee) > 0n, 'this market has a fee');
  const left = await house.position(user, fine);
  assert.equal(micro(left.shares), micro(shares) - whole);
});

// -- the user's own signature

const INTENT = {
  SellIntent: [
    ['user', 'address'],
    ['tokenId', 'uint256'],
    ['shares', 'uint256'],
    ['minPrice', 'uint256'],
    ['idempotencyKey', 'bytes32'],
    ['deadline', 'uint256'],
  ].map(([name, type]) => ({ name, type })),
};
const inSeconds = (s) =>
  new Date(Math.floor(Date.now() / 1000 + s) * 1000).toISOString().replace('.000', '');

/** POST a sale as `body`, signed by `signer` as if it were `signed`. */
async function intent(signer, token, body, { signed = body, idempotency = randomUUID() } = {}) {
  const signature = await signer.signTypedData(await house.betDomain(), INTENT, {
    user: signed.user_address,
    tokenId: token.token_id,
    shares: micro(signed.shares),
    minPrice: micro(signed.min_price),
    idempotencyKey: ethers.id(idempotency),
    deadline: Date.parse(signed.deadline) / 1000,
  });
  return house.sell(token, { ...body, signature }, { key: null, idempotency });
}

test("a sale by the user's EIP-712 signature", async () => {
  const body = offer(user, '5.00', '0.48', { deadline: inSeconds(60) });
  const { sale, answer } = await sells(user, deep, () =>
    intent(walletOf(user), deep, body, { idempotency: 'signed-sale' }),
  );
  assert.equal(answer.headers.get('location'), null, 'who signs cannot read there');
  const again = await house.unchanged(() =>
    intent(walletOf(user), deep, body, { idempotency: 'signed-sale' }),
  );
  assert.deepEqual([again.status, again.body.sale_id], [201, sale.sale_id], again.text);
});

test('signatures that do not say this sale', async () => {
  const body = offer(user, '5.00', '0.48', { deadline: inSeconds(60) });
  const wrong = [
    [other, {}],
    [user, { user_address: other.address }],
    [user, { shares: '4.00' }],
    [user, { min_price: '0.01' }],
    [user, { deadline: inSeconds(61) }],
  ];
  for (const [signer, over] of wrong) {
    const signed = { ...body, ...over };
    const answering = () => intent(walletOf(signer), deep, body, { signed });
    await refused(answering, 401, 'unauthorized', 'signature');
  }
  await refused(() => house.sell(deep, body, { key: null }), 401, 'unauthorized');
  await refused(() => house.sell(deep, body, { key: 'read' }), 403, 'forbidden');
});

// -- what is not to be had

test('nobody sells what they do not have', async () => {
  const { shares } = await house.position(user, deep);
  const more = usd(micro(shares) + 10_000n);
  await refused(() => house.sell(deep, offer(user, more, '0.48')), 422, 'insufficient_shares');
  await refused(() => house.sell(deep, offer(other, '1', '0.48')), 422, 'insufficient_shares');
});

test('what the market does not take', async () => {
  const sale = (over) => house.sell(deep, { ...offer(user, '5', '0.48'), ...over });
  const elsewhere = () => house.sell({ token_id: '12345' }, offer(user, '5', '0.48'));
  await refused(() => sale({ min_price: '0.485' }), 422, 'price_off_tick');
  await refused(() => sale({ shares: '0.001' }), 422, 'amount_too_small');
  await refused(elsewhere, 422, 'insufficient_shares'); // nothing is held: the venue is not asked
  await refused(() => sale({ shares: '0' }), 400, 'invalid_field', 'shares');
});

test('a refused sale leaves the position as it was', async () => {
  const old = await state(user, deep);
  const answer = await house.sell(deep, offer(user, '5', '0.50')); // the best bid is 0.49
  assert.deepEqual([answer.status, answer.body.code], [422, 'venue_rejected'], answer.text);
  const { body: sale } = await house.get(`/sales/${answer.body.sale_id}`);
  assert.deepEqual([sale.status, sale.sold, sale.credited], ['failed', '0.00', '0.00']);
  assert.ok(sale.failure);
  assert.deepEqual(await state(user, deep), old);
  await chainAgrees();
});

// -- once, whatever is repeated or lost

test('the same key and body is the same sale', async () => {
  const idempotency = 'sold-once';
  const body = offer(user, '3', '0.48');
  const { sale } = await sells(user, deep, () => house.sell(deep, body, { idempotency }));
  for (const shares of ['3', '3.00', '3.000000']) {
    const again = await house.unchanged(() =>
      house.sell(deep, { ...body, shares }, { idempotency }),
    );
    assert.deepEqual(
      [again.status, again.body, again.headers.get('idempotent-replayed')],
      [201, sale, 'true'],
      again.text,
    );
  }
  const different = () => house.sell(deep, { ...body, shares: '4' }, { idempotency });
  await refused(different, 409, 'key_reused');
  assert.equal((await house.order(sale.order_hash)).posts, 1);
});

test('what is there is sold, and the rest stays (FAK); all of it or nothing (FOK)', async () => {
  for (let i = 0; i < 2; ++i) await buy(other, thin, '50.00', '0.60'); // the bids are for 100 shares
  const old = await state(other, thin);
  assert.ok(old.position.shares > 150_000_000n);
  const body = offer(other, '150', '0.58');
  const whole = await house.sell(thin, { ...body, order_type: 'FOK' });
  assert.deepEqual([whole.status, whole.body.code], [422, 'venue_rejected'], whole.text);
  assert.deepEqual(await state(other, thin), old);
  const { sale } = await sells(other, thin, () => house.sell(thin, body));
  assert.deepEqual(
    [sale.shares, sale.sold, sale.proceeds, sale.fee],
    ['150.00', '100.00', '58.00', '0.9744'],
  );
});

test('a lost answer is found again', async () => {
  await house.faults({ kind: 'drop_after_accept' });
  const { sale } = await sells(user, deep, () => house.sell(deep, offer(user, '2', '0.48')));
  assert.equal((await house.order(sale.order_hash)).posts, 1);
});

test('a sale in doubt outlives its service, and is booked once', async () => {
  await house.faults(
    { kind: 'drop_after_accept' },
    { kind: 'error_500', probability: 1, on: 'lookup' },
  );
  const idempotency = 'in-doubt';
  const body = offer(user, '2', '0.48');
  const old = await state(user, deep);
  const { sale } = await sells(user, deep, async () => {
    const answer = await house.sell(deep, body, { idempotency });
    assert.equal(answer.status, 202, answer.text);
    const { position } = await state(user, deep);
    assert.deepEqual(
      [position.shares, position.selling],
      [old.position.shares - 2_000_000n, 2_000_000n],
      'offered shares are not free',
    );
    await house.service.kill();
    await fetch(`${house.ready().venue.control_url}/faults`, { method: 'DELETE' });
    await house.service.start();
    return answer;
  });
  const again = await house.unchanged(() => house.sell(deep, body, { idempotency }));
  assert.deepEqual([again.status, again.body.sale_id], [201, sale.sale_id], again.text);
});

test('the last share ends the position', async () => {
  const { shares } = await house.position(user, deep);
  await sells(user, deep, () => house.sell(deep, offer(user, shares, '0.48')));
  const sold = await house.position(user, deep);
  assert.deepEqual([sold.status, sold.shares, sold.cost], ['closed', '0.00', '0.00']);
  const { body: open } = await house.get(`/positions?user_address=${user.address}&status=open`);
  assert.ok(!open.positions.some((p) => p.token_id === deep.token_id));
  assert.equal((await house.get('/audit/solvency')).body.solvent, true);
});

// Bets against the real service, books and venue double: who may place one, what it may cost, and
// what is true afterwards.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { BET_INTENT, ethers, micro, NO_CONVERSION, startHouse, until, usd, walletOf } from './support.mjs';

const OPENING = '1000';
const VENUE = { order_timeout_ms: 800, confirm_wait_ms: 8000 };
let house, users, deep, fine, thin;

before(async () => {
  house = await startHouse({
    opening: OPENING,
    sandboxArgs: ['--users', '8'],
    overrides: { conversion: NO_CONVERSION, venue: VENUE },
  });
  ({ users } = house);
  [deep, fine, thin] = house.markets;
});
after(() => house?.close());

const spentOn = (bet) => micro(bet.spent) + micro(bet.fee);
const wanted = (user, amount, over = {}) => ({
  user_address: user.address,
  token_id: deep.token_id,
  amount,
  max_price: '0.50',
  ...over,
});
const funds = async (user) => ({
  user: await house.balance(user),
  buffer: micro((await house.buffer()).usdc_balance),
});

/** Runs `action` for a bet and checks what it cost the user and the buffer. */
async function costs(user, action) {
  const old = await funds(user);
  const bet = await action();
  const cost = bet.status === 'filled' ? spentOn(bet) : 0n;
  assert.deepEqual(await funds(user), { user: old.user - cost, buffer: old.buffer - cost });
  assert.equal(spentOn(bet) + micro(bet.refunded), micro(bet.amount));
  return bet;
}
const filled = (answer) => (assert.equal(answer.status, 201, answer.text), answer.body);
async function refused(answering, status, code, field) {
  const answer = await house.unchanged(answering);
  assert.deepEqual(
    [answer.status, answer.body.code, answer.body.field],
    [status, code, field],
    answer.text,
  );
  return answer.body;
}

test('the buffer refuses what it cannot pay, in these words, and takes its own maximum', async () => {
  const user = users[0];
  await house.fund(user, '1500.00');
  const { body: limit } = await house.get(`/buffer/max-bet?user_address=${user.address}`);
  assert.deepEqual(
    [limit.max_bet, limit.limiting_factor, limit.user_balance, limit.buffer_balance],
    ['1000.00', 'buffer', '1500.00', '1000.00'],
  );
  const refusal = await refused(() => house.bet(wanted(user, '1200.50')), 422, 'exceeds_max_bet');
  assert.equal(
    refusal.detail,
    'Bet amount exceeds global maximum: $1200.50 USDC. Maximum bet is $1000.00 USDC (buffer balance: $1000.00 USDC)',
  );
  await refused(() => house.bet(wanted(user, '1000.01')), 422, 'exceeds_max_bet');

  const bet = filled(await house.bet(wanted(user, limit.max_bet)));
  assert.deepEqual(
    [bet.status, bet.spent, bet.fee, bet.refunded],
    ['filled', '1000.00', '0.00', '0.00'],
  );
  const empty = await house.buffer();
  assert.deepEqual([empty.usdc_balance, empty.available, empty.is_low], ['0.00', '0.00', true]);
  const { body: nothing } = await house.get(`/buffer/max-bet?user_address=${user.address}`);
  assert.deepEqual([nothing.max_bet, nothing.limiting_factor], ['0.00', 'buffer']);
  const broke = await refused(() => house.bet(wanted(user, '1.00')), 422, 'exceeds_max_bet');
  assert.equal(
    broke.detail,
    'Bet amount exceeds global maximum: $1.00 USDC. Maximum bet is $0.00 USDC (buffer balance: $0.00 USDC)',
  );

  const { status } = await house.call('POST', '/buffer/replenish', {
    key: 'admin',
    idempotency: 'refill',
    body: { amount: '50000', reference: 'for the other tests' },
  });
  assert.equal(status, 200);
});

test('a bet by service key', async () => {
  const user = users[0];
  const bet = await costs(user, async () =>
    filled(await house.bet(wanted(user, '25.37', { max_price: '0.55' }))),
  );
  assert.deepEqual(
    [bet.status, bet.amount, bet.failure, bet.user_address],
    ['filled', '25.37', null, user.address],
  );
  const order = await house.order(bet.order_hash);
  assert.deepEqual(
    [order.posts, order.accepted, order.status, order.fills.length],
    [1, 1, 'MATCHED', 1],
  );
  assert.deepEqual(
    [micro(order.cost), micro(order.size), micro(order.fee)],
    [micro(bet.spent), micro(bet.shares), micro(bet.fee)],
  );
  assert.deepEqual((await house.get(`/bets/${bet.bet_id}`)).body, bet);
});

test('a balance that cannot pay', async () => {
  const left = await house.balance(users[0]);
  await refused(() => house.bet(wanted(users[0], usd(left + 1n))), 422, 'insufficient_balance');
  await refused(() => house.bet(wanted(users[7], '1.00')), 422, 'insufficient_balance'); // never seen before
});

// -- the user's own signature

const inSeconds = (s) =>
  new Date(Math.floor(Date.now() / 1000 + s) * 1000).toISOString().replace('.000', '');

/** POST /bets as `body`, signed by `signer` as if it were `signed`. */
async function intent(
  signer,
  body,
  { signed = body, idempotency = randomUUID(), keyText = idempotency, domain = {} } = {},
) {
  const signature = await signer.signTypedData(
    { ...(await house.betDomain()), ...domain },
    BET_INTENT,
    {
      user: signed.user_address,
      tokenId: signed.token_id,
      amount: micro(signed.amount),
      maxPrice: micro(signed.max_price),
      idempotencyKey: ethers.id(keyText),
      deadline: Date.parse(signed.deadline ?? inSeconds(60)) / 1000,
    },
  );
  return house.call('POST', '/bets', { body: { ...body, signature }, idempotency });
}

test("a bet by the user's EIP-712 signature", async () => {
  const user = users[0];
  const body = wanted(user, '12.00', { deadline: inSeconds(60) });
  const bet = await costs(user, async () =>
    filled(await intent(walletOf(user), body, { idempotency: 'signed-1' })),
  );
  const again = await house.unchanged(() =>
    intent(walletOf(user), body, { idempotency: 'signed-1' }),
  );
  assert.equal(filled(again).bet_id, bet.bet_id);
});

test('a signature under any chain id that the configuration names', async () => {
  const { body: config } = await house.call('GET', '/app/config');
  assert.deepEqual(
    [config.bet.domain.verifying_contract, config.bet.domain.chain_ids],
    [house.pay_to, [house.polygon.chain_id, house.plasma.chain_id, house.base.chain_id]],
  );
  for (const chainId of config.bet.domain.chain_ids) {
    const body = wanted(users[0], '2.00', { deadline: inSeconds(60) });
    filled(await intent(walletOf(users[0]), body, { domain: { chainId } }));
  }
});

test("a contract wallet's signature is its contract's word (ERC-1271)", async () => {
  const [, , , , , wallet, stranger] = users;
  await house.fund(wallet, '10.00'); // while its key still speaks for it
  const saysYes = `0x7f1626ba7e${'0'.repeat(56)}60005260206000f3`; // returns the magic word
  await house.rpc.plasma.send('anvil_setCode', [wallet.address, saysYes]);
  const signed = (user, signature, idempotency) =>
    house.call('POST', '/bets', {
      body: { ...wanted(user, '3.00', { deadline: inSeconds(60) }), signature },
      idempotency,
    });
  const bet = await costs(wallet, async () => filled(await signed(wallet, '0x1234', 'by-contract')));
  assert.equal(bet.user_address, wallet.address);
  await refused(() => signed(stranger, '0x1234', 'no-code'), 401, 'unauthorized', 'signature');
  await house.rpc.plasma.send('anvil_setCode', [wallet.address, '0x60006000fd']); // reverts
  await refused(() => signed(wallet, '0x1234', 'no-more'), 401, 'unauthorized', 'signature');
});

test('signatures that do not say this bet', async () => {
  const [user, other] = users;
  const body = wanted(user, '12.00', { deadline: inSeconds(60) });
  const mine = walletOf(user);
  await refused(() => intent(walletOf(other), body), 401, 'unauthorized', 'signature');
  await refused(
    () => intent(mine, body, { signed: { ...body, amount: '11.00' } }),
    401,
    'unauthorized',
    'signature',
  );
  await refused(
    () => intent(mine, body, { signed: { ...body, max_price: '0.49' } }),
    401,
    'unauthorized',
    'signature',
  );
  await refused(
    () => intent(mine, body, { signed: { ...body, token_id: fine.token_id } }),
    401,
    'unauthorized',
    'signature',
  );
  await refused(
    () => intent(mine, body, { signed: { ...body, deadline: inSeconds(61) } }),
    401,
    'unauthorized',
    'signature',
  );
  await refused(
    () => intent(mine, body, { keyText: 'another key' }),
    401,
    'unauthorized',
    'signature',
  );
  for (const domain of [
    { verifyingContract: other.address }, // another deployment's
    { verifyingContract: undefined }, // what was good at every deployment
    { chainId: 1 },
    { version: '2' },
  ])
    await refused(() => intent(mine, body, { domain }), 401, 'unauthorized', 'signature');
  await refused(() => intent(mine, wanted(user, '12.00')), 400, 'invalid_field', 'deadline');
  await refused(() => intent(mine, { ...body, deadline: inSeconds(-5) }), 422, 'deadline_passed');
  await refused(
    () => house.call('POST', '/bets', { body: { ...body, signature: '0x123' }, idempotency: 'x' }),
    400,
    'invalid_field',
    'signature',
  );
  await refused(() => house.call('POST', '/bets', { body, idempotency: 'x' }), 401, 'unauthorized');
});

// -- once, whatever is repeated

test('the same key and body is the same bet, however it is written', async () => {
  const user = users[1];
  await house.fund(user, '30.00');
  const first = filled(await house.bet(wanted(user, '10.00'), { idempotency: 'once' }));
  const forms = [
    wanted(user, '10.00'),
    wanted(user, '10'),
    wanted(user, '10.000000', { max_price: '0.5' }),
    {
      max_price: '0.500000',
      amount: '10.0',
      token_id: deep.token_id,
      user_address: user.address.toLowerCase(),
    },
  ];
  for (const form of forms) {
    const again = await house.unchanged(() => house.bet(form, { idempotency: 'once' }));
    assert.deepEqual(filled(again), first);
  }
  for (const other of [
    { amount: '10.01' },
    { max_price: '0.51' },
    { token_id: fine.token_id },
    { user_address: users[0].address },
  ]) {
    await refused(
      () => house.bet({ ...wanted(user, '10.00'), ...other }, { idempotency: 'once' }),
      409,
      'key_reused',
    );
  }
  filled(await house.bet(wanted(user, '20.00'), { idempotency: 'the-rest' }));
  assert.equal(await house.balance(user), 0n);
  assert.deepEqual(
    filled(await house.unchanged(() => house.bet(forms[1], { idempotency: 'once' }))),
    first,
  );
  await refused(() => house.bet(wanted(user, '10.01'), { idempotency: 'once' }), 409, 'key_reused');
  const five = await house.unchanged(() =>
    Promise.all(Array.from({ length: 5 }, () => house.bet(forms[0], { idempotency: 'once' }))),
  );
  assert.deepEqual(
    five.map((a) => a.body.bet_id),
    Array(5).fill(first.bet_id),
  );
});

test('the same new key 10 times at once is one bet', async () => {
  const user = users[0];
  const before = await house.balance(user);
  const ten = await Promise.all(
    Array.from({ length: 10 }, () =>
      house.bet(wanted(user, '3.00'), { idempotency: 'all-at-once' }),
    ),
  );
  const final = await house.settledBet(ten.find((a) => a.body.bet_id).body.bet_id);
  assert.deepEqual(
    [...new Set(ten.map((a) => a.body.bet_id))],
    [final.bet_id],
    JSON.stringify(ten.map((a) => a.text)),
  );
  assert.equal(await house.balance(user), before - spentOn(final));
});

test('50 bets at once: exactly those the balance can pay', async () => {
  const user = users[2];
  await house.fund(user, '100.00');
  const old = await funds(user);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => house.bet(wanted(user, '3.10'))),
  );
  const placed = answers.filter((a) => a.status === 201 || a.status === 202);
  const poor = answers.filter((a) => a.status === 422 && a.body.code === 'insufficient_balance');
  assert.deepEqual(
    [placed.length, poor.length],
    [32, 18],
    JSON.stringify(answers.map((a) => [a.status, a.body.code])),
  );
  const bets = await Promise.all(placed.map((a) => house.settledBet(a.body.bet_id)));
  assert.ok(bets.every((b) => b.status === 'filled' && b.spent === '3.10'));
  assert.deepEqual(await funds(user), { user: micro('0.80'), buffer: old.buffer - micro('99.20') });
});

// -- what the venue may do to an order

const OUTCOMES = {
  drop_before_accept: 'filled',
  drop_after_accept: 'filled',
  delay: 'filled',
  error_500_before_accept: 'filled',
  error_500_after_accept: 'filled',
  rate_limited: 'filled',
  restarting_425: 'filled',
  matched_delayed: 'filled',
  fok_not_filled: 'failed',
  trade_failed: 'failed',
  success_with_error: 'failed',
};
for (const [kind, outcome] of Object.entries(OUTCOMES)) {
  test(`venue fault ${kind}: ${outcome}, once, books clean`, async () => {
    const user = users[0];
    await house.venue('faults', { kind, delay_ms: 1200 });
    const deadline = outcome === 'failed' ? { deadline: inSeconds(5) } : {};
    const bet = await costs(user, async () => {
      const answer = await house.bet(wanted(user, '11.00', deadline));
      assert.ok([201, 202, 422].includes(answer.status), answer.text);
      if (answer.status === 422) assert.equal(answer.body.code, 'venue_rejected');
      return house.settledBet(answer.body.bet_id, 30_000);
    });
    assert.equal(bet.status, outcome, bet.failure);
    assert.equal((await faultsLeft()).length, 0, 'the fault struck');
    const order = await house.order(bet.order_hash);
    if (outcome === 'filled')
      assert.deepEqual(
        [order.accepted, order.fills.length, micro(order.cost)],
        [1, 1, micro(bet.spent)],
      );
    else
      assert.ok(
        order.accepted <= 1 && order.fills.every((f) => f.status === 'FAILED'),
        JSON.stringify(order),
      );
    if (outcome === 'failed') assert.ok(bet.failure.length > 0);
  });
}
const faultsLeft = async () => (await house.venue('faults')).faults.filter((f) => f.left > 0);

test('an order dropped after it was accepted, and silent look-ups: filled once in the end', async () => {
  const user = users[0];
  await house.faults(
    { kind: 'drop_after_accept' },
    { kind: 'error_500', on: 'lookup', times: 2 },
    { kind: 'drop', on: 'lookup' },
    { kind: 'null', on: 'lookup' },
  );
  const bet = await costs(user, async () => {
    const answer = await house.bet(wanted(user, '11.00'));
    assert.equal(answer.status, 202, answer.text);
    assert.deepEqual([answer.body.status, answer.headers.get('retry-after')], ['placing', '1']);
    return house.settledBet(answer.body.bet_id);
  });
  assert.equal(bet.status, 'filled');
  assert.equal((await house.order(bet.order_hash)).fills.length, 1);
});

// -- markets

test('a market with fees: what was reserved and what came back add up', async () => {
  const user = users[3];
  await house.fund(user, '500.00');
  for (const [market, price, amount] of [
    [fine, '0.355', '20.00'],
    [fine, '0.360', '33.33'],
    [thin, '0.60', '10.00'],
    [thin, '0.75', '17.77'],
  ]) {
    const bet = await costs(user, async () =>
      filled(
        await house.bet(wanted(user, amount, { token_id: market.token_id, max_price: price })),
      ),
    );
    const order = await house.order(bet.order_hash);
    assert.ok(micro(bet.fee) > 0n && spentOn(bet) <= micro(amount), JSON.stringify(bet));
    assert.deepEqual([micro(order.cost), micro(order.size)], [micro(bet.spent), micro(bet.shares)]);
    assert.equal(micro(bet.fee), micro(order.fee), 'to the micro-dollar');
  }
});

test('a book too thin for the whole bet', async () => {
  const user = users[3];
  const bet = await costs(user, async () => {
    const answer = await house.bet(
      wanted(user, '80.00', { token_id: thin.token_id, max_price: '0.60' }),
    );
    assert.deepEqual([answer.status, answer.body.code], [422, 'venue_rejected'], answer.text);
    return (await house.get(`/bets/${answer.body.bet_id}`)).body;
  });
  assert.deepEqual([bet.status, bet.refunded], ['failed', '80.00']);
});

test('orders that no market takes', async () => {
  const user = users[3];
  await refused(
    () => house.bet(wanted(user, '10.00', { max_price: '0.555' })),
    422,
    'price_off_tick',
  );
  await refused(
    () => house.bet(wanted(user, '10.00', { token_id: '12345' })),
    422,
    'unknown_market',
  );
  await refused(() => house.bet(wanted(user, '0.50')), 422, 'amount_too_small');
  await refused(
    () => house.bet(wanted(user, '10.00', { max_price: '0.999', token_id: deep.token_id })),
    400,
    'invalid_field',
    'max_price',
  );
  const closed = house.markets.at(-1); // a token nobody asked for yet: the service remembers markets for a while
  await house.venue('book', { token_id: closed.token_id, accepting_orders: false });
  await refused(
    () => house.bet(wanted(user, '10.00', { token_id: closed.token_id, max_price: '0.42' })),
    422,
    'market_closed',
  );
  await house.venue('book', { token_id: closed.token_id, accepting_orders: true });
});

test('a venue that locks us out (403): the bet fails, money back, no further orders are sent', async () => {
  const user = users[0];
  await house.venue('faults', { kind: 'html_403' });
  const bet = await costs(user, async () => {
    const answer = await house.bet(wanted(user, '11.00', { deadline: inSeconds(5) }));
    return answer.body.bet_id
      ? house.settledBet(answer.body.bet_id, 30_000)
      : assert.fail(answer.text);
  });
  assert.equal(bet.status, 'failed');
  assert.equal(await house.order(bet.order_hash), undefined, 'the order never got there');
  const next = await house.unchanged(() => house.bet(wanted(user, '11.00')));
  assert.deepEqual([next.status, next.body.code], [503, 'unavailable'], next.text);
});

test('at the end the venue saw every order at most once, and its fills are our filled bets', async () => {
  await until(
    'no open bets',
    async () => (await house.get('/bets?status=placing')).body.bets.length === 0,
  );
  const { orders } = await house.venue('state');
  assert.ok(orders.every((o) => o.accepted <= 1));
  const ours = await house.json(
    `SELECT '0x' || encode(order_hash, 'hex') AS hash FROM bets WHERE status = 'filled' ORDER BY 1`,
  );
  const theirs = orders
    .filter((o) => o.fills.some((f) => f.status !== 'FAILED'))
    .map((o) => o.id)
    .sort();
  assert.deepEqual(
    theirs,
    ours.map((o) => o.hash),
  );
});

// Conversions on two real chains: held, grouped, interrupted in the middle of every step, lost. The
// user never notices,
// the books always explain the difference, and every conversion is one OFT send and one swap.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers, micro, startHouse, until, usd } from './support.mjs';

const MINIMUM = '30'; // less waits for company
const OFT_SENT = ethers.id('OFTSent(bytes32,uint32,address,uint256,uint256)');
const SWAP = ethers.id('Swap(address,address,int256,int256,uint160,uint128,int24)');
let house, users, wallet;
let swapsBefore = 0;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '6'],
    overrides: { conversion: { minimum: MINIMUM, stuck_after_seconds: 2, choose_again_ms: 500 } },
  });
  ({ users } = house);
  wallet = house.pay_to;
  swapsBefore = await count('polygon', SWAP);
});
after(() => house?.close());

const count = async (chain, topic) =>
  (await house.rpc[chain].getLogs({ fromBlock: 0, toBlock: 'latest', topics: [topic] })).length;
const conversions = async () => (await house.get('/conversions?limit=200')).body.conversions;
const onPolygon = () => house.token('polygon', house.polygon.usdc).balanceOf(wallet);
const bufferNow = async () => micro((await house.buffer()).usdc_balance);
const conversionOf = async (deposit) => {
  const { body } = await house.get(`/deposits/${deposit.deposit_id}`);
  return body.conversion_id && (await house.get(`/conversions/${body.conversion_id}`)).body;
};
const isHeld = (c) => c?.steps[0]?.detail?.includes('waits for delivery');
const started = (deposit) => until('the conversion', () => conversionOf(deposit));
/** The routes say that none of them takes it: they cannot quote, so nothing is opened on them. */
const waits = () =>
  until('the money to wait', async () =>
    (await house.get('/routes')).body.waiting.some((w) => w.why === 'no route takes it'),
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

/**
 * After each story: as many sends and swaps as conversions, and the wallet holds what the books
 * say.
 */
async function onceEach() {
  const all = await conversions();
  const done = all.filter((c) => c.status === 'completed');
  assert.deepEqual(
    [await count('plasma', OFT_SENT), (await count('polygon', SWAP)) - swapsBefore],
    [all.length, done.length],
  );
  for (const c of done) assert.equal(micro(c.received) + micro(c.loss), micro(c.amount));
  assert.equal(
    new Set(all.flatMap((c) => c.deposits)).size,
    all.flatMap((c) => c.deposits).length,
    'no deposit twice',
  );
}

/** Deposits `amount` and sees it through: buffer and wallet grow by exactly what arrived. */
async function converts(user, amount, between = async () => {}) {
  const [buffer, usdc] = [await bufferNow(), await onPolygon()];
  const deposit = await house.fund(user, amount);
  await between(deposit);
  const c = await completed(deposit);
  assert.equal(await bufferNow(), buffer + micro(c.received));
  assert.equal(await onPolygon(), usdc + micro(c.received));
  assert.equal((await house.get(`/deposits/${deposit.deposit_id}`)).body.status, 'completed');
  await onceEach();
  return c;
}

const mining = (chain, seconds) => house.rpc[chain].send('evm_setIntervalMining', [seconds]);
const pooled = (chain) =>
  until(
    `a transaction in ${chain}'s pool`,
    async () => Number((await house.rpc[chain].send('txpool_status', [])).pending) > 0,
  );
const heights = (chain, more) =>
  house.rpc[chain]
    .getBlockNumber()
    .then((from) =>
      until('more blocks', async () => (await house.rpc[chain].getBlockNumber()) >= from + more),
    );
async function restart(how, meanwhile = async () => {}) {
  await house.service[how]();
  await meanwhile();
  await house.service.start();
}

test('deposits are grouped, and the loss of the way is booked', async () => {
  const [buffer, usdc] = [await bufferNow(), await onPolygon()];
  const first = await house.fund(users[0], '10.00');
  const second = await house.fund(users[1], '10.00');
  assert.deepEqual(
    [first.status, first.conversion_id, (await conversions()).length],
    ['converting', null, 0],
  );
  const third = await house.fund(users[0], '15.00');
  const c = await completed(third);
  assert.deepEqual([...c.deposits].sort(), [first, second, third].map((d) => d.deposit_id).sort());
  assert.deepEqual(
    [c.amount, c.route, c.failure, c.steps.map((s) => [s.name, s.state])],
    [
      '35.00',
      'oft_uniswap',
      null,
      [
        ['bridge', 'done'],
        ['swap', 'done'],
      ],
    ],
  );
  assert.ok(
    micro(c.loss) > 0n && micro(c.received) + micro(c.loss) === micro(c.amount),
    JSON.stringify(c),
  );
  assert.deepEqual(
    [await bufferNow(), await onPolygon()],
    [buffer + micro(c.received), usdc + micro(c.received)],
  );
  assert.deepEqual(
    [await house.balance(users[0]), await house.balance(users[1])],
    [micro('25'), micro('10')],
  );
  const { body: audit } = await house.get('/audit/solvency');
  assert.deepEqual(
    [audit.trial_balance.conversion_loss, audit.trial_balance.in_transit, audit.solvent],
    [c.loss, '0.00', true],
  );
  assert.equal(micro(audit.on_chain.polygon_usdc), await onPolygon());
  await onceEach();
});

test('a bridge that holds the message: the user bets meanwhile, then it completes', async () => {
  await house.control('/oft?mode=hold');
  const [market] = house.markets;
  let spent = 0n;
  const c = await converts(users[2], '40.00', async (deposit) => {
    const held = await until('the message to be under way', async () => {
      const now = await conversionOf(deposit);
      return isHeld(now) && now;
    });
    assert.deepEqual(
      [held.status, held.steps[0].amount_out, held.received],
      ['running', null, '0.00'],
    );
    const { body: audit } = await house.get('/audit/solvency');
    assert.deepEqual([audit.trial_balance.in_transit, audit.solvent], ['40.00', true]);
    const bet = await house.bet({
      user_address: users[2].address,
      token_id: market.token_id,
      amount: '40.00',
      max_price: '0.50',
    });
    assert.equal(bet.status, 201, bet.text);
    spent = micro(bet.body.spent);
    // given back to the buffer, so that `converts` can compare
    const back = await house.call('POST', '/buffer/replenish', {
      key: 'admin',
      idempotency: 'back',
      body: { amount: usd(spent), reference: 'test' },
    });
    assert.equal(back.status, 200);
    await house.control('/oft?mode=auto');
  });
  assert.equal(c.amount, '40.00');
  assert.equal(await house.balance(users[2]), micro('40') - spent);
});

test('a route that cannot quote takes nothing: it starts after the restart', async () => {
  await house.control('/chain/polygon?mode=refuse'); // the pool is there
  const c = await converts(users[3], '41.00', async (deposit) => {
    await waits();
    assert.equal(await conversionOf(deposit), null);
    assert.equal(await house.balance(users[3]), micro('41'));
    const { body } = await house.get('/routes');
    assert.equal(body.routes.find((r) => r.name === 'oft_uniswap').choice.code, 'unreadable');
    await restart('stop', () => house.control('/chain/polygon?mode=up'));
  });
  assert.equal(c.amount, '41.00');
});

test('killed with the bridge transaction in the pool: sent once', async () => {
  await house.control('/chain/polygon?mode=refuse');
  await converts(users[3], '42.00', async () => {
    await waits();
    await mining('plasma', 0);
    await house.control('/chain/polygon?mode=up');
    await pooled('plasma');
    await restart('kill', () => mining('plasma', 1));
  });
});

test('stopped while the message travels: it is found delivered', async () => {
  const { delivered } = await house.control('/oft?mode=hold');
  await converts(users[4], '43.00', async (deposit) => {
    await until('the message to wait', async () => isHeld(await conversionOf(deposit)));
    await restart('stop', async () => {
      await house.control('/oft?mode=auto');
      await until('the delivery', async () => (await house.control('/oft')).delivered > delivered);
    });
  });
});

test('killed with the swap in the pool: swapped once', async () => {
  const { delivered } = await house.control('/oft?mode=hold');
  await converts(users[4], '44.00', async (deposit) => {
    await until('the message to wait', async () => isHeld(await conversionOf(deposit)));
    await house.control('/chain/polygon?mode=refuse'); // for the service only
    await house.control('/oft?mode=auto');
    await until('the delivery', async () => (await house.control('/oft')).delivered > delivered);
    await heights('polygon', 3); // final
    await mining('polygon', 0);
    await house.control('/chain/polygon?mode=up');
    await pooled('polygon');
    await restart('kill', () => mining('polygon', 1));
  });
});

test('verified and executed by nobody: the service executes it once, and every transaction is shown', async () => {
  await house.control('/oft?mode=verify');
  const c = await converts(users[3], '46.00', async (deposit) => {
    await until(
      'our own execution',
      async () =>
        (await conversionOf(deposit))?.steps[0].transactions.some((t) => t.purpose === 'deliver'),
      40_000,
    );
    await house.control('/oft?mode=auto');
  });
  const shown = c.steps.flatMap((s) =>
    s.transactions.map((t) => [s.name, t.purpose, t.chain_id, t.status]),
  );
  assert.deepEqual(shown, [
    ['bridge', 'bridge', house.plasma.chain_id, 'confirmed'],
    ['bridge', 'deliver', house.polygon.chain_id, 'confirmed'],
    ['swap', 'swap', house.polygon.chain_id, 'confirmed'],
  ]);
  for (const t of c.steps.flatMap((s) => s.transactions)) {
    const chain = t.chain_id === house.plasma.chain_id ? 'plasma' : 'polygon';
    const receipt = await house.rpc[chain].getTransactionReceipt(t.tx_hash);
    assert.equal(receipt.blockNumber, t.block_number);
  }
});

test('the metrics add up', async () => {
  const all = await conversions();
  const { body: m } = await house.get('/conversions/metrics');
  const total = (field) => all.reduce((sum, c) => sum + micro(c[field]), 0n);
  assert.deepEqual([m.completed, m.failed, m.running, m.success_rate], [all.length, 0, 0, 1]);
  assert.deepEqual(
    [m.total_in, m.total_received, m.total_loss],
    [usd(total('amount')), usd(total('received')), usd(total('loss'))],
  );
  assert.equal(m.fees.usdc, m.total_loss);
  assert.deepEqual(
    m.fees.native.map((f) => f.chain_id),
    [137, 9745],
  );
  for (const { wei } of m.fees.native) assert.ok(BigInt(wei) > 21_000n, wei);
  assert.equal(m.realised_rate, Number((total('received') * 1_000_000n) / total('amount')) / 1e6);
  assert.ok(
    m.average_seconds > 0 && m.average_seconds <= m.p99_seconds && m.p95_seconds <= m.p99_seconds,
    JSON.stringify(m),
  );
  const seconds = all.map((c) => (Date.parse(c.completed_at) - Date.parse(c.created_at)) / 1000);
  const average = seconds.reduce((a, b) => a + b) / seconds.length;
  assert.ok(Math.abs(m.average_seconds - average) < 0.01, `${m.average_seconds} is not ${average}`);
  const { body: audit } = await house.get('/audit/solvency');
  assert.equal(audit.trial_balance.conversion_loss, m.total_loss);
});

test('the routes say what they cost, what is under way and why', async () => {
  const named = (body, name) => body.routes.find((r) => r.name === name);
  const enabled = (body) => body.routes.filter((r) => r.enabled);
  const body = await until('quotes', async () => {
    const { body: now } = await house.get('/routes');
    return enabled(now).every((r) => r.quote) && now;
  });
  assert.deepEqual(
    enabled(body).map((r) => r.name),
    ['direct', 'oft_uniswap'],
  );
  const oft = named(body, 'oft_uniswap');
  assert.deepEqual(
    [oft.enabled, oft.steps, oft.source.chain_id, oft.choice.code, oft.in_flight.conversions],
    [true, ['bridge', 'swap'], house.plasma.chain_id, 'chosen', 0],
  );
  assert.equal(oft.source.token.toLowerCase(), house.plasma.usdt0.toLowerCase());
  assert.ok(micro(oft.quote.cost) > 0n && oft.quote.cost_bps > 0, JSON.stringify(oft.quote));
  const direct = named(body, 'direct');
  assert.deepEqual(
    [direct.enabled, direct.source.chain_id, direct.quote.cost, direct.choice.code],
    [true, house.polygon.chain_id, '0.00', 'not_asked'],
  );
  assert.deepEqual(body.waiting, []);
  for (const c of await conversions()) {
    assert.deepEqual(c.source, oft.source);
    assert.ok(micro(c.expected) > 0n && c.choice.includes('of 1'), JSON.stringify(c));
  }
  const { body: m } = await house.get('/conversions/metrics');
  assert.deepEqual(
    m.routes.map((r) => [r.route, r.completed, r.total_loss]),
    [['oft_uniswap', m.completed, m.total_loss]],
  );
  assert.equal(micro(m.bridge_fee) + micro(m.swap_fee), micro(m.total_loss));
  const { forecast } = (await house.call('GET', '/buffer/status')).body;
  assert.ok(['fine', 'high'].includes(forecast.level), JSON.stringify(forecast));
});

test('a message that is lost: retried by looking, never sent again; the user keeps the money', async () => {
  await house.control('/oft?mode=drop');
  const user = users[5];
  const deposit = await house.fund(user, '45.00');
  const sent = await until('the send', async () => {
    const c = await conversionOf(deposit);
    return isHeld(c) && c;
  });
  await until(
    'it to be found stuck',
    async () => (await conversionOf(deposit)).attempts > 0,
    15_000,
  );
  await restart('stop');
  await house.control('/oft?mode=auto');
  const before = (await conversionOf(deposit)).attempts;
  const later = await until(
    'another look after the restart',
    async () => {
      const c = await conversionOf(deposit);
      return c.attempts > before && c;
    },
    15_000,
  );
  assert.deepEqual(
    [later.status, later.steps[0].tx_hash, later.steps[0].attempt],
    ['running', sent.steps[0].tx_hash, sent.steps[0].attempt],
  );
  assert.equal((await house.get(`/deposits/${deposit.deposit_id}`)).body.status, 'converting');
  assert.equal(await house.balance(user), micro('45'));
  const [market] = house.markets;
  const bet = await house.bet({
    user_address: user.address,
    token_id: market.token_id,
    amount: '45.00',
    max_price: '0.50',
  });
  assert.equal(bet.status, 201, bet.text);
  const { body: m } = await house.get('/conversions/metrics');
  assert.deepEqual([m.running, m.failed], [1, 0]);
  await onceEach();
});

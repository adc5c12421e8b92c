// Every route over the whole stack, one after the other as the settings name them: Circle's bridge, OKX, Relay, Stargate and
// Across beside LayerZero. And what each of them may say or do wrong: nothing of ours is sent on it, twice never.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { micro, startHouse, until } from './support.mjs';
import { everyRoute, ROUTES, treasuryOf } from './treasury.mjs';

let house, t;
let next = 0;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '40'],
    overrides: everyRoute({ routes: [{ name: 'oft_uniswap' }] }, { oneinch_key: { env: 'HEADROOM_ONEINCH_KEY' } }),
  });
  t = treasuryOf(house);
});
/** Everybody is well again, however a test ended. */
const WELL = [
  '/cctp?reset=1', '/cctp/iris?reset=1', '/across/api?reset=1', '/fault/relay?clear=1', '/fault/okx?clear=1',
  '/relay?forge=none&outage=0&silent_after=0&outcome=fill&price_ppm=999500', '/okx?suspended_deposits=&suspended_withdrawals=&not_found=0',
  '/oneinch?mode=honest&quote_ppm=999900&market_ppm=999900',
];
afterEach(() => Promise.all(WELL.map((path) => house?.control(path))));
after(() => house?.close());

const someone = () => house.users[next++];
const control = (path) => house.control(path);
const unsafe = () => house.alerts(/^route\.unsafe_calldata$/);

/** Until the route is turned down with these words; the money waits, and no transaction of ours was sent. */
async function turnedDown(name, code, words) {
  const r = await until(`${name} to be ${code}: ${words}`, async () => {
    const now = await t.route(name);
    return code.test(now?.choice.code) && words.test(`${now.choice.detail} ${now.disabled}`) && now;
  });
  assert.equal(r.in_flight.conversions, 0);
}

/** `wrong` is switched on and the money waits; after `right` the same deposit goes through, by one send. */
async function waitsThrough(name, [wrong, right], code, words) {
  const before = await t.nonces();
  const { from } = ROUTES[name];
  await control(wrong);
  await t.converts(name, someone(), '20.00', async (deposit) => {
    await turnedDown(name, code, words);
    assert.equal(await t.conversionOf(deposit), null);
    const now = await t.nonces();
    assert.equal(now[from], before[from] + 1, 'the payment itself, and nothing else');
    await control(right);
  });
}

// -- the good days

for (const name of Object.keys(ROUTES))
  test(`${name}: a deposit arrives, and the route is named everywhere`, async () => {
    await t.onlyRoute(name);
    const c = await t.converts(name, someone(), '50.00');
    assert.ok(micro(c.loss) >= 0n && micro(c.loss) < micro('0.50'), c.loss);
    const r = await t.route(name);
    assert.deepEqual(
      [r.enabled, r.steps, r.choice.code, r.in_flight.conversions],
      [true, ROUTES[name].steps, 'chosen', 0],
    );
    assert.deepEqual(c.source, r.source);
    const others = (await house.get('/routes')).body.routes.filter((x) => x.enabled && x.name !== name);
    assert.deepEqual(others.map((x) => x.name), ['direct']);
    for (const step of c.steps) assert.equal(step.transactions.some((x) => x.status === 'dropped'), false);
    const { body: m } = await house.get('/conversions/metrics');
    const mine = m.routes.filter((x) => x.route === name);
    assert.deepEqual(mine.map((x) => [x.completed, x.total_received]), [[1, c.received]]);
    await t.reconciles();
  });

test('USDC on Polygon is the buffer\'s own: a deposit sends nothing', async () => {
  const before = await t.nonces();
  const [buffer, held] = [await t.inBuffer(), await t.usdc()];
  const deposit = await house.fund(someone(), '25.00', 'polygon');
  const c = await t.completed(deposit);
  assert.deepEqual([c.route, c.received, c.loss], ['direct', '25.00', '0.00']);
  assert.deepEqual([await t.inBuffer(), await t.usdc()], [buffer + micro('25'), held + micro('25')]);
  const now = await t.nonces();
  assert.deepEqual(now, { ...before, polygon: before.polygon + 1 }, 'the payment alone');
});

test('as many sends as conversions, by each route\'s own contracts', async () => {
  const n = await t.counted();
  const one = ['oft', 'stargate_plasma', 'stargate_base', 'across_base', 'cctp', 'relay', 'okx', 'okx_paid'];
  for (const key of one) assert.equal(n[key], 1, key);
  assert.deepEqual([n.across_plasma, n.swaps], [2, 3]);
});

// -- Circle's bridge

test('CCTP: somebody else receives first: done, by the event', async () => {
  await t.onlyRoute('cctp_base');
  await control('/cctp?steal=1');
  const c = await t.converts('cctp_base', someone(), '20.00');
  assert.equal(c.received, '20.00');
  await control('/cctp?reset=1');
});

test('CCTP: attestations that are late, not found, refused or without an answer are no failures', async () => {
  const { cctp } = await t.counted();
  await control('/cctp?mode=never');
  await t.converts('cctp_base', someone(), '20.00', async (deposit) => {
    await t.says(deposit, 'waits for attestation');
    for (const fault of ['429', '500', 'drop']) {
      await control(`/cctp/iris?fault=${fault}`);
      await t.says(deposit, 'burned: ');
      const { attempts, steps } = await t.conversionOf(deposit);
      assert.equal(steps[0].attempt, 0, `${fault} ${attempts}`);
    }
    await control('/cctp/iris?reset=1');
    await control('/cctp?reset=1');
  });
  assert.equal((await t.counted()).cctp, cctp + 1);
});

// -- Across, from Base

test('Across: another contract than ours, too little, a limit of requests: nothing is deposited', async () => {
  await t.onlyRoute('across_base');
  for (const fault of ['spoke_pool=0x00000000000000000000000000000000deadbeef', 'output_bps=9980', 'fault=429', 'fault=500']) {
    const { across_base: before } = await t.counted();
    await waitsThrough('across_base', [`/across/api?${fault}`, '/across/api?reset=1'], /refused|silent/, /./);
    assert.equal((await t.counted()).across_base, before + 1, fault);
  }
});

// -- Stargate

test('Stargate: without credit nothing is sent, and the reason is said', async () => {
  await t.onlyRoute('stargate_uniswap');
  const pool = 'pool=plasma_usdt0';
  const [none, enough] = ['0', '1000000'].map((credit) => `/stargate?${pool}&credit=${credit}`);
  await waitsThrough('stargate_uniswap', [none, enough], /too_large|refused/, /credit/);
});

test('Stargate: no pool on Plasma is a clear refusal', async () => {
  await t.restartWith({
    conversion: { routes: [{ name: 'stargate_uniswap' }, { name: 'oft_uniswap' }] },
    stargate: { pool_plasma: '' },
  });
  const c = await t.converts('oft_uniswap', someone(), '20.00');
  assert.equal(c.route, 'oft_uniswap');
  const r = await t.route('stargate_uniswap');
  assert.deepEqual([r.enabled, r.choice.code], [true, 'disabled']);
  assert.match(r.disabled, /pool/i);
  await t.restartWith({ stargate: { pool_plasma: house.sandbox.doubles.stargate.plasma_usdt0_pool } });
});

// -- Relay

test('Relay: an offer that is not what was asked for is not paid', async () => {
  await t.onlyRoute('relay');
  const before = await t.nonces();
  const { relay } = await t.counted();
  await control('/relay?forge=to');
  await t.converts('relay', someone(), '20.00', async () => {
    for (const forge of ['to', 'token', 'amount', 'value', 'spender', 'chain']) {
      await control(`/relay?forge=${forge}`);
      await until(`the alert for ${forge}`, async () => (await unsafe()).length === 1);
      assert.equal((await t.nonces()).plasma, before.plasma + 1, forge);
    }
    await control('/relay?forge=none');
  });
  await until('no alert', async () => (await unsafe()).length === 0);
  assert.equal((await t.counted()).relay, relay + 1);
});

test('Relay: too dear, away, or at its limit: it waits', async () => {
  await t.onlyRoute('relay');
  for (const [wrong, right] of [
    ['/relay?price_ppm=990000', '/relay?price_ppm=999500'],
    ['/relay?outage=1', '/relay?outage=0'],
    ['/fault/relay?kind=rate_limited&times=0', '/fault/relay?clear=1'],
  ])
    await waitsThrough('relay', [wrong, right], /./, /./);
});

test('Relay: what it gives back is sent again', async () => {
  await t.onlyRoute('relay');
  const { relay } = await t.counted();
  await control('/relay?outcome=refund');
  await t.converts('relay', someone(), '20.00', async (deposit) => {
    await until('another attempt', async () => (await t.conversionOf(deposit))?.steps[0].attempt > 0);
    await control('/relay?outcome=fill');
  });
  assert.ok((await t.counted()).relay >= relay + 2);
});

test('Relay away before anything was sent: Across takes its deposits over', async () => {
  await t.restartWith({
    conversion: { alert_after_ms: 2000, routes: [{ name: 'relay' }, { name: 'across_direct' }] },
  });
  await control('/relay?price_ppm=999990&silent_after=33'); // the cheapest; silent from its choice on
  const before = await t.counted();
  const [buffer, held] = [await t.inBuffer(), await t.usdc()];
  const deposit = await house.fund(someone(), '33.00');
  const c = await until('the other route to take it over', async () => {
    const now = await t.conversionOf(deposit);
    return now?.route === 'across_direct' && now.status === 'completed' && now;
  });
  const { conversions } = (await house.get('/conversions?limit=5')).body;
  const old = conversions.find((x) => x.replaced_by === c.conversion_id);
  assert.deepEqual([old.route, old.status, old.deposits, old.received], ['relay', 'replaced', [], '0.00']);
  assert.match(c.choice, new RegExp(`in place of ${old.conversion_id} on relay`));
  const now = await t.counted();
  assert.deepEqual([now.relay, now.across_plasma], [before.relay, before.across_plasma + 1]);
  assert.equal(await t.inBuffer(), buffer + micro(c.received));
  assert.equal(await t.usdc(), held + micro(c.received));
  await control('/relay?outage=0');
  await t.reconciles();
});

// -- OKX

test('OKX: a suspended chain closes the route, on either side', async () => {
  await t.onlyRoute('okx');
  for (const [wrong, right, words] of [
    ['/okx?suspended_deposits=USDT-Plasma', '/okx?suspended_deposits=', /suspended deposits/],
    ['/okx?suspended_withdrawals=USDC-Polygon', '/okx?suspended_withdrawals=', /suspended withdrawals/],
  ])
    await waitsThrough('okx', [wrong, right], /disabled|refused/, words);
});

test('OKX: done and not answered, three ways: ordered once, moved once, withdrawn once', async () => {
  await t.onlyRoute('okx');
  for (const kind of ['timeout', 'lost', 'mute']) {
    const old = await control('/okx');
    for (const route of ['transfer', 'order', 'withdrawal'])
      await control(`/fault/okx?kind=${kind}&route=${encodeURIComponent(`POST /api/v5/${route === 'order' ? 'trade' : 'asset'}/${route}`)}`);
    await t.converts('okx', someone(), '20.00');
    const now = await control('/okx');
    for (const part of ['deposits', 'orders', 'withdrawals', 'paid'])
      assert.equal(now[part], old[part] + 1, `${kind}: ${part}`);
  }
});

test('OKX: a look-up that finds nothing yet, a limit of requests, a busy exchange: once all the same', async () => {
  await t.onlyRoute('okx');
  for (const wrong of ['/okx?not_found=3', '/fault/okx?kind=rate_limited&times=6', '/fault/okx?kind=busy&route=GET&times=6']) {
    const old = await control('/okx');
    await control(wrong);
    await t.converts('okx', someone(), '20.00');
    await control('/fault/okx?clear=1');
    const now = await control('/okx');
    assert.deepEqual([now.withdrawals, now.paid], [old.withdrawals + 1, old.paid + 1], wrong);
  }
});

test('OKX: money at another address than ours is never sent', async () => {
  const before = await t.nonces();
  const other = '0x00000000000000000000000000000000deadbeef';
  const { deposit_address: right } = house.sandbox.doubles.okx;
  await t.restartWith({ okx: { deposit_address: other }, conversion: { routes: [{ name: 'okx' }] } });
  await t.converts('okx', someone(), '20.00', async () => {
    await until('the alert', async () => (await house.alerts(/^route\.exchange_address$/)).length === 1);
    assert.equal((await t.nonces()).plasma, before.plasma + 1, 'the payment alone');
    await t.restartWith({ okx: { deposit_address: right } });
  });
});

// -- 1inch

test('1inch: calldata with another router, selector, minimum, token or value is not signed', async () => {
  await t.onlyRoute('oft_uniswap');
  await control('/oneinch?quote_ppm=1000200&market_ppm=1000200');
  for (const mode of ['wrong_router', 'wrong_selector', 'low_minimum', 'value', 'other_token', 'wrong_amount']) {
    await control(`/oneinch?mode=${mode}`);
    const c = await t.converts('oft_uniswap', someone(), '20.00');
    assert.ok(micro(c.received) < micro('20.00'), `${mode}: ${c.received}`);
    assert.equal((await unsafe()).length, 1, mode);
  }
  await control('/oneinch?mode=honest');
  const c = await t.converts('oft_uniswap', someone(), '20.00');
  assert.ok(micro(c.received) > micro('20.00'), c.received);
  assert.equal((await unsafe()).length, 0);
});

test('at the end books and chains agree, and no alert lasts', async () => {
  await t.reconciles();
  const last = await house.alerts(/./);
  assert.deepEqual(last.map((a) => [a.kind, a.subject]), []);
});

// OKX: from USDT on Plasma to USDC on Polygon by its REST API, and what an exchange does wrong on the way.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { request, until } from './support.mjs';
import { done, startTreasury, usd } from './treasury_support.mjs';

let treasury, okx, plasma, polygon, service;

before(async () => {
  treasury = await startTreasury();
  ({ plasma, polygon, service } = treasury);
  ({ okx } = treasury.doubles);
});
after(() => treasury?.stop());

/** A signed call; `over` replaces headers, `clock` is added to the timestamp. */
function call(method, target, input, { over = {}, clock = 0, timeoutMs } = {}) {
  const body = input === undefined ? '' : JSON.stringify(input);
  const timestamp = new Date(Date.now() + clock).toISOString();
  const headers = {
    'OK-ACCESS-KEY': okx.key,
    'OK-ACCESS-PASSPHRASE': okx.passphrase,
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-SIGN': createHmac('sha256', okx.secret)
      .update(timestamp + method + target + body)
      .digest('base64'),
    ...over,
  };
  const sent = input === undefined ? undefined : body;
  return request(okx.url + target, { method, headers, body: sent, timeoutMs });
}
const get = async (target) => (await call('GET', target)).json;
const post = async (target, input) => (await call('POST', target, input)).json;
const code = async (answer) => (await answer).code;
const set = (query) => treasury.control(`/okx?${query}`);
const fund = (ccy, amount, account = 6) =>
  treasury.control(`/okx/fund?ccy=${ccy}&amount=${amount}&account=${account}`);
const balance = async (ccy) => (await get(`/api/v5/asset/balances?ccy=${ccy}`)).data[0].availBal;
let ids = 0;
const withdrawal = (over = {}) => ({
  ccy: 'USDC',
  amt: '25',
  dest: '4',
  toAddr: service.address,
  chain: 'USDC-Polygon',
  clientId: `w${(ids += 1)}`,
  ...over,
});
const withdraw = (over) => post('/api/v5/asset/withdrawal', withdrawal(over));
const history = async (clientId) =>
  (await get(`/api/v5/asset/withdrawal-history?clientId=${clientId}`)).data;
const order = (over = {}) => ({
  instId: 'USDC-USDT',
  tdMode: 'cash',
  side: 'buy',
  ordType: 'ioc',
  px: '1.0005',
  sz: '50',
  clOrdId: `o${(ids += 1)}`,
  ...over,
});
const trade = (over) => post('/api/v5/trade/order', order(over));
const orderOf = async (clOrdId) =>
  (await get(`/api/v5/trade/order?instId=USDC-USDT&clOrdId=${clOrdId}`)).data[0];

test('a deposit on Plasma becomes USDC on Polygon', async () => {
  const [chain] = (await get('/api/v5/asset/currencies?ccy=USDT')).data;
  assert.deepEqual(
    [chain.chain, chain.canDep, chain.ctAddr],
    ['USDT-Plasma', true, plasma.usdt0.toLowerCase()],
  );
  const [address] = (await get('/api/v5/asset/deposit-address?ccy=USDT')).data;
  assert.equal(address.addr, okx.deposit_address.toLowerCase());
  const sent = await done(plasma.token(plasma.usdt0).transfer(address.addr, usd(100)));
  const deposit = async () =>
    (await get(`/api/v5/asset/deposit-history?txId=${sent.hash}`)).data[0];
  await until(async () => (await deposit())?.state === '2', 10_000);
  assert.equal((await deposit()).amt, '100');

  const moved = await post('/api/v5/asset/transfer', {
    ccy: 'USDT',
    amt: '100',
    from: '6',
    to: '18',
    clientId: 't1',
  });
  assert.equal(moved.data[0].amt, '100');
  assert.equal((await get('/api/v5/asset/transfer-state?clientId=t1')).data[0].state, 'success');
  const [book] = (await get('/api/v5/market/books?instId=USDC-USDT')).data;
  assert.equal(book.asks[0][0], '1.0001');
  assert.equal((await trade({ clOrdId: 'first', sz: '99.9' })).data[0].sCode, '0');
  const filled = await orderOf('first');
  assert.deepEqual(
    [filled.state, filled.accFillSz, filled.avgPx, filled.fee, filled.feeCcy],
    ['filled', '99.9', '1.0001', '-0.00999', 'USDC'],
  );
  await post('/api/v5/asset/transfer', { ccy: 'USDC', amt: '99', from: '18', to: '6' });

  const usdc = polygon.token(polygon.usdc);
  const opening = await usdc.balanceOf(service.address);
  const [accepted] = (await withdraw({ amt: '90', clientId: 'out1' })).data;
  assert.ok(accepted.wdId);
  const [row] = await until(async () => {
    const rows = await history('out1');
    return rows[0]?.state === '2' && rows;
  }, 10_000);
  assert.deepEqual([row.wdId, row.amt, row.fee], [accepted.wdId, '90', '0.1']);
  const receipt = await polygon.provider.getTransactionReceipt(row.txId);
  assert.equal(usdc.interface.parseLog(receipt.logs[0]).args.value, usd(90));
  assert.equal((await usdc.balanceOf(service.address)) - opening, usd(90));
  assert.equal(await balance('USDC'), '8.9');
});

test('requests that are not signed rightly are refused with the code of what is wrong', async () => {
  const wrong = [
    [50103, { over: { 'OK-ACCESS-KEY': '' } }],
    [50111, { over: { 'OK-ACCESS-KEY': 'x' } }],
    [50105, { over: { 'OK-ACCESS-PASSPHRASE': 'x' } }],
    [50112, { over: { 'OK-ACCESS-TIMESTAMP': '1700000000' } }],
    [50102, { clock: -60_000 }],
    [50102, { clock: 60_000 }],
    [50113, { over: { 'OK-ACCESS-SIGN': 'AAAA' } }],
  ];
  for (const [expected, options] of wrong) {
    const { status, json } = await call('GET', '/api/v5/asset/balances', undefined, options);
    assert.deepEqual([status, json.code, json.data], [401, String(expected), []]);
  }
  assert.equal((await request(`${okx.url}/api/v5/public/time`)).json.code, '0');
});

test('the states of a deposit that is held are shown, and it is credited later', async () => {
  await set('deposit_state=17&arrival_blocks=2');
  const { hash } = await done(plasma.token(plasma.usdt0).transfer(okx.deposit_address, usd(3)));
  const state = async () =>
    (await get(`/api/v5/asset/deposit-history?txId=${hash}`)).data[0]?.state;
  await until(async () => (await state()) === '17', 10_000);
  const held = Number(await balance('USDT'));
  await set('deposit_state=auto');
  await until(async () => (await state()) === '2', 10_000);
  assert.equal(Number(await balance('USDT')), held + 3);
});

test('an order is found by its client id, placed once, and limited by price, depth and money', async () => {
  await fund('USDT', 1000, 18);
  const refused = async (over) => {
    const { code: all, data } = await trade(over);
    assert.equal(all, '1');
    return data[0].sCode;
  };
  await trade({ clOrdId: 'once' });
  assert.equal(await refused({ clOrdId: 'once' }), '51016');
  assert.equal(await refused({ clOrdId: 'with-dash' }), '51000');
  assert.equal(await refused({ sz: '100000' }), '51008');
  assert.equal(await refused({ sz: '0.5' }), '51020');
  assert.equal(await refused({ px: '1.00005' }), '51000');
  assert.equal(await code(get('/api/v5/trade/order?instId=USDC-USDT&clOrdId=none')), '51603');
  await trade({ clOrdId: 'cheap', px: '0.9' });
  assert.deepEqual(
    [(await orderOf('cheap')).state, (await orderOf('cheap')).accFillSz],
    ['canceled', '0'],
  );
  await set('fill_ppm=400000');
  await trade({ clOrdId: 'part', sz: '10' });
  assert.deepEqual(
    [(await orderOf('part')).state, (await orderOf('part')).accFillSz],
    ['canceled', '4'],
  );
  await set('fill_ppm=1000000');
});

test('a withdrawal that timed out was accepted, and shows only after a while', async () => {
  await fund('USDC', 1000);
  for (const kind of ['lost', 'timeout', 'gateway']) {
    const wanted = withdrawal();
    await set('not_found=2');
    await treasury.control(`/fault/okx?kind=${kind}&route=POST%20/api/v5/asset/withdrawal`);
    const answer = await call('POST', '/api/v5/asset/withdrawal', wanted).catch((e) => e);
    if (kind === 'lost') assert.match(answer.message, /hang up/);
    if (kind === 'timeout') assert.deepEqual([answer.status, answer.json.code], [400, '50004']);
    if (kind === 'gateway') assert.equal(answer.status, 504);
    assert.deepEqual(await history(wanted.clientId), []);
    assert.deepEqual(await history(wanted.clientId), []);
    assert.equal((await history(wanted.clientId)).length, 1);
  }
  const mute = withdrawal();
  await treasury.control('/fault/okx?kind=mute&route=withdrawal');
  await assert.rejects(
    call('POST', '/api/v5/asset/withdrawal', mute, { timeoutMs: 200 }),
    /timeout/,
  );
  assert.equal((await history(mute.clientId)).length, 1);
});

test('a client id used twice withdraws twice, or is refused where that is set', async () => {
  await fund('USDC', 1000);
  await withdraw({ clientId: 'twice' });
  await withdraw({ clientId: 'twice' });
  assert.equal((await history('twice')).length, 2);
  await set('duplicate=refuse');
  assert.equal(await code(withdraw({ clientId: 'twice' })), '51000');
  await set('duplicate=accept');
});

test('a withdrawal may be reviewed, fail, be cancelled, or stick', async () => {
  await fund('USDC', 1000);
  const state = async (clientId) => (await history(clientId))[0].state;
  const all = async () => (await get('/api/v5/asset/withdrawal-history')).data;
  await until(async () => (await all()).every((w) => w.state === '2'), 5_000);
  for (const [setting, expected] of Object.entries({ fail: '-1', cancel: '-2' })) {
    const opening = await balance('USDC');
    await set(`withdrawal=${setting}`);
    const [{ clientId }] = (await withdraw()).data;
    await until(async () => (await state(clientId)) === expected, 5_000);
    assert.equal(await balance('USDC'), opening);
  }
  for (const [setting, expected] of Object.entries({
    review: '4',
    stick: '10',
    travel_rule: '17',
  })) {
    await set(`withdrawal=${setting}`);
    const [{ clientId }] = (await withdraw()).data;
    await until(async () => (await state(clientId)) === expected, 5_000);
    await set('withdrawal=auto');
    await until(async () => (await state(clientId)) === '2', 5_000);
  }
  await set('withdrawal=review');
  const [{ wdId, clientId }] = (await withdraw()).data;
  await until(async () => (await state(clientId)) === '4', 5_000);
  assert.equal(await code(post('/api/v5/asset/cancel-withdrawal', { wdId })), '0');
  assert.equal(await state(clientId), '-2');
  await set('withdrawal=auto');
});

test('what the account may not do is refused with the code of OKX', async () => {
  await set('suspended_withdrawals=USDC-Polygon&suspended_deposits=USDT-Plasma');
  assert.equal((await get('/api/v5/asset/currencies?ccy=USDC')).data[0].canWd, false);
  assert.equal((await get('/api/v5/asset/currencies?ccy=USDT')).data[0].canDep, false);
  assert.equal(await code(withdraw()), '58204');
  await set('suspended_withdrawals=&suspended_deposits=');
  await set(`allowed=${okx.deposit_address}`);
  assert.equal(await code(withdraw()), '58207');
  await set('allowed=');
  assert.equal(await code(withdraw({ amt: '0.5' })), '58206');
  assert.equal(await code(withdraw({ amt: '5000000' })), '58350');
  assert.equal(await code(withdraw({ chain: 'USDC-Solana' })), '58200');
  assert.equal(await code(withdraw({ clientId: 'a-b' })), '51000');
});

test('limits, addresses and outages come before anything is done', async () => {
  const cases = {
    rate_limited: [429, '50011'],
    ip: [401, '50110'],
    busy: [503, '50001'],
    system: [500, '50026'],
  };
  for (const [kind, expected] of Object.entries(cases)) {
    const wanted = withdrawal();
    await treasury.control(`/fault/okx?kind=${kind}&route=POST`);
    const { status, json } = await call('POST', '/api/v5/asset/withdrawal', wanted);
    assert.deepEqual([status, json.code], expected);
    assert.deepEqual(await history(wanted.clientId), []);
  }
});

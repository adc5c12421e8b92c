// What the venue refuses, with its own words; and that a refusal changes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { post, request, startSandbox, Trader } from './support.mjs';

let sandbox, venue, deep, fine, thin, trader;

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [deep, fine, thin] = sandbox.info.markets;
  trader = await new Trader(venue).login();
});
after(() => sandbox?.stop());

const fills = async () => (await request(`${venue.control_url}/fills`)).json.count;
const refused = (answer, text, status = 400) => {
  assert.deepEqual([answer.status, answer.json?.error], [status, text]);
};

test('a login needs a fresh signature of that very wallet', async () => {
  const url = `${venue.url}/auth/api-key`;
  const other = new Trader(venue);
  const stale = await other.l1({ timestamp: String(Math.floor(Date.now() / 1000) - 600) });
  const foreign = { ...(await other.l1()), POLY_ADDRESS: trader.address };
  const garbage = { ...(await other.l1()), POLY_SIGNATURE: '0x1234' };
  for (const headers of [stale, foreign, garbage, {}]) {
    refused(await request(url, { method: 'POST', headers }), 'Invalid L1 Request headers', 401);
  }
  refused(
    await request(`${venue.url}/auth/derive-api-key`, { headers: await other.l1() }),
    'Could not derive api key!',
  );
  refused(
    await request(url, { method: 'POST', headers: await trader.l1() }),
    'Could not create api key',
  );
});

test('a request needs a right HMAC over path and body, a fresh clock, and the key of its address', async () => {
  const body = JSON.stringify(await trader.payload(deep));
  const send = (headers, sent = body) =>
    request(`${venue.url}/order`, { method: 'POST', headers, body: sent });
  const good = trader.l2('POST', '/order', body);
  const wrong = [
    trader.l2('POST', '/order', body, { secret: Buffer.from('another').toString('base64') }),
    trader.l2('POST', '/order?x=1', body),
    trader.l2('POST', '/order', `${body} `),
    trader.l2('POST', '/order', body, { timestamp: String(Math.floor(Date.now() / 1000) - 600) }),
    { ...good, POLY_ADDRESS: ethers.ZeroAddress },
    { ...good, POLY_PASSPHRASE: 'x' },
    { ...good, POLY_API_KEY: 'x' },
    {},
  ];
  for (const headers of wrong) refused(await send(headers), 'Unauthorized/Invalid api key', 401);
  refused(await send(good, body.replace('"FOK"', '"FAK"')), 'Unauthorized/Invalid api key', 401);
  assert.equal(await fills(), 0);
  assert.equal(
    (await send(good)).json.status,
    'matched',
    'and the same bytes with right headers are taken',
  );
});

test('the query string is not signed', async () => {
  assert.equal(
    (await trader.call('GET', `/data/trades?asset_id=${deep.token_id}&next_cursor=MA%3D%3D`))
      .status,
    200,
  );
  const headers = trader.l2('GET', '/data/trades?id=1');
  refused(
    await request(`${venue.url}/data/trades?id=1`, { headers }),
    'Unauthorized/Invalid api key',
    401,
  );
});

test('a broken payload is refused before anything else', async () => {
  const over = [
    { salt: String(1) },
    { salt: 2 ** 53 },
    { salt: -1 },
    { salt: 1.5 },
    { side: 'HOLD' },
    { side: 0 },
    { maker: '0x12' },
    { makerAmount: '-1' },
    { makerAmount: '0' },
    { makerAmount: '1.5' },
    { makerAmount: 1 },
    { takerAmount: '01' },
    { signatureType: 4 },
    { signatureType: '0' },
    { metadata: '0x' },
    { signature: '' },
    { tokenId: 'x' },
    { tokenId: '1' },
    { timestamp: 1 },
    { expiration: 'soon' },
  ];
  for (const after of over) refused(await trader.buy(deep, {}, { after }), 'Invalid order payload');
  for (const body of ['', '{', 'null', '[]', '{"order":null}', '{"order":[]}', '{"order":{}}']) {
    refused(await trader.call('POST', '/order', body), 'Invalid order payload');
  }
  const payload = await trader.payload(deep);
  for (const wrong of [
    { orderType: 7 },
    { orderType: 'IOC' },
    { owner: 7 },
    { postOnly: 'no' },
    { deferExec: 1 },
  ]) {
    refused(await trader.call('POST', '/order', { ...payload, ...wrong }), 'Invalid order payload');
  }
});

test('an order of CLOB V1 is a version mismatch', async () => {
  const { timestamp, metadata, builder, ...order } = (await trader.payload(deep)).order;
  const v1 = {
    order: { ...order, taker: ethers.ZeroAddress, nonce: '0', feeRateBps: '0' },
    owner: trader.key.apiKey,
    orderType: 'FOK',
  };
  refused(await trader.call('POST', '/order', v1), 'order_version_mismatch');
});

test('owner, signer and maker have to be the wallet of the key', async () => {
  const other = await new Trader(venue).login();
  const foreign = await other.payload(deep);
  refused(
    await trader.call('POST', '/order', foreign),
    'the order owner has to be the owner of the API KEY',
  );
  refused(
    await trader.call('POST', '/order', { ...foreign, owner: trader.key.apiKey }),
    'the order signer address has to be the address of the API KEY',
  );
  refused(
    await trader.buy(deep, { maker: other.address }),
    'maker address not allowed, please use the deposit wallet flow',
  );
  for (const signatureType of [1, 2]) {
    refused(
      await trader.buy(deep, { signatureType }),
      'maker address not allowed, please use the deposit wallet flow',
    );
  }
  refused(
    await trader.buy(deep, { signatureType: 3 }),
    'the order signer address has to be the address of the API KEY',
  );
});

test("the signature has to be the maker's, over these values, for the exchange of the token", async () => {
  const payload = await trader.payload(deep);
  const { r, s, v } = ethers.Signature.from(payload.order.signature);
  const highS = ethers.toBeHex(
    0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - BigInt(s),
    32,
  );
  const bad = [
    { takerAmount: '20010000' },
    { metadata: ethers.id('x') },
    { salt: payload.order.salt + 100000 },
    { signature: ethers.concat([r, highS, v === 27 ? '0x1c' : '0x1b']) },
    { signature: ethers.concat([r, s, v === 27 ? '0x00' : '0x01']) },
    { signature: ethers.concat([r, s]) },
    { signature: `0x${'00'.repeat(64)}1b` },
    { signature: `0x${'ff'.repeat(64)}1b` },
  ];
  for (const after of bad) {
    refused(
      await trader.call('POST', '/order', { ...payload, order: { ...payload.order, ...after } }),
      'invalid signature',
    );
  }
  refused(await trader.buy(deep, {}, { negRisk: true }), 'invalid signature');
  refused(await trader.buy(fine, {}, { negRisk: false }), 'invalid signature');
  assert.equal(
    (await trader.call('POST', '/order', payload)).json.status,
    'matched',
    'none of these burned the hash',
  );
});

test('price, accuracy, size and type rules', async () => {
  const cases = [
    [
      deep,
      { makerAmount: '10000000', takerAmount: '19980000' },
      {},
      (id) => `order ${id} is invalid. Price (0.5005) breaks minimum tick size rule: 0.01`,
    ],
    [
      deep,
      { makerAmount: '10000000', takerAmount: '10000000' },
      {},
      (id) => `order ${id} is invalid. Price (1) breaks minimum tick size rule: 0.01`,
    ],
    [
      deep,
      { makerAmount: '1000000', takerAmount: '1000000000' },
      {},
      (id) => `order ${id} is invalid. Price (0.001) breaks minimum tick size rule: 0.01`,
    ],
    [
      deep,
      { makerAmount: '10001000', takerAmount: '20002000' },
      {},
      'invalid amounts, the market buy orders maker amount supports a max accuracy of 2 decimals, taker amount a max of 4 decimals',
    ],
    [
      fine,
      { makerAmount: '10000000', takerAmount: '28169010' },
      {},
      'invalid amounts, the market buy orders maker amount supports a max accuracy of 2 decimals, taker amount a max of 4 decimals',
    ],
    [
      deep,
      { makerAmount: '5000500', takerAmount: '10001000' },
      { type: 'GTC' },
      'invalid amounts, the limit buy orders maker amount supports a max accuracy of 4 decimals, taker amount a max of 2 decimals',
    ],
    [
      deep,
      { makerAmount: '500000', takerAmount: '1000000' },
      {},
      'invalid amount for a marketable BUY order ($0.5), min size: $1',
    ],
    [
      deep,
      { makerAmount: '1600000', takerAmount: '4000000' },
      { type: 'GTC' },
      (id) => `order ${id} is invalid. Size (4) lower than the minimum: 5`,
    ],
    [
      deep,
      {},
      { postOnly: true },
      'invalid post-only order: only GTC and GTD order types are allowed',
    ],
    [deep, {}, { type: 'GTC', postOnly: true }, 'invalid post-only order: order crosses book'],
    [deep, { expiration: '1999999999' }, {}, 'invalid expiration'],
    [
      deep,
      { makerAmount: '4000000', takerAmount: '10000000', expiration: '1' },
      { type: 'GTD' },
      'invalid expiration',
    ],
    [
      deep,
      { side: 'SELL', makerAmount: '20000000', takerAmount: '9000000' },
      { trader: 'new' },
      'not enough balance / allowance: the balance is not enough -> balance: 0, sum of active orders: 0, ' +
        'sum of matched orders: 0, order amount (inc. fees): 20000000',
    ],
    [
      thin,
      { makerAmount: '60600000', takerAmount: '101000000' },
      {},
      "order couldn't be fully filled. FOK orders are fully filled or killed.",
    ],
    [
      thin,
      { makerAmount: '50000000', takerAmount: '100000000' },
      { type: 'FAK' },
      'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.',
    ],
  ];
  const opening = await fills();
  for (const [market, over, { trader: fresh, ...options }, text] of cases) {
    const who = fresh ? await new Trader(venue).login() : trader;
    const answer = await who.buy(market, over, options);
    refused(answer, typeof text === 'function' ? text(who.lastId) : text);
  }
  assert.equal(await fills(), opening);
});

test('an amount rounded up never reaches the ask at its own limit; rounded down it does', async () => {
  const up = await trader.buy(thin, { makerAmount: '10000000', takerAmount: '16666700' });
  assert.match(up.json.error, /FOK/);
  const down = await trader.buy(thin, { makerAmount: '10000000', takerAmount: '16666600' });
  assert.equal(down.json.status, 'matched');
});

test('money that is not there is refused, fee included', async () => {
  const poor = await new Trader(venue).login();
  await post(`${venue.control_url}/balance`, { address: poor.address, pusd: '10.1' });
  const over = { makerAmount: '10000000', takerAmount: '28169000' }; // 10 USD and a fee of 0.3225
  refused(
    await poor.buy(fine, over),
    'not enough balance / allowance: the balance is not enough -> balance: 10100000, sum of active orders: 0, ' +
      'sum of matched orders: 0, order amount (inc. fees): 10322500',
  );
  await post(`${venue.control_url}/balance`, { address: poor.address, pusd: '10.4' });
  assert.equal((await poor.buy(fine, over)).json.status, 'matched');
  const { json } = await request(`${venue.control_url}/balance?address=${poor.address}`);
  assert.equal(json.shares[fine.token_id], '28.169015');
  assert.equal(json.pusd, '0.0775', '10.4 - 10 - 0.3225');
});

test('a hash is taken for ever: after a fill, a kill and a refusal', async () => {
  for (const [market, over] of [
    [deep, {}],
    [thin, { makerAmount: '60600000', takerAmount: '101000000' }],
    [deep, { makerAmount: '500000', takerAmount: '1000000' }],
  ]) {
    const payload = await trader.payload(market, over);
    const id = trader.lastId;
    await trader.call('POST', '/order', payload);
    for (let i = 0; i < 2; i += 1)
      refused(await trader.call('POST', '/order', payload), `order ${id} is invalid. Duplicated.`);
    const { json } = await request(`${venue.control_url}/state?id=${id}`);
    assert.equal(json.orders[0].posts, 3);
    assert.equal(json.orders[0].fills.length, market === deep && !over.makerAmount ? 1 : 0);
  }
});

test('killed, refused and foreign orders look like unknown ones', async () => {
  await trader.buy(thin, { makerAmount: '60600000', takerAmount: '101000000' });
  assert.equal((await trader.call('GET', `/data/order/${trader.lastId}`)).text, 'null');
  await trader.buy(deep);
  assert.equal((await trader.call('GET', `/data/order/${trader.lastId}`)).json.status, 'MATCHED');
  const other = await new Trader(venue).login();
  assert.equal((await other.call('GET', `/data/order/${trader.lastId}`)).text, 'null');
  assert.deepEqual((await other.call('GET', '/data/trades')).json, {
    limit: 100,
    count: 0,
    next_cursor: 'LTE=',
    data: [],
  });
});

test('trades are found by id, maker, market, asset and time', async () => {
  const [tradeID] = (await trader.buy(deep)).json.tradeIDs;
  const count = async (query) =>
    (await trader.call('GET', `/data/trades?${query}`)).json.data.length;
  const now = Math.floor(Date.now() / 1000);
  assert.equal(await count(`id=${tradeID}`), 1);
  assert.equal(await count('id=unknown'), 0);
  assert.equal(await count(`maker_address=${ethers.ZeroAddress}`), 0);
  const all = await count(
    `market=${deep.condition_id}&asset_id=${deep.token_id}&after=${now - 600}`,
  );
  assert.ok(all >= 1);
  assert.equal(await count(`asset_id=${deep.token_id}&after=${now + 5}`), 0);
  assert.equal(await count(`asset_id=${deep.token_id}&before=${now - 600}`), 0);
  refused(await trader.call('GET', '/data/trades?after=x'), 'before and after are unix seconds');
});

test('a market that stopped, and a tick that changed', async () => {
  const change = (over) => post(`${venue.control_url}/book`, { token_id: thin.token_id, ...over });
  await change({ accepting_orders: false });
  refused(
    await trader.buy(thin, { makerAmount: '6000000', takerAmount: '10000000' }),
    'the market is not yet ready to process new orders',
  );
  await change({ accepting_orders: true, tick_size: '0.1' });
  const answer = await trader.buy(thin, { makerAmount: '6100000', takerAmount: '10000000' });
  refused(
    answer,
    `order ${trader.lastId} is invalid. Price (0.61) breaks minimum tick size rule: 0.1`,
  );
  assert.equal((await change({ tick_size: '0.7' })).status, 400);
  await change({ tick_size: '0.01' });
});

test('too many orders, unknown routes, large bodies', async () => {
  refused(
    await trader.call('POST', '/orders', Array(16).fill({})),
    'Too many orders in payload: 16, max allowed: 15',
  );
  assert.equal((await trader.call('GET', '/nowhere')).status, 404);
  assert.equal((await request(`${venue.url}/book?token_id=1`)).status, 404);
  assert.equal((await request(`${venue.url}/price?token_id=${deep.token_id}&side=X`)).status, 400);
  assert.equal((await trader.call('POST', '/order', `"${'x'.repeat(1 << 20)}"`)).status, 413);
});

test('a removed key is no key', async () => {
  const gone = await new Trader(venue).login();
  assert.equal((await gone.call('DELETE', '/auth/api-key')).json, 'OK');
  refused(await gone.call('GET', '/auth/api-keys'), 'Unauthorized/Invalid api key', 401);
});

// Relay: a quote, a deposit on Plasma, USDC on Polygon; and deposits that end otherwise.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { post, request, until } from './support.mjs';
import { done, gained, startTreasury, usd } from './treasury_support.mjs';

const DEPOSITORY = new ethers.Interface([
  'function depositErc20(address depositor,address token,uint256 amount,bytes32 id)',
]);
let treasury, relay, plasma, polygon, base, service;

before(async () => {
  treasury = await startTreasury();
  ({ plasma, polygon, base, service } = treasury);
  ({ relay } = treasury.doubles);
});
after(() => treasury?.stop());

const quote = (over = {}) =>
  post(`${relay.url}/quote/v2`, {
    user: service.address,
    originChainId: plasma.chain_id,
    destinationChainId: 137,
    originCurrency: plasma.usdt0,
    destinationCurrency: polygon.usdc,
    amount: '100000000',
    tradeType: 'EXACT_INPUT',
    ...over,
  });
const set = (query) => treasury.control(`/relay?${query}`);
const status = async (id) => (await request(`${relay.url}/intents/status/v3?requestId=${id}`)).json;
const reaches = (id, wanted) =>
  until(async () => (await status(id)).status === wanted && status(id), 10_000);

/** Sends what the steps of a quote ask for. Answers the request id. */
async function follow({ steps }, chain = plasma) {
  for (const { to, data } of steps.flatMap((s) => s.items.map((i) => i.data)))
    await done(chain.wallet.sendTransaction({ to, data }));
  return steps[0].requestId;
}
const usdc = () => polygon.token(polygon.usdc);
const depositOf = ({ steps }) => steps.at(-1).items[0].data;

test('a deposit at the depository is filled at the quoted price', async () => {
  const { json } = await quote();
  assert.deepEqual(
    json.steps.map((s) => s.id),
    ['approve', 'deposit'],
  );
  assert.equal(json.details.currencyOut.amount, '99950000');
  assert.equal(json.protocol.v2.paymentDetails.depository, relay.depository.toLowerCase());
  assert.equal((await status(json.steps[0].requestId)).status, 'waiting');
  const came = await gained(usdc(), service.address, async () => {
    const id = await follow(json);
    const { txHashes, inTxHashes } = await reaches(id, 'success');
    assert.deepEqual([txHashes.length, inTxHashes.length], [1, 1]);
    const fill = await polygon.provider.getTransaction(txHashes[0]);
    assert.ok(fill.data.endsWith(id.slice(2)));
  });
  assert.equal(came, usd('99.95'));
});

test('a deposit address takes a plain transfer, for another recipient too', async () => {
  const recipient = ethers.Wallet.createRandom().address;
  const { json } = await quote({ useDepositAddress: true, recipient, amount: '5000000' });
  assert.equal(json.steps.length, 1);
  assert.equal(depositOf(json).to, plasma.usdt0.toLowerCase());
  await reaches(await follow(json), 'success');
  assert.equal(await usdc().balanceOf(recipient), 4_997_500n);
});

test('USDC on Base is taken too', async () => {
  const over = { originChainId: base.chain_id, originCurrency: base.usdc, amount: '20000000' };
  const { json } = await quote(over);
  const came = await gained(usdc(), service.address, async () => {
    await reaches(await follow(json, base), 'success');
  });
  assert.equal(came, usd('19.99'));
});

test('the price may be better or worse than others', async () => {
  for (const [ppm, out] of [
    [999_990, '99999000'],
    [990_000, '99000000'],
  ]) {
    await set(`price_ppm=${ppm}`);
    assert.equal((await quote()).json.details.currencyOut.amount, out);
  }
  await set('price_ppm=999500');
});

test('a fill may pay less than its quote', async () => {
  await set('fill_ppm=990000');
  const { json } = await quote({ amount: '10000000' });
  const came = await gained(usdc(), service.address, async () => {
    await reaches(await follow(json), 'success');
  });
  assert.equal(came, usd('9.89505'));
  await set('fill_ppm=1000000');
});

test('an outage answers nothing but 503', async () => {
  await set('outage=1');
  assert.equal((await quote()).status, 503);
  assert.equal((await request(`${relay.url}/chains`)).status, 503);
  await set('outage=0');
  const { chains } = (await request(`${relay.url}/chains`)).json;
  assert.deepEqual(
    chains.map((c) => c.id),
    [9745, 8453, 137],
  );
});

test('an outage may begin behind a quote', async () => {
  await set('silent_after=10');
  assert.equal((await quote({ amount: '10000001' })).status, 200);
  assert.equal((await quote({ amount: '10000000' })).status, 200);
  assert.equal((await quote({ amount: '10000001' })).status, 503);
  await set('silent_after=0&outage=0');
  assert.equal((await quote({ amount: '10000000' })).status, 200);
});

test('a fill that never comes stays pending, and comes when it may', async () => {
  await set('outcome=never');
  const id = await follow((await quote({ amount: '2000000' })).json);
  await reaches(id, 'pending');
  await set('outcome=delay');
  await reaches(id, 'delayed');
  await set('outcome=fill');
  await reaches(id, 'success');
});

test('a refund pays the deposit token back on Plasma; a failure pays nothing', async () => {
  await set('outcome=refund');
  const refundTo = ethers.Wallet.createRandom().address;
  const refunded = await follow((await quote({ amount: '2000000', refundTo })).json);
  await reaches(refunded, 'refund');
  assert.equal(await plasma.token(plasma.usdt0).balanceOf(refundTo), usd(2));
  await set('outcome=failure');
  const failed = await follow((await quote({ amount: '2000000' })).json);
  assert.deepEqual((await reaches(failed, 'failure')).txHashes, []);
  await set('outcome=fill');
});

test('each forged quote is seen in its transactions', async () => {
  const args = (json) => DEPOSITORY.decodeFunctionData('depositErc20', depositOf(json).data);
  const lies = {
    to: (json) => assert.notEqual(depositOf(json).to, relay.depository.toLowerCase()),
    token: (json) => assert.notEqual(args(json).token, plasma.usdt0),
    amount: (json) => assert.equal(args(json).amount, usd(40_000)),
    value: (json) => assert.notEqual(depositOf(json).value, '0'),
    spender: ({ steps }) =>
      assert.doesNotMatch(steps[0].items[0].data.data, new RegExp(relay.depository.slice(2), 'i')),
    order_id: (json) => assert.notEqual(args(json).id, json.protocol.v2.orderId),
    chain: (json) => assert.notEqual(depositOf(json).chainId, plasma.chain_id),
  };
  for (const [forge, seen] of Object.entries(lies)) {
    await set(`forge=${forge}`);
    seen((await quote({ amount: '20000000000' })).json);
  }
  await set('forge=none');
});

test('what it cannot do is refused with a code', async () => {
  const refused = async (over) => {
    const { status: http, json } = await quote(over);
    assert.equal(http, 400);
    return json.errorCode;
  };
  assert.equal(await refused({ originChainId: 1 }), 'INVALID_INPUT_CURRENCY');
  assert.equal(await refused({ destinationCurrency: polygon.usdce }), 'NO_QUOTES');
  assert.equal(await refused({ amount: '2000000000000' }), 'NO_SWAP_ROUTES_FOUND');
  assert.equal(await refused({ tradeType: 'EXACT_OUTPUT' }), 'INVALID_INPUT');
  assert.equal((await request(`${relay.url}/intents/status/v3?requestId=0x00`)).status, 404);
  await treasury.control('/fault/relay?kind=rate_limited');
  assert.equal((await quote()).status, 429);
});

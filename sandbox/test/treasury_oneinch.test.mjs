// 1inch: the API's quotes and calldata, the router that carries them out, and each way they may be wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { request } from './support.mjs';
import { done, gained, revertOf, startTreasury, usd } from './treasury_support.mjs';

const ROUTER = new ethers.Interface([
  'function swap(address executor,(address srcToken,address dstToken,address srcReceiver,address dstReceiver,uint256 amount,uint256 minReturnAmount,uint256 flags) desc,bytes data) payable returns (uint256,uint256)',
]);
let treasury, polygon, oneinch, service;

before(async () => {
  treasury = await startTreasury();
  ({ polygon, service } = treasury);
  ({ oneinch } = treasury.doubles);
});
after(() => treasury?.stop());

const get = (path, { key = oneinch.key, timeoutMs } = {}) =>
  request(oneinch.url + path, { headers: { authorization: `Bearer ${key}` }, timeoutMs });
const swapQuery = (over = {}) =>
  new URLSearchParams({
    src: polygon.usdt0,
    dst: polygon.usdc,
    amount: '100000000',
    from: service.address,
    origin: service.address,
    slippage: '0.1',
    disableEstimate: 'true',
    ...over,
  });
const swap = async (over) => (await get(`/swap?${swapQuery(over)}`)).json;
const decoded = ({ tx }) => ROUTER.decodeFunctionData('swap', tx.data).desc;
const approveRouter = (token) =>
  done(polygon.token(token).approve(oneinch.router, ethers.MaxUint256));

test('an honest swap is carried out by the router, and pays what was quoted', async () => {
  await approveRouter(polygon.usdt0);
  const quote = await get(`/quote?${swapQuery({ includeTokensInfo: 'true' })}`);
  assert.equal(quote.json.dstAmount, '99990000');
  assert.equal(quote.json.dstToken.address, polygon.usdc.toLowerCase());
  const { dstAmount, tx } = await swap({ disableEstimate: 'false' });
  assert.deepEqual(
    [tx.to, tx.value, tx.data.slice(0, 10)],
    [oneinch.router.toLowerCase(), '0', '0x07ed2379'],
  );
  const desc = decoded({ tx });
  assert.deepEqual(
    [desc.dstReceiver, desc.amount, desc.minReturnAmount, desc.flags],
    [service.address, usd(100), 99_890_010n, 0n],
  );
  let receipt;
  const came = await gained(polygon.token(polygon.usdc), service.address, async () => {
    receipt = await done(polygon.wallet.sendTransaction({ to: tx.to, data: tx.data }));
  });
  assert.equal(String(came), dstAmount);
  const token = polygon.token(polygon.usdc);
  const last = receipt.logs.filter((l) => l.address === token.target).at(-1);
  assert.equal(token.interface.parseLog(last).args.from, oneinch.router);
});

test('USDC is swapped to USDC.e as well', async () => {
  await approveRouter(polygon.usdc);
  const { tx } = await swap({ src: polygon.usdc, dst: polygon.usdce });
  const came = await gained(polygon.token(polygon.usdce), service.address, () =>
    done(polygon.wallet.sendTransaction({ to: tx.to, data: tx.data })),
  );
  assert.equal(came, usd('99.99'));
});

test('a market that moved reverts with ReturnAmountIsNotEnough', async () => {
  const { tx } = await swap();
  await treasury.control('/oneinch?market_ppm=900000');
  const reverted = await revertOf(
    polygon.provider.call({ from: service.address, to: tx.to, data: tx.data }),
  );
  assert.equal(reverted, '0x064a4ec6');
  await treasury.control('/oneinch?market_ppm=999900');
  const valued = polygon.provider.call({
    from: service.address,
    to: tx.to,
    data: tx.data,
    value: 1n,
  });
  assert.equal(await revertOf(valued), ethers.id('InvalidMsgValue()').slice(0, 10));
});

test('a partial fill is taken only where the flag allows it, and the rest comes back', async () => {
  await treasury.control('/oneinch?fill_ppm=500000');
  const whole = await swap();
  const call = (tx) => ({ from: service.address, to: tx.to, data: tx.data });
  assert.equal(await revertOf(polygon.provider.call(call(whole.tx))), '0x064a4ec6');
  await treasury.control('/oneinch?mode=partial_fill');
  const { tx } = await swap();
  assert.equal(decoded({ tx }).flags, 1n);
  const spent = await gained(polygon.token(polygon.usdt0), service.address, () =>
    done(polygon.wallet.sendTransaction(call(tx))),
  );
  assert.equal(spent, -usd(50));
  await treasury.control('/oneinch?mode=honest&fill_ppm=1000000');
});

test('each lie of the API is seen in its answer', async () => {
  const lies = {
    wrong_router: ({ tx }) => assert.notEqual(tx.to, oneinch.router.toLowerCase()),
    wrong_receiver: (x) => assert.notEqual(decoded(x).dstReceiver, service.address),
    wrong_selector: ({ tx }) => assert.equal(tx.data.slice(0, 10), '0x83800a8e'),
    wrong_amount: (x) => assert.equal(decoded(x).amount, usd(100) + 1n),
    low_minimum: (x) => assert.equal(decoded(x).minReturnAmount, 49_945_005n),
    value: ({ tx }) => assert.notEqual(tx.value, '0'),
    other_token: (x) => assert.notEqual(decoded(x).dstToken, polygon.usdc),
    wrong_from: ({ tx }) => assert.notEqual(tx.from, service.address),
  };
  for (const [mode, seen] of Object.entries(lies)) {
    await treasury.control(`/oneinch?mode=${mode}`);
    seen(await swap());
  }
  await treasury.control('/oneinch?mode=honest');
  await treasury.control('/oneinch?mode=kind', 400);
});

test('refusals have the error body of 1inch', async () => {
  const refusal = async (path, options) => {
    const { status, json } = await get(path, options);
    assert.deepEqual(Object.keys(json), [
      'error',
      'description',
      'statusCode',
      'requestId',
      'meta',
    ]);
    assert.equal(json.statusCode, status);
    return [status, json.description];
  };
  assert.equal((await refusal('/approve/spender', { key: 'no' }))[0], 401);
  const poor = swapQuery({ amount: '99000000000', disableEstimate: 'false' });
  assert.match((await refusal(`/swap?${poor}`))[1], /^Not enough .* balance/);
  const unapproved = swapQuery({
    src: polygon.usdce,
    dst: polygon.usdt0,
    disableEstimate: 'false',
  });
  assert.match((await refusal(`/swap?${unapproved}`))[1], /^Not enough allowance/);
  assert.deepEqual(await refusal(`/quote?${swapQuery({ amount: '6000000000000' })}`), [
    400,
    'insufficient liquidity',
  ]);
  assert.equal((await refusal(`/swap?${swapQuery({ slippage: '51' })}`))[0], 400);
});

test('spender, allowance and approval are those of the router', async () => {
  assert.equal((await get('/approve/spender')).json.address, oneinch.router.toLowerCase());
  const owner = `walletAddress=${service.address}`;
  const before = await get(`/approve/allowance?tokenAddress=${polygon.usdce}&${owner}`);
  assert.equal(before.json.allowance, '0');
  const { json: tx } = await get(`/approve/transaction?tokenAddress=${polygon.usdce}&amount=7`);
  await done(polygon.wallet.sendTransaction({ to: tx.to, data: tx.data }));
  const now = await get(`/approve/allowance?tokenAddress=${polygon.usdce}&${owner}`);
  assert.equal(now.json.allowance, '7');
});

test('faults strike as often as they were asked for', async () => {
  await treasury.control('/fault/oneinch?kind=rate_limited&times=2&route=/quote');
  const quote = async () => (await get(`/quote?${swapQuery()}`)).status;
  assert.deepEqual(
    [await quote(), (await get('/approve/spender')).status, await quote(), await quote()],
    [429, 200, 429, 200],
  );
  await treasury.control('/fault/oneinch?kind=error_500');
  assert.equal(await quote(), 500);
  await treasury.control('/fault/oneinch?kind=silent');
  await assert.rejects(get('/approve/spender', { timeoutMs: 200 }), /timeout/);
  await treasury.control('/fault/oneinch?kind=drop');
  await assert.rejects(get('/approve/spender'), /socket hang up/);
  await treasury.control('/fault/oneinch?kind=html');
  assert.match((await get('/approve/spender')).text, /^<html>/);
  await treasury.control('/fault/oneinch?kind=forbidden&times=0');
  assert.deepEqual([await quote(), await quote()], [403, 403]);
  const { waiting, calls } = await treasury.control('/fault/oneinch?clear=1');
  assert.deepEqual(waiting, []);
  assert.ok(calls['GET /swap/v6.1/137/quote'] > 5);
  assert.equal(await quote(), 200);
  await treasury.control('/fault/oneinch?kind=nonsense', 400);
  await treasury.control('/fault/nobody?kind=drop', 404);
});

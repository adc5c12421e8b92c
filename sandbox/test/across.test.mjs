// Across: deposits by quote, every way a fill can end, and the API's faults.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { realArtifact } from '../chains/compile.mjs';
import { connect, post, request, sleep, startSandbox, until } from './support.mjs';

const usd = (amount) => ethers.parseUnits(String(amount), 6);
const POOL = new ethers.Interface(realArtifact('SpokePool').abi);
const ERC20 = [
  'function balanceOf(address) view returns (uint256)',
  'function approve(address,uint256)',
];
const b32 = (address) => ethers.zeroPadValue(address, 32);
const done = async (sent) => (await sent).wait();

let sandbox, plasma, polygon, base, across, control, service;

before(async () => {
  service = ethers.Wallet.createRandom();
  sandbox = await startSandbox(['--service-address', service.address, '--users', '1']);
  ({ plasma, polygon, base, across, control_url: control } = sandbox.info);
  for (const chain of [plasma, polygon, base]) {
    chain.link = connect(chain, service);
    chain.pool = new ethers.Contract(chain.spoke_pool, POOL, chain.link.wallet);
  }
  await allow(plasma, 'plasma', 'usdt0');
  await allow(base, 'base', 'usdc');
});
after(async () => {
  for (const chain of [plasma, polygon, base]) chain?.link?.provider.destroy();
  await sandbox?.stop();
});

async function allow(chain, name, token) {
  await post(`${control}/mint?chain=${name}&token=${token}&to=${service.address}&amount=100000`);
  await done(tokenOn(chain, chain[token]).approve(chain.spoke_pool, ethers.MaxUint256));
}
const tokenOn = (chain, address) => new ethers.Contract(address, ERC20, chain.link.wallet);
const relayer = (query = '') => post(`${control}/across?${query}`).then((r) => r.json);
const api = (query) => post(`${control}/across/api?${query}`).then((r) => r.json);

function ask(
  path,
  query,
  { key = across.api_key, integrator = across.integrator_id, ...more } = {},
) {
  const all = new URLSearchParams({ ...query, ...(integrator && { integratorId: integrator }) });
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  return request(`${across.url}${path}?${all}`, { headers, ...more });
}

const ROUTE = () => ({
  inputToken: plasma.usdt0,
  outputToken: polygon.usdc,
  originChainId: plasma.chain_id,
  destinationChainId: polygon.chain_id,
});
const quote = (amount, over = {}) =>
  ask('/suggested-fees', { ...ROUTE(), amount: usd(amount), ...over });
const status = (query) => ask('/deposit/status', query, { integrator: null });

const timeOf = async ({ link }) => (await link.provider.getBlock('latest')).timestamp;

/** A deposit of `amount` USDT0 (USDC on Base) for USDC on Polygon. Answers {id, tx, output}. */
async function deposit(amount, { origin = plasma, tag = '', ...over } = {}) {
  const input = origin === plasma ? plasma.usdt0 : origin.usdc;
  const fields = {
    output: usd(amount) - 1000n,
    quoteTimestamp: (await timeOf(origin)) - 1,
    fillDeadline: (await timeOf(polygon)) + 900,
    exclusiveRelayer: ethers.ZeroAddress,
    exclusivity: 0,
    ...over,
  };
  const data = POOL.encodeFunctionData('depositV3', [
    service.address,
    service.address,
    input,
    polygon.usdc,
    usd(amount),
    fields.output,
    polygon.chain_id,
    fields.exclusiveRelayer,
    fields.quoteTimestamp,
    fields.fillDeadline,
    fields.exclusivity,
    '0x',
  ]);
  const tx = { to: origin.spoke_pool, data: data + tag, gasLimit: 500_000 };
  const receipt = await done(origin.link.wallet.sendTransaction(tx));
  const event = receipt.logs.map((l) => POOL.parseLog(l)).find((l) => l?.name === 'FundsDeposited');
  return { id: event.args.depositId, tx: receipt.hash, output: fields.output, origin, event };
}

async function fillOf({ id, origin = plasma }) {
  const filter = polygon.pool.filters.FilledRelay(
    null,
    null,
    null,
    null,
    null,
    origin.chain_id,
    id,
  );
  return (await polygon.pool.queryFilter(filter))[0];
}
const filled = async (d) => (await until(() => fillOf(d), 10_000)).args.relayExecutionInfo;
const usdcHeld = () => tokenOn(polygon, polygon.usdc).balanceOf(service.address);
const told = (d, wanted) =>
  until(async () => {
    const { json } = await status({ originChainId: d.origin.chain_id, depositId: String(d.id) });
    return json.status === wanted && json;
  }, 10_000);

test('the pools stand at their real addresses and count one hour and six hours', async () => {
  assert.deepEqual(
    [plasma, polygon, base].map((c) => c.spoke_pool),
    [
      '0x50039fAEfebef707cFD94D6d462fE6D10B39207a',
      '0x9295ee1d8C5b022Be115A2AD3c30C72E34e7F096',
      '0x09aea4b2242abC8bb4BB78D537A67a245A7bEC64',
    ],
  );
  for (const { pool } of [plasma, polygon, base]) {
    assert.equal(await pool.depositQuoteTimeBuffer(), 3600n);
    assert.equal(await pool.fillDeadlineBuffer(), 21_600n);
  }
  const now = await timeOf(plasma);
  const refused = (over) => assert.rejects(deposit(1, over), /revert|execution/i);
  await refused({ quoteTimestamp: now + 100 });
  await refused({ fillDeadline: now + 21_600 + 1000 });
});

test('a quote has the real fields', async () => {
  const { status: code, json } = await quote(1000);
  assert.equal(code, 200);
  assert.equal(json.outputAmount, String(usd('999.5')));
  assert.deepEqual(json.totalRelayFee, { pct: '500000000000000', total: '500000' });
  assert.equal(json.spokePoolAddress, plasma.spoke_pool);
  assert.equal(json.destinationSpokePoolAddress, polygon.spoke_pool);
  assert.equal(json.isAmountTooLow, false);
  assert.equal(json.exclusiveRelayer, ethers.ZeroAddress);
  assert.equal(json.estimatedFillTimeSec, 10);
  assert.ok(Math.abs(Number(json.timestamp) - (await timeOf(plasma))) < 10);
  assert.ok(Math.abs(Number(json.fillDeadline) - (await timeOf(polygon)) - 7200) < 10);
  assert.deepEqual(json.outputToken, {
    address: polygon.usdc,
    symbol: 'USDC',
    decimals: 6,
    chainId: 137,
  });
  assert.equal((await quote(30_000)).json.estimatedFillTimeSec, 1800, 'above maxDepositInstant');
  const limits = (await ask('/limits', ROUTE())).json;
  assert.equal(limits.maxDepositInstant, json.limits.maxDepositInstant);
  assert.ok(limits.relayerFeeDetails.capitalFeeTotal);
});

test('a wrong question is refused as by the API', async () => {
  const expect = async (answer, code, error, param) => {
    const { status: got, json } = await answer;
    assert.deepEqual(
      [got, json.type, json.code, json.param],
      [code, 'AcrossApiError', error, param],
    );
    assert.ok(json.message && json.id);
  };
  await expect(quote(1, { amount: 'x' }), 400, 'INVALID_PARAM', 'amount');
  await expect(quote(1, { inputToken: '0x' }), 400, 'INVALID_PARAM', 'inputToken');
  await expect(quote(1, { inputToken: plasma.usdc }), 400, 'ROUTE_NOT_ENABLED');
  await expect(quote('0.01'), 400, 'AMOUNT_TOO_LOW');
  await expect(quote(2_000_000), 400, 'AMOUNT_TOO_HIGH');
  await expect(ask('/suggested-fees', ROUTE(), { key: 'other' }), 401);
  await expect(ask('/suggested-fees', ROUTE(), { key: null }), 429);
  await expect(ask('/suggested-fees', ROUTE(), { integrator: null }), 429);
  await api('auth=optional');
  assert.equal((await quote(1, {})).status, 200);
  await api('auth=required');
  const unknown = await status({ originChainId: '9745', depositId: '12345' });
  assert.deepEqual([unknown.status, unknown.json.error], [404, 'DepositNotFoundException']);
  assert.equal((await status({ depositId: '1' })).status, 400);
});

test('a deposit is filled at once, on both ways to Polygon', async () => {
  for (const origin of [plasma, base]) {
    const opening = await usdcHeld();
    const tag = `1dc0de${across.integrator_id.slice(2)}`;
    const d = await deposit(100, { origin, tag });
    const info = await filled(d);
    assert.equal(info.fillType, 0n);
    assert.equal(info.updatedOutputAmount, d.output);
    assert.equal(await usdcHeld(), opening + d.output);
    const json = await told(d, 'filled');
    assert.equal(json.fillTxnRef, (await fillOf(d)).transactionHash);
    assert.deepEqual((await status({ depositTxnRef: d.tx })).json, json);
  }
  assert.deepEqual((await relayer()).integrator_ids, [across.integrator_id]);
});

test('a fill comes late, or never', async () => {
  await relayer('delay_ms=700');
  const started = Date.now();
  await filled(await deposit(5));
  assert.ok(Date.now() - started >= 700);
  await relayer('delay_ms=0&mode=never');
  const d = await deposit(5);
  await told(d, 'pending');
  await sleep(500);
  assert.equal(await fillOf(d), undefined);
  await relayer('mode=fill');
  await filled(d);
});

test('what is more than the relayer has waits for its stock', async () => {
  await relayer('stock=10');
  const d = await deposit(12);
  await sleep(500);
  assert.equal(await fillOf(d), undefined);
  await filled(await deposit(9));
  await relayer('stock=off');
  await filled(d);
});

test('a fill that a reorganisation took away is made again when asked for', async () => {
  const snapshot = await polygon.link.provider.send('evm_snapshot', []);
  const d = await deposit(5);
  await filled(d);
  await told(d, 'filled');
  await polygon.link.provider.send('evm_revert', [snapshot]);
  assert.equal(await fillOf(d), undefined);
  assert.equal((await relayer('recheck=1')).reopened.length, 1);
  await filled(d);
  await told(d, 'filled');
});

test('a slow fill is asked for, paid at another price, or overtaken', async () => {
  await relayer('mode=request');
  const asked = await deposit(50);
  await told(asked, 'slowFillRequested');
  assert.equal(await fillOf(asked), undefined);
  await relayer('mode=slow&slow_bps=9900');
  const slow = await filled(asked);
  assert.equal(slow.fillType, 2n);
  assert.equal(slow.updatedOutputAmount, (asked.output * 99n) / 100n);
  await told(asked, 'slowFilled');
  await relayer('mode=replace&slow_bps=10000');
  const overtaken = await deposit(50);
  assert.equal((await filled(overtaken)).fillType, 1n);
  await relayer('mode=fill');
});

test('a price the depositor lowered later is the one paid', async () => {
  await relayer('mode=never');
  const d = await deposit(20);
  const value = {
    depositId: d.id,
    originChainId: plasma.chain_id,
    updatedOutputAmount: usd(19),
    updatedRecipient: b32(service.address),
    updatedMessage: '0x',
  };
  const types = {
    UpdateDepositDetails: [
      { name: 'depositId', type: 'uint256' },
      { name: 'originChainId', type: 'uint256' },
      { name: 'updatedOutputAmount', type: 'uint256' },
      { name: 'updatedRecipient', type: 'bytes32' },
      { name: 'updatedMessage', type: 'bytes' },
    ],
  };
  const domain = { name: 'ACROSS-V2', version: '1.0.0', chainId: plasma.chain_id };
  const signature = await service.signTypedData(domain, types, value);
  const { depositId, updatedOutputAmount, updatedRecipient } = value;
  await done(
    plasma.pool.speedUpDeposit(
      b32(service.address),
      depositId,
      updatedOutputAmount,
      updatedRecipient,
      '0x',
      signature,
    ),
  );
  await sleep(300); // heard
  await relayer('mode=fill');
  assert.equal((await filled(d)).updatedOutputAmount, usd(19));
});

test('an exclusive relayer keeps the others out until its time is up', async () => {
  const d = await deposit(5, {
    exclusiveRelayer: ethers.Wallet.createRandom().address,
    exclusivity: 3,
  });
  await sleep(800);
  assert.equal(await fillOf(d), undefined);
  await filled(d);
});

test('what nobody fills expires by the time of Polygon and comes back by a root bundle', async () => {
  const held = () => tokenOn(plasma, plasma.usdt0).balanceOf(service.address);
  const opening = await held();
  await relayer('refunds=asked');
  const d = await deposit(40, { output: usd(41) }); // nobody pays on top
  await told(d, 'pending');
  await polygon.link.provider.send('evm_increaseTime', [1000]);
  await told(d, 'expired');
  assert.equal(await held(), opening - usd(40));
  assert.equal((await relayer('refund=1')).refunded.length, 1);
  const json = await told(d, 'refunded');
  assert.equal(await held(), opening);
  const receipt = await plasma.link.provider.getTransactionReceipt(json.depositRefundTxnRef);
  const names = receipt.logs.map((l) => POOL.parseLog(l)?.name);
  assert.ok(names.includes('ExecutedRelayerRefundRoot'));
  await relayer('refunds=auto');
  const past = await deposit(40, { fillDeadline: (await timeOf(plasma)) - 5 }); // accepted, as really
  await told(past, 'refunded');
  assert.equal(await held(), opening);
});

test('every switch of a quote is seen', async () => {
  const shaped = async (query, off, amount = 1000, over = {}) => {
    await api(query);
    const { json } = await quote(amount, over);
    await api(off);
    return json;
  };
  const low = await shaped('too_low=flag', 'too_low=off');
  assert.equal(low.isAmountTooLow, true);
  assert.equal((await shaped('too_low=error', 'too_low=off')).code, 'AMOUNT_TOO_LOW');
  const small = await shaped('max_instant=12.5', 'max_instant=off');
  assert.equal(small.limits.maxDepositInstant, String(usd('12.5')));
  assert.equal(small.estimatedFillTimeSec, 1800);
  const other = ethers.Wallet.createRandom().address;
  assert.equal((await shaped(`spoke_pool=${other}`, 'spoke_pool=off')).spokePoolAddress, other);
  assert.equal(
    (await shaped('output_bps=10100', 'output_bps=off')).outputAmount,
    String(usd(1010)),
  );
  assert.equal((await shaped('output_bps=9900', 'output_bps=off')).outputAmount, String(usd(990)));
  const ahead = await shaped('quote_ahead_s=120', 'quote_ahead_s=0');
  assert.ok(Number(ahead.timestamp) > (await timeOf(plasma)) + 100);
  assert.equal((await shaped('fee_bps=30', 'fee_bps=5')).totalRelayFee.total, String(usd(3)));
  const exclusive = await shaped('exclusive_s=60', 'exclusive_s=0');
  assert.equal(exclusive.exclusivityDeadline, 60);
  assert.equal(exclusive.exclusiveRelayer, (await relayer()).relayer);
  await api('lag_ms=60000');
  const d = await deposit(5);
  await filled(d);
  assert.equal((await status({ depositTxnRef: d.tx })).status, 404, 'the indexer lags');
  await api('lag_ms=0');
  await told(d, 'filled');
});

test('the API can fail in every way, so often as wanted', async () => {
  for (const code of ['429', '500', '502', '503']) {
    await api(`fault=${code}&fault_count=1`);
    const { status: got, headers, json } = await quote(1);
    assert.deepEqual([got, json.type], [Number(code), 'AcrossApiError']);
    if (code === '429') assert.equal(headers['retry-after'], '1');
    assert.equal((await quote(1)).status, 200, 'only once');
  }
  await api('fault=silent&fault_count=off');
  await assert.rejects(ask('/suggested-fees', ROUTE(), { timeoutMs: 300 }), /timeout/);
  await api('fault=drop');
  await assert.rejects(quote(1), { code: 'ECONNRESET' });
  await api('reset=1');
  assert.equal((await quote(1)).status, 200);
  assert.equal((await relayer('mode=never')).mode, 'never');
  assert.equal((await relayer('reset=1')).mode, 'fill');
  for (const bad of ['?mode=x', '?x=1', '?delay_ms=-1', '/api?fault=x', '/api?spoke_pool=0x'])
    assert.equal((await post(`${control}/across${bad}`)).status, 400, bad);
});

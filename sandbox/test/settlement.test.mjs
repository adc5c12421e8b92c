// From a fill to the payout on the local Polygon chain: outcome tokens, pUSD, resolution, redeem.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { AT } from '../chains/conditional_tokens.mjs';
import { post, request, startSandbox, Trader, until } from './support.mjs';

const usd = (amount) => ethers.parseUnits(String(amount), 6);
const PUSD_ABI = [
  'function balanceOf(address) view returns (uint256)',
  'function approve(address,uint256)',
];
const CTF_ABI = [
  'function balanceOf(address,uint256) view returns (uint256)',
  'function balanceOfBatch(address[],uint256[]) view returns (uint256[])',
  'function setApprovalForAll(address,bool)',
  'function payoutDenominator(bytes32) view returns (uint256)',
  'function payoutNumerators(bytes32,uint256) view returns (uint256)',
  'function getOutcomeSlotCount(bytes32) view returns (uint256)',
  'function redeemPositions(address,bytes32,bytes32,uint256[])',
  'event ConditionResolution(bytes32 indexed,address indexed,bytes32 indexed,uint256,uint256[])',
  'event PayoutRedemption(address indexed,address indexed,bytes32 indexed,bytes32,uint256[],uint256)',
  'event TransferSingle(address indexed,address indexed,address indexed,uint256,uint256)',
];
const ADAPTER_ABI = [
  'function redeemPositions(address,bytes32,bytes32,uint256[])',
  'function redeemPositions(bytes32,uint256[])',
];
const WHOLE = 'redeemPositions(address,bytes32,bytes32,uint256[])';
const AMOUNTS = 'redeemPositions(bytes32,uint256[])';
const EXCHANGE_ABI = [
  'function getOrderStatus(bytes32) view returns (bool,uint248)',
  'event OrderFilled(bytes32 indexed,address indexed,address indexed,uint8,uint256,uint256,uint256,uint256,bytes32,bytes32)',
];

let sandbox, venue, wallet, provider, trader, pusd, ctf, markets;

before(async () => {
  wallet = ethers.Wallet.createRandom();
  sandbox = await startSandbox(['--no-conversion', '--service-address', wallet.address]);
  venue = sandbox.info.venue;
  const network = new ethers.Network('local', 137);
  provider = new ethers.JsonRpcProvider(sandbox.info.polygon.rpc, network, {
    staticNetwork: network,
    pollingInterval: 20,
    cacheTimeout: -1,
  });
  wallet = wallet.connect(provider);
  trader = await new Trader(venue, wallet).login();
  pusd = new ethers.Contract(AT.pusd, PUSD_ABI, wallet);
  ctf = new ethers.Contract(AT.conditionalTokens, CTF_ABI, wallet);
  markets = sandbox.info.markets;
  await control('settings', { exchange_events: true });
  await mint('pusd', 10_000);
});
after(async () => {
  provider?.destroy();
  await sandbox?.stop();
});

const control = async (name, body) => {
  const { status, json } = await post(`${venue.control_url}/${name}`, body);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
};
const mint = (token, amount, to = wallet.address) =>
  post(`${sandbox.info.control_url}/mint?chain=polygon&token=${token}&to=${to}&amount=${amount}`);
const chain = async (address = wallet.address) =>
  (await request(`${venue.control_url}/chain?address=${address}`)).json;
const seen = async (id = trader.lastId) =>
  (await request(`${venue.control_url}/state?id=${id}`)).json.orders[0];
const done = async (sent) => (await sent).wait();
const held = (market) => ctf.balanceOf(wallet.address, market.token_id);
const SHARES = { makerAmount: '10400000', takerAmount: '20000000' }; // $10.40 at 0.52 at most
const confirmed = () =>
  until(async () => {
    const { fills } = await seen();
    return fills.length && fills.every((f) => f.status === 'CONFIRMED');
  });
/** A filled BUY, settled. */
async function buy(market, over = SHARES) {
  const answer = await trader.buy(market, over);
  assert.equal(answer.json.status, 'matched', answer.text);
  await confirmed();
  return seen();
}
const NEG = { makerAmount: '71000000', takerAmount: '200000000' }; // 200 at 0.355

test('USDC.e becomes pUSD and back, native USDC does not', async () => {
  await mint('usdce', 100);
  const ramp = (at, name) =>
    new ethers.Contract(at, [`function ${name}(address,address,uint256)`], wallet);
  const [on, off] = [ramp(AT.onramp, 'wrap'), ramp(AT.offramp, 'unwrap')];
  const usdce = new ethers.Contract(AT.usdce, PUSD_ABI, wallet);
  const opening = await pusd.balanceOf(wallet.address);
  await assert.rejects(on.wrap(AT.usdce, wallet.address, usd(100)), /revert/, 'without approval');
  await done(usdce.approve(AT.onramp, usd(100)));
  await done(on.wrap(AT.usdce, wallet.address, usd(100)));
  assert.equal((await pusd.balanceOf(wallet.address)) - opening, usd(100));
  await done(pusd.approve(AT.offramp, usd(40)));
  await done(off.unwrap(AT.usdce, wallet.address, usd(40)));
  assert.equal(await usdce.balanceOf(wallet.address), usd(40));
  assert.equal((await pusd.balanceOf(wallet.address)) - opening, usd(60));
  await assert.rejects(on.wrap(sandbox.info.polygon.usdc, wallet.address, 1n), /not supported/);
});

for (const [title, index, over] of [
  ['a market without fees', 0, SHARES],
  ['a neg-risk market with a fee', 1, NEG],
]) {
  test(`what the venue filled is what the chain holds: ${title}`, async () => {
    const market = markets[index];
    const opening = await pusd.balanceOf(wallet.address);
    const order = await buy(market, over);
    const [size, cost, fee] = ['size', 'cost', 'fee'].map((f) => usd(order[f]));
    assert.equal(await held(market), size);
    assert.equal(opening - (await pusd.balanceOf(wallet.address)), cost + fee);
    const exchange = market.neg_risk ? venue.neg_risk_exchange : venue.exchange;
    const contract = new ethers.Contract(exchange, EXCHANGE_ABI, provider);
    assert.deepEqual([...(await contract.getOrderStatus(trader.lastId))], [true, 0n]);
    const [log] = await contract.queryFilter(contract.filters.OrderFilled(trader.lastId), 0);
    assert.deepEqual([...log.args].slice(3, 8), [0n, BigInt(market.token_id), cost, size, fee]);
    const trades = (await trader.call('GET', '/data/trades')).json.data;
    const trade = trades.find((t) => t.taker_order_id === trader.lastId);
    assert.equal(trade.transaction_hash, log.transactionHash);
  });
}

test('a sale burns the shares and pays its proceeds', async () => {
  const market = markets[0];
  const [before, opening] = [await held(market), await pusd.balanceOf(wallet.address)];
  const sale = { side: 'SELL', makerAmount: '5000000', takerAmount: '2400000' };
  const { json } = await trader.buy(market, sale);
  assert.equal(json.status, 'matched');
  await confirmed();
  assert.equal(before - (await held(market)), usd(5));
  assert.equal((await pusd.balanceOf(wallet.address)) - opening, usd('2.45'), '5 at 0.49');
});

test('many orders at once share transactions and answer as fast as without', async () => {
  const market = markets[3]; // the No token of the first
  const first = await provider.getBlockNumber();
  const bodies = [];
  for (let i = 0; i < 60; i += 1) bodies.push(await trader.payload(market, SHARES));
  const answers = await Promise.all(bodies.map((b) => trader.call('POST', '/order', b)));
  assert.ok(answers.every((a) => a.json.status === 'matched'));
  const { shares } = await chain();
  const { json } = await request(`${venue.control_url}/balance?address=${wallet.address}`);
  assert.equal(BigInt(shares[market.token_id]), usd(json.shares[market.token_id]));
  const exchange = new ethers.Contract(venue.exchange, EXCHANGE_ABI, provider);
  const logs = await exchange.queryFilter(exchange.filters.OrderFilled(), first + 1);
  const transactions = new Set(logs.map((l) => l.transactionHash));
  assert.equal(logs.length, 60);
  assert.ok(transactions.size < logs.length, `${transactions.size} transactions`);
});

test('without money or approvals a trade fails, or stays MATCHED for ever', async () => {
  const poor = await new Trader(venue).login();
  const order = async () => {
    const answer = await poor.buy(markets[0], SHARES);
    assert.equal(answer.json.status, 'matched');
    return poor.lastId;
  };
  await control('settings', { on_chain_shortage: 'fail' });
  const failed = await order();
  await until(async () => (await seen(failed)).fills[0].status === 'FAILED');
  const { json } = await request(`${venue.control_url}/balance?address=${poor.address}`);
  assert.deepEqual([json.pusd, json.shares[markets[0].token_id]], ['1000000', '0']);
  await control('settings', { on_chain_shortage: 'wait' });
  const stuck = await order();
  assert.equal(BigInt((await chain(poor.address)).shares[markets[0].token_id]), 0n);
  assert.equal((await seen(stuck)).fills[0].status, 'MATCHED');
  await control('settings', { on_chain_shortage: 'lend' });
  await order();
  assert.ok(BigInt((await chain(poor.address)).shares[markets[0].token_id]) > 0n, 'lent');
});

test('a standard market resolves, and the adapter pays the whole position', async () => {
  const [yes, , , no] = markets;
  const adapter = new ethers.Contract(AT.ctfAdapter, ADAPTER_ABI, wallet);
  const condition = yes.condition_id;
  assert.equal(await ctf.payoutDenominator(condition), 0n);
  assert.equal(await ctf.getOutcomeSlotCount(condition), 2n);
  const redeem = (over = {}) =>
    adapter[WHOLE](AT.pusd, ethers.ZeroHash, condition, [1, 2], { gasLimit: 1_000_000, ...over });
  await assert.rejects(done(redeem()), /revert/, 'no result yet, no approval');
  const answer = await control('resolve', { condition_id: condition, payouts: [1, 0] });
  assert.deepEqual(
    [await ctf.payoutDenominator(condition), await ctf.payoutNumerators(condition, 0)],
    [1n, 1n],
  );
  const receipt = await provider.getTransactionReceipt(answer.tx_hash);
  const event = ctf.interface.parseLog(receipt.logs[0]);
  assert.deepEqual([event.args[0], [...event.args[4]]], [condition, [1n, 0n]]);
  assert.deepEqual(await control('resolve', { condition_id: condition, payouts: [1, 0] }), answer);
  const other = { condition_id: condition, payouts: [0, 1] };
  assert.equal((await post(`${venue.control_url}/resolve`, other)).status, 409);

  const opening = await pusd.balanceOf(wallet.address);
  const [winning, losing] = [await held(yes), await held(no)];
  assert.ok(winning > 0n && losing > 0n);
  const direct = await done(ctf.redeemPositions(AT.pusd, ethers.ZeroHash, condition, [1, 2]));
  const paid = direct.logs
    .map((l) => ctf.interface.parseLog(l))
    .find((l) => l?.name === 'PayoutRedemption');
  assert.equal(paid.args[5], 0n, 'directly with pUSD it succeeds and pays nothing');
  assert.equal(await held(yes), winning, 'and burns nothing');
  await assert.rejects(done(redeem()), /revert/, 'the adapter is not approved');
  await done(ctf.setApprovalForAll(AT.ctfAdapter, true));
  await done(redeem());
  assert.equal((await pusd.balanceOf(wallet.address)) - opening, winning);
  assert.deepEqual([await held(yes), await held(no)], [0n, 0n], 'the losing ones go as well');
});

test('a neg-risk market pays half a dollar for 50-50, by either selector that is there', async () => {
  const market = markets[1];
  const condition = market.condition_id;
  const adapter = new ethers.Contract(AT.negRiskAdapter, ADAPTER_ABI, wallet);
  await buy(market, NEG);
  const shares = await held(market);
  assert.equal(shares, usd(400));
  await done(ctf.setApprovalForAll(AT.negRiskAdapter, true));
  await control('resolve', { condition_id: condition, payouts: [1, 1] });
  const opening = await pusd.balanceOf(wallet.address);
  const whole = [AT.pusd, ethers.ZeroHash, condition, [1, 2]];
  await control('redeem', { neg_risk_whole: false });
  await assert.rejects(adapter[WHOLE].staticCall(...whole), /revert/);
  await done(adapter[AMOUNTS](condition, [usd(100), 0n]));
  assert.equal((await pusd.balanceOf(wallet.address)) - opening, usd(50));
  assert.equal(await held(market), usd(300));
  await control('redeem', { short_bps: 10_000 });
  await done(adapter[AMOUNTS](condition, [usd(100), 0n]));
  assert.equal((await pusd.balanceOf(wallet.address)) - opening, usd(50), 'burned for nothing');
  await control('redeem', { neg_risk_whole: true, neg_risk_amounts: false, short_bps: 0 });
  await assert.rejects(adapter[AMOUNTS].staticCall(condition, [1n, 0n]), /revert/);
  await done(adapter[WHOLE](...whole));
  assert.equal((await pusd.balanceOf(wallet.address)) - opening, usd(150));
  assert.equal(await held(market), 0n);
});

test('the chain may be later than the APIs, and the APIs later than the chain', async () => {
  const { condition_id: condition } = markets[2];
  const answer = await control('resolve', {
    condition_id: condition,
    payouts: [0, 1],
    chain_lag_s: 1,
  });
  assert.deepEqual([answer.shown, answer.tx_hash], [true, null]);
  assert.equal(await ctf.payoutDenominator(condition), 0n);
  const { json } = await request(`${venue.url}/markets/${condition}`);
  assert.deepEqual(
    json.tokens.map((t) => t.winner),
    [false, true],
  );
  await until(async () => (await ctf.payoutDenominator(condition)) === 1n);
});

test('sync copies what the chain holds into the venue', async () => {
  await mint('pusd', '12.5', '0x00000000000000000000000000000000000000A1');
  await control('sync', { address: '0x00000000000000000000000000000000000000A1' });
  const { json } = await request(
    `${venue.control_url}/balance?address=0x00000000000000000000000000000000000000A1`,
  );
  assert.equal(json.pusd, '12.5');
});

test('markets are added while it runs, and settle and resolve like the first ones', async () => {
  const url = `${venue.control_url}/markets`;
  const slugs = Array.from({ length: 20 }, (_, i) => ({
    slug: `more-${i}`,
    neg_risk: i % 4 === 0,
  }));
  const added = (await post(url, slugs)).json;
  assert.equal(added.length, 40);
  assert.equal((await post(url, { slug: 'more-1' })).status, 400);
  const market = added[0];
  assert.equal(market.neg_risk, true);
  await buy(market);
  assert.equal(await held(market), usd('20.8'));
  await control('resolve', { condition_id: market.condition_id, payouts: [0, 1] });
  assert.equal(await ctf.payoutNumerators(market.condition_id, 1), 1n);
});

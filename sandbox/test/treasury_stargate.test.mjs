// A Stargate pool: sized by the credit of its path, a taxi at once and a bus when it departs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { until } from './support.mjs';
import { done, gained, revertOf, startTreasury, usd } from './treasury_support.mjs';

const PARAM =
  '(uint32 dstEid,bytes32 to,uint256 amountLD,uint256 minAmountLD,bytes extraOptions,bytes composeMsg,bytes oftCmd)';
const FEE = '(uint256 nativeFee,uint256 lzTokenFee)';
const POOL_ABI = [
  'function token() view returns (address)',
  'function approvalRequired() view returns (bool)',
  `function quoteOFT(${PARAM}) view returns ((uint256 min,uint256 max) limit,(int256 fee,string desc)[] details,(uint256 sent,uint256 received) receipt)`,
  `function quoteSend(${PARAM},bool) view returns (${FEE})`,
  `function send(${PARAM},${FEE},address) payable`,
  'event OFTSent(bytes32 indexed guid,uint32 dstEid,address indexed from,uint256 sent,uint256 received)',
  'event OFTReceived(bytes32 indexed guid,uint32 srcEid,address indexed to,uint256 received)',
  'event BusRode(uint32 dstEid,uint72 ticketId,uint80 fare,bytes passenger)',
];
let treasury, plasma, polygon, base, service, pool, far;

before(async () => {
  treasury = await startTreasury();
  ({ plasma, polygon, base, service } = treasury);
  const { stargate } = treasury.doubles;
  pool = plasma.at(stargate.plasma_usdt0_pool, POOL_ABI);
  far = polygon.at(stargate.polygon_usdt0_pool, POOL_ABI);
  await done(plasma.token(plasma.usdt0).approve(pool.target, ethers.MaxUint256));
});
after(() => treasury?.stop());

const set = (query) => treasury.control(`/stargate?${query}`);
const param = (amount, { min = 0n, cmd = '0x' } = {}) => [
  polygon.eid,
  ethers.zeroPadValue(service.address, 32),
  usd(amount),
  min,
  '0x',
  '0x',
  cmd,
];
const bus = { cmd: '0x01' };
async function send(p, from = pool) {
  const { nativeFee } = await from.quoteSend(p, false);
  const receipt = await done(from.send(p, [nativeFee, 0n], service.address, { value: nativeFee }));
  return receipt.logs
    .filter((l) => l.address === from.target)
    .map((l) => from.interface.parseLog(l));
}
const named = (logs, name) => logs.find((l) => l?.name === name)?.args;
const received = (guid) =>
  until(async () => (await far.queryFilter(far.filters.OFTReceived(guid), 0)).at(0)?.args, 10_000);
const usdt0 = () => polygon.token(polygon.usdt0);

test('a taxi arrives under the guid it was sent with, less the fee', async () => {
  assert.equal(await pool.token(), plasma.usdt0);
  assert.equal(await pool.approvalRequired(), true);
  const { receipt, details } = await pool.quoteOFT(param(50));
  assert.deepEqual(
    [receipt.sent, receipt.received, details[0].fee],
    [usd(50), usd('49.995'), -5_000n],
  );
  const came = await gained(usdt0(), service.address, async () => {
    const sent = named(await send(param(50, { min: receipt.received })), 'OFTSent');
    const there = await received(sent.guid);
    assert.deepEqual([there.srcEid, there.received], [BigInt(plasma.eid), usd('49.995')]);
  });
  assert.equal(came, usd('49.995'));
});

test('USDC goes from Base to Polygon through the pools of USDC', async () => {
  const { base_usdc_pool: near } = treasury.doubles.stargate;
  await done(base.token(base.usdc).approve(near, ethers.MaxUint256));
  const usdc = polygon.token(polygon.usdc);
  const opening = await usdc.balanceOf(service.address);
  await send(param(10), base.at(near, POOL_ABI));
  const came = async () => (await usdc.balanceOf(service.address)) - opening === usd('9.999');
  await until(came, 10_000);
});

test('the quote is capped to the credit, and more than it reverts', async () => {
  await set('pool=plasma_usdt0&credit=20');
  const { limit, receipt } = await pool.quoteOFT(param(50));
  assert.deepEqual([limit.max, receipt.sent], [usd(20), usd(20)]);
  const [fee] = await pool.quoteSend(param(50), false);
  const sending = pool.send.staticCall(param(50), [fee, 0n], service.address, { value: fee });
  assert.equal(await revertOf(sending), '0x2b4d0ad5');
  await send(param(20));
  assert.equal((await pool.quoteOFT(param(1))).limit.max, usd('0.002'));
  await set('pool=plasma_usdt0&credit=0');
  assert.equal((await pool.quoteOFT(param(1))).receipt.sent, 0n);
  await set('pool=plasma_usdt0&credit=5000000');
});

test('a bus has no guid when it is boarded, and carries all when it departs', async () => {
  const [taxi, fare] = [
    await pool.quoteSend(param(5), false),
    await pool.quoteSend(param(5, bus), false),
  ];
  assert.ok(fare.nativeFee < taxi.nativeFee);
  const logs = await send(param(5, bus));
  assert.equal(named(logs, 'OFTSent').guid, ethers.ZeroHash);
  assert.equal(named(logs, 'BusRode').ticketId, 1n);
  await send(param(6, bus));
  await until(async () => (await set('')).bus === 2, 10_000);
  const opening = await usdt0().balanceOf(service.address);
  await set('depart=1');
  await until(
    async () => (await usdt0().balanceOf(service.address)) - opening === usd('10.9989'),
    10_000,
  );
  await set('bus_ms=50');
  await send(param(5, bus));
  await until(
    async () => (await usdt0().balanceOf(service.address)) - opening === usd('15.9984'),
    10_000,
  );
});

test('messages are held until they may go', async () => {
  await set('mode=hold');
  const { guid } = named(await send(param(4)), 'OFTSent');
  await until(async () => (await set('')).queued === 1, 10_000);
  assert.deepEqual(await far.queryFilter(far.filters.OFTReceived(guid), 0), []);
  await set('mode=auto');
  await received(guid);
});

test('a pause, a worse fee and a short fare revert', async () => {
  const [fee] = await pool.quoteSend(param(5), false);
  const trial = (p, value = fee) =>
    revertOf(pool.send.staticCall(p, [fee, 0n], service.address, { value }));
  const selector = (name) => ethers.id(`${name}()`).slice(0, 10);
  assert.equal(await trial(param(5), fee - 1n), selector('Stargate_InsufficientFare'));
  await set('pool=plasma_usdt0&fee_ppm=10000');
  assert.equal(await trial(param(5, { min: usd('4.999') })), selector('Stargate_SlippageTooHigh'));
  await set('pool=plasma_usdt0&paused=1');
  assert.equal(await trial(param(5)), selector('Stargate_Paused'));
  assert.deepEqual(await set('pool=plasma_usdt0&paused=0&fee_ppm=100'), {
    credit: (await set('pool=plasma_usdt0')).credit,
    paused: false,
    fee_ppm: '100',
  });
  await treasury.control('/stargate?pool=moon', 400);
});

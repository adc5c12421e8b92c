// The price feeds, and the ramps of Polymarket's collateral.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { done, gained, revertOf, startTreasury, usd } from './treasury_support.mjs';

const FEED_ABI = [
  'function decimals() view returns (uint8)',
  'function description() view returns (string)',
  'function latestRoundData() view returns (uint80 roundId,int256 answer,uint256 startedAt,uint256 updatedAt,uint80 answeredInRound)',
  'function getRoundData(uint80) view returns (uint80,int256,uint256,uint256,uint80)',
];
const RAMP_ABI = [
  'function wrap(address,address,uint256)',
  'function unwrap(address,address,uint256)',
];
let treasury, plasma, polygon, service;

before(async () => {
  treasury = await startTreasury();
  ({ plasma, polygon, service } = treasury);
});
after(() => treasury?.stop());

test('both feeds say 1.00 and are fresh, until they are told otherwise', async () => {
  const { usdt0_usd: usdt0, usdc_usd: usdc } = treasury.doubles.chainlink;
  assert.equal(usdt0, '0xdBbB0b5DD13E7AC9C56624834ef193df87b022c3');
  for (const [chain, address, name] of [
    [plasma, usdt0, 'USDT0 / USD'],
    [polygon, usdc, 'USDC / USD'],
  ]) {
    const feed = chain.at(address, FEED_ABI);
    const { answer, updatedAt, roundId, answeredInRound } = await feed.latestRoundData();
    assert.deepEqual(
      [await feed.description(), await feed.decimals(), answer],
      [name, 8n, 100_000_000n],
    );
    assert.equal(roundId, answeredInRound);
    const { timestamp } = await chain.provider.getBlock('latest');
    assert.ok(timestamp - Number(updatedAt) <= 2);
  }
});

test('answer, age, decimals and silence can be set', async () => {
  const feed = plasma.at(treasury.doubles.chainlink.usdt0_usd, FEED_ABI);
  const set = (query) => treasury.control(`/chainlink/usdt0_usd?${query}`);
  await set('answer=0.9950');
  const first = await feed.latestRoundData();
  assert.equal(first.answer, 99_500_000n);
  await set('answer=0.9951&age_s=90000&decimals=18');
  const { answer, updatedAt, roundId } = await feed.latestRoundData();
  const { timestamp } = await plasma.provider.getBlock('latest');
  assert.deepEqual([answer, await feed.decimals()], [ethers.parseUnits('0.9951', 18), 18n]);
  assert.ok(Math.abs(timestamp - Number(updatedAt) - 90_000) <= 3);
  assert.equal(roundId, first.roundId + 1n);
  assert.match(await revertOf(feed.getRoundData(first.roundId)), /No data present|0x08c379a0/);
  for (const zero of ['0', '-1']) {
    await set(`answer=${zero}`);
    assert.equal((await feed.latestRoundData()).answer, ethers.parseUnits(zero, 8));
  }
  await set('dead=1');
  assert.match(await revertOf(feed.latestRoundData()), /No data present|0x08c379a0/);
  await set('');
  assert.equal((await feed.latestRoundData()).answer, 100_000_000n);
  await treasury.control('/chainlink/eth_usd?answer=1', 404);
});

test('USDC.e is wrapped and unwrapped one to one, and not while a ramp is paused', async () => {
  const [on, off] = [polygon.at(polygon.onramp, RAMP_ABI), polygon.at(polygon.offramp, RAMP_ABI)];
  const [usdce, pusd] = [polygon.token(polygon.usdce), polygon.token(polygon.pusd)];
  await done(usdce.approve(on.target, ethers.MaxUint256));
  await done(pusd.approve(off.target, ethers.MaxUint256));
  const wrap = ['wrap', [polygon.usdce, service.address, usd(10)]];
  const unwrap = ['unwrap', wrap[1]];
  const run = (ramp, [name, args]) => done(ramp[name](...args));
  assert.equal(await gained(pusd, service.address, () => run(on, wrap)), usd(10));
  assert.equal(await gained(usdce, service.address, () => run(off, unwrap)), usd(10));
  const paused = ethers.id('OnlyUnpaused()').slice(0, 10);
  for (const [name, ramp, [method, args]] of [
    ['onramp', on, wrap],
    ['offramp', off, unwrap],
  ]) {
    await treasury.control(`/ramp/${name}?paused=1`);
    assert.equal(await revertOf(ramp[method].staticCall(...args)), paused);
    await treasury.control(`/ramp/${name}?paused=0`);
  }
  assert.equal(await gained(pusd, service.address, () => run(on, wrap)), usd(10));
  await treasury.control('/ramp/onramp', 400);
  await treasury.control('/ramp/other?paused=1', 404);
});

// The control calls of the treasury's doubles, by the first part of their path.
import { ethers } from 'ethers';
import { AT as POLYMARKET } from '../chains/conditional_tokens.mjs';
import { Refusal } from '../http.mjs';
import { changes, decimal, flag, integer } from '../query.mjs';

const HOSTS = ['oneinch', 'okx', 'relay', 'signer'];
const RAMPS = ['onramp', 'offramp'];
const RAMP_ABI = new ethers.Interface(['function pause(address)', 'function unpause(address)']);

/** First word -> (doubles, query, second word) -> value or its promise. */
const CALLS = {
  oneinch: ({ oneinch }, query) => oneinch.set(query),
  okx: ({ okx }, query, name) => {
    if (name === 'fund') return okx.fund(query);
    return { ...okx.set(query), ...okx.status() };
  },
  relay: ({ relay }, query) => ({ ...relay.set(query), requests: relay.status() }),
  stargate: ({ stargate }, query) => stargate.set(query),
  signer: ({ signer }, query, name) =>
    name === 'key' ? signer.addKey(query) : { ...signer.set(query), ...signer.status() },
  chainlink: setFeed,
  ramp: setRamp,
  fault: setFault,
};

/** The same over the chains, as the control server calls them. */
export const SWITCHES = Object.fromEntries(
  Object.entries(CALLS).map(([word, call]) => [
    word,
    ({ doubles }, query, name) => {
      if (!doubles) throw new Refusal(409, 'the sandbox was started with --no-conversion');
      return call(doubles, query, name);
    },
  ]),
);

/** /fault/{host}?kind=&route=&times=&ms= or ?clear=1; without parameters what waits, and the calls so far */
function setFault(doubles, { clear, kind, route, ...numbers }, name) {
  if (!HOSTS.includes(name)) throw new Refusal(404, `the host must be one of ${HOSTS}`);
  const { host } = doubles[name];
  const { times, ms } = changes({ times: integer(1e6), ms: integer(600_000) }, numbers);
  if (clear !== undefined) host.faults.clear();
  if (kind !== undefined) host.faults.add({ kind, route, times, ms });
  return { host: name, ...host.faults.status(), calls: host.calls() };
}

/** /chainlink/{usdt0_usd|usdc_usd}?answer=0.9950&age_s=90000&decimals=8&dead=1; without age_s it is fresh for ever */
async function setFeed({ feeds }, query, name) {
  const feed = feeds[name];
  if (!feed) throw new Refusal(404, `the feed must be one of ${Object.keys(feeds)}`);
  const rules = { answer: decimal(), age_s: integer(), decimals: integer(18), dead: flag() };
  const { answer = '1', age_s: age, decimals = 8, dead = false } = changes(rules, query);
  const { chain, contract } = feed;
  const { timestamp } = await chain.rpc.call('eth_getBlockByNumber', ['latest', false]);
  const updatedAt = age === undefined ? 0 : Number(timestamp) - age;
  const args = [ethers.parseUnits(answer, decimals), updatedAt, decimals, dead];
  await chain.deployer.call(contract, 'set', args);
  return { feed: name, answer, updated_at: updatedAt, decimals, dead };
}

/** /ramp/{onramp|offramp}?paused=1|0 for USDC.e */
async function setRamp({ polygon }, query, ramp) {
  if (!RAMPS.includes(ramp)) throw new Refusal(404, `the ramp must be one of ${RAMPS}`);
  const { paused } = changes({ paused: flag() }, query);
  if (paused === undefined) throw new Refusal(400, 'paused must be 1 or 0');
  const contract = { address: POLYMARKET[ramp], abi: RAMP_ABI };
  await polygon.deployer.call(contract, paused ? 'pause' : 'unpause', [
    polygon.token.usdce.address,
  ]);
  return { ramp, paused };
}

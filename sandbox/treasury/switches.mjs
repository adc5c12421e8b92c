// The control calls of the treasury's doubles, by the first part of their path.
import { ethers } from 'ethers';
import { AT as POLYMARKET } from '../chains/conditional_tokens.mjs';
import { Refusal } from '../http.mjs';
import { flag, oneOf, read, whole } from './settings.mjs';

const HOSTS = ['oneinch', 'okx', 'relay', 'signer'];
const RAMP_ABI = new ethers.Interface(['function pause(address)', 'function unpause(address)']);

/** name -> (doubles, query, second part of the path) -> value or its promise. */
export const SWITCHES = {
  oneinch: ({ oneinch }, query) => oneinch.set(query),
  okx: ({ okx }, query, part) => {
    if (part === 'fund') return okx.fund(query);
    return { ...okx.set(query), ...okx.status() };
  },
  relay: ({ relay }, query) => ({ ...relay.set(query), requests: relay.status() }),
  stargate: ({ stargate }, query) => stargate.set(query),
  signer: ({ signer }, query, part) =>
    part === 'key' ? signer.addKey(query) : { ...signer.set(query), ...signer.status() },
  chainlink: setFeed,
  ramp: setRamp,
  fault: setFault,
};

/** /fault/{host}?kind=&route=&times=&ms= or ?clear=1; without parameters what waits, and the calls so far */
function setFault(doubles, { clear, kind, route, times, ms, ...rest }, name) {
  if (!HOSTS.includes(name)) throw new Refusal(404, `the host must be one of ${HOSTS}`);
  const [unknown] = Object.keys(rest);
  if (unknown) throw new Refusal(400, `bad setting: ${unknown}`);
  const { host } = doubles[name];
  if (clear !== undefined) host.faults.clear();
  const numbers = Object.entries({ times, ms }).filter(([, text]) => text !== undefined);
  if (kind !== undefined) {
    const spec = { times: whole(1e6), ms: whole(600_000) };
    host.faults.add({ kind, route, ...read(Object.fromEntries(numbers), spec) });
  }
  return { host: name, ...host.faults.status(), calls: host.calls() };
}

/** /chainlink/{usdt0_usd|usdc_usd}?answer=0.9950&age_s=90000&decimals=8&dead=1; without age_s it is fresh for ever */
async function setFeed({ feeds }, query, name) {
  const feed = feeds[name];
  if (!feed) throw new Refusal(404, `the feed must be one of ${Object.keys(feeds)}`);
  const spec = {
    answer: (text) => (/^-?\d{1,6}(\.\d{1,18})?$/.test(text) ? text : undefined),
    age_s: whole(),
    decimals: whole(18),
    dead: flag,
  };
  const { answer = '1', age_s: age, decimals = 8, dead = false } = read(query, spec);
  const { chain, contract } = feed;
  const { timestamp } = await chain.rpc.call('eth_getBlockByNumber', ['latest', false]);
  const updatedAt = age === undefined ? 0 : Number(timestamp) - age;
  const args = [ethers.parseUnits(answer, decimals), updatedAt, decimals, dead];
  await chain.deployer.call(contract, 'set', args);
  return { feed: name, answer, updated_at: updatedAt, decimals, dead };
}

/** /ramp/{onramp|offramp}?paused=1|0 for USDC.e */
async function setRamp({ polygon }, query, name) {
  const { ramp } = read({ ramp: name ?? '' }, { ramp: oneOf(['onramp', 'offramp']) });
  const { paused } = read(query, { paused: flag });
  if (paused === undefined) throw new Refusal(400, 'paused must be 1 or 0');
  const contract = { address: POLYMARKET[ramp], abi: RAMP_ABI };
  await polygon.deployer.call(contract, paused ? 'pause' : 'unpause', [
    polygon.token.usdce.address,
  ]);
  return { ramp, paused };
}

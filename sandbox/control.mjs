// Faults and money for tests, over HTTP. All calls are POST with query parameters and answer JSON.
import { ethers } from 'ethers';
import { switchAcross } from './across/across_control.mjs';
import { switchCctp } from './cctp/cctp_control.mjs';
import { OFT_MODES } from './chains/packets.mjs';
import { PROXY_MODES } from './chains/proxy.mjs';
import { setRules } from './chains/rules.mjs';
import { mint } from './chains/tokens.mjs';
import { Refusal, sendJson, serve } from './http.mjs';
import { changes, integer, oneOf } from './query.mjs';
import { SWITCHES } from './treasury/switches.mjs';

/** By the path's first word: (chains, query, second word, third word) -> answer. */
const CALLS = {
  oft: setRelay,
  mint: mintToken,
  chain: setChain,
  across: switchAcross,
  cctp: switchCctp,
  ...SWITCHES,
};

/**
 * Serves CALLS over `chains` (null with --no-chains) and GET `/` = `summary()`.
 */
export function startControl(chains, summary) {
  return serve(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url, 'http://sandbox');
    const query = Object.fromEntries(searchParams);
    req.resume();
    if (pathname === '/' && req.method === 'GET') return sendJson(res, 200, summary());
    const [, kind, name, part] = pathname.split('/');
    const action = Object.hasOwn(CALLS, kind) ? CALLS[kind] : undefined;
    if (!action) throw new Refusal(404, `no such call: ${pathname}`);
    if (req.method !== 'POST') throw new Refusal(405, 'use POST');
    if (!chains) throw new Refusal(409, 'the sandbox was started with --no-chains');
    sendJson(res, 200, await action(chains, query, name, part));
  });
}

const OFT = { mode: oneOf(OFT_MODES), delay_ms: integer(), confirmations: integer(1e6) };

/** /oft?mode=..&delay_ms=N, /oft?confirmations=N, /oft?retry=1 */
async function setRelay({ relay }, { retry, ...query }) {
  if (!relay) throw new Refusal(409, 'the sandbox was started with --no-conversion');
  const { mode, delay_ms: delayMs, confirmations } = changes(OFT, query);
  if (retry !== undefined && retry !== '1') throw new Refusal(400, 'retry must be 1');
  if (confirmations !== undefined) await relay.confirm(confirmations);
  if (retry) relay.retry();
  return relay.set({ mode, delayMs });
}

/** /mint?chain=plasma|polygon|base&token=usdt0|usdc|usdce|pusd&to=0x..&amount=12.5 */
async function mintToken(chains, { chain, token, to, amount }) {
  const where = namedChain(chains, chain);
  const contract = where.token[String(token).toLowerCase().replace('.', '')];
  if (!contract) throw new Refusal(400, `token must be one of ${Object.keys(where.token)}`);
  if (!ethers.isAddress(to)) throw new Refusal(400, 'to must be an address');
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(amount ?? ''))
    throw new Refusal(400, 'amount must be a decimal with at most 6 places');
  const { transactionHash } = await mint(where.deployer, contract, to, amount);
  return { ok: true, tx_hash: transactionHash };
}

/**
 * /chain/plasma|polygon|base?mode=up|refuse|hang|http500, or ?down=1|0 for refuse and up; /chain/{name}/rule and
 * /chain/{name}/calls: see chains/rules.mjs. node=2 means the second node.
 */
function setChain(chains, { node = '1', ...query }, name, part) {
  const chain = namedChain(chains, name);
  const proxy = { 1: chain.proxy, 2: chain.second }[node];
  if (!proxy) throw new Refusal(400, 'node must be 1 or 2');
  if (part) return setRules(name, proxy, part, query);
  const { mode, down } = query;
  const wanted = mode ?? { 1: 'refuse', 0: 'up' }[down];
  if (!PROXY_MODES.includes(wanted))
    throw new Refusal(400, `mode must be one of ${PROXY_MODES}, or down 1 or 0`);
  proxy.set(wanted);
  return { chain: name, mode: proxy.mode() };
}

const CHAINS = ['plasma', 'polygon', 'base'];

function namedChain(chains, name) {
  if (!CHAINS.includes(name)) throw new Refusal(400, `chain must be one of ${CHAINS}`);
  return chains[name];
}

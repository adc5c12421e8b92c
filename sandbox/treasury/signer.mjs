// An external signer over JSON-RPC, as web3signer (raw bytes) or clef behind a node ({raw, tx}) answer. It signs
// only, and for a chain of its own: web3signer is started for one, so each chain has its path, /137.
import { setTimeout as sleep } from 'node:timers/promises';
import { ethers } from 'ethers';
import { parseJson, Refusal } from '../http.mjs';
import { changes, integer, oneOf, privateKey } from '../query.mjs';
import { startHost } from './host.mjs';

// what it may answer wrongly, each a valid signature of another transaction
export const MODES = [
  'honest',
  'refuse',
  'wrong_chain',
  'wrong_sender',
  'other_nonce',
  'other_to',
  'other_value',
  'other_data',
  'higher_fee',
  'legacy',
  'garbage',
];
const SETTINGS = {
  mode: oneOf(MODES),
  dialect: oneOf(['web3signer', 'clef']),
  slow_ms: integer(600_000), // before each signature
};
const KEY = ethers.id('headroom sandbox signer');
const STRANGER = new ethers.Wallet(ethers.id('headroom sandbox stranger'));

/** Answers {describe(), set(query), addKey(query), status(), host}. */
export async function startSigner(chains) {
  const settings = { mode: 'honest', dialect: 'web3signer', slow_ms: 0 };
  const wallets = new Map(); // address in lower case -> wallet
  const add = (key) => {
    const wallet = new ethers.Wallet(key);
    wallets.set(wallet.address.toLowerCase(), wallet);
    return wallet.address;
  };
  const address = add(KEY);
  let signed = 0;
  const rpc = async ({ method, params }, chainId) => {
    if (method === 'eth_accounts') return [...wallets.keys()];
    if (method !== 'eth_signTransaction') fail(-32601, 'Method not found');
    const tx = params?.[0] ?? fail(-32602, 'Invalid params');
    await sleep(settings.slow_ms);
    const raw = await sign(settings.mode, wallets, tx, chainId);
    signed += 1;
    return settings.dialect === 'clef' ? { raw, tx: described(raw) } : raw;
  };
  const host = await startHost(async ({ method, path, body }) => {
    if (method === 'GET' && path === '/upcheck') return { body: 'OK' };
    if (method !== 'POST') throw new Refusal(404, 'not found');
    const { id = null, ...call } = parseJson(Buffer.from(body));
    try {
      const result = await rpc(call, Number(path.slice(1)) || undefined);
      return { body: { jsonrpc: '2.0', id, result } };
    } catch (e) {
      const ours = Number.isInteger(e.code); // anything else is ethers' refusal of a field
      const error = ours
        ? { code: e.code, message: e.message }
        : { code: -32602, message: 'Invalid params' };
      return { body: { jsonrpc: '2.0', id, error } };
    }
  });
  return {
    host,
    describe: () => ({
      url: host.url,
      address,
      ...Object.fromEntries(chains.map((c) => [`${c.name}_url`, `${host.url}/${c.chainId}`])),
    }),
    set: (query) => Object.assign(settings, changes(SETTINGS, query)),
    addKey: (query) => {
      const { key } = changes({ key: privateKey() }, query);
      if (!key) throw new Refusal(400, 'key is needed');
      return { address: add(key) };
    },
    status: () => ({ signed, accounts: [...wallets.keys()] }),
    address,
  };
}

async function sign(mode, wallets, wanted, chainId) {
  if (mode === 'refuse') fail(-32000, 'Request denied');
  const wallet = wallets.get(String(wanted.from).toLowerCase());
  if (!wallet) fail(-32000, 'Sender account not recognized');
  if (wanted.nonce === undefined) fail(-32602, 'Invalid params: nonce is missing');
  if (mode === 'garbage') return ethers.hexlify(ethers.randomBytes(110));
  const tx = changed(mode, asTransaction(wanted, chainId));
  return (mode === 'wrong_sender' ? STRANGER : wallet).signTransaction(tx);
}

/** Of the JSON-RPC form; with both fee fields it is of type 2, as web3signer decides. */
function asTransaction(t, pathChain) {
  const number = (x) => (x === undefined || x === null ? undefined : BigInt(x));
  const chainId =
    pathChain ?? number(t.chainId) ?? fail(-32602, 'Invalid params: chainId is missing');
  if (t.chainId !== undefined && pathChain && Number(number(t.chainId)) !== pathChain)
    fail(-32602, 'Invalid params: chainId does not match');
  const dynamic = t.maxFeePerGas !== undefined && t.maxPriorityFeePerGas !== undefined;
  const fees = dynamic
    ? {
        type: 2,
        maxFeePerGas: number(t.maxFeePerGas),
        maxPriorityFeePerGas: number(t.maxPriorityFeePerGas),
      }
    : { type: 0, gasPrice: number(t.gasPrice) ?? 0n };
  return {
    ...fees,
    chainId,
    nonce: Number(number(t.nonce)),
    gasLimit: number(t.gas ?? t.gasLimit) ?? 90_000n,
    to: t.to,
    value: number(t.value) ?? 0n,
    data: t.data ?? t.input ?? '0x',
  };
}

function changed(mode, tx) {
  switch (mode) {
    case 'wrong_chain':
      return { ...tx, chainId: 1 };
    case 'other_nonce':
      return { ...tx, nonce: tx.nonce + 1 };
    case 'other_to':
      return { ...tx, to: STRANGER.address };
    case 'other_value':
      return { ...tx, value: tx.value + 1n };
    case 'other_data':
      return { ...tx, data: `${tx.data}00` };
    case 'higher_fee':
      return tx.type === 2
        ? { ...tx, maxFeePerGas: tx.maxFeePerGas * 10n }
        : { ...tx, gasPrice: tx.gasPrice * 10n };
    case 'legacy': {
      const { maxFeePerGas, maxPriorityFeePerGas, ...rest } = tx;
      return { ...rest, type: 0, gasPrice: maxFeePerGas ?? rest.gasPrice };
    }
    default:
      return tx;
  }
}

/** The transaction as geth describes it beside the raw bytes. */
function described(raw) {
  if (!raw.startsWith('0x02')) return {};
  const tx = ethers.Transaction.from(raw);
  const hex = ethers.toQuantity;
  return {
    type: '0x2',
    chainId: hex(tx.chainId),
    nonce: hex(tx.nonce),
    to: tx.to?.toLowerCase() ?? null,
    gas: hex(tx.gasLimit),
    maxFeePerGas: hex(tx.maxFeePerGas),
    maxPriorityFeePerGas: hex(tx.maxPriorityFeePerGas),
    value: hex(tx.value),
    input: tx.data,
    v: hex(tx.signature.yParity),
    r: tx.signature.r,
    s: tx.signature.s,
    hash: tx.hash,
  };
}

function fail(code, message) {
  throw Object.assign(new Error(message), { code });
}

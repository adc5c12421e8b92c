// The relayer: it makes deposit wallets act on the local chain, for batches that their owners signed.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ethers } from 'ethers';
import { AT, sendAs } from '../chains/conditional_tokens.mjs';
import { TYPE } from '../clob/wallets.mjs';
import { parseJson, Refusal } from '../http.mjs';
import { batchSigner, placeWallet, readWallet, walletOf } from './deposit_wallet.mjs';

const MAX_CALLS = 100;
const MAX_METADATA = 500; // characters
const PRECHECK = 'PRECHECK_SKIPPED: redeem skipped: zero position balance';
// the old collateral adapters and the old neg-risk adapter
const DENIED = [
  '0xADa100874d00e3331D00F2007a9c336a65009718',
  '0xAdA200001000ef00D07553cEE7006808F895c6F1',
  '0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296',
];
// faults that accept and then end so
const ENDS = {
  failed: ['STATE_FAILED', 'execution failed'],
  precheck_skipped: ['STATE_FAILED', PRECHECK],
  invalid: ['STATE_INVALID', 'transaction invalid'],
  stays_new: ['STATE_NEW', ''],
};

const refuse = (text) => new Refusal(400, text);
const isAddress = (x) => typeof x === 'string' && ethers.isAddress(x);
const isUint = (x) => typeof x === 'string' && /^\d{1,78}$/.test(x);
const isHex = (x) => typeof x === 'string' && ethers.isHexString(x);

export class Relayer {
  settings = { step_ms: 20, max_deadline_s: 600, denied: DENIED };
  #transactions = new Map();
  #busy = new Map(); // wallet, lower case -> id of its transaction under way
  #chain;
  #faults;
  #wallets;

  /** `chain()` is the Polygon chain; null without chains. The venue hears of the wallets placed. */
  constructor({ chain, faults, venue }) {
    this.#chain = chain;
    this.#faults = faults;
    this.#wallets = venue.wallets;
  }

  /** Answers one request: {method, path, query, headers, body}. */
  async answer(request) {
    const { method, path, query, headers } = request;
    if (!this.#chain()) throw new Refusal(503, 'the sandbox was started with --no-chains');
    if (method === 'POST' && path === '/submit') {
      authorize(headers);
      return this.#submit(parseJson(request.body));
    }
    if (method !== 'GET') throw new Refusal(405, 'method not allowed');
    if (path === '/deployed') return { deployed: await this.#deployed(query.get('address')) };
    const id = path.match(/^\/v1\/account\/transactions\/([^/]+)$/)?.[1];
    if (id === 'params') return this.#params(query);
    const found = this.#transactions.get(id);
    if (!found) throw new Refusal(404, 'transaction not found');
    return view(found);
  }

  /** For tests: everything that was submitted. */
  list() {
    return { ...this.settings, transactions: [...this.#transactions.values()].map(view) };
  }

  async #deployed(address) {
    if (!isAddress(address)) throw refuse('invalid address');
    return (await this.#chain().rpc.call('eth_getCode', [address, 'latest'])) !== '0x';
  }

  /** `address` is the owner's. */
  async #params(query) {
    const owner = query.get('address');
    if (!isAddress(owner)) throw refuse('invalid address');
    if (query.get('type') !== 'WALLET') throw refuse('invalid type');
    const fault = this.#faults.strike('relayer_params');
    if (fault?.kind === 'rate_limited') throw tooMany();
    if (fault?.kind === 'error_500') throw new Refusal(500, 'internal server error');
    const address = this.#walletOf(owner);
    const wallet = await readWallet(this.#chain(), address);
    const wrong = fault?.kind === 'wrong_nonce' ? 1n : 0n;
    return { address, nonce: String((wallet?.nonce ?? 0n) + wrong) };
  }

  /** A wallet for `owner`, at `wallet` or where it is derived. */
  async place(owner, wallet = walletOf(owner)) {
    if (!isAddress(owner) || !isAddress(wallet)) throw refuse('owner and wallet must be addresses');
    if (!this.#chain()) throw new Refusal(409, 'the sandbox was started with --no-chains');
    await this.#place(owner, wallet);
    return { owner, wallet };
  }

  async #place(owner, wallet) {
    await placeWallet(this.#chain(), owner, wallet);
    this.#wallets.add({ owner, wallet, type: TYPE.DEPOSIT_WALLET });
  }

  /** Where the venue knows it, else where it is derived. */
  #walletOf(owner) {
    const known = this.#wallets.walletOf(owner.toLowerCase(), TYPE.DEPOSIT_WALLET);
    return known ? ethers.getAddress(known) : walletOf(owner);
  }

  async #submit(request) {
    const fault = this.#faults.strike('relayer');
    strikeBefore(fault, request);
    const { from, to, type, metadata } = request ?? {};
    if (!isAddress(from) || !isAddress(to)) throw refuse('invalid from or to');
    if (to.toLowerCase() !== AT.factory.toLowerCase())
      throw refuse('invalid to: not the wallet factory');
    if (metadata !== undefined && (typeof metadata !== 'string' || metadata.length > MAX_METADATA))
      throw refuse(`metadata exceeds ${MAX_METADATA} characters`);
    let work, wallet;
    if (type === 'WALLET-CREATE') {
      wallet = this.#walletOf(from);
      work = (heard) => this.#create(from, wallet, heard);
    } else if (type === 'WALLET') {
      wallet = request.depositWalletParams?.depositWallet;
      const data = await this.#checkedBatch(request);
      work = (heard) => sendAs(this.#chain().rpc, AT.factory, wallet, data, heard);
    } else throw refuse(`unsupported transaction type: ${type}`);
    if (this.#busy.has(wallet.toLowerCase()))
      throw refuse('wallet busy: wallet has an active action');
    const transaction = this.#open(request, wallet);
    this.#run(transaction, wallet.toLowerCase(), work, ENDS[fault?.kind]);
    if (fault?.kind === 'drop_after_accept') return undefined;
    return { transactionID: transaction.id, state: transaction.state };
  }

  #open({ type, from, nonce }, wallet) {
    const transaction = { id: randomUUID(), state: 'STATE_NEW', hash: '', error: '', type, from };
    Object.assign(transaction, { nonce: nonce ?? '', wallet });
    this.#transactions.set(transaction.id, transaction);
    return transaction;
  }

  /** NEW -> EXECUTED -> MINED -> CONFIRMED, or FAILED; the wallet is free again once it is mined. */
  async #run(transaction, wallet, work, end) {
    this.#busy.set(wallet, transaction.id);
    const step = () => sleep(this.settings.step_ms, undefined, { ref: false });
    try {
      await step();
      if (end) return Object.assign(transaction, { state: end[0], error: end[1] });
      await work((hash) => Object.assign(transaction, { hash, state: 'STATE_EXECUTED' }));
      await step();
      transaction.state = 'STATE_MINED';
    } catch (e) {
      return Object.assign(transaction, { state: 'STATE_FAILED', error: e.message });
    } finally {
      this.#busy.delete(wallet);
    }
    await step();
    transaction.state = 'STATE_CONFIRMED';
    return transaction;
  }

  /** The call of a signed batch, once everything about it is right. */
  async #checkedBatch({ from, nonce, signature, depositWalletParams: params }) {
    const { depositWallet: address, deadline, calls } = params ?? {};
    const formed =
      isAddress(address) &&
      isUint(nonce) &&
      isUint(deadline) &&
      isHex(signature) &&
      Array.isArray(calls) &&
      calls.length > 0 &&
      calls.length <= MAX_CALLS &&
      calls.every((c) => isAddress(c?.target) && isUint(c.value) && isHex(c.data));
    if (!formed) throw refuse('invalid deposit wallet batch');
    const left = Number(deadline) - Date.now() / 1000;
    if (left <= 0) throw refuse('deadline expired');
    if (left > this.settings.max_deadline_s + 5) throw refuse('deadline too far in the future');
    const denied = new Set(this.settings.denied.map((a) => a.toLowerCase()));
    calls.forEach(({ target }, i) => {
      if (denied.has(target.toLowerCase()))
        throw refuse(`call blocked: call[${i}] blocked: calls to ${target} are not permitted`);
    });
    const wallet = await readWallet(this.#chain(), address);
    if (!wallet) throw refuse('deposit wallet is not deployed');
    const signer = batchSigner({ wallet: address, nonce, deadline, calls, signature });
    const owner = wallet.owner.toLowerCase();
    if (signer?.toLowerCase() !== owner || from.toLowerCase() !== owner)
      throw refuse('invalid signature');
    if (BigInt(nonce) !== wallet.nonce)
      throw refuse(`batch nonce ${nonce} does not match on-chain nonce ${wallet.nonce}`);
    const list = calls.map((c) => [c.target, c.value, c.data]);
    return wallet.abi.encodeFunctionData('execute', [nonce, list]);
  }

  async #create(owner, wallet, heard) {
    await this.#place(owner, wallet);
    return sendAs(this.#chain().rpc, AT.factory, wallet, '0x', heard);
  }
}

const tooMany = () => new Refusal(429, 'Too Many Requests', { headers: { 'retry-after': '1' } });

/** Faults that leave no trace. */
function strikeBefore(fault, request) {
  const nonce = BigInt(isUint(request?.nonce) ? request.nonce : '0');
  switch (fault?.kind) {
    case 'wallet_busy':
      throw refuse('wallet busy: wallet has an active action');
    case 'nonce_mismatch':
      throw refuse(`batch nonce ${nonce} does not match on-chain nonce ${nonce + 1n}`);
    case 'blocked': {
      const target = request?.depositWalletParams?.calls?.[0]?.target;
      throw refuse(`call blocked: call[0] blocked: calls to ${target} are not permitted`);
    }
    case 'rate_limited':
      throw tooMany();
    case 'error_500':
      throw new Refusal(500, 'internal server error');
    default:
  }
}

/** A relayer key with its address, or the four headers of a builder key; which ones they are is not looked at. */
function authorize(headers) {
  const has = (...names) => names.every((name) => headers[name]);
  const builder = ['api_key', 'timestamp', 'passphrase', 'signature'].map(
    (n) => `poly_builder_${n}`,
  );
  if (!has('relayer_api_key', 'relayer_api_key_address') && !has(...builder))
    throw new Refusal(401, 'invalid authorization');
}

const view = ({ id, state, hash, error, type, from, nonce, wallet }) => ({
  transaction_id: id,
  transaction_hash: hash,
  state,
  error_msg: error,
  type,
  from,
  nonce,
  wallet,
});

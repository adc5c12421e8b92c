// What a node before one of the chains may get wrong, call by call, while the chain itself is well.
import { ethers } from 'ethers';
import { Refusal } from '../http.mjs';
import { changes, decimal, integer } from '../query.mjs';

const LIMIT_TEXT = 'rate limit exceeded';
const FINALIZED_BEHIND = 2; // as the anvils have it
const GWEI = 1_000_000_000n;

/**
 * kind -> the method it strikes unless one is named ('*' all), the value of `n` unless one is given, and what it does:
 * (call, rule, ask) -> {result} | {error} | {status, ...} | {lost: true}, undefined to pass the call on.
 */
const KINDS = {
  null: { method: 'eth_getTransactionReceipt', act: () => ({ result: null }) },
  empty: { method: 'eth_getLogs', act: () => ({ result: [] }) },
  // a node n blocks behind
  lag: {
    method: '*',
    n: 5,
    act: async (call, { n }, ask) => viewed(call, ask, (await headOf(ask)) - Number(n)),
  },
  // a node that stands still at the block of the moment the rule was set
  frozen: { method: '*', act: (call, { head }, ask) => viewed(call, ask, head) },
  // the chain grows, and its `finalized` stands still at the block of the moment the rule was set
  tag: {
    method: '*',
    act: async ({ method, params = [] }, { head }, ask) => {
      const still = ethers.toQuantity(Math.max(0, head - FINALIZED_BEHIND));
      const named = params.map((p) => (p === 'finalized' ? still : p));
      return named.some((p, k) => p !== params[k]) ? { result: await ask(method, named) } : undefined;
    },
  },
  limit: {
    method: '*',
    act: (_, { code = -32005, text = LIMIT_TEXT, status }) => ({
      error: { code, message: text },
      ...(status ? { status, headers: { 'retry-after': '1' } } : {}),
    }),
  },
  // logs of more than n blocks are refused
  range: {
    method: 'eth_getLogs',
    n: 10,
    async act({ params: [filter] }, { n, code = -32602, text, status }, ask) {
      const head = await headOf(ask);
      const at = (tag, other) =>
        String(tag).startsWith('0x') ? Number(tag) : (other[tag] ?? head);
      const from = at(filter.fromBlock, { earliest: 0 });
      const wide = at(filter.toBlock, {}) - from + 1;
      if (filter.blockHash || wide <= Number(n)) return undefined;
      const message = text ?? `range ${wide} exceeds limit of ${n}`;
      return { error: { code, message }, ...(status ? { status } : {}) };
    },
  },
  chain: {
    method: 'eth_chainId',
    n: 1,
    act: ({ method }, { n }) =>
      method === 'net_version' ? { result: String(n) } : { result: ethers.toQuantity(BigInt(n)) },
  },
  // sent on, and the answer is dropped
  lost: { method: 'eth_sendRawTransaction', act: () => ({ lost: true }) },
  hang: { method: '*', act: () => ({ hang: true }) },
  error: {
    method: '*',
    act: (_, { code = -32000, text = 'internal error', status }) => ({
      error: { code, message: text },
      ...(status ? { status } : {}),
    }),
  },
  // pools that want a tip of n gwei, in the words of geth, or of bor with text=bor
  tip_floor: {
    method: 'eth_sendRawTransaction',
    n: 25,
    act({ params: [raw] }, { n, text }) {
      const tx = ethers.Transaction.from(raw);
      const [tip, least] = [tx.maxPriorityFeePerGas ?? tx.gasPrice, BigInt(n) * GWEI];
      if (tip >= least) return undefined;
      const words =
        text === 'bor' ? 'transaction gas price below minimum' : 'transaction underpriced';
      return {
        error: { code: -32000, message: `${words}: gas tip cap ${tip}, minimum needed ${least}` },
      };
    },
  },
  // nodes that refuse a fee above n coins
  fee_cap: {
    method: 'eth_sendRawTransaction',
    n: 1,
    act({ params: [raw] }, { n }) {
      const tx = ethers.Transaction.from(raw);
      const fee = tx.gasLimit * (tx.maxFeePerGas ?? tx.gasPrice);
      if (fee <= ethers.parseEther(String(n))) return undefined;
      const coins = (x) => Number(x).toFixed(2);
      const message = `tx fee (${coins(ethers.formatEther(fee))} ether) exceeds the configured cap (${coins(n)} ether)`;
      return { error: { code: -32000, message } };
    },
  },
};
export const RULE_KINDS = Object.keys(KINDS);
const MAX_RULES = 100;

/** The rules of one node and, once asked for, how often each method was called. */
export class Rules {
  #rules = [];
  #counts = null; // method -> calls
  #since = 0;

  /** Whether calls must be looked at. */
  get active() {
    return this.#rules.length > 0 || this.#counts !== null;
  }

  list() {
    return this.#rules.map(({ left, ...rule }) => ({
      ...rule,
      left: left === Infinity ? 'ever' : left,
    }));
  }

  clear() {
    this.#rules.length = 0;
  }

  /** `times` 0 is for ever. The last rule that was added is asked first. */
  async add({ kind, method, n, times = 0, code, text, status }, ask) {
    const known = KINDS[kind];
    if (!known) throw new Refusal(400, `kind must be one of ${RULE_KINDS}`);
    if (this.#rules.length >= MAX_RULES) throw new Refusal(400, 'too many rules');
    const rule = {
      kind,
      method: method ?? known.method,
      n: n ?? known.n,
      code,
      text,
      status,
      struck: 0,
    };
    if (kind === 'frozen' || kind === 'tag') rule.head = await headOf(ask);
    this.#rules.unshift({ ...rule, left: times === 0 ? Infinity : times });
  }

  /** Calls by method since the last time this was asked; counting begins with the first. */
  calls() {
    const now = Date.now();
    const byMethod = Object.fromEntries(this.#counts ?? []);
    const total = Object.values(byMethod).reduce((sum, n) => sum + n, 0);
    const answer = {
      since_ms: this.#since ? now - this.#since : 0,
      calls: total,
      by_method: byMethod,
    };
    [this.#counts, this.#since] = [new Map(), now];
    return answer;
  }

  /** What a rule says to `call`, or undefined when it is to be passed on. `ask` calls the node behind. */
  async strike(call, ask) {
    this.#counts?.set(call.method, (this.#counts.get(call.method) ?? 0) + 1);
    for (const rule of [...this.#rules]) {
      if (rule.method !== '*' && rule.method !== call.method) continue;
      const said = await KINDS[rule.kind].act(call, rule, ask);
      if (said === undefined) continue;
      rule.struck += 1;
      rule.left -= 1;
      if (rule.left <= 0) this.#rules = this.#rules.filter((r) => r !== rule);
      return said;
    }
    return undefined;
  }
}

const NUMBERS = { n: decimal(), times: integer(), code: decimal(), status: integer(599) };

/** /chain/{name}/rule?kind=&method=&n=&times=&code=&text=&status= or ?clear=1; /chain/{name}/calls */
export async function setRules(
  name,
  { rules, ask },
  part,
  { clear, kind, method, text, ...query },
) {
  if (part === 'calls') return { chain: name, ...rules.calls() };
  if (part !== 'rule') throw new Refusal(404, `no such call: /chain/${name}/${part}`);
  const { n, times, code, status } = changes(NUMBERS, query);
  if (clear !== undefined) rules.clear();
  const words = { n, times, status, code: code && Number(code) };
  if (kind !== undefined) await rules.add({ kind, method, text, ...words }, ask);
  return { chain: name, rules: rules.list() };
}

const headOf = async (ask) => Number(await ask('eth_blockNumber'));

/** The answer of a node whose newest block is `head`. */
async function viewed({ method, params = [] }, ask, head) {
  const newest = ethers.toQuantity(Math.max(0, head));
  const above = (number) => number != null && Number(number) > head;
  const standIn = (tag) =>
    tag === undefined || tag === 'latest' || tag === 'pending' ? newest : tag;
  const at = (i) =>
    params.map((p, k) => (k === i ? standIn(p) : p)).concat(params.length === i ? [newest] : []);
  switch (method) {
    case 'eth_blockNumber':
      return { result: newest };
    case 'eth_getBlockByNumber': {
      const tags = {
        latest: head,
        pending: head,
        safe: head - 1,
        finalized: head - FINALIZED_BEHIND,
      };
      const number = tags[params[0]] ?? params[0];
      if (above(number)) return { result: null };
      const tag = typeof number === 'number' ? ethers.toQuantity(Math.max(0, number)) : number;
      return { result: await ask(method, [tag, params[1]]) };
    }
    case 'eth_getBlockByHash': {
      const block = await ask(method, params);
      return { result: above(block?.number) ? null : block };
    }
    case 'eth_getTransactionCount':
    case 'eth_getBalance':
    case 'eth_getCode':
    case 'eth_call':
      return { result: await ask(method, at(1)) };
    case 'eth_getStorageAt':
      return { result: await ask(method, at(2)) };
    case 'eth_getTransactionReceipt': {
      const receipt = await ask(method, params);
      return { result: above(receipt?.blockNumber) ? null : receipt };
    }
    case 'eth_getTransactionByHash': {
      const tx = await ask(method, params);
      const waiting = { blockNumber: null, blockHash: null, transactionIndex: null };
      return { result: above(tx?.blockNumber) ? { ...tx, ...waiting } : tx };
    }
    case 'eth_getLogs': {
      const filter = { ...params[0] };
      if (above(filter.fromBlock?.startsWith?.('0x') ? filter.fromBlock : undefined))
        return { result: [] };
      if (!filter.blockHash && (!filter.toBlock?.startsWith?.('0x') || above(filter.toBlock)))
        filter.toBlock = newest;
      return { result: await ask(method, [filter]) };
    }
    default:
      return undefined;
  }
}

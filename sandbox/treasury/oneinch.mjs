// 1inch's Classic Swap API v6.1 for Polygon: quotes, calldata for the local router, allowances.
import { randomUUID } from 'node:crypto';
import { ethers } from 'ethers';
import { Refusal } from '../http.mjs';
import { startHost } from './host.mjs';
import { changes, integer, money, oneOf } from '../query.mjs';

export const KEY = 'sandbox-1inch-key';
const BASE = '/swap/v6.1/137';
const PPM = 1_000_000n;
const PARTIAL_FILL = 1n;
const SWAP_GAS = 250_000;
const STRANGER = '0x00000000000000000000000000000000deadbeef';
// what `/swap` may answer wrongly; the router itself would carry out some of them
export const MODES = [
  'honest',
  'wrong_router',
  'wrong_receiver',
  'wrong_selector',
  'wrong_amount',
  'low_minimum',
  'value',
  'other_token',
  'partial_fill',
  'wrong_from',
];
const SETTINGS = {
  mode: oneOf(MODES),
  quote_ppm: integer(10_000_000), // what quotes promise, of a million
  market_ppm: integer(10_000_000), // what the router really pays
  fill_ppm: integer(1_000_000), // how much of the amount it takes
  max: money(), // above: insufficient liquidity
};
const UNOSWAP = new ethers.Interface(['function unoswap(uint256,uint256,uint256,uint256)']);

/** Answers {describe(), set(query), host}. `chain` is Polygon, `at` the placed contracts. */
export async function startOneInch(chain, at) {
  const settings = {
    mode: 'honest',
    quote_ppm: 999_900,
    market_ppm: 999_900,
    fill_ppm: 1_000_000,
    max: 5_000_000_000_000n,
  };
  const api = new OneInch(chain, at, settings);
  const host = await startHost((call) => api.answer(call), {
    rate_limited: {
      status: 429,
      body: problem(429, 'Too Many Requests', 'The limit of requests per second has been exceeded'),
    },
    forbidden: { status: 403, body: problem(403, 'Forbidden', 'This plan has no access to /swap') },
    no_liquidity: { status: 400, body: problem(400, 'Bad Request', 'insufficient liquidity') },
  });
  return {
    host,
    describe: () => ({
      url: `${host.url}${BASE}`,
      key: KEY,
      router: at.router.address,
      executor: at.executor.address,
    }),
    async set(query) {
      Object.assign(settings, changes(SETTINGS, query));
      if (query.market_ppm !== undefined || query.fill_ppm !== undefined)
        await chain.deployer.call(at.executor, 'setMarket', [
          settings.market_ppm,
          settings.fill_ppm,
        ]);
      return settings;
    },
  };
}

class OneInch {
  #chain;
  #at;
  #settings;

  constructor(chain, at, settings) {
    this.#chain = chain;
    this.#at = at;
    this.#settings = settings;
  }

  async answer({ method, path, query, headers }) {
    if (headers.authorization !== `Bearer ${KEY}`)
      refuse(401, 'Unauthorized', 'Invalid or missing API key');
    if (!path.startsWith(`${BASE}/`)) refuse(404, 'Not Found', `Cannot ${method} ${path}`);
    if (method !== 'GET') refuse(404, 'Not Found', `Cannot ${method} ${path}`);
    const calls = {
      '/quote': () => this.#quote(query),
      '/swap': () => this.#swap(query),
      '/approve/spender': () => ({ address: this.#at.router.address.toLowerCase() }),
      '/approve/allowance': () => this.#allowance(query),
      '/approve/transaction': () => this.#approval(query),
    };
    const call = calls[path.slice(BASE.length)] ?? refuse(404, 'Not Found', `Cannot GET ${path}`);
    return { body: await call() };
  }

  #terms(query) {
    const [src, dst] = ['src', 'dst'].map((name) => this.#token(name, query.get(name)));
    const amount = positive('amount', query.get('amount'));
    if (src.address === dst.address) refuse(400, 'Bad Request', 'src and dst should be different');
    if (amount > this.#settings.max) refuse(400, 'Bad Request', 'insufficient liquidity');
    return { src, dst, amount, out: (amount * BigInt(this.#settings.quote_ppm)) / PPM };
  }

  #token(name, text) {
    if (!ethers.isAddress(text ?? '')) refuse(400, 'Bad Request', `${name} is not a valid address`);
    const found = Object.values(this.#chain.token).find((t) => same(t.address, text));
    return found ?? refuse(400, 'Bad Request', `${name}: token ${text} is not supported`);
  }

  #quote(query) {
    const { src, dst, out } = this.#terms(query);
    return {
      ...(query.get('includeTokensInfo') === 'true'
        ? { srcToken: tokenInfo(src), dstToken: tokenInfo(dst) }
        : {}),
      dstAmount: String(out),
      ...(query.get('includeGas') === 'true' ? { gas: SWAP_GAS } : {}),
    };
  }

  async #swap(query) {
    const { src, dst, amount, out } = this.#terms(query);
    const from = account('from', query.get('from'));
    account('origin', query.get('origin'));
    const receiver = query.get('receiver') ? account('receiver', query.get('receiver')) : from;
    const slippage = Number(query.get('slippage') ?? NaN);
    if (!(slippage >= 0 && slippage <= 50))
      refuse(400, 'Bad Request', 'slippage must be between 0 and 50');
    const unchecked = query.get('disableEstimate') === 'true';
    if (!unchecked) await this.#requireMoney(src, from, amount);
    const minimum = (out * (PPM - BigInt(Math.round(slippage * 10_000)))) / PPM;
    const partial = query.get('allowPartialFill') === 'true';
    const tx = this.#transaction({ src, dst, amount, minimum, from, receiver, partial });
    return {
      dstAmount: String(out),
      tx: { ...tx, gas: unchecked ? 0 : SWAP_GAS, gasPrice: '30000000000' },
    };
  }

  async #requireMoney(token, owner, amount) {
    const { rpc } = this.#chain;
    const [held] = await rpc.read(token, 'balanceOf', [owner]);
    if (held < amount)
      refuse(
        400,
        'Bad Request',
        `Not enough ${token.address} balance. Amount: ${amount}. Current balance: ${held}.`,
        [
          { type: 'amount', value: String(amount) },
          { type: 'balance', value: String(held) },
        ],
      );
    const spender = this.#at.router.address;
    const [allowed] = await rpc.read(token, 'allowance', [owner, spender]);
    if (allowed < amount)
      refuse(
        400,
        'Bad Request',
        `Not enough allowance. Amount: ${amount}. Current allowance: ${allowed}. Spender: ${spender}.`,
        [
          { type: 'amount', value: String(amount) },
          { type: 'allowance', value: String(allowed) },
        ],
      );
  }

  #transaction({ src, dst, amount, minimum, from, receiver, partial }) {
    const { router, executor } = this.#at;
    const { mode } = this.#settings;
    const paid = mode === 'other_token' ? this.#otherThan(src, dst) : dst;
    const flags = partial || mode === 'partial_fill' ? PARTIAL_FILL : 0n;
    const route = ethers.AbiCoder.defaultAbiCoder().encode(
      ['address', 'address'],
      [src.address, paid.address],
    );
    const swap = router.abi.encodeFunctionData('swap', [
      executor.address,
      [
        src.address,
        paid.address,
        executor.address,
        mode === 'wrong_receiver' ? STRANGER : receiver,
        mode === 'wrong_amount' ? amount + 1n : amount,
        mode === 'low_minimum' ? minimum / 2n : minimum,
        flags,
      ],
      route,
    ]);
    const pool = BigInt(executor.address);
    return {
      from: mode === 'wrong_from' ? STRANGER : from,
      to: mode === 'wrong_router' ? STRANGER : router.address.toLowerCase(),
      data:
        mode === 'wrong_selector'
          ? UNOSWAP.encodeFunctionData('unoswap', [BigInt(src.address), amount, minimum, pool])
          : swap,
      value: mode === 'value' ? '1000000000000000' : '0',
    };
  }

  #otherThan(...taken) {
    return Object.values(this.#chain.token).find((t) => !taken.includes(t));
  }

  async #allowance(query) {
    const token = this.#token('tokenAddress', query.get('tokenAddress'));
    const owner = account('walletAddress', query.get('walletAddress'));
    const args = [owner, this.#at.router.address];
    const [allowed] = await this.#chain.rpc.read(token, 'allowance', args);
    return { allowance: String(allowed) };
  }

  #approval(query) {
    const token = this.#token('tokenAddress', query.get('tokenAddress'));
    const amount = query.get('amount')
      ? positive('amount', query.get('amount'))
      : ethers.MaxUint256;
    const data = token.abi.encodeFunctionData('approve', [this.#at.router.address, amount]);
    return { to: token.address.toLowerCase(), data, value: '0', gasPrice: '30000000000' };
  }
}

const problem = (statusCode, error, description, meta = []) => ({
  error,
  description,
  statusCode,
  requestId: randomUUID(),
  meta,
});

function refuse(status, error, description, meta) {
  throw new Refusal(status, description, { body: problem(status, error, description, meta) });
}

const same = (a, b) => a.toLowerCase() === b.toLowerCase();
const tokenInfo = ({ address }) => ({ address: address.toLowerCase(), decimals: 6 });

function account(name, text) {
  if (!ethers.isAddress(text ?? '')) refuse(400, 'Bad Request', `${name} is not a valid address`);
  return ethers.getAddress(text);
}

function positive(name, text) {
  if (!/^[1-9]\d{0,77}$/.test(text ?? ''))
    refuse(400, 'Bad Request', `${name} must be a positive integer`);
  return BigInt(text);
}

// The markets of the double: fixed ids, a static book each (fills do not use it up; a test may
// replace it).
import { createHash } from 'node:crypto';
import { ethers } from 'ethers';
import { decimal, micro, ONE } from './amounts.mjs';

export const EXCHANGE = '0xE111180000d2663C0091e4f400237545B87B996B';
export const NEG_RISK_EXCHANGE = '0xe2222d279d744050d28e00520010520000310F59';
// who reports on chain: the UMA adapter, and the (old) neg-risk adapter for its markets
export const ORACLE = '0x2F5e3684cb1F318ec51b00Edba38d79Ac2c0aA9d';
export const NEG_RISK_ORACLE = '0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296';

/** The exchange that trades `token`. */
export const exchangeOf = (token) => (token.market.negRisk ? NEG_RISK_EXCHANGE : EXCHANGE);

/** Decimals of [price, size, amount] the venue knows for each tick size. */
export const TICK_DECIMALS = {
  0.1: [1, 2, 3],
  0.01: [2, 2, 4],
  0.005: [3, 2, 5],
  0.0025: [4, 2, 6],
  0.001: [3, 2, 5],
  0.0001: [4, 2, 6],
};

const MIN_ORDER_SIZE = 5n * ONE;
const DEEP = 5_000_000;

const LISTED = [
  {
    slug: 'deep-no-fee',
    tick: '0.01',
    negRisk: false,
    feeRate: '0',
    feeExponent: 0,
    asks: [
      ['0.5', DEEP],
      ['0.51', DEEP],
      ['0.52', DEEP],
    ],
    bids: [
      ['0.49', DEEP],
      ['0.48', DEEP],
    ],
  },
  {
    slug: 'neg-risk-fine-tick',
    tick: '0.001',
    negRisk: true,
    feeRate: '0.05',
    feeExponent: 1,
    asks: [
      ['0.355', DEEP],
      ['0.356', DEEP],
    ],
    bids: [
      ['0.354', DEEP],
      ['0.353', DEEP],
    ],
  },
  {
    slug: 'thin-book',
    tick: '0.01',
    negRisk: false,
    feeRate: '0.04',
    feeExponent: 1,
    asks: [['0.6', 100]],
    bids: [['0.58', 100]],
  },
];

const id = (text) => ethers.id(`headroom sandbox ${text}`);
const levels = (pairs) =>
  pairs.map(([price, size]) => ({ price: micro(price), size: micro(size) }));
const byPrice = (a, b) => (a.price < b.price ? -1 : a.price > b.price ? 1 : 0);
const mirrored = (side) => side.map(({ price, size }) => ({ price: ONE - price, size }));

/** Books are kept best price first on both sides. */
const book = (bids, asks) => ({
  bids: [...bids].sort(byPrice).reverse(),
  asks: [...asks].sort(byPrice),
});

function listed({ slug, tick, negRisk, feeRate, feeExponent, asks, bids }) {
  const oracle = negRisk ? NEG_RISK_ORACLE : ORACLE;
  const questionId = id(`question ${slug}`);
  const market = {
    slug,
    oracle,
    questionId,
    conditionId: ethers.solidityPackedKeccak256(
      ['address', 'bytes32', 'uint256'],
      [oracle, questionId, 2],
    ),
    tick,
    negRisk,
    feeRate: micro(feeRate),
    feeExponent,
    minOrderSize: MIN_ORDER_SIZE,
    acceptingOrders: true,
    tokens: [],
  };
  const yes = book(levels(bids), levels(asks));
  const no = book(mirrored(yes.asks), mirrored(yes.bids)); // who buys No sells Yes
  for (const [outcome, sides] of [
    ['Yes', yes],
    ['No', no],
  ]) {
    market.tokens.push({
      tokenId: BigInt(id(`token ${slug} ${outcome}`)).toString(),
      outcome,
      market,
      ...sides,
    });
  }
  return market;
}

export class Markets {
  #all = LISTED.map(listed);
  #tokens = new Map(this.#all.flatMap((m) => m.tokens).map((t) => [t.tokenId, t]));

  token(tokenId) {
    return this.#tokens.get(tokenId);
  }

  byCondition(conditionId) {
    return this.#all.find((m) => m.conditionId === String(conditionId).toLowerCase());
  }

  all() {
    return this.#all;
  }

  /** The first outcome of each market, then the second ones. */
  describe() {
    return [0, 1].flatMap((i) => this.#all.map((m) => describeToken(m.tokens[i])));
  }

  /**
   * Replaces parts of one token's book, or its market's tick and state. Levels are [{price, size}].
   */
  change({ token_id: tokenId, asks, bids, tick_size: tick, accepting_orders: accepting }) {
    const token = this.token(tokenId);
    if (!token) throw new Error('no such token_id');
    if (tick !== undefined && !TICK_DECIMALS[tick])
      throw new Error(`tick_size must be one of ${Object.keys(TICK_DECIMALS)}`);
    const parse = (side) => levels(side.map(({ price, size }) => [price, size]));
    Object.assign(token, book(bids ? parse(bids) : token.bids, asks ? parse(asks) : token.asks));
    if (tick !== undefined) token.market.tick = tick;
    if (accepting !== undefined) token.market.acceptingOrders = Boolean(accepting);
    return describeToken(token);
  }
}

const best = (side) => (side[0] ? decimal(side[0].price) : '0');

function describeToken({ tokenId, outcome, market, asks }) {
  return {
    token_id: tokenId,
    condition_id: market.conditionId,
    outcome,
    price: best(asks),
    tick_size: market.tick,
    neg_risk: market.negRisk,
    fee_rate: decimal(market.feeRate),
    fee_exponent: market.feeExponent,
  };
}

/** What one share of outcome `i` pays, as a decimal; the market is resolved. */
export function shareOf({ payouts }, i) {
  return decimal((payouts[i] * ONE) / (payouts[0] + payouts[1]));
}

// ---- public answers, in the venue's shapes

const wire = (side) =>
  side.map(({ price, size }) => ({ price: decimal(price), size: decimal(size) })).reverse();

/** GET /book: the best price is the last one on both sides. */
export function bookView(token) {
  const { market, tokenId, bids, asks } = token;
  const view = {
    market: market.conditionId,
    asset_id: tokenId,
    timestamp: String(Date.now()),
    hash: '',
    bids: wire(bids),
    asks: wire(asks),
    min_order_size: decimal(market.minOrderSize),
    tick_size: market.tick,
    neg_risk: market.negRisk,
    last_trade_price: best(asks),
  };
  view.hash = createHash('sha1').update(JSON.stringify(view)).digest('hex');
  return view;
}

/** GET /price: the best bid for BUY, the best ask for SELL. */
export const priceView = ({ bids, asks }, side) => ({ price: best(side === 'BUY' ? bids : asks) });

export function midpointView({ bids, asks }) {
  if (!bids[0] || !asks[0]) return { mid: best(bids[0] ? bids : asks) };
  return { mid: decimal((bids[0].price + asks[0].price) / 2n) };
}

/** GET /clob-markets/{condition}: the short form clients read tick, neg_risk and fee from. */
export function clobMarketView(market) {
  const fee =
    market.feeRate > 0n
      ? { fd: { r: Number(decimal(market.feeRate)), e: market.feeExponent, to: true } }
      : {};
  return {
    c: market.conditionId,
    t: market.tokens.map(({ tokenId, outcome }) => ({ t: tokenId, o: outcome })),
    mts: Number(market.tick),
    nr: market.negRisk,
    mos: Number(decimal(market.minOrderSize)),
    ao: market.acceptingOrders,
    mbf: 0,
    tbf: 0,
    itode: false,
    ...fee,
  };
}

/** GET /markets/{condition} */
export function marketView(market) {
  return {
    condition_id: market.conditionId,
    question_id: market.questionId,
    question: `Sandbox: ${market.slug}?`,
    market_slug: market.slug,
    active: true,
    closed: Boolean(market.closed),
    archived: false,
    enable_order_book: true,
    accepting_orders: market.acceptingOrders,
    minimum_order_size: Number(decimal(market.minOrderSize)),
    minimum_tick_size: Number(market.tick),
    neg_risk: market.negRisk,
    maker_base_fee: 0,
    taker_base_fee: 0,
    seconds_delay: 0,
    tokens: market.tokens.map((t, i) => ({
      token_id: t.tokenId,
      outcome: t.outcome,
      price: market.closed ? Number(shareOf(market, i)) : Number(best(t.asks)),
      winner: Boolean(market.closed) && shareOf(market, i) === '1',
    })),
  };
}

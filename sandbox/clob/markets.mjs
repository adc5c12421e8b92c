// The markets of the double: fixed ids, a static book each (a test may replace it, or have fills use
// it up).
import { createHash } from 'node:crypto';
import { ethers } from 'ethers';
import { decimal, micro, ONE } from './amounts.mjs';

export const EXCHANGE = '0xE111180000d2663C0091e4f400237545B87B996B';
export const NEG_RISK_EXCHANGE = '0xe2222d279d744050d28e00520010520000310F59';
/** Of Protocol V2 markets, neg-risk or not. */
export const EXCHANGE_V3 = '0xe3333700cA9d93003F00f0F71f8515005F6c00Aa';
/** Still asked for by the venue, although nothing settles there any more. */
export const RETIRED_NEG_RISK_ADAPTER = '0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296';

/** The exchange that trades `token`. */
export function exchangeOf({ market }) {
  if (market.version === 'v2') return EXCHANGE_V3;
  return market.negRisk ? NEG_RISK_EXCHANGE : EXCHANGE;
}

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
  {
    slug: 'protocol-v2',
    version: 'v2', // in no list until it is switched on
    tick: '0.01',
    negRisk: false,
    feeRate: '0',
    feeExponent: 0,
    asks: [['0.5', DEEP]],
    bids: [['0.49', DEEP]],
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

/** Ids of Protocol V2: a condition of 31 bytes, filled up, and positions with 64 zero bits inside. */
const CONDITION_V2 = (slug) => `${id(`condition ${slug}`).slice(0, 64)}00`;
const positionV2 = (slug, index) => {
  const hash = BigInt(id(`condition ${slug}`)) >> 128n;
  return (1n << 248n) | (hash << 120n) | (2n << 104n) | (137n << 24n) | BigInt(index + 1);
};

function listed({ slug, version = 'v1', tick, negRisk, feeRate, feeExponent, asks, bids }) {
  const v2 = version === 'v2';
  const market = {
    slug,
    version,
    conditionId: v2 ? CONDITION_V2(slug) : id(`condition ${slug}`),
    tick,
    negRisk,
    feeRate: micro(feeRate),
    feeExponent,
    minOrderSize: MIN_ORDER_SIZE,
    acceptingOrders: true,
    secondsDelay: 0, // how long a marketable order waits
    gone: false, // over: there is no order book any more
    tokens: [],
  };
  const yes = book(levels(bids), levels(asks));
  const no = book(mirrored(yes.asks), mirrored(yes.bids)); // who buys No sells Yes
  for (const [index, [outcome, sides]] of [
    ['Yes', yes],
    ['No', no],
  ].entries()) {
    const tokenId = v2 ? positionV2(slug, index) : BigInt(id(`token ${slug} ${outcome}`));
    market.tokens.push({
      tokenId: tokenId.toString(),
      outcome,
      market,
      ...sides,
    });
  }
  return market;
}

export class Markets {
  #known = LISTED.map(listed);
  #tokens = new Map(this.#known.flatMap((m) => m.tokens).map((t) => [t.tokenId, t]));
  protocolV2 = false; // whether markets of Protocol V2 are listed

  all() {
    return this.#known.filter((m) => this.protocolV2 || m.version === 'v1');
  }

  token(tokenId) {
    const token = this.#tokens.get(tokenId);
    return token && (this.protocolV2 || token.market.version === 'v1') ? token : undefined;
  }

  byCondition(conditionId) {
    return this.all().find((m) => m.conditionId === String(conditionId).toLowerCase());
  }

  /** The first outcome of each market, then the second ones. */
  describe() {
    return [0, 1].flatMap((i) => this.all().map((m) => describeToken(m.tokens[i])));
  }

  /**
   * Replaces parts of one token's book, or of its market: tick, fee (rate), delay, state. Levels are
   * [{price, size}].
   */
  change(input) {
    const token = this.token(input.token_id);
    if (!token) throw new Error('no such token_id');
    const changes = Object.entries(CHANGES).filter(([name]) => input[name] !== undefined);
    const values = changes.map(([name, [field, read]]) => [field, read(input[name])]);
    const parse = (side) => levels(side.map(({ price, size }) => [price, size]));
    const { asks, bids } = input;
    Object.assign(token, book(bids ? parse(bids) : token.bids, asks ? parse(asks) : token.asks));
    Object.assign(token.market, Object.fromEntries(values));
    return describeToken(token);
  }

  /** Takes `fills` of an order of this side out of the book, and out of the other outcome's. */
  consume(token, side, fills) {
    const [mine, others] = side === 'BUY' ? ['asks', 'bids'] : ['bids', 'asks'];
    const other = token.market.tokens.find((t) => t !== token);
    for (const { price, size } of fills) {
      shrink(token, mine, price, size);
      shrink(other, others, ONE - price, size);
    }
  }
}

/** Fields of POST book that change the market: [its field, how the value is read]. */
const CHANGES = {
  tick_size: ['tick', (x) => oneOf(Object.keys(TICK_DECIMALS), String(x), 'tick_size')],
  fee: ['feeRate', micro],
  fee_exponent: ['feeExponent', (x) => oneOf([0, 1, 2], x, 'fee_exponent')],
  seconds_delay: ['secondsDelay', delay],
  accepting_orders: ['acceptingOrders', Boolean],
  gone: ['gone', Boolean],
};

function oneOf(allowed, value, name) {
  if (!allowed.includes(value)) throw new Error(`${name} must be one of ${allowed}`);
  return value;
}

function delay(seconds) {
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 3600) return seconds;
  throw new Error('seconds_delay must be a number from 0 to 3600');
}

function shrink(token, side, price, size) {
  const left = token[side].map((l) => (l.price === price ? { price, size: l.size - size } : l));
  token[side] = left.filter((l) => l.size > 0n);
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
    ...(market.version === 'v1' ? {} : { version: market.version }),
  };
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
    ao: market.acceptingOrders && !market.gone,
    mbf: 0,
    tbf: 0,
    itode: market.secondsDelay > 0, // is taker order delay enabled
    ...fee,
  };
}

/** GET /markets/{condition} */
export function marketView(market) {
  return {
    condition_id: market.conditionId,
    question_id: id(`question ${market.slug}`),
    question: `Sandbox: ${market.slug}?`,
    market_slug: market.slug,
    active: true,
    closed: market.gone,
    archived: false,
    enable_order_book: true,
    accepting_orders: market.acceptingOrders && !market.gone,
    minimum_order_size: Number(decimal(market.minOrderSize)),
    minimum_tick_size: Number(market.tick),
    neg_risk: market.negRisk,
    maker_base_fee: 0,
    taker_base_fee: 0,
    seconds_delay: market.secondsDelay,
    tokens: market.tokens.map((t) => ({
      token_id: t.tokenId,
      outcome: t.outcome,
      price: Number(best(t.asks)),
      winner: false,
    })),
  };
}

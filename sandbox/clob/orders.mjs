// Reads a POST /order body and judges it by the venue's rules. Pure: no state, no clock but the one
// handed in.
import { Refusal } from '../http.mjs';
import { decimal, hasDecimals, micro, ONE } from './amounts.mjs';
import { TICK_DECIMALS } from './markets.mjs';

export const IMMEDIATE = ['FOK', 'FAK'];
const RESTING = ['GTC', 'GTD'];
const SIDES = { BUY: 0, SELL: 1 };
const GTD_MARGIN_S = 60;
/** What a FOK or FAK that finds nothing (or too little) is told. */
export const KILLED = {
  FOK: "order couldn't be fully filled. FOK orders are fully filled or killed.",
  FAK: 'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.',
};

const invalid = () => new Refusal(400, 'Invalid order payload');
const refuse = (text) => new Refusal(400, text);

const is = {
  address: (x) => typeof x === 'string' && /^0x[0-9a-fA-F]{40}$/.test(x),
  bytes32: (x) => typeof x === 'string' && /^0x[0-9a-fA-F]{64}$/.test(x),
  hex: (x) => typeof x === 'string' && /^0x([0-9a-fA-F]{2})+$/.test(x),
  uint: (x) => typeof x === 'string' && /^(0|[1-9]\d{0,77})$/.test(x) && BigInt(x) < 2n ** 256n,
  amount: (x) => typeof x === 'string' && /^[1-9]\d{0,17}$/.test(x),
  // a JSON number above 2^53-1 has already lost digits
  salt: (x) => Number.isSafeInteger(x) && x >= 0,
  optionalBool: (x) => x === undefined || typeof x === 'boolean',
};

/**
 * Shape and types only. Throws `Invalid order payload`, or `order_version_mismatch` for an order of
 * CLOB V1.
 */
export function readPayload(json) {
  const o = json?.order;
  if (typeof o !== 'object' || o === null || Array.isArray(o)) throw invalid();
  if (o.timestamp === undefined && ('nonce' in o || 'feeRateBps' in o))
    throw refuse('order_version_mismatch');
  const wellFormed =
    is.salt(o.salt) &&
    is.address(o.maker) &&
    is.address(o.signer) &&
    is.uint(o.tokenId) &&
    is.amount(o.makerAmount) &&
    is.amount(o.takerAmount) &&
    o.side in SIDES &&
    [0, 1, 2, 3].includes(o.signatureType) &&
    is.uint(o.timestamp) &&
    is.uint(o.expiration ?? '0') &&
    is.bytes32(o.metadata) &&
    is.bytes32(o.builder) &&
    is.hex(o.signature) &&
    typeof json.owner === 'string' &&
    [...IMMEDIATE, ...RESTING].includes(json.orderType) &&
    is.optionalBool(json.postOnly) &&
    is.optionalBool(json.deferExec);
  if (!wellFormed) throw invalid();
  return {
    signed: { ...o, side: SIDES[o.side] },
    side: o.side,
    type: json.orderType,
    postOnly: json.postOnly ?? false,
    owner: json.owner,
    give: BigInt(o.makerAmount),
    want: BigInt(o.takerAmount),
    expiration: Number(o.expiration ?? '0'),
  };
}

/**
 * Everything the amounts, the type and the market demand. Answers {shares, price}: the limit price
 * on its tick.
 */
export function checkTerms(id, order, token, nowSeconds) {
  const { market } = token;
  if (market.gone) throw refuse(`the orderbook ${token.tokenId} does not exist`);
  if (!market.acceptingOrders) throw refuse('the market is not yet ready to process new orders');
  const immediate = IMMEDIATE.includes(order.type);
  if (order.postOnly && immediate)
    throw refuse('invalid post-only order: only GTC and GTD order types are allowed');
  const expires =
    order.type === 'GTD' ? order.expiration >= nowSeconds + GTD_MARGIN_S : order.expiration === 0;
  if (!expires) throw refuse('invalid expiration');
  checkAccuracy(order, market, immediate);
  const shares = order.side === 'BUY' ? order.want : order.give;
  const price = limitOnTick(id, order, market);
  if (!immediate && shares < market.minOrderSize) {
    throw refuse(
      `order ${id} is invalid. Size (${decimal(shares)}) lower than the minimum: ${decimal(market.minOrderSize)}`,
    );
  }
  return { shares, price };
}

/** A BUY that takes from the book must be worth at least one dollar. */
export function checkMarketable({ side, give }) {
  if (side === 'BUY' && give < ONE) {
    throw refuse(`invalid amount for a marketable BUY order ($${decimal(give)}), min size: $1`);
  }
}

/** The most decimals of [maker, taker]; market orders have theirs whatever the tick. */
const ACCURACY = {
  market: () => [2, 4],
  BUY: ([, size, amount]) => [amount, size],
  SELL: ([, size, amount]) => [size, amount],
};

function checkAccuracy({ side, give, want }, market, immediate) {
  const [maker, taker] = ACCURACY[immediate ? 'market' : side](TICK_DECIMALS[market.tick]);
  if (hasDecimals(give, maker) && hasDecimals(want, taker)) return;
  const kind = {
    true: { BUY: 'market buy', SELL: 'sell' },
    false: { BUY: 'limit buy', SELL: 'limit sell' },
  };
  throw refuse(
    `invalid amounts, the ${kind[immediate][side]} orders maker amount supports ` +
      `a max accuracy of ${maker} decimals, taker amount a max of ${taker} decimals`,
  );
}

/**
 * Amounts are rounded, so give/want is rarely exactly a tick. The nearest tick counts when rounding
 * explains the rest: one unit of the money's last decimal (at most 4 of a market order), or one unit
 * (0.0001) of the shares of a market order.
 */
function limitOnTick(id, { side, type, give, want }, market) {
  const tick = micro(market.tick);
  const [money, shares] = side === 'BUY' ? [give, want] : [want, give];
  const price = ((2n * money * ONE + shares * tick) / (2n * shares * tick)) * tick;
  const off = money * ONE - price * shares;
  const [, , amountPlaces] = TICK_DECIMALS[market.tick];
  const places = IMMEDIATE.includes(type) ? Math.min(amountPlaces, 4) : amountPlaces;
  const unit = 10n ** BigInt(6 - places) * ONE;
  const allowed = unit > 100n * price ? unit : 100n * price;
  if (price < tick || price > ONE - tick || (off < 0n ? -off : off) > allowed) {
    const shown = decimal((money * ONE) / shares);
    throw refuse(
      `order ${id} is invalid. Price (${shown}) breaks minimum tick size rule: ${market.tick}`,
    );
  }
  return price;
}

// Reads a POST /order body and judges it by the venue's rules. Pure: no state, no clock but the one
// handed in.
import { Refusal } from '../http.mjs';
import { decimal, hasDecimals, micro, ONE } from './amounts.mjs';
import { TICK_DECIMALS } from './markets.mjs';
import { orderHash, recoverSigner } from './signature.mjs';

export const IMMEDIATE = ['FOK', 'FAK'];
const RESTING = ['GTC', 'GTD'];
const SIDES = { BUY: 0, SELL: 1 };
const GTD_MARGIN_S = 60;
const EOA = 0,
  POLY_1271 = 3;

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

/** Who may post this: the key's owner, as maker and signer of a type 0 order. */
export function checkAuthority({ owner, signed }, credential) {
  if (owner !== credential.key) throw refuse('the order owner has to be the owner of the API KEY');
  const [maker, signer] = [signed.maker.toLowerCase(), signed.signer.toLowerCase()];
  if (signed.signatureType === POLY_1271 || signer !== credential.address) {
    throw refuse('the order signer address has to be the address of the API KEY');
  }
  if (signed.signatureType !== EOA || maker !== signer) {
    throw refuse('maker address not allowed, please use the deposit wallet flow');
  }
}

/**
 * The order's id, once the signature is proven to be the maker's for the exchange of this token.
 */
export function verifiedId({ signed }, token) {
  const id = orderHash(signed, token.market.negRisk);
  if (recoverSigner(id, signed.signature) !== signed.maker.toLowerCase())
    throw refuse('invalid signature');
  return id;
}

/**
 * Everything the amounts, the type and the market demand. Answers {shares, price}: the limit price
 * on its tick.
 */
export function checkTerms(id, order, token, nowSeconds) {
  const { market } = token;
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

function checkAccuracy({ side, give, want }, market, immediate) {
  const [, sizePlaces, amountPlaces] = TICK_DECIMALS[market.tick];
  const buy = side === 'BUY';
  let [maker, taker] = buy ? [amountPlaces, sizePlaces] : [sizePlaces, amountPlaces];
  if (immediate && buy) [maker, taker] = [2, 4]; // whatever the tick
  if (hasDecimals(give, maker) && hasDecimals(want, taker)) return;
  throw refuse(
    `invalid amounts, the ${immediate ? 'market' : 'limit'} ${side.toLowerCase()} orders maker amount supports ` +
      `a max accuracy of ${maker} decimals, taker amount a max of ${taker} decimals`,
  );
}

/**
 * Amounts are rounded, so give/want is rarely exactly a tick. The nearest tick counts when rounding
 * explains the rest: one unit of the amount's last decimal, or one unit (0.0001) of the shares of a
 * market order.
 */
function limitOnTick(id, { side, give, want }, market) {
  const tick = micro(market.tick);
  const [money, shares] = side === 'BUY' ? [give, want] : [want, give];
  const price = ((2n * money * ONE + shares * tick) / (2n * shares * tick)) * tick;
  const off = money * ONE - price * shares;
  const unit = 10n ** BigInt(6 - TICK_DECIMALS[market.tick][2]) * ONE;
  const allowed = unit > 100n * price ? unit : 100n * price;
  if (price < tick || price > ONE - tick || (off < 0n ? -off : off) > allowed) {
    const shown = decimal((money * ONE) / shares);
    throw refuse(
      `order ${id} is invalid. Price (${shown}) breaks minimum tick size rule: ${market.tick}`,
    );
  }
  return price;
}

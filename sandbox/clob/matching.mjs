// What an order takes from a static book. Pure.
import { ceilDiv, ONE, takerFee } from './amounts.mjs';

/**
 * The levels `order` may take, best first, up to `shares`: [{price, size, cost, fee}]. The limit is
 * the exact ratio of the signed amounts, so a BUY whose takerAmount was rounded up does not reach
 * an ask at its own limit.
 *
 * Price improvement: a BUY gets the shares it asked for (takerAmount) and the rest of its money
 * stays unspent.
 */
export function take(order, shares, token) {
  const { feeRate, feeExponent } = token.market;
  const buy = order.side === 'BUY';
  const fills = [];
  let left = shares;
  for (const level of buy ? token.asks : token.bids) {
    const reachable = buy
      ? level.price * order.want <= order.give * ONE
      : level.price * order.give >= order.want * ONE;
    if (!reachable || left === 0n) break;
    const size = left < level.size ? left : level.size;
    // the taker bears the rounding
    const cost = buy ? ceilDiv(size * level.price, ONE) : (size * level.price) / ONE;
    fills.push({
      price: level.price,
      size,
      cost,
      fee: takerFee(size, level.price, feeRate, feeExponent),
    });
    left -= size;
  }
  return fills;
}

export const sum = (fills, field) => fills.reduce((total, fill) => total + fill[field], 0n);

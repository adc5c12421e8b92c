// What an order takes from a static book. Pure.
import { ceilDiv, ONE, takerFee } from './amounts.mjs';

const IMMEDIATE = ['FOK', 'FAK'];
const DUST = 20n; // micro-dollars that rounding has been seen to leave unspent

/** A market order to buy spends its money; everything else counts in shares. */
const spends = ({ side, type }) => side === 'BUY' && IMMEDIATE.includes(type);

/** Whether `fills` are all that `order` asked for. */
export const isWhole = (order, shares, fills) =>
  spends(order) ? sum(fills, 'cost') >= order.give - DUST : sum(fills, 'size') >= shares;

/**
 * The levels `order` may take, best first: [{price, size, cost, fee}]. The limit is the exact ratio
 * of the signed amounts, so a BUY whose takerAmount was rounded up does not reach an ask at its own
 * limit.
 *
 * A market BUY spends its makerAmount and gets the shares that it buys, with 6 decimals: more than
 * takerAmount at a better price. A resting BUY gets exactly its shares. Cost is floor(size x price).
 */
export function take(order, shares, token) {
  const { feeRate, feeExponent } = token.market;
  const buy = order.side === 'BUY';
  const fills = [];
  let [left, money] = [shares, order.give];
  for (const level of buy ? token.asks : token.bids) {
    const reachable = buy
      ? level.price * order.want <= order.give * ONE
      : level.price * order.give >= order.want * ONE;
    if (spends(order)) left = ceilDiv(money * ONE, level.price);
    if (!reachable || left === 0n) break;
    const size = left < level.size ? left : level.size;
    const cost = (size * level.price) / ONE;
    fills.push({
      price: level.price,
      size,
      cost,
      fee: takerFee(size, level.price, feeRate, feeExponent),
    });
    left -= size;
    money -= cost;
  }
  return fills;
}

export const sum = (fills, field) => fills.reduce((total, fill) => total + fill[field], 0n);

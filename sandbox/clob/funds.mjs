// Whether a maker can pay for an order: balance less what is held back, and each spender's approval.
import { Refusal } from '../http.mjs';
import { ONE, takerFee } from './amounts.mjs';
import { EXCHANGE, EXCHANGE_V3, NEG_RISK_EXCHANGE, RETIRED_NEG_RISK_ADAPTER } from './markets.mjs';
import { sum } from './matching.mjs';

/** What an order gives, and the kind of approval that it takes. */
const assetOf = ({ side, signed }) => (side === 'BUY' ? 'pusd' : signed.tokenId);
const kindOf = ({ side }) => (side === 'BUY' ? 'pusd' : 'shares');

/** Whom the venue wants approved; the retired adapter still for neg-risk BUYs. */
function spendersOf({ side }, market) {
  if (market.version === 'v2') return [EXCHANGE_V3];
  if (!market.negRisk) return [EXCHANGE];
  return side === 'BUY' ? [NEG_RISK_EXCHANGE, RETIRED_NEG_RISK_ADAPTER] : [NEG_RISK_EXCHANGE];
}

/** What a resting or delayed order holds back: {asset, amount} of its unfilled part. */
export function restOf({ order, shares, price, filled }) {
  const rest = shares - filled;
  return { asset: assetOf(order), amount: order.side === 'BUY' ? (rest * price) / ONE : rest };
}

/** What a trade takes from its maker. */
export const takenBy = ({ side, token, size, cost, fee }) =>
  side === 'BUY' ? { asset: 'pusd', amount: cost + fee } : { asset: token.tokenId, amount: size };

/**
 * Refuses an order that its maker cannot pay, worst fee included. Answers whether its trades will
 * settle: false where an approval is missing and `ignoreAllowances` lets it pass.
 */
export function checkFunds({ order, shares, price, token }, fills, ledger, ignoreAllowances) {
  const { maker } = order.signed;
  const buy = order.side === 'BUY';
  const { feeRate, feeExponent } = token.market;
  const worst = order.give + (buy ? takerFee(shares, price, feeRate, feeExponent) : 0n);
  const atMatch = buy ? sum(fills, 'cost') + sum(fills, 'fee') : 0n;
  const needed = worst > atMatch ? worst : atMatch;
  const { balance, active, matched } = ledger.sums(maker, assetOf(order));
  const rest =
    `sum of active orders: ${active}, sum of matched orders: ${matched}, ` +
    `order amount (inc. fees): ${needed}`;
  const refuse = (text) => new Refusal(400, `not enough balance / allowance: ${text}, ${rest}`);
  if (needed > balance - active - matched)
    throw refuse(`the balance is not enough -> balance: ${balance}`);
  const missing = spendersOf(order, token.market).find(
    (spender) => !ledger.allows(maker, kindOf(order), spender),
  );
  if (missing && !ignoreAllowances)
    throw refuse(`the allowance is not enough -> spender: ${missing}, allowance: 0`);
  return !missing;
}

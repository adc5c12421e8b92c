// What the web sockets say, event by event.
import { decimal } from '../clob/amounts.mjs';
import { bookView } from '../clob/markets.mjs';
import { orderView, tradeView } from '../clob/views.mjs';

// here killed orders carry their reason in the status, whatever the venue's settings say for REST
const PLAIN = {
  status_prefix: false,
  status_style: 'text',
  order_sizes: 'decimal',
  hash_style: 'empty',
};
const ORDER_EVENT = {
  LIVE: 'PLACEMENT',
  DELAYED: 'PLACEMENT',
  MATCHED: 'UPDATE',
  UNMATCHED: 'CANCELLATION',
  CANCELED: 'CANCELLATION',
  CANCELED_MARKET_RESOLVED: 'CANCELLATION',
  KILLED: 'CANCELLATION',
};

const now = () => String(Date.now());
const seconds = (ms) => String(Math.floor(ms / 1000));

/** Undefined for an order that never was: refused. */
export function orderEvent(record) {
  const type = ORDER_EVENT[record.status];
  if (!type) return undefined;
  const view = orderView(record, PLAIN);
  return {
    ...view,
    event_type: 'order',
    type,
    order_owner: view.owner,
    created_at: String(view.created_at),
    timestamp: now(),
  };
}

/** The whole book. */
export const bookEvent = (token) => ({ event_type: 'book', ...bookView(token) });

export const tradeEvent = (trade) => ({
  ...tradeView(trade, PLAIN),
  event_type: 'trade',
  type: 'TRADE',
  trade_owner: trade.owner,
  matchtime: seconds(trade.matchedAt),
  timestamp: now(),
});

export const lastTradePrice = ({ token, price, size, side }) => ({
  event_type: 'last_trade_price',
  market: token.market.conditionId,
  asset_id: token.tokenId,
  price: decimal(price),
  size: decimal(size),
  fee_rate_bps: '0',
  side,
  timestamp: now(),
});

const best = (side) => (side[0] ? decimal(side[0].price) : '');

export function bestBidAsk({ market, tokenId, bids, asks }) {
  return {
    event_type: 'best_bid_ask',
    market: market.conditionId,
    asset_id: tokenId,
    best_bid: best(bids),
    best_ask: best(asks),
    spread: bids[0] && asks[0] ? decimal(asks[0].price - bids[0].price) : '',
    timestamp: now(),
  };
}

export const tickSizeChange = ({ market, tokenId }, old) => ({
  event_type: 'tick_size_change',
  market: market.conditionId,
  asset_id: tokenId,
  old_tick_size: old,
  new_tick_size: market.tick,
  timestamp: now(),
});

/** A 50-50 has no winner. */
export function marketResolved({ tokens, payouts, conditionId }, id) {
  const winner = payouts[0] === payouts[1] ? undefined : tokens[payouts[0] > payouts[1] ? 0 : 1];
  return {
    event_type: 'market_resolved',
    id,
    market: conditionId,
    assets_ids: tokens.map((t) => t.tokenId),
    winning_asset_id: winner?.tokenId ?? null,
    winning_outcome: winner?.outcome ?? null,
    timestamp: now(),
  };
}

/** `before` is {bids, asks}; undefined when no level differs. */
export function priceChange(token, before) {
  const changes = changedLevels(token, before);
  if (changes.length === 0) return undefined;
  return {
    event_type: 'price_change',
    market: token.market.conditionId,
    price_changes: changes,
    timestamp: now(),
  };
}

/** New sizes of the levels that differ, "0" for one that is gone. */
function changedLevels(token, before) {
  const { hash } = bookView(token);
  const of = (levels) => new Map(levels.map((l) => [l.price, l.size]));
  const change = (side, price, size) => ({
    asset_id: token.tokenId,
    price: decimal(price),
    size: decimal(size),
    side,
    hash,
    best_bid: best(token.bids),
    best_ask: best(token.asks),
  });
  return [
    ['BUY', 'bids'],
    ['SELL', 'asks'],
  ].flatMap(([side, name]) => {
    const [old, fresh] = [of(before[name]), of(token[name])];
    const gone = [...old.keys()].filter((p) => !fresh.has(p)).map((p) => change(side, p, 0n));
    const set = [...fresh].filter(([p, s]) => old.get(p) !== s).map(([p, s]) => change(side, p, s));
    return [...gone, ...set];
  });
}

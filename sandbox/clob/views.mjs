// Orders and trades as the /data routes show them, and paging.
import { decimal } from './amounts.mjs';
import { Refusal } from '../http.mjs';
import { KILLED } from './orders.mjs';

const END = 'LTE=';
// whoever stands behind the static book
const LIQUIDITY_MAKER = '0x00000000000000000000000000000000000A11CE';
const LIQUIDITY_OWNER = '00000000-0000-4000-8000-0000000a11ce';
const NO_BUILDER = `0x${'0'.repeat(64)}`;
// killed and refused orders show as null
const SHOWN = ['LIVE', 'MATCHED', 'CANCELED', 'DELAYED', 'UNMATCHED'];

const styled = (word, settings, prefix) => {
  const text = (settings.status_prefix ? prefix : '') + word;
  return settings.status_style === 'lower' ? text.toLowerCase() : text;
};

/** Decimal shares; some report integers in millionths instead. */
const sized = (size, settings) =>
  settings.order_sizes === 'millionths' ? size.toString() : decimal(size);

/**
 * GET /data/order/{id}, null when unknown, not the caller's, or gone. With status_style `text` a
 * killed order shows as on the user channel: words behind its status, original_size in pUSD,
 * size_matched "".
 */
export function orderView(record, settings) {
  if (['KILLED', 'UNMATCHED'].includes(record?.status) && settings.status_style === 'text') {
    const killed = orderView({ ...record, status: 'CANCELED' }, settings);
    return {
      ...killed,
      status: `${killed.status}_${KILLED[record.order.type] ?? record.error}`,
      original_size: sized(record.order.give, settings),
      size_matched: '',
    };
  }
  if (!record || !SHOWN.includes(record.status)) return null;
  const { order, token } = record;
  return {
    id: record.id,
    status: styled(record.status, settings, 'ORDER_STATUS_'),
    owner: record.owner,
    maker_address: order.signed.maker,
    market: token.market.conditionId,
    asset_id: token.tokenId,
    side: order.side,
    original_size: sized(record.shares, settings),
    size_matched: sized(record.filled, settings),
    price: decimal(record.price),
    outcome: token.outcome,
    expiration: String(order.expiration),
    order_type: order.type,
    associate_trades: record.trades.map((t) => t.id),
    created_at: record.createdAt,
  };
}

const CONFIRMING = ['MATCHED', 'MINED', 'CONFIRMED'];
const FAILING = ['MATCHED', 'RETRYING', 'FAILED'];
const STEPS = {
  settles: CONFIRMING,
  fails: FAILING,
  fails_but_filled: FAILING,
  stuck: ['MATCHED'],
};

/** What the venue shows of a trade; a function of its fate and the time passed. */
export function tradeStatus({ matchedAt, delayMs, fate }, now) {
  const steps = STEPS[fate];
  const last = steps.length - 1;
  const step = delayMs ? Math.min(last, Math.floor((now - matchedAt) / delayMs)) : last;
  return { status: steps[step], since: matchedAt + step * delayMs, broadcast: step > 0 };
}

/** Without a transaction: transaction_hash "", null or left out. */
const NO_HASH = { empty: '', null: null, absent: undefined };

export function tradeView(trade, settings) {
  const { status, since, broadcast } = tradeStatus(trade, Date.now());
  const { token, maker, owner, side } = trade;
  const price = decimal(trade.price),
    size = decimal(trade.size);
  const feeBps = decimal(trade.feeRate * 10_000n);
  return {
    id: trade.id,
    taker_order_id: trade.orderId,
    market: token.market.conditionId,
    asset_id: token.tokenId,
    side,
    size,
    fee_rate_bps: feeBps,
    price,
    status: styled(status, settings, 'TRADE_STATUS_'),
    match_time: String(Math.floor(trade.matchedAt / 1000)),
    match_time_nano: String(BigInt(trade.matchedAt) * 1_000_000n),
    last_update: String(Math.floor(since / 1000)),
    outcome: token.outcome,
    bucket_index: 0,
    owner,
    maker_address: maker,
    transaction_hash: broadcast ? trade.transactionHash : NO_HASH[settings.hash_style],
    maker_orders: [
      {
        order_id: trade.counterOrder,
        owner: LIQUIDITY_OWNER,
        maker_address: LIQUIDITY_MAKER,
        matched_amount: size,
        price,
        fee_rate_bps: '0',
        builder_fee: '0',
        builder_code: NO_BUILDER,
        asset_id: token.tokenId,
        outcome: token.outcome,
        side: side === 'BUY' ? 'SELL' : 'BUY',
      },
    ],
    trader_side: 'TAKER',
    ...(status === 'FAILED' ? { err_msg: 'transaction reverted' } : {}),
  };
}

/**
 * The trades of one API key's address that pass the query's filters, newest first. Both time bounds (seconds)
 * are exclusive.
 */
export function findTrades(venue, address, query) {
  const { id, maker_address: maker, market, asset_id: asset } = query;
  const [before, after] = [bound(query.before, Infinity), bound(query.after, -Infinity)];
  if (id !== undefined) {
    const trade = venue.trades.get(id);
    return trade?.account === address ? [trade] : [];
  }
  const mine = venue.tradesOf.get(address) ?? [];
  const found = [];
  for (let i = mine.length - 1; i >= 0; i -= 1) {
    const trade = mine[i];
    const time = Math.floor(trade.matchedAt / 1000);
    if (time <= after) break; // oldest first in `mine`: nothing further can pass
    if (time >= before || (asset && trade.token.tokenId !== asset)) continue;
    if (maker && trade.maker.toLowerCase() !== maker.toLowerCase()) continue;
    if (market && trade.token.market.conditionId !== market.toLowerCase()) continue;
    found.push(trade);
  }
  return found;
}

function bound(text, otherwise) {
  if (text === undefined || text === '') return otherwise;
  if (!/^\d{1,12}$/.test(text)) throw new Refusal(400, 'before and after are unix seconds');
  return Number(text);
}

/**
 * One page of `rows`; the cursor is base64 of an offset, "MA==" the first and "LTE=" the end. A row
 * that lands between two pages moves the others, so the next page repeats one: `repeats` does that
 * on purpose.
 */
export function page(rows, cursor, size, view, repeats = 0) {
  const offset =
    cursor === undefined || cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString());
  if (!Number.isSafeInteger(offset) || offset < -1) throw new Refusal(400, 'invalid next_cursor');
  const start = Math.max(0, offset - Math.min(repeats, size - 1) * Math.floor(offset / size));
  const data = offset === -1 ? [] : rows.slice(start, start + size).map(view);
  const next =
    offset === -1 || start + size >= rows.length
      ? END
      : Buffer.from(String(offset + size)).toString('base64');
  return { limit: size, count: data.length, next_cursor: next, data };
}

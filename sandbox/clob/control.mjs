// The double's test side, under /control: faults, balances, books, and what really happened.
import { parseJson, Refusal } from '../http.mjs';
import { SWITCHES } from '../polymarket/switches.mjs';
import { decimal, micro } from './amounts.mjs';
import { sum } from './matching.mjs';
import { tradeStatus } from './views.mjs';

/** Answers the JSON value of one control call, or its promise. */
export function control(app, { method, name, query, body }) {
  const { venue, faults, keys, requests } = app;
  const input = () => (body.length ? parseJson(body) : {});
  switch (`${method} ${name}`) {
    case 'GET faults':
      return faults.list();
    case 'POST faults':
      return faults.add(input());
    case 'DELETE faults':
      return faults.clear();
    case 'GET requests':
      return { count: requests };
    case 'DELETE keys':
      return keys.revokeAll();
    case 'GET state':
      return state(venue, query);
    case 'GET fills':
      return fills(venue);
    case 'GET reads':
      return { count: venue.reads };
    case 'GET balance':
      return balance(venue, query.address);
    case 'POST balance':
      return setBalance(venue, input());
    case 'POST book':
      return refusing(() => changeBook(venue, input()));
    case 'POST settings':
      return settings(venue, input());
    default: {
      const more = SWITCHES[`${method} ${name}`];
      if (!more) throw new Refusal(404, `no such control call: ${method} ${name}`);
      return more(app, { query, input: method === 'GET' ? undefined : input() });
    }
  }
}

function changeBook(venue, change) {
  const { bids = [], asks = [], market } = venue.markets.token(change.token_id) ?? {};
  const before = { bids, asks, tick: market?.tick };
  const changed = venue.markets.change(change);
  venue.events.emit('book', venue.markets.token(change.token_id), before);
  return changed;
}

function refusing(action) {
  try {
    return action();
  } catch (e) {
    throw new Refusal(400, e.message);
  }
}

/**
 * Every order hash ever seen with a valid signature; ?id= for one. `posts` counts all POSTs,
 * `accepted` the first only.
 */
function state(venue, { id }) {
  const records =
    id === undefined ? [...venue.orders.values()] : [venue.orders.get(id)].filter(Boolean);
  const orders = records.map((r) => ({
    id: r.id,
    posts: r.posts,
    accepted: r.accepted,
    status: r.status,
    error: r.error,
    type: r.order.type,
    side: r.order.side,
    maker: r.order.signed.maker,
    token_id: r.token.tokenId,
    metadata: r.order.signed.metadata,
    maker_amount: decimal(r.order.give),
    taker_amount: decimal(r.order.want),
    ...totals(r.trades),
    fills: r.trades.map(fillView),
  }));
  return { orders, count: orders.length, filled: orders.filter((o) => o.fills.length).length };
}

function fillView(trade) {
  return {
    trade_id: trade.id,
    order_id: trade.orderId,
    status: tradeStatus(trade, Date.now()).status,
    size: decimal(trade.size),
    price: decimal(trade.price),
    cost: decimal(trade.cost),
    fee: decimal(trade.fee),
  };
}

const totals = (trades) => ({
  size: decimal(sum(trades, 'size')),
  cost: decimal(sum(trades, 'cost')),
  fee: decimal(sum(trades, 'fee')),
});

/** All fills with their sums. Failed trades are listed but not summed. */
function fills(venue) {
  const all = [...venue.trades.values()];
  const standing = all.filter((t) => !t.fails);
  const orders = new Set(all.map((t) => t.orderId));
  return {
    count: all.length,
    failed: all.length - standing.length,
    orders: orders.size,
    ...totals(standing),
    fills: all.map(fillView),
  };
}

function balance(venue, address) {
  const account = venue.ledger.account(checked(address));
  return {
    address,
    pusd: decimal(account.pusd),
    available: decimal(venue.ledger.available(address, 'pusd')),
    shares: Object.fromEntries([...account.shares].map(([token, size]) => [token, decimal(size)])),
  };
}

function setBalance(venue, { address, pusd }) {
  checked(address);
  refusing(() => venue.ledger.setPusd(address, micro(pusd)));
  return balance(venue, address);
}

function checked(address) {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address ?? ''))
    throw new Refusal(400, 'address must be 0x and 40 hex digits');
  return address;
}

const SETTINGS = {
  trade_delay_ms: (x) => Number.isSafeInteger(x) && x >= 0,
  page_size: (x) => Number.isSafeInteger(x) && x > 0 && x <= 1000,
  page_repeats: (x) => Number.isSafeInteger(x) && x >= 0, // rows of a page that the next one repeats
  status_prefix: (x) => typeof x === 'boolean', // ORDER_STATUS_ / TRADE_STATUS_ before each status
  status_style: (x) => ['plain', 'lower', 'text'].includes(x),
  // each fill moves money and shares on the local chain and shows as OrderFilled
  exchange_events: (x) => typeof x === 'boolean',
  // what a fill lacks there (pUSD, shares, approvals): lent by the venue, or the trade fails or waits
  on_chain_shortage: (x) => ['lend', 'fail', 'wait'].includes(x),
};

function settings(venue, input) {
  for (const [name, value] of Object.entries(input)) {
    if (!SETTINGS[name]?.(value)) throw new Refusal(400, `bad setting: ${name}`);
  }
  return Object.assign(venue.settings, input);
}

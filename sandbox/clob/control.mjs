// The double's test side, under /control: faults, balances, books, and what really happened.
import { parseJson, Refusal } from '../http.mjs';
import { decimal, micro } from './amounts.mjs';
import { sum } from './matching.mjs';
import { isReal } from './venue.mjs';
import { tradeStatus } from './views.mjs';

/** Answers the JSON value of one control call. */
export function control({ venue, faults, keys, requests }, { method, name, query, body }) {
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
    case 'POST allowances':
      return setAllowance(venue, input());
    case 'GET wallets':
      return venue.wallets.list();
    case 'POST wallets':
      return venue.wallets.add(input());
    case 'GET markets':
      return venue.markets.describe();
    case 'POST book':
      return refusing(() => venue.markets.change(input()));
    case 'POST settings':
      return settings({ venue, keys }, input());
    default:
      throw new Refusal(404, `no such control call: ${method} ${name}`);
  }
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

/** All fills with their sums. Trades that fail, or never settle, are listed but not summed. */
function fills(venue) {
  const all = [...venue.trades.values()];
  const standing = all.filter(isReal);
  const stuck = all.filter((t) => t.fate === 'stuck').length;
  const orders = new Set(all.map((t) => t.orderId));
  return {
    count: all.length,
    failed: all.length - standing.length - stuck,
    stuck,
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

/** {address, pusd?, shares?: {token_id: size}, unseen?}; unseen: before the next update. */
function setBalance(venue, { address, pusd, shares = {}, unseen = false }) {
  checked(address);
  if (pusd === undefined && !Object.keys(shares).length)
    throw new Refusal(400, 'pusd or shares must be given');
  for (const token of Object.keys(shares))
    if (!venue.markets.token(token)) throw new Refusal(400, `no such token_id: ${token}`);
  const amounts = { ...(pusd === undefined ? {} : { pusd }), ...shares };
  refusing(() => {
    const parsed = Object.entries(amounts).map(([asset, text]) => [asset, micro(text)]);
    for (const [asset, amount] of parsed) venue.ledger.set(address, asset, amount, Boolean(unseen));
  });
  return balance(venue, address);
}

/** {address, spender, asset?: pusd|shares, granted?}: takes an approval away, unless granted. */
function setAllowance(venue, { address, spender, asset = 'pusd', granted = false }) {
  if (!['pusd', 'shares'].includes(asset)) throw new Refusal(400, 'asset must be pusd or shares');
  venue.ledger.allow(checked(address), asset, checked(spender), Boolean(granted));
  return { address, spender, asset, granted: Boolean(granted) };
}

function checked(address) {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address ?? ''))
    throw new Refusal(400, 'an address must be 0x and 40 hex digits');
  return address;
}

const isBool = (x) => typeof x === 'boolean';
const isSeconds = (x) => typeof x === 'number' && x >= 0 && x <= 3600;
const SETTINGS = {
  trade_delay_ms: (x) => Number.isSafeInteger(x) && x >= 0,
  page_size: (x) => Number.isSafeInteger(x) && x > 0 && x <= 1000,
  page_repeats: (x) => Number.isSafeInteger(x) && x >= 0, // rows of a page that the next one repeats
  status_prefix: isBool, // ORDER_STATUS_ / TRADE_STATUS_ before each status
  status_style: (x) => ['plain', 'lower', 'text'].includes(x),
  hash_style: (x) => ['empty', 'null', 'absent'].includes(x), // of a trade without a transaction
  order_sizes: (x) => ['decimal', 'millionths'].includes(x),
  exchange_events: isBool, // OrderFilled on the local chain for each fill
  consume_books: isBool, // fills use up the book
  refuse_new_eoa: isBool, // type 0 only for who traded before, or has an entry in `wallets`
  ignore_allowances: isBool, // trades without an approval match, and stay MATCHED for ever
  protocol_v2: isBool, // lists the market of Protocol V2
  unauthorized_for_s: isSeconds, // from now on: 401 for everybody
  new_key_unauthorized_for_s: isSeconds, // each new key: 401 for its first seconds
};

function settings({ venue, keys }, input) {
  for (const [name, value] of Object.entries(input)) {
    if (!SETTINGS[name]?.(value)) throw new Refusal(400, `bad setting: ${name}`);
  }
  if (input.protocol_v2 !== undefined) venue.markets.protocolV2 = input.protocol_v2;
  if (input.unauthorized_for_s !== undefined) keys.refuseFor(input.unauthorized_for_s);
  if (input.new_key_unauthorized_for_s !== undefined)
    keys.newKeysWait(input.new_key_unauthorized_for_s);
  return Object.assign(venue.settings, input);
}

// The venue's public and authenticated routes as tables: "METHOD /path" -> answer. A path ending in
// "/" takes an id.
import { parseJson, Refusal } from '../http.mjs';
import {
  EXCHANGE,
  NEG_RISK_EXCHANGE,
  bookView,
  clobMarketView,
  marketView,
  midpointView,
  priceView,
} from './markets.mjs';
import { findTrades, orderView, page, tradeView } from './views.mjs';

const MAX_ORDERS = 15;
const MAX_CANCELS = 1000;
const MAX_UINT = (2n ** 256n - 1n).toString();

const found = (thing, text) => {
  if (!thing) throw new Refusal(404, text);
  return thing;
};
const token = ({ venue }, tokenId) =>
  found(venue.markets.token(tokenId), 'No orderbook exists for the requested token id');
const orderbook = (app, tokenId) => {
  const known = token(app, tokenId);
  return found(!known.market.closed && known, 'No orderbook exists for the requested token id');
};
const market = ({ venue }, id) => found(venue.markets.byCondition(id), 'market not found');

/** (app, {query, id}) -> value */
export const PUBLIC = {
  'GET /version': () => ({ version: 2 }),
  'GET /ok': () => 'OK',
  'GET /time': () => Math.floor(Date.now() / 1000),
  'GET /tick-size': (app, { query }) => ({
    minimum_tick_size: Number(token(app, query.token_id).market.tick),
  }),
  'GET /neg-risk': (app, { query }) => ({ neg_risk: token(app, query.token_id).market.negRisk }),
  'GET /fee-rate': (app, { query }) => (token(app, query.token_id), { base_fee: 0 }),
  'GET /book': (app, { query }) => bookView(orderbook(app, query.token_id)),
  'GET /price': (app, { query }) => {
    if (!['BUY', 'SELL'].includes(query.side)) throw new Refusal(400, 'Invalid side');
    return priceView(orderbook(app, query.token_id), query.side);
  },
  'GET /midpoint': (app, { query }) => midpointView(orderbook(app, query.token_id)),
  'GET /markets-by-token/': (app, { id }) => {
    const { market: m } = token(app, id);
    return {
      condition_id: m.conditionId,
      primary_token_id: m.tokens[0].tokenId,
      secondary_token_id: m.tokens[1].tokenId,
    };
  },
  'GET /clob-markets/': (app, { id }) => clobMarketView(market(app, id)),
  'GET /markets/': (app, { id }) => marketView(market(app, id)),
  'POST /auth/api-key': ({ keys }, { headers }) => keys.create(headers),
  'GET /auth/derive-api-key': ({ keys }, { headers }) => keys.derive(headers),
};

/**
 * (app, {query, id, body, credential}) -> value; the caller has passed L2. POST /order is in
 * server.mjs: faults.
 */
export const PRIVATE = {
  'GET /auth/api-keys': ({ keys }, { credential }) => keys.list(credential),
  'DELETE /auth/api-key': ({ keys }, { credential }) => keys.remove(credential),
  'GET /auth/ban-status/closed-only': () => ({ closed_only: false }),
  'POST /orders': postOrders,
  'DELETE /order': (app, { body, credential }) => {
    const { orderID } = parseJson(body, 'Invalid order payload') ?? {};
    if (typeof orderID !== 'string') throw new Refusal(400, 'Invalid order payload');
    return app.venue.cancel([orderID], credential);
  },
  'DELETE /orders': (app, { body, credential }) => {
    const ids = parseJson(body, 'Invalid order payload');
    const valid =
      Array.isArray(ids) && ids.length <= MAX_CANCELS && ids.every((x) => typeof x === 'string');
    if (!valid) throw new Refusal(400, 'Invalid order payload');
    return app.venue.cancel(ids, credential);
  },
  'DELETE /cancel-all': ({ venue }, { credential }) => cancelWhere(venue, credential, () => true),
  'DELETE /cancel-market-orders': ({ venue }, { body, credential }) => {
    const { market: condition, asset_id: asset } = parseJson(body, 'Invalid order payload') ?? {};
    return cancelWhere(venue, credential, (r) =>
      matches(r, { market: condition, asset_id: asset }),
    );
  },
  'GET /data/order/': ({ venue }, { id, credential }) => {
    const record = venue.orders.get(id);
    const mine = record?.order.signed.maker.toLowerCase() === credential.address;
    return mine ? orderView(record, venue.settings) : null;
  },
  'GET /data/orders': ({ venue }, { query, credential }) => {
    const rows = venue.liveOrdersOf(credential).filter((r) => matches(r, query));
    return page(rows, query.next_cursor, venue.settings.page_size, (r) =>
      orderView(r, venue.settings),
    );
  },
  'GET /data/trades': ({ venue }, { query, credential }) => {
    const rows = findTrades(venue, credential.address, query);
    const { page_size: size, page_repeats: repeats } = venue.settings;
    return page(rows, query.next_cursor, size, (t) => tradeView(t, venue.settings), repeats);
  },
  'GET /balance-allowance': balanceAllowance,
  // the ledger is never stale
  'GET /balance-allowance/update': (app, request) => (balanceAllowance(app, request), {}),
};

function postOrders({ venue }, { body, credential }) {
  const payloads = parseJson(body, 'Invalid order payload');
  if (!Array.isArray(payloads)) throw new Refusal(400, 'Invalid order payload');
  if (payloads.length > MAX_ORDERS) {
    throw new Refusal(
      400,
      `Too many orders in payload: ${payloads.length}, max allowed: ${MAX_ORDERS}`,
    );
  }
  return payloads.map((payload) => {
    try {
      return venue.post(payload, credential);
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      return {
        errorMsg: e.message,
        orderID: '',
        takingAmount: '',
        makingAmount: '',
        status: '',
        success: false,
      };
    }
  });
}

const matches = ({ id, token: t }, query) =>
  (query.id === undefined || query.id === id) &&
  (!query.market || query.market.toLowerCase() === t.market.conditionId) &&
  (!query.asset_id || query.asset_id === t.tokenId);

function cancelWhere(venue, credential, chosen) {
  return venue.cancel(
    venue
      .liveOrdersOf(credential)
      .filter(chosen)
      .map((r) => r.id),
    credential,
  );
}

function balanceAllowance({ venue }, { query, credential }) {
  if (!['COLLATERAL', 'CONDITIONAL'].includes(query.asset_type))
    throw new Refusal(400, 'Invalid asset type');
  const asset =
    query.asset_type === 'COLLATERAL' ? 'pusd' : token({ venue }, query.token_id).tokenId;
  return {
    balance: venue.ledger.balance(credential.address, asset).toString(),
    allowances: { [EXCHANGE]: MAX_UINT, [NEG_RISK_EXCHANGE]: MAX_UINT },
  };
}

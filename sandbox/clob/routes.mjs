// The venue's public and authenticated routes as tables: "METHOD /path" -> answer. A path ending in
// "/" takes an id.
import { parseJson, Refusal } from '../http.mjs';
import {
  EXCHANGE,
  NEG_RISK_EXCHANGE,
  EXCHANGE_V3,
  RETIRED_NEG_RISK_ADAPTER,
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
/** The same while its market is not over. */
const traded = (app, tokenId) => {
  const t = token(app, tokenId);
  return found(!t.market.gone && t, 'No orderbook exists for the requested token id');
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
  'GET /fee-rate': (app, { query }) => ({
    base_fee: token(app, query.token_id).market.feeRate > 0n ? 1000 : 0, // a flag, not a rate
  }),
  'GET /book': (app, { query }) => bookView(traded(app, query.token_id)),
  'GET /price': (app, { query }) => {
    if (!['BUY', 'SELL'].includes(query.side)) throw new Refusal(400, 'Invalid side');
    return priceView(traded(app, query.token_id), query.side);
  },
  'GET /midpoint': (app, { query }) => midpointView(traded(app, query.token_id)),
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
    const mine = record?.account === credential.address;
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
  'GET /balance-allowance/update': (app, request) => {
    const { wallet, asset } = balanceOf(app, request);
    if (wallet) app.venue.ledger.update(wallet, asset);
    return {};
  },
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

const ASSET_TYPES = ['COLLATERAL', 'CONDITIONAL', 'CONDITIONAL-V2'];
const SPENDERS = [EXCHANGE, NEG_RISK_EXCHANGE, RETIRED_NEG_RISK_ADAPTER];

/** Whose balance of what a request is about: the wallet that its key has of the signature type. */
function balanceOf({ venue }, { query, credential }) {
  const { asset_type: kind, token_id: tokenId, signature_type: type = '0' } = query;
  if (!ASSET_TYPES.includes(kind)) throw new Refusal(400, 'Invalid asset type');
  if (!/^[0-3]$/.test(type)) throw new Refusal(400, 'Invalid signature type');
  const asset = kind === 'COLLATERAL' ? 'pusd' : token({ venue }, tokenId).tokenId;
  return { kind, asset, wallet: venue.wallets.walletOf(credential.address, Number(type)) };
}

function balanceAllowance({ venue }, request) {
  const { kind, asset, wallet } = balanceOf({ venue }, request);
  const spenders = kind === 'CONDITIONAL-V2' ? [EXCHANGE_V3] : SPENDERS;
  const approval = asset === 'pusd' ? 'pusd' : 'shares';
  const granted = (spender) => wallet && venue.ledger.allows(wallet, approval, spender);
  return {
    balance: wallet ? venue.ledger.balance(wallet, asset).toString() : '0',
    allowances: Object.fromEntries(spenders.map((s) => [s, granted(s) ? MAX_UINT : '0'])),
  };
}

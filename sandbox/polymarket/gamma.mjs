// Gamma's list of markets: lists, one market, search. Arrays stand inside strings, as really.
import { decimal } from '../clob/amounts.mjs';
import { shareOf } from '../clob/markets.mjs';
import { Refusal } from '../http.mjs';

const MAX_PAGE = 100; // and at most so many condition ids
const DEFAULT_PAGE = 20;
const FIRST_ID = 500_000;
const START = '2026-01-01T00:00:00Z';

const inside = (list) => JSON.stringify(list);
const notFound = (what) =>
  new Refusal(404, 'not found', { body: { type: 'not found error', error: `${what} not found` } });
const invalid = (text) =>
  new Refusal(422, text, { body: { type: 'validation error', error: text } });

/** One market as Gamma shows it. */
export function gammaMarket(market) {
  const { tokens, resolution, feeRate } = market;
  const closed = Boolean(market.payouts);
  const [yes] = tokens;
  const [bid, ask] = [yes.bids[0], yes.asks[0]].map(
    (level) => level && Number(decimal(level.price)),
  );
  return {
    id: String(FIRST_ID + market.number),
    version: market.version,
    question: market.question,
    conditionId: market.conditionId,
    questionID: market.questionId,
    slug: market.slug,
    description: `A market of the sandbox: ${market.slug}.`,
    startDate: START,
    endDate: market.endDate,
    outcomes: inside(tokens.map((t) => t.outcome)),
    outcomePrices: inside(tokens.map((t, i) => (closed ? shareOf(market, i) : midpoint(t)))),
    clobTokenIds: inside(market.version === 'v2' ? [] : tokens.map((t) => t.tokenId)),
    positionIds: market.version === 'v2' ? tokens.map((t) => t.tokenId) : [],
    active: true,
    closed,
    archived: false,
    enableOrderBook: true,
    acceptingOrders: market.acceptingOrders && !market.gone,
    closedTime: closed ? new Date(resolution.updatedAt).toISOString() : null,
    umaResolutionStatus: resolution?.stage ?? null,
    umaResolutionStatuses: inside(resolution?.stage ? [resolution.stage] : []),
    resolvedBy: market.oracle,
    automaticallyResolved: false,
    negRisk: market.negRisk,
    ...(market.negRisk ? { negRiskMarketID: market.questionId, negRiskRequestID: '' } : {}),
    orderPriceMinTickSize: Number(market.tick),
    orderMinSize: Number(decimal(market.minOrderSize)),
    secondsDelay: market.secondsDelay,
    feesEnabled: feeRate > 0n,
    ...(feeRate > 0n ? { feeSchedule: feeSchedule(market) } : {}),
    ...(bid === undefined ? {} : { bestBid: bid }),
    ...(ask === undefined ? {} : { bestAsk: ask }),
    lastTradePrice: ask ?? bid ?? 0,
    events: [{ id: String(10_000 + market.number), slug: market.slug, title: market.question }],
  };
}

const feeSchedule = ({ feeRate, feeExponent }) => ({
  exponent: feeExponent,
  rate: Number(decimal(feeRate)),
  takerOnly: true,
  rebateRate: 0,
});

function midpoint({ bids, asks }) {
  const levels = [bids[0], asks[0]].filter(Boolean);
  return levels.length
    ? decimal(levels.reduce((sum, l) => sum + l.price, 0n) / BigInt(levels.length))
    : '0';
}

/** Answers GET `path` with `query` (URLSearchParams). */
export function gamma({ venue }, path, query) {
  const all = venue.markets.all().map((m) => gammaMarket(m));
  const parts = path.split('/').filter(Boolean);
  if (path === '/markets') return page(all, query, count(query, 'offset', 0)).rows;
  if (path === '/markets/keyset') return keyset(all, query);
  if (path === '/public-search') return search(all, query);
  const [what, by] = parts[1] === 'slug' ? ['slug', parts[2]] : ['id', parts[1]];
  if (parts[0] !== 'markets' || by === undefined) throw new Refusal(404, 'not found');
  const found = all.find((m) => m[what] === by);
  if (!found) throw notFound(what);
  return found;
}

/** Only open markets unless `closed` says otherwise; ids may be repeated in the query. */
function filtered(all, query) {
  const wanted = (name) => (query.has(name) ? new Set(query.getAll(name)) : null);
  const conditions = wanted('condition_ids');
  if (conditions?.size > MAX_PAGE) throw invalid(`at most ${MAX_PAGE} condition_ids`);
  const closed = query.get('closed') ?? 'false';
  if (!['true', 'false'].includes(closed)) throw invalid('closed must be true or false');
  const [ids, slugs, tokens] = ['id', 'slug', 'clob_token_ids'].map(wanted);
  return all.filter(
    (m) =>
      String(m.closed) === closed &&
      (!conditions || conditions.has(m.conditionId)) &&
      (!ids || ids.has(m.id)) &&
      (!slugs || slugs.has(m.slug)) &&
      (!tokens || JSON.parse(m.clobTokenIds).some((t) => tokens.has(t))),
  );
}

function page(all, query, from) {
  const rows = filtered(all, query);
  const limit = Math.min(MAX_PAGE, count(query, 'limit', DEFAULT_PAGE));
  return {
    rows: rows.slice(from, from + limit),
    more: rows.length > from + limit,
    next: from + limit,
  };
}

function count(query, name, otherwise) {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw invalid(`${name} must be a number`);
  return Number(text);
}

/**
 * `next_cursor` comes back as `after_cursor`, and is absent on the last page. The real one ignores an
 * `offset` or a `cursor` and so answers the first page for ever: here that is refused.
 */
function keyset(all, query) {
  for (const name of ['offset', 'cursor'])
    if (query.has(name)) throw invalid(`${name} means nothing here: use after_cursor`);
  const cursor = query.get('after_cursor');
  const from = cursor ? Number(Buffer.from(cursor, 'base64').toString()) : 0;
  if (!Number.isSafeInteger(from) || from < 0) throw invalid('invalid after_cursor');
  const { rows, more, next } = page(all, query, from);
  return {
    markets: rows,
    ...(more ? { next_cursor: Buffer.from(String(next)).toString('base64') } : {}),
  };
}

/** Each market is an event of its own; closed ones show unless events_status is active. */
function search(all, query) {
  const words = (query.get('q') ?? '').trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) throw invalid('q must not be empty');
  const size = count(query, 'limit_per_type', 10);
  const from = size * (Math.max(1, count(query, 'page', 1)) - 1);
  const found = all.filter(
    (m) =>
      words.every((w) => `${m.question} ${m.slug}`.toLowerCase().includes(w)) &&
      !(query.get('events_status') === 'active' && m.closed),
  );
  const events = found.slice(from, from + size).map(({ events: [event], ...market }) => ({
    ...event,
    active: true,
    closed: market.closed,
    negRisk: market.negRisk,
    markets: [market],
  }));
  return {
    events,
    tags: [],
    profiles: [],
    pagination: { hasMore: found.length > from + size, totalResults: found.length },
  };
}

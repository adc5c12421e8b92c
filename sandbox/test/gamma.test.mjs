// Gamma, the Data API and the CLOB tell one story of a market, from its first day to its resolution.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { post, request, startSandbox, Trader } from './support.mjs';

let sandbox, venue, deep, fine, thin, trader;

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [deep, fine, thin] = sandbox.info.markets;
  trader = await new Trader(venue).login();
});
after(() => sandbox?.stop());

const gamma = (path) => request(`${venue.gamma_url}${path}`);
const rows = async (query) => (await gamma(`/markets/keyset?${query}`)).json.markets;
const only = async (market, closed = 'false') =>
  (await rows(`condition_ids=${market.condition_id}&closed=${closed}`))[0];
const resolution = async (market) =>
  (await request(`${venue.data_url}/v2/resolutions?condition=${market.condition_id}`)).json.data[0];
const resolve = (market, more) =>
  post(`${venue.control_url}/resolve`, { condition_id: market.condition_id, ...more });

test('a market shows its tokens, prices, tick, fee and state', async () => {
  const market = await only(fine);
  const [yes, no] = sandbox.info.markets.filter((m) => m.condition_id === fine.condition_id);
  assert.deepEqual(JSON.parse(market.clobTokenIds), [yes.token_id, no.token_id]);
  assert.deepEqual(JSON.parse(market.outcomes), ['Yes', 'No']);
  assert.deepEqual(JSON.parse(market.outcomePrices), ['0.3545', '0.6455']);
  const { version, negRisk, closed, umaResolutionStatus, orderPriceMinTickSize, orderMinSize } =
    market;
  assert.deepEqual(
    [version, negRisk, closed, umaResolutionStatus, orderPriceMinTickSize, orderMinSize],
    ['v1', true, false, null, 0.001, 5],
  );
  assert.deepEqual(market.feeSchedule, { exponent: 1, rate: 0.05, takerOnly: true, rebateRate: 0 });
  assert.equal((await only(deep)).feesEnabled, false);
  assert.deepEqual((await gamma(`/markets/slug/${market.slug}`)).json, market);
  assert.deepEqual((await gamma(`/markets/${market.id}`)).json, market);
  assert.equal((await gamma('/markets/slug/no-such-market')).status, 404);
});

test('pages follow after_cursor to the end; cursor and offset are refused', async () => {
  const seen = [];
  let cursor = '';
  do {
    const { json } = await gamma(`/markets/keyset?limit=2${cursor && `&after_cursor=${cursor}`}`);
    assert.ok(json.markets.length <= 2);
    seen.push(...json.markets.map((m) => m.conditionId));
    cursor = json.next_cursor;
  } while (cursor);
  assert.deepEqual(
    seen,
    [deep, fine, thin].map((m) => m.condition_id),
  );
  for (const name of ['cursor', 'offset'])
    assert.equal((await gamma(`/markets/keyset?${name}=2`)).status, 422);
  const both = `condition_ids=${deep.condition_id}&condition_ids=${thin.condition_id}`;
  assert.equal((await rows(both)).length, 2, 'ids are repeated');
  assert.equal((await gamma('/markets?limit=1&offset=1')).json[0].conditionId, fine.condition_id);
});

test('search finds words of the question, in events', async () => {
  const { json } = await gamma('/public-search?q=THIN%20book');
  assert.deepEqual(
    json.events.flatMap((e) => e.markets.map((m) => m.conditionId)),
    [thin.condition_id],
  );
  assert.deepEqual(json.pagination, { hasMore: false, totalResults: 1 });
  assert.deepEqual((await gamma('/public-search?q=nothing-like-it')).json.events, []);
  assert.equal((await gamma('/public-search?q=')).status, 422);
});

test('proposed and disputed show, and the market trades on', async () => {
  assert.equal((await resolution(deep)).status, 'initialized');
  await resolve(deep, { stage: 'proposed', payouts: [1, 0] });
  assert.equal((await only(deep)).umaResolutionStatus, 'proposed');
  const proposed = await resolution(deep);
  assert.deepEqual(
    [proposed.status, proposed.proposed_price, proposed.price, proposed.payouts],
    ['proposed', '1', '69', undefined],
  );
  await resolve(deep, { stage: 'disputed' });
  assert.equal((await only(deep)).umaResolutionStatus, 'disputed');
  assert.equal((await trader.buy(deep)).json.status, 'matched');
  assert.equal((await resolve(deep, { stage: 'guessed' })).status, 400);
  assert.equal((await resolve(deep, {})).status, 400, 'payouts are needed at the end');
  assert.equal((await resolve({ condition_id: '0x00' }, { payouts: [1, 0] })).status, 404);
});

test('once resolved nothing trades, and every API says how it ended', async () => {
  const resting = { makerAmount: '4000000', takerAmount: '10000000' };
  await trader.buy(deep, resting, { type: 'GTC' });
  const { lastId } = trader;
  const { json } = await resolve(deep, { payouts: [0, 1] });
  assert.deepEqual([json.shown, json.tx_hash], [true, null], 'there is no chain to report to');

  assert.equal(await only(deep), undefined, 'no more among the open ones');
  const market = await only(deep, 'true');
  assert.deepEqual(JSON.parse(market.outcomePrices), ['0', '1']);
  assert.equal(market.umaResolutionStatus, 'resolved');
  assert.equal(market.acceptingOrders, false);
  const row = await resolution(deep);
  assert.deepEqual([row.status, row.payouts, row.was_disputed], ['resolved', [0, 1_000_000], true]);
  const classic = (await request(`${venue.url}/markets/${deep.condition_id}`)).json;
  assert.deepEqual([classic.closed, classic.tokens.map((t) => t.winner)], [true, [false, true]]);
  assert.equal((await request(`${venue.url}/book?token_id=${deep.token_id}`)).status, 404);
  const refused = await trader.buy(deep);
  assert.deepEqual(
    [refused.status, refused.json.error],
    [400, `the orderbook ${deep.token_id} does not exist`],
  );
  const order = (await trader.call('GET', `/data/order/${lastId}`)).json;
  assert.equal(order.status, 'CANCELED_MARKET_RESOLVED');
});

test('50-50 pays half on both sides, and may show late', async () => {
  await resolve(fine, { payouts: [1, 1], lag_s: 0.3 });
  assert.equal((await only(fine)).closed, false);
  for (let tries = 0; tries < 100 && (await only(fine)); tries += 1)
    await new Promise((r) => setTimeout(r, 20));
  assert.deepEqual(JSON.parse((await only(fine, 'true')).outcomePrices), ['0.5', '0.5']);
  const { payouts, price, market_type: type } = await resolution(fine);
  assert.deepEqual([payouts, price, type], [[500_000, 500_000], '0.5', 'INCREMENTAL_NEGRISK']);
});

test('faults strike Gamma and the Data API alone', async () => {
  await post(`${venue.control_url}/faults`, { on: 'gamma', kind: 'error_500' });
  await post(`${venue.control_url}/faults`, { on: 'data', kind: 'rate_limited' });
  assert.equal((await gamma('/markets')).status, 500);
  assert.equal((await gamma('/markets')).status, 200);
  const limited = await request(`${venue.data_url}/v2/resolutions?condition=${thin.condition_id}`);
  assert.deepEqual([limited.status, limited.headers['retry-after']], [429, '1']);
  const none = await request(`${venue.data_url}/v2/resolutions?condition=`);
  assert.equal(none.status, 400);
});

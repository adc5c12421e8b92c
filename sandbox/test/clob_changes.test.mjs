// Markets that make orders wait, and what changes while they live: fee, tick, the end of the book.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { post, request, startSandbox, Trader, until } from './support.mjs';

let sandbox, venue, deep, fine, thin, trader;

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [deep, fine, thin] = sandbox.info.markets;
});
beforeEach(async () => {
  trader = await new Trader(venue).login();
});
afterEach(() => control('book', { token_id: thin.token_id, seconds_delay: 0, gone: false }));
after(() => sandbox?.stop());

const control = async (call, body) => {
  const answer = await post(`${venue.control_url}/${call}`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const change = (market, over) => control('book', { token_id: market.token_id, ...over });
const order = async (id) => (await trader.call('GET', `/data/order/${id}`)).json;
const seen = async (id) => (await request(`${venue.control_url}/state?id=${id}`)).json.orders[0];
const own = async () =>
  (await request(`${venue.control_url}/balance?address=${trader.address}`)).json;
const refused = (answer, text) =>
  assert.deepEqual([answer.status, answer.json?.error], [400, text]);
const over = { makerAmount: '6000000', takerAmount: '10000000' };

test('in a slow market an order is delayed, holds its money, and then matches', async () => {
  await change(thin, { seconds_delay: 1 });
  const market = (await request(`${venue.url}/markets/${thin.condition_id}`)).json;
  assert.equal(market.seconds_delay, 1);
  assert.equal((await request(`${venue.url}/clob-markets/${thin.condition_id}`)).json.itode, true);
  const answer = await trader.buy(thin, over);
  assert.deepEqual([answer.json.status, answer.json.makingAmount], ['delayed', '']);
  const { orderID: id } = answer.json;
  assert.equal((await order(id)).status, 'DELAYED');
  assert.equal((await own()).available, '999994');
  await until(async () => (await order(id)).status === 'MATCHED', 10_000);
  const { pusd, available, shares } = await own();
  assert.deepEqual([pusd, available], ['999993.904', '999993.904'], '6, and a fee of 0.096');
  assert.equal(shares[thin.token_id], '10');
});

test('the book of the end of the delay counts: killed, or cancelled before', async () => {
  await change(thin, { seconds_delay: 1 });
  const { asks } = (await request(`${venue.url}/book?token_id=${thin.token_id}`)).json;
  const [killed, cancelled] = [
    (await trader.buy(thin, over)).json.orderID,
    (await trader.buy(thin, over, { type: 'FAK' })).json.orderID,
  ];
  const gone = await trader.call('DELETE', '/order', { orderID: cancelled });
  assert.deepEqual(gone.json.canceled, [cancelled]);
  await change(thin, { asks: [] });
  await until(async () => (await order(killed)).status === 'UNMATCHED', 10_000);
  assert.equal((await order(cancelled)).status, 'CANCELED');
  await control('settings', { status_style: 'text' });
  assert.equal(
    (await order(killed)).status,
    "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed.",
  );
  await control('settings', { status_style: 'plain' });
  const { pusd, available } = await own();
  assert.deepEqual([pusd, available], ['1000000', '1000000']);
  await change(thin, { asks });
  const late = await trader.call('DELETE', '/order', { orderID: killed });
  assert.deepEqual(late.json.canceled, []);
});

test('what cannot match at once does not wait', async () => {
  await change(thin, { seconds_delay: 60 });
  const rests = await trader.buy(
    thin,
    { makerAmount: '4000000', takerAmount: '10000000' },
    { type: 'GTC' },
  );
  assert.equal(rests.json.status, 'live');
  assert.match(
    (await trader.buy(thin, { makerAmount: '4000000', takerAmount: '10000000' })).text,
    /FOK/,
  );
  const waits = await trader.buy(thin, over, { type: 'GTC' });
  assert.equal(waits.json.status, 'delayed', 'whatever its type');
});

test('a market that is over has no order book', async () => {
  const { orderID: resting } = (
    await trader.buy(thin, { makerAmount: '4000000', takerAmount: '10000000' }, { type: 'GTC' })
  ).json;
  await change(thin, { gone: true });
  refused(await trader.buy(thin, over), `the orderbook ${thin.token_id} does not exist`);
  assert.equal((await request(`${venue.url}/book?token_id=${thin.token_id}`)).status, 404);
  const { closed, accepting_orders: accepting } = (
    await request(`${venue.url}/markets/${thin.condition_id}`)
  ).json;
  assert.deepEqual([closed, accepting], [true, false]);
  const gone = await trader.call('DELETE', '/order', { orderID: resting });
  assert.deepEqual(gone.json.canceled, [resting]);
  assert.equal((await trader.buy(deep)).json.status, 'matched', 'the others trade on');
});

test('the fee of the moment is charged, and an old trade keeps its own', async () => {
  const first = (await trader.buy(deep)).json;
  await change(deep, { fee: '0.05', fee_exponent: 1 });
  const { fd } = (await request(`${venue.url}/clob-markets/${deep.condition_id}`)).json;
  assert.deepEqual(fd, { r: 0.05, e: 1, to: true });
  const flag = await request(`${venue.url}/fee-rate?token_id=${deep.token_id}`);
  assert.equal(flag.json.base_fee, 1000);
  const second = (await trader.buy(deep)).json;
  const fees = [];
  for (const { orderID } of [first, second]) fees.push((await seen(orderID)).fee);
  assert.deepEqual(fees, ['0', '0.25'], '20 x 0.05 x 0.5 x 0.5');
  const [{ fee_rate_bps: old }] = (await trader.call('GET', `/data/trades?id=${first.tradeIDs[0]}`))
    .json.data;
  assert.equal(old, '0');
  await change(deep, { fee: '0', fee_exponent: 0 });
});

test('a refined tick takes prices off the old grid, and the old prices still', async () => {
  const finer = { makerAmount: '10050000', takerAmount: '20000000' }; // 0.5025
  const offGrid = (tick) =>
    `order ${trader.lastId} is invalid. Price (0.5025) breaks minimum tick size rule: ${tick}`;
  refused(await trader.buy(deep, finer), offGrid('0.01'));
  await change(deep, { tick_size: '0.001' });
  refused(await trader.buy(deep, finer), offGrid('0.001'));
  await change(deep, { tick_size: '0.0025' });
  assert.equal(
    (await request(`${venue.url}/tick-size?token_id=${deep.token_id}`)).json.minimum_tick_size,
    0.0025,
  );
  assert.equal((await trader.buy(deep, finer)).json.status, 'matched');
  assert.equal((await trader.buy(deep)).json.status, 'matched');
  await change(deep, { tick_size: '0.01' });
  await change(fine, { tick_size: '0.0001' });
  const sold = { [fine.token_id]: '50' };
  await control('balance', { address: trader.address, shares: sold });
  const answer = await trader.sell(fine, 12_340_000, 4_356_000); // 0.353 and a bit: cut at 4 decimals
  assert.equal(answer.json.status, 'matched', answer.text);
  await change(fine, { tick_size: '0.001' });
});

test('bad changes are refused and change nothing', async () => {
  for (const bad of [
    { tick_size: '0.02' },
    { fee: 'x' },
    { fee_exponent: 3 },
    { seconds_delay: -1 },
    { seconds_delay: '1' },
    { fee: '0.9', seconds_delay: 4000 },
  ]) {
    const answer = await post(`${venue.control_url}/book`, { token_id: thin.token_id, ...bad });
    assert.equal(answer.status, 400, JSON.stringify(bad));
  }
  const { fee_rate: fee, tick_size: tick } = await change(thin, {});
  assert.deepEqual([fee, tick], ['0.04', '0.01']);
});

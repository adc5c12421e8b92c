// SELL, and orders that take what is there: shares, proceeds, fees and the book, to the micro.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { micro } from '../clob/amounts.mjs';
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
after(() => sandbox?.stop());

const control = async (call, body) => {
  const answer = await post(`${venue.control_url}/${call}`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const owned = async (who = trader) =>
  (await request(`${venue.control_url}/balance?address=${who.address}`)).json;
const own = (shares, who = trader) => control('balance', { address: who.address, shares });
const refused = (answer, text) =>
  assert.deepEqual([answer.status, answer.json?.error], [400, text]);
const NO_MATCH =
  'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.';

test('what a BUY brought can be sold in steps of 0.01; the rest stays', async () => {
  const bought = await trader.buy(fine, { makerAmount: '10000000', takerAmount: '28089800' });
  assert.equal(bought.json.status, 'matched');
  assert.equal((await owned()).shares[fine.token_id], '28.169015', '10 / 0.355');
  const { pusd: opening } = await owned();
  const sold = await trader.sell(fine, 28_160_000, 9_968_600); // 0.354 x 28.16 = 9.96864
  assert.equal(sold.json.status, 'matched', sold.text);
  assert.deepEqual([sold.json.makingAmount, sold.json.takingAmount], ['28.16', '9.96864']);
  const { pusd, shares } = await owned();
  assert.equal(shares[fine.token_id], '0.009015');
  const [fill] = (await request(`${venue.control_url}/state?id=${trader.lastId}`)).json.orders[0]
    .fills;
  assert.deepEqual([fill.cost, fill.fee], ['9.96864', '0.32198'], '0.321987... is cut');
  assert.equal(micro(pusd) - micro(opening), 9_968_640n - 321_980n);
});

test('shares that are not there, or held by resting orders, cannot be sold', async () => {
  await own({ [deep.token_id]: '30.5' });
  const rests = await trader.sell(deep, 20_000_000, 12_000_000, { type: 'GTC' });
  assert.equal(rests.json.status, 'live');
  const resting = trader.lastId;
  refused(
    await trader.sell(deep, 10_510_000, 4_729_500),
    'not enough balance / allowance: the balance is not enough -> balance: 30500000, ' +
      'sum of active orders: 20000000, sum of matched orders: 0, order amount (inc. fees): 10510000',
  );
  assert.equal((await trader.sell(deep, 10_500_000, 4_725_000)).json.status, 'matched');
  await trader.call('DELETE', '/order', { orderID: resting });
  assert.equal((await trader.sell(deep, 20_000_000, 9_000_000)).json.status, 'matched');
  assert.equal((await owned()).shares[deep.token_id], '0');
});

test('accuracy of market SELLs: 2 decimals of shares, 4 of money, whatever the tick', async () => {
  await own({ [fine.token_id]: '100', [deep.token_id]: '100' });
  const text =
    'invalid amounts, the sell orders maker amount supports a max accuracy of 2 decimals, taker amount a max of 4 decimals';
  for (const type of ['FOK', 'FAK']) {
    refused(await trader.sell(fine, 12_345_000, 4_370_100, { type }), text);
    refused(await trader.sell(fine, 12_340_000, 4_368_360, { type }), text); // exact, 5 decimals
    const cut = await trader.sell(fine, 12_340_000, 4_368_300, { type });
    assert.equal(cut.json.status, 'matched', cut.text);
  }
  const limit = await trader.sell(fine, 12_340_000, 4_578_140, { type: 'GTC' }); // 0.371
  assert.equal(limit.json.status, 'live', 'a resting one may have the decimals of its tick');
});

test('a FAK sells what the bids at its limit take, the rest is dropped', async () => {
  await own({ [thin.token_id]: '250' });
  const { pusd: opening } = await owned();
  const part = await trader.sell(thin, 150_000_000, 87_000_000, { type: 'FAK' });
  assert.deepEqual(
    [part.json.status, part.json.makingAmount, part.json.takingAmount],
    ['matched', '100', '58'],
  );
  const { pusd, shares } = await owned();
  assert.equal(shares[thin.token_id], '150', 'only what was sold is gone');
  assert.equal(micro(pusd) - micro(opening), 58_000_000n - 974_400n, '100 x 0.04 x 0.58 x 0.42');
  const shown = (await trader.call('GET', `/data/order/${trader.lastId}`)).json;
  assert.deepEqual([shown.original_size, shown.size_matched], ['150', '100']);
  refused(await trader.sell(thin, 150_000_000, 88_500_000, { type: 'FAK' }), NO_MATCH); // 0.59
  refused(
    await trader.sell(thin, 150_000_000, 87_000_000),
    "order couldn't be fully filled. FOK orders are fully filled or killed.",
  );
  assert.equal((await owned()).shares[thin.token_id], '150');
});

test('a FAK buys what the asks at its limit have, the rest is not spent', async () => {
  const { pusd: opening } = await owned();
  const type = 'FAK';
  const part = await trader.buy(
    thin,
    { makerAmount: '90000000', takerAmount: '150000000' },
    { type },
  );
  assert.deepEqual(
    [part.json.status, part.json.makingAmount, part.json.takingAmount],
    ['matched', '60', '100'],
  );
  const spent = micro(opening) - micro((await owned()).pusd);
  assert.equal(spent, 60_960_000n, 'the fee: 100 x 0.04 x 0.6 x 0.4');
  refused(
    await trader.buy(thin, { makerAmount: '88500000', takerAmount: '150000000' }, { type }),
    NO_MATCH,
  );
});

test('a market SELL has no minimum; a BUY that takes needs a dollar, a resting order its size', async () => {
  await own({ [deep.token_id]: '10' });
  assert.equal((await trader.sell(deep, 10_000, 4_900)).json.status, 'matched', '0.01 shares');
  refused(
    await trader.buy(deep, { makerAmount: '990000', takerAmount: '1980000' }, { type: 'FAK' }),
    'invalid amount for a marketable BUY order ($0.99), min size: $1',
  );
  const one = { makerAmount: '1000000', takerAmount: '2000000' };
  assert.equal((await trader.buy(deep, one, { type: 'FAK' })).json.status, 'matched', '2 shares');
  refused(
    await trader.sell(deep, 4_000_000, 2_400_000, { type: 'GTC' }),
    `order ${trader.lastId} is invalid. Size (4) lower than the minimum: 5`,
  );
});

test('books can be used up, on both sides of the market', async () => {
  const levels = (side) => side.map((l) => `${l.size} @ ${l.price}`);
  const book = async (market) =>
    (await request(`${venue.url}/book?token_id=${market.token_id}`)).json;
  const no = sandbox.info.markets[5];
  assert.equal(no.condition_id, thin.condition_id);
  await control('settings', { consume_books: true });
  const over = { makerAmount: '36000000', takerAmount: '60000000' };
  assert.equal((await trader.buy(thin, over)).json.takingAmount, '60');
  assert.deepEqual(levels((await book(thin)).asks), ['40 @ 0.6']);
  assert.deepEqual(levels((await book(no)).bids), ['40 @ 0.4'], 'who sold Yes bought No');
  refused(
    await trader.buy(thin, over),
    "order couldn't be fully filled. FOK orders are fully filled or killed.",
  );
  const rest = await trader.buy(thin, over, { type: 'FAK' });
  assert.equal(rest.json.error, undefined);
  assert.equal(rest.json.takingAmount, '40');
  assert.deepEqual((await book(thin)).asks, []);
  refused(await trader.buy(thin, over, { type: 'FAK' }), NO_MATCH);
});

test('a trade that failed gives back what it took: money of a BUY, shares of a SELL', async () => {
  await own({ [deep.token_id]: '50' });
  const { pusd: opening } = await owned();
  await control('settings', { trade_delay_ms: 50 });
  await control('faults', { kind: 'trade_failed', times: 2 });
  assert.equal((await trader.sell(deep, 50_000_000, 22_500_000)).json.status, 'matched');
  await trader.buy(deep);
  await until(async () => {
    const { pusd, shares } = await owned();
    return pusd === opening && shares[deep.token_id] === '50';
  }, 10_000);
  await control('settings', { trade_delay_ms: 20 });
});

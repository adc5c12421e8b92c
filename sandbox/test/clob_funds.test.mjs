// Approvals and balances as the venue sees them: missing, ignored, out of date.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { post, request, sleep, startSandbox, Trader } from './support.mjs';

let sandbox, venue, deep, fine, trader;
const RETIRED = '0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296';

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [deep, fine] = sandbox.info.markets;
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
const approve = (spender, asset, granted) =>
  control('allowances', { address: trader.address, spender, asset, granted });
const allowances = async (query = 'asset_type=COLLATERAL') =>
  (await trader.call('GET', `/balance-allowance?${query}`)).json.allowances;
const missing = (answer, spender, amount) =>
  assert.deepEqual(
    [answer.status, answer.json.error],
    [
      400,
      `not enough balance / allowance: the allowance is not enough -> spender: ${spender}, allowance: 0, ` +
        `sum of active orders: 0, sum of matched orders: 0, order amount (inc. fees): ${amount}`,
    ],
  );
const over = { makerAmount: '10000000', takerAmount: '20000000' };
const FINE = { makerAmount: '10000000', takerAmount: '28089800' };

test('a BUY needs the exchange approved, a neg-risk one the retired adapter too', async () => {
  const { exchange, neg_risk_exchange: negRisk } = venue;
  await approve(exchange, 'pusd', false);
  missing(await trader.buy(deep, over), exchange, 10000000);
  assert.equal((await trader.buy(fine, FINE)).json.status, 'matched', 'each exchange by itself');
  await approve(exchange, 'pusd', true);
  assert.equal((await trader.buy(deep, over)).json.status, 'matched');
  for (const spender of [negRisk, RETIRED]) {
    await approve(spender, 'pusd', false);
    missing(await trader.buy(fine, FINE), spender, 10322500);
    assert.equal((await allowances())[spender], '0');
    await approve(spender, 'pusd', true);
  }
  assert.equal((await trader.buy(fine, FINE)).json.status, 'matched');
  assert.ok(Object.values(await allowances()).every((a) => a !== '0'));
  assert.equal(Object.keys(await allowances()).length, 3);
});

test('a SELL needs the approval of shares, not of money', async () => {
  await control('balance', { address: trader.address, shares: { [deep.token_id]: '100' } });
  await approve(venue.exchange, 'pusd', false);
  assert.equal((await trader.sell(deep, 20_000_000, 9_000_000)).json.status, 'matched');
  await approve(venue.exchange, 'shares', false);
  missing(await trader.sell(deep, 20_000_000, 9_000_000), venue.exchange, 20000000);
  const query = `asset_type=CONDITIONAL&token_id=${deep.token_id}`;
  assert.equal((await allowances(query))[venue.exchange], '0');
  const { balance } = (await trader.call('GET', `/balance-allowance?${query}`)).json;
  assert.equal(balance, '80000000');
});

test('a venue that ignores approvals: MATCHED for ever, no transaction, nothing moves', async () => {
  const before = (await request(`${venue.control_url}/fills`)).json;
  await approve(venue.exchange, 'pusd', false);
  await control('settings', { ignore_allowances: true });
  const answer = await trader.buy(deep, over);
  assert.equal(answer.json.status, 'matched');
  await sleep(150); // far more than twice the time after which others are confirmed
  const [trade] = (await trader.call('GET', `/data/trades?id=${answer.json.tradeIDs[0]}`)).json
    .data;
  assert.deepEqual([trade.status, trade.transaction_hash], ['MATCHED', '']);
  await control('settings', { ignore_allowances: false });
  const own = (await request(`${venue.control_url}/balance?address=${trader.address}`)).json;
  assert.deepEqual([own.pusd, own.available, own.shares], ['1000000', '999990', {}]);
  const fills = (await request(`${venue.control_url}/fills`)).json;
  assert.deepEqual([fills.stuck, fills.failed, fills.cost], [1, 0, before.cost]);
});

test('matched orders that stick in the balance, until an update or for ever', async () => {
  await control('balance', { address: trader.address, pusd: '35' });
  const update = () => trader.call('GET', '/balance-allowance/update?asset_type=COLLATERAL');
  const stuck = (answer, balance, matched) =>
    assert.equal(
      answer.json.error,
      `not enough balance / allowance: the balance is not enough -> balance: ${balance}, ` +
        `sum of active orders: 0, sum of matched orders: ${matched}, order amount (inc. fees): 10000000`,
    );
  await control('faults', { kind: 'matched_sticks', times: 2 });
  assert.equal((await trader.buy(deep, over)).json.status, 'matched'); // 25 left, 10 sticks
  assert.equal((await trader.buy(deep, over)).json.status, 'matched'); // 15 left, 20 stick
  stuck(await trader.buy(deep, over), 15000000, 20000000);
  const { json } = await trader.call('GET', '/balance-allowance?asset_type=COLLATERAL');
  assert.equal(json.balance, '15000000', 'the balance itself looks right');
  await update();
  await control('faults', { kind: 'matched_stuck' });
  assert.equal((await trader.buy(deep, over)).json.status, 'matched'); // 5 left, 10 stuck
  await update();
  stuck(await trader.buy(deep, over), 5000000, 10000000);
});

test('money that arrived is not seen before an update', async () => {
  await control('balance', { address: trader.address, pusd: '5' });
  await control('balance', { address: trader.address, pusd: '50', unseen: true });
  assert.match((await trader.buy(deep, over)).json.error, /-> balance: 5000000,/);
  await trader.call('GET', '/balance-allowance/update?asset_type=COLLATERAL&signature_type=0');
  assert.equal((await trader.buy(deep, over)).json.status, 'matched');
  const { pusd } = (await request(`${venue.control_url}/balance?address=${trader.address}`)).json;
  assert.equal(pusd, '40');
});

test('bad control calls are refused', async () => {
  const { address } = trader;
  for (const [call, body] of [
    ['allowances', { address, spender: 'x' }],
    ['allowances', { address: 'x', spender: address }],
    ['allowances', { address, spender: address, asset: 'gold' }],
    ['balance', { address }],
    ['balance', { address, shares: { 1: '1' } }],
    ['balance', { address, pusd: '-1' }],
  ])
    assert.equal((await post(`${venue.control_url}/${call}`, body)).status, 400, call);
});

// What the exchange contracts on the local chain know of the double's fills.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { ORDER_FILLED } from '../chains/exchange.mjs';
import { post, request, startSandbox, Trader, until } from './support.mjs';

let sandbox, venue, chain, deep, fine, trader;

before(async () => {
  sandbox = await startSandbox(['--no-conversion']);
  venue = sandbox.info.venue;
  [deep, fine] = sandbox.info.markets;
  chain = new ethers.JsonRpcProvider(sandbox.info.polygon.direct_rpc);
  trader = await new Trader(venue).login();
  await post(`${venue.control_url}/settings`, { exchange_events: true });
});
after(() => {
  chain?.destroy();
  return sandbox?.stop();
});

const arm = (kind) => post(`${venue.control_url}/faults`, { kind });
/** makerAmountFilled, takerAmountFilled and fee of an order's OrderFilled events. */
async function filled(id, address) {
  const topics = [ethers.id(ORDER_FILLED), id];
  const logs = await chain.getLogs({ address, topics, fromBlock: 0 });
  return logs.map(({ data }) =>
    [2, 3, 4].map((i) => Number(ethers.dataSlice(data, 32 * i, 32 * (i + 1)))),
  );
}

test('a SELL gives shares and gets dollars, the fee beside them', async () => {
  const shares = { [fine.token_id]: '100' };
  await post(`${venue.control_url}/balance`, { address: trader.address, shares });
  const { orderID } = (await trader.sell(fine, 50_000_000, 17_700_000, { type: 'FAK' })).json;
  const [event] = await until(async () => {
    const events = await filled(orderID, venue.neg_risk_exchange);
    return events.length && events;
  });
  assert.deepEqual(event, [50_000_000, 17_700_000, 571_710], '50 x 0.05 x 0.354 x 0.646');
});

test('FAILED at the venue is not always failed on the chain; stuck trades never get there', async () => {
  const ids = {};
  for (const kind of ['trade_failed', 'trade_failed_but_filled']) {
    await arm(kind);
    ids[kind] = (await trader.buy(deep)).json.orderID;
  }
  const stuck = await new Trader(venue).login();
  const { address } = stuck;
  await post(`${venue.control_url}/allowances`, { address, spender: venue.exchange });
  await post(`${venue.control_url}/settings`, { ignore_allowances: true });
  ids.stuck = (await stuck.buy(deep)).json.orderID;
  ids.settles = (await trader.buy(deep)).json.orderID;
  await until(async () => (await filled(ids.settles, venue.exchange)).length === 1);
  const counts = {};
  for (const [kind, id] of Object.entries(ids))
    counts[kind] = (await filled(id, venue.exchange)).length;
  assert.deepEqual(counts, { trade_failed: 0, trade_failed_but_filled: 1, stuck: 0, settles: 1 });
  await until(async () => {
    const { data } = (await trader.call('GET', `/data/trades?asset_id=${deep.token_id}`)).json;
    const shown = data.find((t) => t.taker_order_id === ids.trade_failed_but_filled);
    return shown.status === 'FAILED';
  }, 10_000);
  const state = await request(`${venue.control_url}/state?id=${ids.stuck}`);
  assert.deepEqual(
    state.json.orders[0].fills.map((f) => f.status),
    ['MATCHED'],
  );
});

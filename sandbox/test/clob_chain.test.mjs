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

const SIGNED_ORDER =
  '(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,' +
  'uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder,bytes signature)';
const WORDS = new ethers.Interface([
  `function hashOrder(${SIGNED_ORDER}) view returns (bytes32)`,
  `function validateOrder(${SIGNED_ORDER}) view`,
  'function paused() view returns (bool)',
  'error InvalidSignature()',
  'error OrderAlreadyFilled()',
  'error UserIsPaused()',
]);
/** "ok", or the error that the exchange's validateOrder has for a signed order. */
const word = async (to, order) => {
  const { validateOrder } = new ethers.Contract(to, WORDS, chain);
  try {
    await validateOrder({ ...order, side: order.side === 'BUY' ? 0 : 1 });
    return 'ok';
  } catch (e) {
    return e.revert?.name ?? e.message;
  }
};

test('an exchange says whether it would take an order', async () => {
  const placed = await post(`${venue.control_url}/deposit-wallet`, { owner: trader.address });
  const { wallet } = placed.json;
  for (const market of [deep, fine]) {
    const [here, elsewhere] = market.neg_risk
      ? [venue.neg_risk_exchange, venue.exchange]
      : [venue.exchange, venue.neg_risk_exchange];
    for (const over of [{}, { maker: wallet, signer: wallet, signatureType: 3 }]) {
      const { order } = await trader.payload(market, over);
      const hash = await new ethers.Contract(here, WORDS, chain).hashOrder({ ...order, side: 0 });
      assert.equal(hash, trader.lastId);
      assert.equal(await word(here, order), 'ok');
      assert.equal(await word(elsewhere, order), 'InvalidSignature', 'another domain');
      assert.equal(await word(here, { ...order, makerAmount: '10010000' }), 'InvalidSignature');
    }
    const { order } = await trader.payload(market, { maker: wallet });
    assert.equal(await word(here, order), 'InvalidSignature', 'not the maker');
  }
  const { order } = await trader.payload(deep);
  const filledWord = `0x${'1'.padStart(64, '0')}`;
  await chain.send('anvil_setStorageAt', [venue.exchange, trader.lastId, filledWord]);
  assert.equal(await word(venue.exchange, order), 'OrderAlreadyFilled');
});

test('one token, or all trading, is refused by a switch', async () => {
  const [one, other] = [(await trader.payload(deep)).order, (await trader.payload(fine)).order];
  const exchange = (body) => post(`${venue.control_url}/exchange`, body);
  await exchange({ token_id: deep.token_id, refused: true });
  assert.equal(await word(venue.exchange, one), 'UserIsPaused');
  assert.equal(await word(venue.neg_risk_exchange, other), 'ok');
  await exchange({ token_id: deep.token_id, refused: false });
  assert.equal(await word(venue.exchange, one), 'ok');
  const paused = (at) => new ethers.Contract(at, WORDS, chain).paused();
  await exchange({ neg_risk: true, paused: true });
  assert.equal(await paused(venue.neg_risk_exchange), true);
  assert.equal(await paused(venue.exchange), false);
  await exchange({ neg_risk: true, paused: false });
  assert.equal(await paused(venue.neg_risk_exchange), false);
  assert.equal((await exchange({ token_id: '1', refused: true })).status, 404);
});

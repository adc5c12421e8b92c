// The web sockets: what they tell of orders, trades, books and ends, and how they fail.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import WebSocket from 'ws';
import { post, request, sleep, startSandbox, Trader, until } from './support.mjs';

let sandbox, venue, deep, thin, trader;
const open = [];

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [deep, , thin] = sandbox.info.markets;
  trader = await new Trader(venue).login();
});
after(() => sandbox?.stop());
afterEach(async () => {
  await setSockets({ mode: 'up' });
  for (const ws of open.splice(0)) ws.terminate();
});

const setSockets = (change) => post(`${venue.control_url}/sockets`, change);

/** A connection after its first message. Answers {ws, heard: all objects, texts}. */
async function connect(channel, first) {
  const ws = new WebSocket(`${venue.ws_url}/${channel}`);
  open.push(ws);
  const heard = [];
  const texts = [];
  ws.on('error', () => {});
  ws.on('message', (bytes) => {
    const text = String(bytes);
    if (/^[[{]/.test(text)) heard.push(...[JSON.parse(text)].flat());
    else texts.push(text);
  });
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
  ws.send(JSON.stringify(first));
  return { ws, heard, texts };
}
const auth = (who = trader) => ({
  apiKey: who.key.apiKey,
  secret: who.key.secret,
  passphrase: who.key.passphrase,
});
async function user(more = {}) {
  const socket = await connect('user', { auth: auth(), type: 'user', ...more });
  await answersPing(socket); // what was sent before is read by then
  return socket;
}
async function market(tokens, custom = true) {
  const first = { assets_ids: tokens, type: 'market', custom_feature_enabled: custom };
  const socket = await connect('market', first);
  await answersPing(socket);
  return socket;
}
async function answersPing({ ws, texts }) {
  const count = texts.length;
  ws.send('PING');
  await until(() => texts.length > count, 5_000);
  assert.equal(texts.at(-1), 'PONG');
}
const of = (heard, type) => heard.filter((e) => e.event_type === type);

test('a filled order shows as an order and as a trade from MATCHED to CONFIRMED', async () => {
  const { heard } = await user();
  await trader.buy(deep);
  await until(() => of(heard, 'trade').at(-1)?.status === 'CONFIRMED');
  const said = of(heard, 'trade').map((t) => t.status);
  const steps = ['MATCHED', 'MINED', 'CONFIRMED']; // a busy machine may miss the one between
  assert.deepEqual(
    said,
    steps.filter((s) => s !== 'MINED' || said.includes(s)),
  );
  const [trade] = of(heard, 'trade');
  assert.deepEqual(
    [trade.taker_order_id, trade.asset_id, trade.size, trade.price, trade.type],
    [trader.lastId, deep.token_id, '20', '0.5', 'TRADE'],
  );
  const [order] = of(heard, 'order');
  assert.deepEqual(
    [order.id, order.type, order.status, order.size_matched, order.market],
    [trader.lastId, 'UPDATE', 'MATCHED', '20', deep.condition_id],
  );
});

test('a killed FOK says why in its status, with its size in dollars', async () => {
  const { heard } = await user();
  await trader.buy(thin, { makerAmount: '120000000', takerAmount: '200000000' });
  await until(() => of(heard, 'order').length);
  const [{ type, status, size_matched: matched, original_size: size }] = of(heard, 'order');
  assert.deepEqual([type, matched, size], ['CANCELLATION', '', '120']);
  assert.match(status, /^CANCELED_order couldn't be fully filled/);
});

test('a resting order is placed, then canceled', async () => {
  const { heard } = await user({ markets: [deep.condition_id] });
  await trader.buy(deep, { makerAmount: '4000000', takerAmount: '10000000' }, { type: 'GTC' });
  await trader.call('DELETE', '/order', { orderID: trader.lastId });
  await until(() => of(heard, 'order').length === 2);
  assert.deepEqual(
    of(heard, 'order').map((o) => [o.type, o.status]),
    [
      ['PLACEMENT', 'LIVE'],
      ['CANCELLATION', 'CANCELED'],
    ],
  );
});

test('others, and markets not asked for, are not heard of', async () => {
  const other = await new Trader(venue).login();
  const stranger = await connect('user', { auth: auth(other), type: 'user' });
  const elsewhere = await user({ markets: [thin.condition_id] });
  await answersPing(stranger);
  await trader.buy(deep);
  await sleep(150);
  await Promise.all([answersPing(stranger), answersPing(elsewhere)]);
  assert.deepEqual([stranger.heard, elsewhere.heard], [[], []]);
  elsewhere.ws.send(JSON.stringify({ operation: 'subscribe', markets: [deep.condition_id] }));
  await answersPing(elsewhere);
  await trader.buy(deep);
  await until(() => of(elsewhere.heard, 'trade').length);
});

test('a wrong secret is shown the door', async () => {
  const { ws } = await connect('user', { auth: { ...auth(), secret: 'bm8=' }, type: 'user' });
  await new Promise((resolve) => ws.once('close', resolve));
});

test('what makes no sense is answered, and breaks nothing', async () => {
  const { ws, texts } = await market([]);
  for (const text of ['null', '[]', '{', '{"assets_ids":1}']) ws.send(text);
  await until(() => texts.length === 5, 5_000);
  assert.deepEqual(texts.slice(1), Array(4).fill('INVALID OPERATION'));
  const other = await connect('user', { auth: null, type: 'user' });
  await until(() => other.texts.length, 5_000);
  await user();
});

test('the market channel starts with the book and tells its changes', async () => {
  const { heard } = await market([deep.token_id]);
  const [book] = of(heard, 'book');
  assert.deepEqual([book.asset_id, book.asks.at(-1).price], [deep.token_id, '0.5']);
  const change = {
    token_id: deep.token_id,
    asks: [{ price: '0.501', size: 7 }],
    tick_size: '0.001',
  };
  await post(`${venue.control_url}/book`, change);
  await until(() => of(heard, 'best_bid_ask').length);
  const [tick] = of(heard, 'tick_size_change');
  assert.deepEqual([tick.old_tick_size, tick.new_tick_size], ['0.01', '0.001']);
  const [{ price_changes: levels }] = of(heard, 'price_change');
  assert.deepEqual(
    levels.map(({ side, price, size }) => [side, price, size]),
    [
      ['SELL', '0.5', '0'],
      ['SELL', '0.51', '0'],
      ['SELL', '0.52', '0'],
      ['SELL', '0.501', '7'],
    ],
  );
  assert.equal(levels[0].best_ask, '0.501');
});

test('market_resolved goes to those who asked for the new features', async () => {
  const [asked, plain] = [await market([thin.token_id]), await market([thin.token_id], false)];
  await post(`${venue.control_url}/resolve`, { condition_id: thin.condition_id, payouts: [1, 0] });
  await until(() => of(asked.heard, 'market_resolved').length);
  const [event] = of(asked.heard, 'market_resolved');
  assert.deepEqual(
    [event.market, event.winning_asset_id, event.winning_outcome, event.assets_ids.length],
    [thin.condition_id, thin.token_id, 'Yes', 2],
  );
  await answersPing(plain);
  assert.deepEqual(of(plain.heard, 'market_resolved'), []);
});

test('stalled, mute, refused, dropped', async () => {
  const socket = await user();
  await setSockets({ mode: 'mute' });
  await trader.buy(deep, { makerAmount: '5010000', takerAmount: '10000000' });
  await answersPing(socket);
  assert.deepEqual(socket.heard, []);
  await setSockets({ mode: 'stall' });
  const count = socket.texts.length;
  socket.ws.send('PING');
  await sleep(150);
  assert.equal(socket.texts.length, count, 'not even a PONG');
  await setSockets({ mode: 'refuse' });
  await assert.rejects(connect('user', { auth: auth(), type: 'user' }), /503/);
  const closed = new Promise((resolve) => socket.ws.once('close', resolve));
  await setSockets({ mode: 'up', drop: true });
  await closed;
  await user();
  const { json } = await request(`${venue.control_url}/sockets`);
  assert.deepEqual([json.mode, json.user], ['up', 1]);
});

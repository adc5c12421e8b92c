// The unmodified official client works against the double.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { post, startSandbox, until } from './support.mjs';
import { AssetType, ClobClient, OrderType, Side } from '@polymarket/clob-client-v2';
import { createWalletClient, http } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { polygon } from 'viem/chains';

let sandbox, client, deep, fine, thin;

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  [deep, fine, thin] = sandbox.info.markets;
  const account = privateKeyToAccount(generatePrivateKey());
  const signer = createWalletClient({
    account,
    chain: polygon,
    transport: http(sandbox.info.venue.url),
  });
  const host = sandbox.info.venue.url;
  const creds = await new ClobClient({ host, chain: 137, signer }).createOrDeriveApiKey();
  assert.ok(creds.key && creds.secret && creds.passphrase);
  assert.deepEqual(
    await new ClobClient({ host, chain: 137, signer }).createOrDeriveApiKey(),
    creds,
    'the key is derived again',
  );
  client = new ClobClient({ host, chain: 137, signer, creds });
});
after(() => sandbox?.stop());

test('reads the market', async () => {
  assert.equal(await client.getVersion(), 2);
  assert.equal(await client.getOk(), 'OK');
  assert.ok(Math.abs((await client.getServerTime()) - Date.now() / 1000) < 5);
  assert.equal(await client.getTickSize(deep.token_id), '0.01');
  assert.equal(await client.getNegRisk(fine.token_id), true);
  assert.equal(await client.getFeeExponent(fine.token_id), 1);
  const book = await client.getOrderBook(deep.token_id);
  assert.equal(book.asks.at(-1).price, '0.5', 'the best ask is last');
  assert.equal(book.bids.at(-1).price, '0.49');
  assert.match(book.hash, /^[0-9a-f]{40}$/);
  assert.equal((await client.getPrice(deep.token_id, Side.BUY)).price, '0.49');
  assert.equal((await client.getMidpoint(deep.token_id)).mid, '0.495');
  assert.equal((await client.getMarket(deep.condition_id)).tokens.length, 2);
  assert.deepEqual((await client.getApiKeys()).apiKeys, [client.creds.key]);
});

test('fills a FOK market BUY and sees its trade', async () => {
  const answer = await client.createAndPostMarketOrder(
    { tokenID: deep.token_id, amount: 25, price: 0.52, side: Side.BUY },
    {},
    OrderType.FOK,
  );
  assert.equal(answer.success, true);
  assert.equal(answer.status, 'matched');
  assert.equal(answer.errorMsg, '');
  assert.equal(answer.makingAmount, '25', 'a market BUY spends its money');
  assert.equal(answer.takingAmount, '50', 'and gets more than the 48.0769 of its limit');
  assert.equal(
    answer.transactionsHashes.length,
    1,
    'the client polled the trade until it had a hash',
  );
  const [trade] = await until(async () => {
    const trades = await client.getTrades({ asset_id: deep.token_id });
    return trades[0]?.status === 'CONFIRMED' && trades;
  });
  assert.equal(trade.taker_order_id, answer.orderID);
  assert.equal(trade.price, '0.5');
  assert.equal(trade.transaction_hash, answer.transactionsHashes[0]);
  const order = await client.getOrder(answer.orderID);
  assert.equal(order.size_matched, '50');
  assert.deepEqual(order.associate_trades, answer.tradeIDs);
});

test('fills in a neg-risk market, with the taker fee on top', async () => {
  const opening = await client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL });
  const answer = await client.createAndPostMarketOrder(
    { tokenID: fine.token_id, amount: 71, price: 0.355, side: Side.BUY },
    {},
    OrderType.FOK,
  );
  assert.equal(answer.takingAmount, '200');
  const spent =
    BigInt(opening.balance) -
    BigInt((await client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL })).balance);
  assert.equal(spent, 71_000_000n + 2_289_750n, '200 * 0.05 * 0.355 * 0.645 = 2.28975');
});

test('rests a GTC order, finds it open, cancels it', async () => {
  const answer = await client.createAndPostOrder(
    { tokenID: deep.token_id, price: 0.4, size: 10, side: Side.BUY },
    {},
    OrderType.GTC,
  );
  assert.equal(answer.status, 'live');
  const open = await client.getOpenOrders();
  assert.deepEqual(
    open.map((o) => o.id),
    [answer.orderID],
  );
  assert.deepEqual((await client.cancelOrder({ orderID: answer.orderID })).canceled, [
    answer.orderID,
  ]);
  assert.deepEqual(await client.getOpenOrders(), []);
  assert.match(
    Object.values((await client.cancelOrder({ orderID: answer.orderID })).not_canceled)[0],
    /canceled/,
  );
});

test('sells shares it holds, takes part of a thin book, and is told when a FOK is not filled', async () => {
  const partial = await client.createAndPostMarketOrder(
    { tokenID: thin.token_id, amount: 120, price: 0.6, side: Side.BUY },
    {},
    OrderType.FAK,
  );
  assert.equal(partial.takingAmount, '100');
  const killed = await client.createAndPostMarketOrder(
    { tokenID: thin.token_id, amount: 120, price: 0.6, side: Side.BUY },
    {},
    OrderType.FOK,
  );
  assert.deepEqual(
    [killed.status, killed.error],
    [400, "order couldn't be fully filled. FOK orders are fully filled or killed."],
  );
  const sold = await client.createAndPostMarketOrder(
    { tokenID: thin.token_id, amount: 50, price: 0.58, side: Side.SELL },
    {},
    OrderType.FOK,
  );
  assert.equal(sold.takingAmount, '29');
});

test('posts a batch of orders', async () => {
  const order = await client.createMarketOrder({
    tokenID: deep.token_id,
    amount: 2,
    price: 0.5,
    side: Side.BUY,
  });
  const answers = await client.postOrders([
    { order, orderType: OrderType.FOK },
    { order, orderType: OrderType.FOK },
  ]);
  assert.equal(answers[0].status, 'matched');
  assert.match(answers[1].errorMsg, /Duplicated/);
});

test('pages through many trades', async () => {
  await post(`${sandbox.info.venue.control_url}/settings`, { page_size: 2 });
  const all = await client.getTrades();
  assert.ok(all.length >= 5);
  assert.equal(new Set(all.map((t) => t.id)).size, all.length);
});

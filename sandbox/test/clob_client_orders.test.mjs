// The unmodified official client places and cancels orders of every type, as a plain key, for a Safe
// and for a deposit wallet.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { post, request, startSandbox } from './support.mjs';
import { AssetType, ClobClient, OrderType, Side } from '@polymarket/clob-client-v2';
import { createWalletClient, http } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { polygon } from 'viem/chains';

let sandbox, venue, fine, thin;
const newAccount = () => privateKeyToAccount(generatePrivateKey());

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [, fine, thin] = sandbox.info.markets;
});
after(() => sandbox?.stop());

const control = async (call, body) => {
  const answer = await post(`${venue.control_url}/${call}`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};

/** A logged-in client that signs with a new key; {client, wallet: who pays}. */
async function clientOf(signatureType) {
  const account = newAccount();
  const transport = http(venue.url);
  const signer = createWalletClient({ account, chain: polygon, transport });
  const funderAddress = signatureType === 0 ? undefined : newAccount().address;
  if (funderAddress)
    await control('wallets', {
      owner: account.address,
      wallet: funderAddress,
      type: signatureType,
    });
  const options = { host: venue.url, chain: 137, signer, signatureType, funderAddress };
  const creds = await new ClobClient(options).createOrDeriveApiKey();
  return {
    client: new ClobClient({ ...options, creds }),
    wallet: funderAddress ?? account.address,
  };
}

const balanceOf = async (client, token) =>
  (
    await client.getBalanceAllowance(
      token
        ? { asset_type: AssetType.CONDITIONAL, token_id: token }
        : { asset_type: AssetType.COLLATERAL },
    )
  ).balance;
const marketOrder = (client, type, order) => client.createAndPostMarketOrder(order, {}, type);

for (const [name, signatureType] of [
  ['a plain key', 0],
  ['a Safe', 2],
  ['a deposit wallet', 3],
])
  test(`${name}: FOK and FAK both ways, GTC and cancel, trades and balances`, async () => {
    const { client, wallet } = await clientOf(signatureType);
    const [tokenID, side] = [thin.token_id, Side.BUY];
    const bought = await marketOrder(client, OrderType.FOK, {
      tokenID,
      amount: 30,
      price: 0.6,
      side,
    });
    assert.deepEqual(
      [bought.status, bought.makingAmount, bought.takingAmount],
      ['matched', '30', '50'],
    );
    const part = await marketOrder(client, OrderType.FAK, {
      tokenID,
      amount: 90,
      price: 0.6,
      side,
    });
    assert.equal(part.takingAmount, '100');
    const killed = await marketOrder(client, OrderType.FAK, {
      tokenID,
      amount: 9,
      price: 0.5,
      side,
    });
    assert.match(killed.error, /^no orders found to match with FAK order\./);
    assert.equal(await balanceOf(client, tokenID), '150000000');

    const sell = { tokenID, price: 0.58, side: Side.SELL };
    const sold = await marketOrder(client, OrderType.FOK, { ...sell, amount: 12.34 });
    assert.deepEqual([sold.makingAmount, sold.takingAmount], ['12.34', '7.1572']);
    const rest = await marketOrder(client, OrderType.FAK, { ...sell, amount: 120 });
    assert.equal(rest.takingAmount, '58', '100 of 120');
    const none = await marketOrder(client, OrderType.FAK, { ...sell, amount: 20, price: 0.59 });
    assert.match(none.error, /^no orders found/);
    const poor = await marketOrder(client, OrderType.FOK, { ...sell, amount: 50 });
    assert.match(poor.error, /the balance is not enough -> balance: 37660000/);
    assert.equal(await balanceOf(client, tokenID), '37660000');

    const limit = { tokenID, price: 0.4, size: 10, side };
    const buys = await client.createAndPostOrder(limit, {}, OrderType.GTC);
    const sells = await client.createAndPostOrder(
      { ...limit, price: 0.9, side: Side.SELL },
      {},
      OrderType.GTC,
    );
    assert.deepEqual([buys.status, sells.status], ['live', 'live']);
    assert.equal((await client.getOpenOrders()).length, 2);
    const { canceled } = await client.cancelOrder({ orderID: buys.orderID });
    assert.deepEqual(canceled, [buys.orderID]);
    assert.deepEqual((await client.cancelAll()).canceled, [sells.orderID]);
    assert.deepEqual(await client.getOpenOrders(), []);

    const trades = await client.getTrades({ maker_address: wallet });
    assert.deepEqual(
      trades.map((t) => `${t.side} ${t.size} @ ${t.price}`),
      ['SELL 100 @ 0.58', 'SELL 12.34 @ 0.58', 'BUY 100 @ 0.6', 'BUY 50 @ 0.6'],
    );
    assert.ok(trades.every((t) => t.maker_address === wallet));
    const fees = 50 * 0.04 * 0.24 + 100 * 0.04 * 0.24 + 0.12024 + 100 * 0.04 * 0.2436;
    const pusd = 1_000_000 - 30 - 60 + 7.1572 + 58 - fees;
    assert.equal(await balanceOf(client), String(Math.round(pusd * 1e6)));
  });

test("a deposit wallet in a neg-risk market: what its client signs, the venue's accuracy", async () => {
  const { client } = await clientOf(3);
  const [tokenID, type] = [fine.token_id, OrderType.FOK];
  const bought = await marketOrder(client, type, {
    tokenID,
    amount: 71,
    price: 0.355,
    side: Side.BUY,
  });
  assert.equal(bought.takingAmount, '200');
  const sell = { tokenID, price: 0.354, side: Side.SELL };
  assert.equal((await marketOrder(client, type, { ...sell, amount: 50 })).takingAmount, '17.7');
  const fiveDecimals = await marketOrder(client, type, { ...sell, amount: 12.34 }); // 4.36836
  assert.match(fiveDecimals.error, /sell orders maker amount .* taker amount a max of 4 decimals/);
  await client.updateBalanceAllowance({ asset_type: AssetType.CONDITIONAL, token_id: tokenID });
  assert.equal(await balanceOf(client, tokenID), '150000000');
});

test('a market of Protocol V2 is listed on request, and takes orders of domain "3" only', async () => {
  assert.equal((await request(`${venue.control_url}/markets`)).json.length, 6);
  await control('settings', { protocol_v2: true });
  const listed = (await request(`${venue.control_url}/markets`)).json;
  const [v2] = listed.filter((m) => m.version === 'v2');
  assert.equal(listed.length, 8);
  assert.equal(BigInt(v2.token_id) & (((1n << 64n) - 1n) << 40n), 0n, 'a position id');
  const { client } = await clientOf(3);
  const buy = { tokenID: v2.token_id, amount: 10, price: 0.5, side: Side.BUY };
  const old = await client.createAndPostMarketOrder(buy, {}, OrderType.FOK);
  assert.equal(old.error, 'invalid signature');
  const order = await client.createMarketOrder(buy, { version: 3 });
  const answer = await client.postOrder(order, OrderType.FOK);
  assert.equal(answer.takingAmount, '20');
  await control('settings', { protocol_v2: false });
  const gone = await client.createMarketOrder({ ...buy, amount: 11 }, { version: 3 });
  assert.equal((await client.postOrder(gone, OrderType.FOK)).error, 'Invalid order payload');
});

// Who may trade for whom: Safes and deposit wallets, and keys that are sent to the latter.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { post, request, startSandbox, Trader } from './support.mjs';

let sandbox, venue, deep, fine, trader;
const address = () => ethers.Wallet.createRandom().address;

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [deep, fine] = sandbox.info.markets;
  trader = await new Trader(venue).login();
});
after(() => sandbox?.stop());

const register = (wallet, type, owner = trader.address) =>
  post(`${venue.control_url}/wallets`, { owner, wallet, type });
const refused = (answer, text) =>
  assert.deepEqual([answer.status, answer.json?.error], [400, text]);
const NOT_THE_KEYS = 'the order signer address has to be the address of the API KEY';
const NOT_ALLOWED = 'maker address not allowed, please use the deposit wallet flow';
const deposit = (wallet) => ({ maker: wallet, signer: wallet, signatureType: 3 });
const safe = (wallet) => ({ maker: wallet, signatureType: 2 });

test('a deposit wallet trades with the signature of its owner, and pays itself', async () => {
  const wallet = address();
  refused(await trader.buy(deep, deposit(wallet)), NOT_THE_KEYS);
  assert.equal((await register(wallet, 3)).status, 200);
  for (const market of [deep, fine]) {
    const answer = await trader.buy(market, { ...deposit(wallet), takerAmount: '20000000' });
    assert.equal(answer.json.status, 'matched', answer.text);
    assert.equal(answer.json.orderID, trader.lastId, 'the id is the plain hash of the order');
  }
  const { json } = await request(`${venue.control_url}/balance?address=${wallet}`);
  assert.equal(json.shares[deep.token_id], '20');
  const own = (await request(`${venue.control_url}/balance?address=${trader.address}`)).json;
  assert.deepEqual([own.pusd, own.shares], ['1000000', {}], "the owner's money is not touched");
  const [trade] = (await trader.call('GET', `/data/trades?maker_address=${wallet}`)).json.data;
  assert.equal(trade.maker_address, wallet);
  const none = await trader.call('GET', `/data/trades?maker_address=${trader.address}`);
  assert.equal(none.json.count, 0);
});

test("a deposit wallet's order needs its own key, its own name, and the wrapped signature", async () => {
  const [wallet, second, foreign] = [address(), address(), address()];
  const other = await new Trader(venue).login();
  await register(wallet, 3);
  await register(second, 3);
  await register(foreign, 3, other.address);
  refused(await trader.buy(deep, deposit(foreign)), NOT_THE_KEYS);
  refused(await trader.buy(deep, { ...deposit(wallet), signer: trader.address }), NOT_THE_KEYS);
  refused(await trader.buy(deep, { ...deposit(wallet), signer: second }), NOT_THE_KEYS);
  const payload = await trader.payload(deep, deposit(wallet));
  const { signature } = payload.order;
  const send = (change) =>
    trader.call('POST', '/order', { ...payload, order: { ...payload.order, ...change } });
  const plain = signature.slice(0, 132);
  for (const bad of [plain, `${signature}00`, `${signature.slice(0, -2)}bb`])
    refused(await send({ signature: bad }), 'invalid signature');
  refused(await send({ maker: second, signer: second }), 'invalid signature');
  refused(await send({ takerAmount: '19000000' }), 'invalid signature');
  refused(await trader.buy(deep, deposit(wallet), { negRisk: true }), 'invalid signature');
  const stranger = await trader.payload(deep, deposit(wallet));
  stranger.order.signature = (await other.payload(deep, deposit(wallet))).order.signature;
  refused(await trader.call('POST', '/order', stranger), 'invalid signature');
  assert.equal((await send({})).json.status, 'matched', 'none of these burned the hash');
});

test('a Safe trades with the plain signature of its owner', async () => {
  const wallet = address();
  refused(await trader.buy(deep, safe(wallet)), NOT_ALLOWED);
  await register(wallet, 2);
  assert.equal((await trader.buy(deep, safe(wallet))).json.status, 'matched');
  refused(await trader.buy(deep, { ...safe(wallet), signatureType: 1 }), NOT_ALLOWED);
  refused(await trader.buy(deep, deposit(wallet)), NOT_THE_KEYS);
  refused(await trader.buy(deep, { ...safe(wallet), signer: wallet }), NOT_THE_KEYS);
  const rests = await trader.buy(
    deep,
    { ...safe(wallet), makerAmount: '4000000', takerAmount: '10000000' },
    { type: 'GTC' },
  );
  assert.equal(rests.json.status, 'live');
  const open = (await trader.call('GET', '/data/orders')).json.data;
  assert.deepEqual(
    open.map((o) => o.maker_address),
    [wallet],
  );
  const gone = await trader.call('DELETE', '/order', { orderID: rests.json.orderID });
  assert.deepEqual(gone.json.canceled, [rests.json.orderID]);
});

test('balances are those of the wallet of the asked signature type', async () => {
  const who = await new Trader(venue).login();
  const [box, wallet] = [address(), address()];
  await register(box, 2, who.address);
  await register(wallet, 3, who.address);
  const amounts = { [who.address]: '1', [box]: '2', [wallet]: '3' };
  for (const [owner, pusd] of Object.entries(amounts))
    await post(`${venue.control_url}/balance`, { address: owner, pusd });
  const balance = async (type) =>
    (await who.call('GET', `/balance-allowance?asset_type=COLLATERAL&signature_type=${type}`)).json;
  const seen = [];
  for (const type of [0, 1, 2, 3]) seen.push((await balance(type)).balance);
  assert.deepEqual(seen, ['1000000', '0', '2000000', '3000000'], 'there is no wallet of type 1');
  assert.deepEqual([...new Set(Object.values((await balance(1)).allowances))], ['0']);
});

test('new plain keys can be sent to the deposit wallets; old ones trade on', async () => {
  const [old, fresh, listed] = [new Trader(venue), new Trader(venue), new Trader(venue)];
  for (const who of [old, fresh, listed]) await who.login();
  assert.equal((await old.buy(deep)).json.status, 'matched');
  const refuse = (on) => post(`${venue.control_url}/settings`, { refuse_new_eoa: on });
  await refuse(true);
  await register(listed.address, 0, listed.address);
  refused(await fresh.buy(deep), NOT_ALLOWED);
  assert.equal((await old.buy(deep)).json.status, 'matched');
  assert.equal((await listed.buy(deep)).json.status, 'matched');
  const wallet = address();
  await register(wallet, 3, fresh.address);
  assert.equal((await fresh.buy(deep, deposit(wallet))).json.status, 'matched');
  await refuse(false);
});

test('the registry takes only what makes sense', async () => {
  const wallet = address();
  for (const [bad, type, owner] of [
    ['0x12', 3],
    [wallet, 4],
    [wallet, '3'],
    [wallet, 0],
    [trader.address, 3],
  ])
    assert.equal((await register(bad, type, owner)).status, 400);
  assert.equal((await register(wallet, 3, 'me')).status, 400);
  const { wallets } = (await request(`${venue.control_url}/wallets`)).json;
  assert.ok(wallets.length > 0 && wallets.every((w) => w.wallet !== wallet.toLowerCase()));
});

// What users may pay with: one 402 offers every source of the sandbox, and the official clients
// pay each of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ExactEvmScheme,
  privateKeyToAccount,
  wrapFetchV1,
  wrapFetchV2,
  x402Client,
} from '../../sandbox/stack/clients.mjs';
import {
  base64,
  ethers,
  fromBase64,
  micro,
  NO_CONVERSION,
  signTransfer,
  startHouse,
  until,
  walletOf,
} from './support.mjs';

const FEE = { fee_bps: 50, fee_min: '0.01', fee_max: '1.00', minimum: '0.05' };
/** Base is credited below one to one, by its own line. */
const SOURCES = [{ network: 'plasma' }, { network: 'polygon' }, { network: 'base', rate_bps: 9980 }];
const BASE = 'eip155:8453';
let house, users, sources;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '8'],
    overrides: { conversion: NO_CONVERSION, deposits: FEE, sources: SOURCES },
  });
  users = [...house.users];
  sources = house.ready().sources ?? [];
});
after(() => house?.close());

const account = (user) => privateKeyToAccount(user.private_key);
const demand = async (amount) => {
  const answer = await house.call('POST', '/deposit', { body: { amount } });
  assert.equal(answer.status, 402);
  return { v1: answer.body, v2: fromBase64(answer.headers.get('payment-required')) };
};
const balanceAt = ({ rpc, chain_id: chainId, token }, who) => {
  const provider = new ethers.JsonRpcProvider(rpc, chainId, { staticNetwork: true });
  const abi = ['function balanceOf(address) view returns (uint256)'];
  const contract = new ethers.Contract(token, abi, provider);
  return contract.balanceOf(who).finally(() => provider.destroy());
};
const credited = (user, amount) =>
  until('the credit', async () => (await house.balance(user)) === micro(amount));

test('one 402 offers every source, with its fee and what is credited', async () => {
  const { v1, v2 } = await demand('10.00');
  assert.deepEqual(
    v2.accepts.map((x) => [x.network, x.asset.toLowerCase()]),
    sources.map((s) => [s.network, s.token.toLowerCase()]),
  );
  for (const { network, amount, extra } of v2.accepts) {
    assert.equal(amount, '10000000');
    assert.deepEqual(
      [extra.rate, extra.fee, extra.credited],
      network === BASE ? ['0.998', '70000', '9930000'] : ['1', '50000', '9950000'],
    );
  }
  assert.ok(v2.accepts.some((x) => x.network === BASE));
  // A name that version 1's clients do not know would fail the whole list for them.
  assert.deepEqual(
    v1.accepts.map((x) => x.network),
    ['polygon', 'base'].slice(0, sources.length - 1),
  );
});

test('/app/config says the same to pages', async () => {
  const { deposit } = (await house.call('GET', '/app/config')).body;
  assert.deepEqual(
    deposit.sources.map((s) => s.network),
    sources.map((s) => s.network),
  );
  assert.deepEqual(deposit.fee, { bps: 50, min: '0.01', max: '1.00' });
  for (const s of deposit.sources) assert.equal(s.rate_bps, s.network === BASE ? 9980 : 10_000);
});

test('the official version 2 client pays from each source', async () => {
  for (const [i, source] of sources.entries()) {
    const user = users[i];
    const client = new x402Client().register(source.network, new ExactEvmScheme(account(user)));
    // USDC of Polygon and Base needs no line of settings; USDT0 does.
    const { network, token: asset } = source;
    if (i === 0) client.setSpendControls({ allowedAssets: [{ network, asset }] });
    const held = await balanceAt(source, user.address);
    const answer = await wrapFetchV2(house.checkedFetch, client)(`${house.url}/deposit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"amount":"1.00"}',
    });
    const body = await answer.json();
    assert.equal(answer.status, 201, JSON.stringify(body));
    const said = fromBase64(answer.headers.get('payment-response'));
    assert.deepEqual([said.success, said.network, said.payer], [true, network, user.address]);
    const [fee, rest] = network === BASE ? ['0.012', '0.988'] : ['0.01', '0.99'];
    assert.deepEqual(
      [body.network, body.asset.toLowerCase(), body.amount, body.fee, body.credited],
      [network, asset.toLowerCase(), '1.00', fee, rest],
    );
    await credited(user, rest);
    assert.equal(await balanceAt(source, user.address), held - micro('1'), 'debited once');
  }
});

test('the official version 1 client pays USDC by itself', async () => {
  const user = users[4];
  const answer = await wrapFetchV1(house.checkedFetch, account(user))(`${house.url}/deposit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"amount":"0.10"}',
  });
  const body = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(body));
  const said = fromBase64(answer.headers.get('x-payment-response'));
  assert.ok(['polygon', 'base'].includes(said.network), said.network);
  await credited(user, said.network === 'base' ? '0.0898' : '0.09');
});

/** A version 2 payment by hand for one of the offers. */
async function handmade(user, amount, index, change = {}) {
  const { v2 } = await demand(amount);
  const accepted = { ...v2.accepts[index], ...change };
  const wallet = walletOf(user);
  const authorization = {
    from: wallet.address,
    to: accepted.payTo,
    value: accepted.amount,
    validAfter: '0',
    validBefore: String(Math.floor(Date.now() / 1000) + accepted.maxTimeoutSeconds),
    nonce: ethers.hexlify(ethers.randomBytes(32)),
  };
  const signature = await signTransfer(wallet, accepted, authorization);
  return { x402Version: 2, accepted, resource: v2.resource, payload: { authorization, signature } };
}
const send = (amount, payment) =>
  house.call('POST', '/deposit', {
    body: { amount },
    headers: { 'payment-signature': base64(payment) },
  });

test('what no source takes is refused, and the answer lists what is taken', async () => {
  const elsewhere = await handmade(users[5], '2.00', 0, { network: 'eip155:1' });
  const token = await handmade(users[5], '2.00', 1, { asset: users[0].address });
  for (const [payment, code] of [
    [elsewhere, 'invalid_exact_evm_network_mismatch'],
    [token, 'invalid_payment_requirements'],
  ]) {
    const answer = await house.unchanged(() => send('2.00', payment));
    assert.deepEqual([answer.status, answer.body.error], [402, code]);
    for (const { network } of sources)
      assert.match(answer.body.error_description, new RegExp(network));
  }
});

test('a signature for one source is none for another', async () => {
  const { payload } = await handmade(users[6], '2.00', 0);
  const other = await handmade(users[6], '2.00', 1);
  const answer = await house.unchanged(() => send('2.00', { ...other, payload }));
  assert.deepEqual([answer.status, answer.body.error], [402, 'invalid_exact_evm_signature']);
});

test("the fees are the house's, and no source is refused", async () => {
  const [{ fees }] = await house.json(
    'SELECT sum(fee)::text AS fees FROM deposits WHERE credited_at IS NOT NULL',
  );
  const { body } = await house.get('/audit/solvency');
  assert.equal(micro(body.trial_balance.revenue), BigInt(fees));
  assert.deepEqual(await house.alerts(/^source\.domain$/), []);
});

// One URL, two versions of x402: unmodified clients with default settings pay on a chain that both
// of them know (84532).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  axios,
  ExactEvmScheme,
  privateKeyToAccount,
  wrapAxiosV1,
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

let house, users;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--deposit-chain-id', '84532', '--no-conversion', '--users', '3'],
    // The only one: version 1's clients prefer the USDC that they know, which is deposit_sources.test.
    overrides: { conversion: NO_CONVERSION, sources: [{ network: 'plasma' }] },
  });
  users = house.users;
});
after(() => house?.close());

const account = (i) => privateKeyToAccount(users[i].private_key);
const defaultV1 = (i) => wrapFetchV1(house.checkedFetch, account(i));
const defaultV2 = (i) =>
  wrapFetchV2(house.checkedFetch, new x402Client().register('eip155:*', new ExactEvmScheme(account(i))));
const deposit = (amount, using) => house.call('POST', '/deposit', { body: { amount }, using });

test('the 402 carries both versions', async () => {
  const answer = await deposit('0.10');
  assert.equal(answer.status, 402);
  const v1 = answer.body.accepts[0];
  const v2 = fromBase64(answer.headers.get('payment-required'));
  assert.deepEqual(
    [answer.body.x402Version, v1.network, v1.maxAmountRequired, v1.scheme],
    [1, 'base-sepolia', '100000', 'exact'],
  );
  assert.deepEqual(
    [v2.x402Version, v2.accepts[0].network, v2.accepts[0].amount],
    [2, 'eip155:84532', '100000'],
  );
  assert.deepEqual(
    [v1.payTo, v1.asset, v1.resource],
    [v2.accepts[0].payTo, v2.accepts[0].asset, v2.resource.url],
  );
  assert.ok(answer.headers.get('payment-required').length < 4096);
});

test('x402-fetch 1.2.0 (version 1) pays up to its default cap', async () => {
  const answer = await deposit('0.10', defaultV1(0));
  assert.equal(answer.status, 201, answer.text);
  const said = fromBase64(answer.headers.get('x-payment-response'));
  assert.deepEqual(
    [said.success, said.network, said.payer, said.transaction],
    [true, 'base-sepolia', users[0].address, answer.body.tx_hash],
  );
  await until('the credit', async () => (await house.balance(users[0])) === micro('0.10'));
  await house.unchanged(() =>
    assert.rejects(deposit('0.100001', defaultV1(0)), /exceeds maximum/i),
  );
});

test('x402-axios 0.7.2 (version 1) pays', async () => {
  const before = await house.balance(users[0]);
  const answer = await wrapAxiosV1(axios.create(), account(0)).post(`${house.url}/deposit`, {
    amount: '0.05',
  });
  assert.equal(answer.status, 201);
  await until('the credit', async () => (await house.balance(users[0])) === before + micro('0.05'));
});

test('@x402/fetch (version 2) pays up to its default cap', async () => {
  const answer = await deposit('1.00', defaultV2(1));
  assert.equal(answer.status, 201, answer.text);
  const said = fromBase64(answer.headers.get('payment-response'));
  assert.deepEqual(
    [said.success, said.network, said.payer],
    [true, 'eip155:84532', users[1].address],
  );
  await until('the credit', async () => (await house.balance(users[1])) === micro('1'));
  await house.unchanged(() => assert.rejects(deposit('1.000001', defaultV2(1))));
});

/** A version 1 payload made by hand, so that it can be wrong. */
async function handmade(amount, change = {}) {
  const { body } = await deposit(amount);
  const terms = body.accepts[0];
  const wallet = walletOf(users[2]);
  const now = Math.floor(Date.now() / 1000);
  const authorization = {
    from: wallet.address,
    to: terms.payTo,
    value: terms.maxAmountRequired,
    validAfter: String(now - 600),
    validBefore: String(now + terms.maxTimeoutSeconds),
    nonce: ethers.hexlify(ethers.randomBytes(32)),
    ...change.authorization,
  };
  const signature = await signTransfer(
    wallet,
    { ...terms, network: 'eip155:84532' },
    authorization,
    change.domain,
  );
  return {
    x402Version: 1,
    scheme: 'exact',
    network: terms.network,
    payload: { signature, authorization },
    ...change.top,
  };
}
const send = (amount, payment, headers = {}) =>
  house.call('POST', '/deposit', {
    body: { amount },
    headers: { 'x-payment': base64(payment), ...headers },
  });

const refused = {
  unsupported_scheme: { top: { scheme: 'upto' } },
  invalid_network: { top: { network: 'base' } },
  invalid_x402_version: { top: { x402Version: 2 } },
  invalid_exact_evm_payload_signature: { domain: { chainId: 1 } },
  invalid_exact_evm_payload_recipient_mismatch: {
    authorization: { to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' },
  },
  invalid_exact_evm_payload_authorization_valid_before: { authorization: { validBefore: '1000' } },
  invalid_exact_evm_payload_authorization_valid_after: {
    authorization: { validAfter: '4000000000' },
  },
  invalid_exact_evm_payload_authorization_value: { authorization: { value: '49999' } },
};
for (const [code, change] of Object.entries(refused)) {
  test(`version 1: 402 ${code}`, async () => {
    const payment = await handmade('0.05', change);
    const answer = await house.unchanged(() => send('0.05', payment));
    assert.deepEqual([answer.status, answer.body.error], [402, code], answer.text);
  });
}

test('version 1 under its CAIP-2 name, and again', async () => {
  const payment = await handmade('0.05', { top: { network: 'eip155:84532' } });
  const first = await send('0.05', payment);
  assert.equal(first.status, 201, first.text);
  const again = await house.unchanged(() => send('0.05', payment));
  assert.deepEqual([again.status, again.body.deposit_id], [201, first.body.deposit_id]);
});

test('with both headers the version 2 one counts', async () => {
  const v1 = await handmade('0.05');
  const answer = await house.unchanged(() =>
    send('0.05', v1, { 'payment-signature': base64('{}') }),
  );
  assert.deepEqual([answer.status, answer.body.error], [402, 'invalid_payload']);
});

test('the same authorization by both versions is one deposit', async () => {
  const v1 = await handmade('0.05');
  const first = await send('0.05', v1);
  assert.equal(first.status, 201, first.text);
  const { headers } = await deposit('0.05');
  const {
    accepts: [accepted],
    resource,
  } = fromBase64(headers.get('payment-required'));
  const again = await house.unchanged(() =>
    house.pay('0.05', { x402Version: 2, accepted, resource, payload: v1.payload }),
  );
  assert.deepEqual([again.status, again.body.deposit_id], [201, first.body.deposit_id]);
});

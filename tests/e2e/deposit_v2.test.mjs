// x402 version 2 on Plasma (9745): paid once is credited once, whatever happens around it; a bad
// payment changes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compiled } from '../../sandbox/chains/compile.mjs';
import {
  axios,
  axiosClient,
  ExactEvmScheme,
  privateKeyToAccount,
  wrapAxiosV2,
  wrapFetchV2,
  x402Client,
} from '../../sandbox/stack/clients.mjs';
import { payingFetch } from '../../sandbox/stack/tour.mjs';
import {
  base64,
  bystander,
  domainOf,
  ethers,
  fromBase64,
  micro,
  NO_CONVERSION,
  signTransfer,
  startHouse,
  until,
  usd,
  walletOf,
} from './support.mjs';

const TRANSFER = new ethers.Interface([
  'function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)',
]);
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n; // order of secp256k1
const CANCEL = {
  CancelAuthorization: [
    { name: 'authorizer', type: 'address' },
    { name: 'nonce', type: 'bytes32' },
  ],
};
let house, users, wallet;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '8'],
    overrides: { deposits: { answer_ms: 1500 }, conversion: NO_CONVERSION },
  });
  users = [...house.users];
  wallet = walletOf(users[0]);
});
after(() => house?.close());

const creditsOf = async (id) =>
  Number(
    await house.sql(
      `SELECT count(*) FROM postings WHERE reference = '${id}' AND user_address IS NOT NULL`,
    ),
  );
const outcome = ({ headers }) => fromBase64(headers.get('payment-response'));
const usdt0Of = (user) => house.token('plasma', house.plasma.usdt0).balanceOf(user.address);
const send = (payment, amount = '5.00') => house.pay(amount, payment);

test('the unmodified official client pays', async () => {
  const user = users[1];
  const answer = await house.call('POST', '/deposit', {
    body: { amount: '250.00' },
    using: payingFetch(house, user.private_key),
  });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual([answer.body.user_address, answer.body.amount], [user.address, '250.00']);
  assert.equal(answer.headers.get('location'), `/deposits/${answer.body.deposit_id}`);
  const said = outcome(answer);
  assert.deepEqual(
    [said.success, said.transaction, said.network, said.payer, said.amount],
    [true, answer.body.tx_hash, 'eip155:9745', user.address, '250000000'],
  );
  await until('the credit', async () => (await house.balance(user)) === micro('250'));
  assert.equal(await creditsOf(answer.body.deposit_id), 1);
  const receipt = await house.rpc.plasma.getTransactionReceipt(answer.body.tx_hash);
  assert.equal(receipt.status, 1);
  assert.equal(await usdt0Of(user), micro('9750'));
});

test('the official client with default settings pays a token it knows by itself', async () => {
  const user = users[1];
  const client = new x402Client().register(
    'eip155:*',
    new ExactEvmScheme(privateKeyToAccount(user.private_key)),
  );
  const before = [await usdt0Of(user), await house.balance(user)];
  const answer = await house.call('POST', '/deposit', {
    body: { amount: '0.50' },
    using: wrapFetchV2(house.checkedFetch, client),
  });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual([answer.body.network, outcome(answer).network], ['eip155:137', 'eip155:137']);
  const receipt = await house.rpc.polygon.getTransactionReceipt(answer.body.tx_hash);
  assert.equal(receipt.status, 1);
  await until('the credit', async () => (await house.balance(user)) === before[1] + micro('0.50'));
  assert.equal(await usdt0Of(user), before[0], 'not the token that needs a settings line');
});

test('axios 2.11.0 with the core it brings pays as it is', async () => {
  const user = users[7];
  const client = new axiosClient().register(
    'eip155:*',
    new ExactEvmScheme(privateKeyToAccount(user.private_key)),
  );
  const answer = await wrapAxiosV2(axios.create(), client).post(`${house.url}/deposit`, {
    amount: '3.00',
  });
  assert.deepEqual([answer.status, answer.data.amount], [201, '3.00']);
  await until('the credit', async () => (await house.balance(user)) === micro('3'));
});

test('the same header again is the same deposit, and 4 at once are one', async () => {
  const header = base64(await house.payment(wallet, '5.00'));
  const first = await send(header);
  assert.equal(first.status, 201, first.text);
  const again = await house.unchanged(() => send(header));
  assert.deepEqual(
    [again.status, again.body.deposit_id, again.body.tx_hash],
    [201, first.body.deposit_id, first.body.tx_hash],
  );

  const fresh = base64(await house.payment(wallet, '5.00'));
  const four = await Promise.all(Array.from({ length: 4 }, () => send(fresh)));
  assert.deepEqual(
    four.map((a) => a.status),
    [201, 201, 201, 201],
    four[3].text,
  );
  assert.equal(new Set(four.map((a) => a.body.deposit_id)).size, 1);
  await until('the credit', async () => (await house.balance(wallet)) === micro('10'));
  assert.equal(await creditsOf(four[0].body.deposit_id), 1);
});

test('the same authorization in another dress is the same deposit', async () => {
  const payment = await house.payment(wallet, '5.00');
  const first = await send(payment);
  const before = await house.balance(wallet);
  const v = parseInt(payment.payload.signature.slice(-2), 16);
  payment.payload.signature =
    payment.payload.signature.slice(0, -2) + (v - 27).toString(16).padStart(2, '0');
  const dressed = await house.unchanged(() => send(`${base64(payment)}`));
  assert.deepEqual([dressed.status, dressed.body.deposit_id], [201, first.body.deposit_id]);
  assert.equal(await house.balance(wallet), before);
});

test('a payment repeated after its window is its deposit still, and nobody else is told', async () => {
  const window = { validBefore: String(now() + 12) };
  const payment = await house.payment(wallet, '5.00', { authorization: window });
  const first = await send(payment);
  assert.equal(first.status, 201, first.text);
  await until('the end of the window', () => now() > Number(window.validBefore), 20_000);
  const again = await house.unchanged(() => send(payment));
  assert.deepEqual(
    [again.status, again.body.deposit_id, again.body.tx_hash, outcome(again).success],
    [201, first.body.deposit_id, first.body.tx_hash, true],
    again.text,
  );
  await house.control('/chain/plasma?mode=refuse');
  const offline = await send(payment);
  await house.control('/chain/plasma?mode=up');
  assert.deepEqual([offline.status, offline.body.deposit_id], [201, first.body.deposit_id]);

  const { nonce } = payment.payload.authorization;
  const others = {
    'a forged signature': [
      'invalid_exact_evm_signature',
      () => edit(structuredClone(payment), (x) => (x.payload.signature = flip(x.payload.signature))),
    ],
    'an edited message': [
      'invalid_exact_evm_signature',
      () => edit(structuredClone(payment), (x) => (x.payload.authorization.validBefore += '0')),
    ],
    "a stranger's signature": [
      'invalid_exact_evm_signature',
      () =>
        house.payment(walletOf(users[2]), '5.00', {
          authorization: { ...payment.payload.authorization },
        }),
    ],
    'another message under the same nonce': [
      'invalid_exact_evm_nonce_already_used',
      () => house.payment(wallet, '5.00', { authorization: { nonce } }),
    ],
    'another payment that is over': [
      'invalid_exact_evm_payload_authorization_valid_before',
      () => house.payment(wallet, '5.00', { authorization: window }),
    ],
  };
  for (const [name, [code, make]] of Object.entries(others)) {
    const value = await make();
    const answer = await house.unchanged(() => final(() => send(value)));
    assert.deepEqual([answer.status, answer.body.error], [402, code], name);
    assert.equal(answer.headers.get('payment-response'), null, name);
  }
  const body = await house.unchanged(() => send(payment, '6.00'));
  assert.deepEqual([body.status, body.body.error], [402, 'invalid_payment_requirements']);
});

test('a contract wallet pays by the signature that it calls its own', async () => {
  const { TestWallet1271 } = await compiled('TestTokens.sol');
  const contract = await new ethers.ContractFactory(
    TestWallet1271.abi,
    TestWallet1271.bytecode,
    bystander(house.rpc.plasma),
  ).deploy(wallet.address);
  await contract.waitForDeployment();
  const from = contract.target;
  await house.control(`/mint?chain=plasma&token=usdt0&to=${from}&amount=20`);
  const bad = await house.payment(walletOf(users[2]), '5.00', { authorization: { from } });
  const refused = await house.unchanged(() => send(bad));
  assert.deepEqual([refused.status, refused.body.error], [402, 'invalid_exact_evm_signature']);

  const payment = await house.payment(wallet, '5.00', { authorization: { from } });
  const answer = await send(payment);
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual([answer.body.user_address, outcome(answer).payer], [from, from]);
  await until('the credit', async () => (await house.balance(from)) === micro('5'));
  assert.equal(
    await house.token('plasma', house.plasma.usdt0).balanceOf(from),
    micro('15'),
  );
  const again = await house.unchanged(() => send(payment));
  assert.deepEqual([again.status, again.body.deposit_id], [201, answer.body.deposit_id]);

  // The nonce is used and public now; a signature made up for it reads nothing out.
  const forged = edit(structuredClone(payment), (x) => (x.payload.signature = '0x1234'));
  const told = await house.unchanged(() => send(forged));
  assert.deepEqual([told.status, told.body.error], [402, 'invalid_exact_evm_signature'], told.text);
});

test('v of 0 or 1 is settled as 27 or 28', async () => {
  const payment = await house.payment(wallet, '5.00');
  const v = parseInt(payment.payload.signature.slice(-2), 16);
  payment.payload.signature =
    payment.payload.signature.slice(0, -2) + (v - 27).toString(16).padStart(2, '0');
  const answer = await send(payment);
  assert.equal(answer.status, 201, answer.text);
});

const now = () => Math.floor(Date.now() / 1000);
const forged = {
  'the value is not the amount': [
    'invalid_exact_evm_payload_authorization_value_mismatch',
    (p) => p({ authorization: { value: '4999999' } }),
  ],
  'the echo is for another amount': [
    'invalid_payment_requirements',
    (p) => p({ accepted: { amount: '1' }, authorization: { value: '1' } }),
  ],
  'the echo names another payee': [
    'invalid_payment_requirements',
    (p) => p({ accepted: { payTo: ethers.ZeroAddress } }),
  ],
  'the value was edited after signing': [
    'invalid_exact_evm_signature',
    async (p) =>
      edit(await p(), (x) => {
        x.payload.authorization.value = '1';
      }),
  ],
  'the signature was tampered with': [
    'invalid_exact_evm_signature',
    async (p) =>
      edit(await p(), (x) => {
        x.payload.signature = flip(x.payload.signature);
      }),
  ],
  'the signature is high-s': [
    'invalid_exact_evm_signature',
    async (p) =>
      edit(await p(), (x) => {
        x.payload.signature = malleated(x.payload.signature);
      }),
  ],
  'v is 29': [
    'invalid_exact_evm_signature',
    async (p) =>
      edit(await p(), (x) => {
        x.payload.signature = `${x.payload.signature.slice(0, -2)}1d`;
      }),
  ],
  'the signature is of 64 bytes': [
    'invalid_exact_evm_signature',
    async (p) =>
      edit(await p(), (x) => {
        x.payload.signature = x.payload.signature.slice(0, -2);
      }),
  ],
  'it is signed for another chain': [
    'invalid_exact_evm_signature',
    (p) => p({ domain: { chainId: 1 } }),
  ],
  'it names another network': [
    'invalid_exact_evm_network_mismatch',
    (p) => p({ accepted: { network: 'eip155:1' } }),
  ],
  'it names another scheme': [
    'invalid_exact_evm_scheme',
    (p) => p({ accepted: { scheme: 'upto' } }),
  ],
  'it expired': [
    'invalid_exact_evm_payload_authorization_valid_before',
    (p) => p({ authorization: { validBefore: String(now() - 1) } }),
  ],
  'it is about to expire': [
    'invalid_exact_evm_payload_authorization_valid_before',
    (p) => p({ authorization: { validBefore: String(now() + 3) } }),
  ],
  'it is not valid yet': [
    'invalid_exact_evm_payload_authorization_valid_after',
    (p) => p({ authorization: { validAfter: String(now() + 180) } }),
  ],
  'it pays somebody else': [
    'invalid_exact_evm_recipient_mismatch',
    (p) => p({ authorization: { to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' } }),
  ],
  'it is a Permit2 payload': [
    'unsupported_payload_type',
    async (p) =>
      edit(await p(), (x) => {
        x.payload = { signature: x.payload.signature, permit2Authorization: {} };
      }),
  ],
  'it says version 1': [
    'invalid_x402_version',
    async (p) =>
      edit(await p(), (x) => {
        x.x402Version = 1;
      }),
  ],
  'the authorization is missing': [
    'invalid_payload',
    async (p) =>
      edit(await p(), (x) => {
        delete x.payload.authorization;
      }),
  ],
  'the nonce is short': [
    'invalid_payload',
    async (p) =>
      edit(await p(), (x) => {
        x.payload.authorization.nonce = '0x12';
      }),
  ],
  'the value is negative': [
    'invalid_payload',
    async (p) =>
      edit(await p(), (x) => {
        x.payload.authorization.value = '-5000000';
      }),
  ],
  'the base64 is garbage': ['invalid_payload', () => '!!!! not base64 !!!!'],
  'the JSON is garbage': ['invalid_payload', () => base64('{"x402Version":2')],
  'the JSON is deep': ['invalid_payload', () => base64('['.repeat(3000))],
  'the header is over 8 KiB': ['invalid_payload', () => base64('x'.repeat(7000))],
};
for (const [name, [code, make]] of Object.entries(forged)) {
  test(`402 ${code} when ${name}`, async () => {
    const payment = await make((change) => house.payment(wallet, '5.00', change));
    const answer = await house.unchanged(() => send(payment));
    assert.equal(answer.status, 402, answer.text);
    const demand = fromBase64(answer.headers.get('payment-required'));
    assert.deepEqual(
      [demand.error, answer.body.error, demand.accepts[0].amount],
      [code, code, '5000000'],
    );
  });
}

test('a payer without funds', async () => {
  const answer = await house.unchanged(async () =>
    send(await house.payment(ethers.Wallet.createRandom(), '5.00')),
  );
  assert.deepEqual(
    [answer.status, answer.body.error],
    [402, 'invalid_exact_evm_insufficient_balance'],
  );
});

test('a payer who cancelled the authorization first', async () => {
  const payment = await house.payment(wallet, '5.00');
  const { nonce } = payment.payload.authorization;
  const signature = await wallet.signTypedData(domainOf(payment.accepted), CANCEL, {
    authorizer: wallet.address,
    nonce,
  });
  const token = house.token('plasma', house.plasma.usdt0).connect(bystander(house.rpc.plasma));
  await mined('plasma', await token.cancelAuthorization(wallet.address, nonce, signature));
  const answer = await house.unchanged(() => final(() => send(payment)));
  assert.deepEqual(
    [answer.status, answer.body.error],
    [402, 'invalid_exact_evm_nonce_already_used'],
    answer.text,
  );
});

test('an authorization that somebody else submitted is credited once', async () => {
  const payment = await house.payment(wallet, '5.00');
  const before = await house.balance(wallet);
  const a = payment.payload.authorization;
  const token = house.token('plasma', house.plasma.usdt0).connect(bystander(house.rpc.plasma));
  const receipt = await mined(
    'plasma',
    await token.transferWithAuthorization(
      a.from,
      a.to,
      a.value,
      a.validAfter,
      a.validBefore,
      a.nonce,
      payment.payload.signature,
    ),
  );
  const answer = await final(() => send(payment));
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.body.tx_hash, receipt.hash);
  const again = await house.unchanged(() => send(payment));
  assert.equal(again.body.deposit_id, answer.body.deposit_id);
  assert.equal(await house.balance(wallet), before + micro('5'));
});

test('one transfer in a batched transaction pays one of many authorizations', async () => {
  const before = await house.balance(wallet);
  const payments = await Promise.all(
    Array.from({ length: 5 }, () => house.payment(wallet, '5.00')),
  );
  // On chain the first pays us; the others' nonces are spent on nothing, beside it.
  const receipt = await batch(payments.map(async (p, i) => (i === 0 ? p : toSelf(p))));
  const answers = await Promise.all(payments.map((p) => final(() => send(p))));
  assert.deepEqual(
    answers.map((a) => a.status),
    [201, 402, 402, 402, 402],
    answers.map((a) => a.text).join(),
  );
  assert.equal(answers[0].body.tx_hash, receipt.hash);
  for (const { body } of answers.slice(1))
    assert.equal(body.error, 'invalid_exact_evm_nonce_already_used');
  await until('the credit', async () => (await house.balance(wallet)) === before + micro('5'));
});

test('each transfer of a batched transaction pays its own authorization', async () => {
  const before = await house.balance(wallet);
  const payments = [await house.payment(wallet, '5.00'), await house.payment(wallet, '5.00')];
  const receipt = await batch(payments);
  const answers = await Promise.all(payments.map((p) => final(() => send(p))));
  assert.deepEqual(
    answers.map((a) => [a.status, a.body.tx_hash]),
    [
      [201, receipt.hash],
      [201, receipt.hash],
    ],
  );
  assert.notEqual(answers[0].body.deposit_id, answers[1].body.deposit_id);
  await until('the credits', async () => (await house.balance(wallet)) === before + micro('10'));
  const proofs = await house.json(
    `SELECT DISTINCT log_index FROM deposits WHERE tx_hash = '\\x${receipt.hash.slice(2)}'`,
  );
  assert.equal(proofs.length, 2);
});

test('an authorization may stay spendable for an hour, not for longer', async () => {
  const until_ = (seconds) =>
    house.payment(wallet, '5.00', { authorization: { validBefore: String(now() + seconds) } });
  const answer = await house.unchanged(async () => send(await until_(3800)));
  assert.deepEqual(
    [answer.status, answer.body.error],
    [402, 'authorization_window_too_long'],
  );
  assert.match(answer.body.error_description, /validBefore/);
  const hour = await send(await until_(3600));
  assert.equal(hour.status, 201, hour.text);
});

test('a chain that is away before anything is stored: 503, nothing changed', async () => {
  const payment = await house.payment(wallet, '5.00');
  await house.control('/chain/plasma?mode=refuse');
  const answer = await house.unchanged(() => send(payment));
  await house.control('/chain/plasma?mode=up');
  assert.deepEqual([answer.status, answer.body.code], [503, 'unavailable'], answer.text);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  const late = await until('the chain', async () => {
    const next = await send(payment);
    return next.status !== 503 && next;
  });
  assert.equal(late.status, 201, late.text);
});

test('a chain that goes away during settlement: 202, then credited once', async () => {
  const before = await house.balance(wallet);
  const payment = await house.payment(wallet, '7.00');
  await house.rpc.plasma.send('evm_setAutomine', [false]);
  await house.rpc.plasma.send('evm_setIntervalMining', [0]);
  const answering = send(payment, '7.00');
  await until(
    'the transaction in the pool',
    async () => Number((await house.rpc.plasma.send('txpool_status', [])).pending) > 0,
  );
  await house.control('/chain/plasma?mode=refuse');
  const answer = await answering;
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.body.status, 'settling');
  assert.equal(answer.headers.get('payment-response'), null, 'it would read as a failure');
  assert.match(answer.body.tx_hash, /^0x[0-9a-f]{64}$/);
  const id = answer.body.deposit_id;
  const seen = (await house.get(`/deposits/${id}`)).body;
  assert.deepEqual([seen.status, seen.conversion, seen.credited_at], ['settling', null, null]);
  const listed = (await house.get(`/balance?user_address=${wallet.address}`)).body;
  assert.deepEqual(
    [listed.pending_total, listed.pending_deposits.map((d) => d.deposit_id)],
    ['7.00', [id]],
  );
  assert.equal(await house.balance(wallet), before);

  await house.rpc.plasma.send('evm_setIntervalMining', [1]);
  await house.control('/chain/plasma?mode=up');
  await until(
    'the credit',
    async () => (await house.balance(wallet)) === before + micro('7'),
    30_000,
  );
  const replay = await until('the result', async () => {
    const next = await send(payment, '7.00');
    return next.status !== 202 && next;
  });
  assert.deepEqual(
    [replay.status, replay.body.deposit_id, replay.body.tx_hash],
    [201, id, answer.body.tx_hash],
  );
  assert.equal(await creditsOf(id), 1);
  assert.equal(await house.balance(wallet), before + micro('7'));
});

test('a payer who empties the account before the block: 202, then failed, no credit', async () => {
  const payer = walletOf(users[2]);
  const all = await house.token('plasma', house.plasma.usdt0).balanceOf(payer.address);
  const payment = await house.payment(payer, '5.00', {
    authorization: { validBefore: String(now() + 12) },
  });
  const drain = await house.payment(payer, '5.00', {
    authorization: { to: bystander(house.rpc.plasma).address, value: String(all) },
  });
  await house.rpc.plasma.send('evm_setAutomine', [false]);
  await house.rpc.plasma.send('evm_setIntervalMining', [0]);
  const answering = send(payment);
  await until(
    'the transaction in the pool',
    async () => Number((await house.rpc.plasma.send('txpool_status', [])).pending) > 0,
  );
  await bystander(house.rpc.plasma).sendTransaction({
    to: house.plasma.usdt0,
    data: calldata(drain),
    gasLimit: 200_000,
    maxPriorityFeePerGas: ethers.parseUnits('50', 'gwei'),
    maxFeePerGas: ethers.parseUnits('100', 'gwei'),
  });
  await house.rpc.plasma.send('evm_setIntervalMining', [1]);
  const answer = await answering;
  assert.deepEqual([answer.status, answer.body.status], [202, 'settling'], answer.text);
  const id = answer.body.deposit_id;
  const hash = answer.body.tx_hash;
  assert.match(hash, /^0x[0-9a-f]{64}$/);
  // A repetition and a look at it name the same transaction.
  const again = await send(payment);
  assert.deepEqual([again.status, again.body.tx_hash], [202, hash], again.text);
  assert.equal((await house.get(`/deposits/${id}`)).body.tx_hash, hash);
  const receipt = await until('the block', () => house.rpc.plasma.getTransactionReceipt(hash));
  assert.equal(receipt.status, 0, 'it reverted');

  const end = await until(
    'the end of the authorization',
    async () => {
      const { body } = await house.get(`/deposits/${id}`);
      return body.status !== 'settling' && body;
    },
    40_000,
  );
  assert.deepEqual([end.status, end.credited_at], ['failed', null]);
  assert.equal(await house.balance(payer), 0n);
  const sent = await house.sql(
    `SELECT count(DISTINCT operation_id) FROM chain_operations
     WHERE left(operation_id::text, 34) = '${id.slice(0, 34)}'`,
  );
  assert.ok(Number(sent) <= 3, `${sent} transactions`);
});

test('one balance is promised once: what is open counts against the next payment', async () => {
  const payer = walletOf(users[3]);
  const held = await house.token('plasma', house.plasma.usdt0).balanceOf(payer.address);
  const most = usd(held);
  await house.rpc.plasma.send('evm_setAutomine', [false]);
  await house.rpc.plasma.send('evm_setIntervalMining', [0]);
  const first = send(await house.payment(payer, most), most);
  await until(
    'the transaction in the pool',
    async () => Number((await house.rpc.plasma.send('txpool_status', [])).pending) > 0,
  );
  const others = await house.unchanged(async () =>
    Promise.all(
      Array.from({ length: 4 }, async () => send(await house.payment(payer, most), most)),
    ),
  );
  for (const other of others)
    assert.deepEqual(
      [other.status, other.body.error],
      [402, 'invalid_exact_evm_insufficient_balance'],
    );
  await house.rpc.plasma.send('evm_setIntervalMining', [1]);
  assert.ok([201, 202].includes((await first).status));
  await until('the credit', async () => (await house.balance(payer)) === held);
});

const calldata = ({ payload: { authorization: a, signature } }) =>
  TRANSFER.encodeFunctionData('transferWithAuthorization', [
    a.from,
    a.to,
    a.value,
    a.validAfter,
    a.validBefore,
    a.nonce,
    signature,
  ]);

/** The same nonce, signed by the test's wallet for moving nothing. */
async function toSelf({ accepted, payload: { authorization } }) {
  const other = { ...authorization, to: wallet.address, value: '0' };
  const signature = await signTransfer(wallet, accepted, other);
  return { payload: { authorization: other, signature } };
}

/** One transaction, by a stranger, that uses all these payments in their order. */
async function batch(payments) {
  const { TestBatch } = await compiled('TestBatch.sol');
  const stranger = bystander(house.rpc.plasma);
  const factory = new ethers.ContractFactory(TestBatch.abi, TestBatch.bytecode, stranger);
  const contract = await (await factory.deploy()).waitForDeployment();
  const calls = (await Promise.all(payments)).map((p) => [house.plasma.usdt0, calldata(p)]);
  return mined('plasma', await contract.run(calls));
}

/** Mined, and deep enough for the service to call it final. */
async function mined(chain, sent) {
  const receipt = await sent.wait();
  assert.equal(receipt.status, 1);
  return receipt;
}

/** The answer once the chain is sure: 503 means "come back". */
const final = (ask) =>
  until('a final answer', async () => {
    const answer = await ask();
    return ![503, 202].includes(answer.status) && answer;
  });

function edit(value, change) {
  change(value);
  return value;
}

const flip = (signature) =>
  `${signature.slice(0, 10)}${signature[10] === '0' ? '1' : '0'}${signature.slice(11)}`;

/** The other signature of the same message: (r, n - s, other v). */
function malleated(signature) {
  const { r, s, v } = ethers.Signature.from(signature);
  return ethers.concat([r, ethers.toBeHex(N - BigInt(s), 32), v === 27 ? '0x1c' : '0x1b']);
}

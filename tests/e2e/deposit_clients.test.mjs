// What payers' clients make of our answers, and what they send: keys, retries, wallets that are
// contracts, clocks that differ.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { compiled } from '../../sandbox/chains/compile.mjs';
import {
  ExactEvmScheme,
  privateKeyToAccount,
  wrapFetchV2,
  x402Client,
  x402HTTPClient,
} from '../../sandbox/stack/clients.mjs';
import {
  base64,
  bystander,
  ethers,
  fromBase64,
  micro,
  NO_CONVERSION,
  startHouse,
  until,
  walletOf,
} from './support.mjs';

let house, users;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '8'],
    // A payer's answer comes before the third block: 202, and the result a little later.
    overrides: {
      plasma: { confirmations: 3, finalized_tag: false },
      deposits: { answer_ms: 1000 },
      conversion: NO_CONVERSION,
    },
  });
  users = [...house.users];
});
after(() => house?.close());

const now = () => Math.floor(Date.now() / 1000);
const send = (payment, headers = {}) => house.pay('5.00', payment, headers);
/** The answer once settlement is known; the same header is taken at most once. */
const final = (payment, headers) =>
  until(
    'a final answer',
    async () => {
      const answer = await send(payment, headers);
      const booked = answer.status !== 201 || answer.body.credited_at;
      return ![202, 503].includes(answer.status) && booked && answer;
    },
    30_000,
  );
const balanceOf = (address) => house.token('plasma', house.plasma.usdt0).balanceOf(address);
const official = (user) => {
  const client = new x402Client().register(
    'eip155:*',
    new ExactEvmScheme(privateKeyToAccount(user.private_key)),
  );
  client.setSpendControls({
    allowedAssets: [
      { network: 'eip155:9745', asset: house.plasma.usdt0, maxAmountPerPayment: '1000000000' },
    ],
  });
  return client;
};

// -- the 202 -------------------------------------------------------------------------------------

test('an official client does not take a pending deposit for a failed one', async () => {
  const client = official(users[0]);
  const answer = await wrapFetchV2(fetch, client)(`${house.url}/deposit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://app.example' },
    body: '{"amount":"5.00"}',
  });
  assert.equal(answer.status, 202);
  const read = await new x402HTTPClient(client).processResponse(answer);
  assert.equal(read.paymentStatus, 'none');
  assert.equal(read.body.status, 'settling');
  const link = answer.headers.get('location');
  assert.match(answer.headers.get('access-control-expose-headers'), /Location/);

  // The payer has no key, and may be a page.
  const done = await until('the credit', async () => {
    const receipt = await house.call('GET', link, { headers: { origin: 'https://app.example' } });
    assert.equal(receipt.status, 200, receipt.text);
    assert.equal(receipt.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual([receipt.body.amount, receipt.body.user_address], ['5.00', undefined]);
    return receipt.body.credited_at && receipt.body;
  });
  assert.equal(done.tx_hash, read.body.tx_hash);
});

/** The only block of JavaScript in README.md, as a function of what it uses. */
function readmeExample() {
  const text = fs.readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((m) => m[1]);
  assert.equal(blocks.length, 1);
  const code = blocks[0].replace(/^import .*\n/gm, '');
  const names = ['x402Client', 'x402HTTPClient', 'ExactEvmScheme', 'account', 'url', 'fetch'];
  return new Function(...names, `${code}\nreturn deposit;`);
}

test("README's example pays once, over lost answers and 202s", async () => {
  const account = privateKeyToAccount(users[1].private_key);
  let paid = 0;
  const losing = async (address, options) => {
    const answer = await house.checkedFetch(address, options);
    if (options.headers['PAYMENT-SIGNATURE'] && paid++ === 0) throw new TypeError('fetch failed');
    return answer;
  };
  const deposit = readmeExample()(
    x402Client,
    x402HTTPClient,
    ExactEvmScheme,
    account,
    house.url,
    losing,
  );
  const before = await balanceOf(users[1].address);
  const answer = await deposit('5.00');
  assert.equal(answer.status, 201);
  assert.ok(paid > 1, 'it was repeated');
  assert.equal(await balanceOf(users[1].address), before - micro('5'));
  await until('the credit', async () => (await house.balance(users[1])) === micro('5'));
});

// -- the payer's own names for a payment ---------------------------------------------------------

/** Pays twice, each time with a new signature. */
async function twice(user, change, headers) {
  const wallet = walletOf(user);
  const held = await balanceOf(user.address);
  const sign = async () => ({ ...(await house.payment(wallet, '5.00')), ...change });
  const first = await final(await sign(), headers);
  assert.equal(first.status, 201, first.text);
  assert.equal(first.headers.get('idempotent-replayed'), 'true', 'the first was a 202');
  const again = await house.unchanged(async () => send(await sign(), headers));
  assert.deepEqual([again.status, again.body.deposit_id], [201, first.body.deposit_id]);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal(await balanceOf(user.address), held - micro('5'), 'debited once');
  return first;
}

test('a second signature under the same Idempotency-Key gets the first answer', async () => {
  const headers = { 'idempotency-key': 'deposit-1' };
  const first = await twice(users[2], {}, headers);
  const more = await house.unchanged(async () =>
    house.pay('6.00', await house.payment(walletOf(users[2]), '6.00'), headers),
  );
  assert.deepEqual([more.status, more.body.code], [409, 'key_reused'], more.text);
  const theirs = await final(await house.payment(walletOf(users[3]), '5.00'), headers);
  assert.equal(theirs.status, 201);
  assert.notEqual(theirs.body.deposit_id, first.body.deposit_id, 'a key belongs to its payer');
});

test("so it does under the same payment-identifier, x402's extension", async () => {
  const demand = await house.call('POST', '/deposit', { body: { amount: '5.00' } });
  const offered = fromBase64(demand.headers.get('payment-required')).extensions;
  assert.deepEqual(offered['payment-identifier'].info, { required: false });
  const extension = offered['payment-identifier'];
  const id = 'pay_7d5d747be160e280504c099d984bcfe0';
  const extensions = {
    'payment-identifier': { ...extension, info: { ...extension.info, id } },
  };
  await twice(users[4], { extensions });
  const bad = { ...(await house.payment(walletOf(users[4]), '5.00')) };
  bad.extensions = { 'payment-identifier': { info: { required: false, id: 'short' } } };
  const answer = await house.unchanged(() => send(bad));
  assert.deepEqual([answer.status, answer.body.error], [402, 'invalid_payment_identifier']);
});

test('two signatures at once under one key are one deposit', async () => {
  const wallet = walletOf(users[5]);
  const headers = { 'idempotency-key': 'both' };
  const held = await balanceOf(wallet.address);
  const payments = await Promise.all([1, 2, 3].map(() => house.payment(wallet, '5.00')));
  const answers = await Promise.all(payments.map((p) => final(p, headers)));
  assert.equal(new Set(answers.map((a) => a.body.deposit_id)).size, 1);
  assert.equal(await balanceOf(wallet.address), held - micro('5'));
  await until('the credit', async () => (await house.balance(wallet)) === micro('5'));
});

// -- what reached us without us ------------------------------------------------------------------

test('a payment that a stranger submitted is credited, however late its payer comes', async () => {
  const wallet = walletOf(users[6]);
  const validBefore = String(now() + 12);
  const payment = await house.payment(wallet, '5.00', { authorization: { validBefore } });
  const { authorization: a, signature } = payment.payload;
  const token = house.token('plasma', house.plasma.usdt0).connect(bystander(house.rpc.plasma));
  const used = await token.transferWithAuthorization(
    a.from,
    a.to,
    a.value,
    a.validAfter,
    a.validBefore,
    a.nonce,
    signature,
  );
  await used.wait();
  await until('the end of the window', () => now() > Number(validBefore), 20_000);
  const answer = await final(payment);
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.body.tx_hash, used.hash);
  await until('the credit', async () => (await house.balance(wallet)) === micro('5'));
});

// -- clocks and forms ----------------------------------------------------------------------------

const forms = {
  'validAfter is now': () => ({ authorization: { validAfter: String(now()) } }),
  'the clock is ahead': () => ({ authorization: { validAfter: String(now() + 5) } }),
  'the window is of a day before and an hour after (thirdweb)': () => ({
    authorization: {
      validAfter: String(now() - 86_400),
      validBefore: String(now() + 3_600),
    },
  }),
  'numbers are numbers': () => ({
    edit: (p) => {
      const a = p.payload.authorization;
      for (const key of ['value', 'validAfter', 'validBefore']) a[key] = Number(a[key]);
    },
  }),
  'the base64 has no padding': () => ({ encode: (p) => base64(p).replace(/=+$/, '') }),
  'an extension nests deeply': () => ({
    edit: (p) => {
      let deep = { end: true };
      for (let i = 0; i < 40; ++i) deep = { in: deep };
      p.extensions = { bazaar: deep };
    },
  }),
};
for (const [name, make] of Object.entries(forms)) {
  test(`a payment is taken when ${name}`, async () => {
    const { edit, encode, ...change } = make();
    const payment = await house.payment(walletOf(users[7]), '5.00', change);
    edit?.(payment);
    const answer = await final(encode ? encode(payment) : payment);
    assert.equal(answer.status, 201, answer.text);
  });
}

test('a probe without a body is told the least amount', async () => {
  const answer = await house.call('POST', '/deposit');
  assert.equal(answer.status, 402, answer.text);
  const [accepted] = fromBase64(answer.headers.get('payment-required')).accepts;
  assert.equal(accepted.amount, '10000');
  assert.equal(accepted.extra.primaryType, 'TransferWithAuthorization');
});

// -- wallets that are contracts ------------------------------------------------------------------

const broken = {
  'INVALID': '0xfe',
  'a stack underflow': '0x01',
  'a revert': '0x60006000fd',
  'a bad jump': '0x60ff56',
  'an endless loop': '0x5b600056',
  'silence': '0x00',
};

test('contracts that break have refused, and the next payer is served', async () => {
  for (const [name, code] of Object.entries(broken)) {
    const { address } = ethers.Wallet.createRandom();
    await house.rpc.plasma.send('anvil_setCode', [address, code]);
    await house.control(`/mint?chain=plasma&token=usdt0&to=${address}&amount=20`);
    const payment = await house.payment(walletOf(users[7]), '5.00', {
      authorization: { from: address },
    });
    payment.payload.signature = `0x${'ab'.repeat(100)}`;
    const answer = await house.unchanged(() => send(payment));
    assert.deepEqual([answer.status, answer.body.error], [402, 'invalid_exact_evm_signature'], name);
  }
  const next = await final(await house.payment(walletOf(users[7]), '5.00'));
  assert.equal(next.status, 201, next.text);
});

const MAGIC = '6492'.repeat(16);
const wrapped = (signature) =>
  ethers.AbiCoder.defaultAbiCoder().encode(
    ['address', 'bytes', 'bytes'],
    [ethers.Wallet.createRandom().address, '0x12345678', signature],
  ) + MAGIC;

test('a deployed wallet pays with its signature wrapped by ERC-6492', async () => {
  const { TestWallet1271 } = await compiled('TestTokens.sol');
  const owner = walletOf(users[7]);
  const contract = await new ethers.ContractFactory(
    TestWallet1271.abi,
    TestWallet1271.bytecode,
    bystander(house.rpc.plasma),
  ).deploy(owner.address);
  await contract.waitForDeployment();
  const from = contract.target;
  await house.control(`/mint?chain=plasma&token=usdt0&to=${from}&amount=20`);
  const plain = await house.payment(owner, '5.00', { authorization: { from } });
  const payment = structuredClone(plain);
  payment.payload.signature = wrapped(plain.payload.signature);
  const answer = await final(payment);
  assert.equal(answer.status, 201, answer.text);
  const bare = await house.unchanged(() => send(plain));
  assert.deepEqual([bare.status, bare.body.deposit_id], [201, answer.body.deposit_id]);

  const ghost = ethers.Wallet.createRandom().address;
  await house.control(`/mint?chain=plasma&token=usdt0&to=${ghost}&amount=20`);
  const early = await house.payment(owner, '5.00', { authorization: { from: ghost } });
  early.payload.signature = wrapped(early.payload.signature);
  const refused = await house.unchanged(() => send(early));
  assert.deepEqual([refused.status, refused.body.error], [402, 'eip6492_factory_not_allowed']);
});

// A deposit wallet acts on the chain through the relayer: signed batches, states, and what is refused.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { ethers } from 'ethers';
import { AT } from '../chains/conditional_tokens.mjs';
import { batchSigner, walletOf } from '../polymarket/deposit_wallet.mjs';
import { post, request, startSandbox, until } from './support.mjs';

const KEY = { RELAYER_API_KEY: 'key', RELAYER_API_KEY_ADDRESS: ethers.ZeroAddress };
const BATCH = {
  Batch: [
    { name: 'wallet', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
    { name: 'calls', type: 'Call[]' },
  ],
  Call: [
    { name: 'target', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'data', type: 'bytes' },
  ],
};
const MONEY = new ethers.Interface([
  'function approve(address,uint256)',
  'function transfer(address,uint256)',
  'function allowance(address,address) view returns (uint256)',
  'function balanceOf(address) view returns (uint256)',
]);
const OLD_ADAPTER = '0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296';

let sandbox, venue, relayer, owner, wallet, provider;

before(async () => {
  sandbox = await startSandbox(['--no-conversion']);
  venue = sandbox.info.venue;
  relayer = venue.relayer_url;
  owner = ethers.Wallet.createRandom();
  wallet = walletOf(owner.address);
  provider = new ethers.JsonRpcProvider(sandbox.info.polygon.rpc, 137, { cacheTimeout: -1 });
});
after(async () => {
  provider?.destroy();
  await sandbox?.stop();
});
afterEach(() => request(`${venue.control_url}/faults`, { method: 'DELETE' }));

const get = async (path) => (await request(relayer + path, { headers: KEY })).json;
const submit = (body, headers = KEY) =>
  request(`${relayer}/submit`, { method: 'POST', headers, body: JSON.stringify(body) });
const params = () => get(`/v1/account/transactions/params?address=${owner.address}&type=WALLET`);
const arm = (kind, on = 'relayer') => post(`${venue.control_url}/faults`, { on, kind });
const approve = (spender, amount = 5n) => ({
  target: AT.pusd,
  value: '0',
  data: MONEY.encodeFunctionData('approve', [spender, amount]),
});
const read = async (name, args) => {
  const data = MONEY.encodeFunctionData(name, args);
  return MONEY.decodeFunctionResult(name, await provider.call({ to: AT.pusd, data }))[0];
};

async function signed(calls, over = {}) {
  const nonce = over.nonce ?? (await params()).nonce;
  const deadline = over.deadline ?? String(Math.floor(Date.now() / 1000) + 240);
  const domain = { name: 'DepositWallet', version: '1', chainId: 137, verifyingContract: wallet };
  const signer = over.signer ?? owner;
  const signature = await signer.signTypedData(domain, BATCH, { wallet, nonce, deadline, calls });
  return {
    type: 'WALLET',
    from: owner.address,
    to: AT.factory,
    nonce,
    signature,
    depositWalletParams: { depositWallet: wallet, deadline, calls },
    ...(over.metadata === undefined ? {} : { metadata: over.metadata }),
  };
}

const ended = (id, states = ['STATE_CONFIRMED', 'STATE_FAILED', 'STATE_INVALID']) =>
  until(async () => {
    const found = await get(`/v1/account/transactions/${id}`);
    return states.includes(found.state) && found;
  });
async function carriedOut(body) {
  const { status, json, text } = await submit(body);
  assert.equal(status, 200, text);
  assert.equal(json.state, 'STATE_NEW');
  return ended(json.transactionID);
}
const refused = async (body, pattern) => {
  const { status, json } = await submit(body);
  assert.equal(status, 400);
  assert.match(json.error, pattern);
};

test('the wallet of an owner stands where the official client derives it', () => {
  assert.equal(
    walletOf('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'),
    '0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50',
  );
});

test('WALLET-CREATE puts the wallet there', async () => {
  assert.deepEqual(await get(`/deployed?address=${wallet}&type=WALLET`), { deployed: false });
  await refused(await signed([approve(venue.exchange)]), /not deployed/);
  const create = { type: 'WALLET-CREATE', from: owner.address, to: AT.factory };
  const created = await carriedOut(create);
  assert.deepEqual([created.state, created.error_msg], ['STATE_CONFIRMED', '']);
  assert.deepEqual(await get(`/deployed?address=${wallet}&type=WALLET`), { deployed: true });
  assert.deepEqual(await params(), { address: wallet, nonce: '0' });
});

test('a signed batch is one transaction of the wallet: all of its calls', async () => {
  await post(`${sandbox.info.control_url}/mint?chain=polygon&token=pusd&to=${wallet}&amount=3`);
  const transfer = MONEY.encodeFunctionData('transfer', [owner.address, 1_000_000n]);
  const calls = [approve(venue.exchange), { target: AT.pusd, value: '0', data: transfer }];
  const { state, transaction_hash: hash } = await carriedOut(await signed(calls));
  assert.equal(state, 'STATE_CONFIRMED');
  assert.equal((await provider.getTransactionReceipt(hash)).status, 1);
  assert.equal(await read('allowance', [wallet, venue.exchange]), 5n);
  assert.equal(await read('balanceOf', [owner.address]), 1_000_000n);
  assert.equal((await params()).nonce, '1');
  await assert.rejects(
    provider.call({
      to: wallet,
      data: ethers.id('execute(uint256,(address,uint256,bytes)[])').slice(0, 10),
    }),
    /revert/,
    'its factory alone',
  );
});

test('a batch whose call reverts fails as a whole, and its nonce is free', async () => {
  const { nonce } = await params();
  const broke = MONEY.encodeFunctionData('transfer', [owner.address, 10n ** 18n]);
  const calls = [approve(venue.exchange, 77n), { target: AT.pusd, value: '0', data: broke }];
  const { state, error_msg: why } = await carriedOut(await signed(calls));
  assert.equal(state, 'STATE_FAILED');
  assert.match(why, /revert/);
  assert.equal(await read('allowance', [wallet, venue.exchange]), 5n);
  assert.equal((await params()).nonce, nonce);
});

test('what the relayer refuses', async () => {
  const calls = [approve(venue.exchange)];
  const { nonce } = await params();
  const good = await signed(calls);
  assert.equal((await submit(good, {})).status, 401);
  await refused(await signed(calls, { signer: ethers.Wallet.createRandom() }), /invalid signature/);
  const others = { ...good.depositWalletParams, calls: [approve(OLD_ADAPTER)] };
  await refused({ ...good, depositWalletParams: others }, /invalid signature/);
  const later = String(BigInt(nonce) + 3n);
  await refused(
    await signed(calls, { nonce: later }),
    new RegExp(`batch nonce ${later} does not match on-chain nonce ${nonce}`),
  );
  const now = Math.floor(Date.now() / 1000);
  await refused(await signed(calls, { deadline: String(now - 1) }), /deadline expired/);
  await refused(await signed(calls, { deadline: String(now + 3600) }), /deadline too far/);
  await refused(await signed(calls, { metadata: 'x'.repeat(501) }), /metadata/);
  await refused({ ...good, to: wallet }, /not the wallet factory/);
  const blocked = await signed([calls[0], { ...calls[0], target: OLD_ADAPTER }]);
  await refused(blocked, /call blocked: call\[1\] blocked: calls to 0xd91E80.* are not permitted/);
  assert.equal((await carriedOut({ ...good, metadata: 'x'.repeat(500) })).state, 'STATE_CONFIRMED');
});

test('one transaction of a wallet at a time', async () => {
  await post(`${venue.control_url}/relayer`, { step_ms: 300 });
  const batch = await signed([approve(venue.exchange)]);
  const { json } = await submit(batch);
  await refused(batch, /wallet busy: .*active action/);
  await ended(json.transactionID, ['STATE_EXECUTED']);
  await ended(json.transactionID, ['STATE_MINED']);
  await ended(json.transactionID, ['STATE_CONFIRMED']);
  await post(`${venue.control_url}/relayer`, { step_ms: 10 });
});

test('faults', async () => {
  const batch = () => signed([approve(venue.exchange)]);
  for (const [kind, pattern] of [
    ['wallet_busy', /wallet busy/],
    ['nonce_mismatch', /batch nonce (\d+) does not match on-chain nonce (\d+)/],
    ['blocked', /call blocked: call\[0\]/],
  ]) {
    await arm(kind);
    await refused(await batch(), pattern);
  }
  for (const [kind, state, text] of [
    ['failed', 'STATE_FAILED', 'execution failed'],
    ['precheck_skipped', 'STATE_FAILED', 'PRECHECK_SKIPPED: redeem skipped: zero position balance'],
    ['invalid', 'STATE_INVALID', 'transaction invalid'],
  ]) {
    const { nonce } = await params();
    await arm(kind);
    const end = await carriedOut(await batch());
    assert.deepEqual([end.state, end.error_msg, end.transaction_hash], [state, text, '']);
    assert.equal((await params()).nonce, nonce, 'nothing was executed');
  }
  await arm('rate_limited');
  assert.equal((await submit(await batch())).status, 429);
  await arm('wrong_nonce', 'relayer_params');
  await refused(await batch(), /does not match on-chain nonce/);
  const { nonce } = await params();
  await arm('drop_after_accept');
  await assert.rejects(submit(await batch()), { code: 'ECONNRESET' });
  await until(async () => BigInt((await params()).nonce) === BigInt(nonce) + 1n);
});

// @polymarket/builder-relayer-client 0.0.10, anvil's first key
const RECORDED = {
  wallet: '0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50',
  nonce: '0',
  deadline: '1795000600',
  calls: [
    {
      target: AT.ctfAdapter,
      value: '0',
      data: new ethers.Interface([
        'function redeemPositions(address,bytes32,bytes32,uint256[])',
      ]).encodeFunctionData('redeemPositions', [
        AT.pusd,
        ethers.ZeroHash,
        `0x${'11'.repeat(32)}`,
        [1, 2],
      ]),
    },
  ],
  signature:
    '0x4acdc7313d241737ba139a5df9144ebba9e66f0ec5a7a4795fb8f6e30c9f62f27c13756286224da62581109e2d4b1d48f2784b068f5668aee9e9e4e24da5d3551c',
};
test("the signature that the official client made is its owner's", () => {
  assert.equal(batchSigner(RECORDED), '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
  assert.notEqual(batchSigner({ ...RECORDED, nonce: '1' }), batchSigner(RECORDED));
});

test('control puts a wallet anywhere, for accounts whose address is configuration', async () => {
  const [someone, place] = [ethers.Wallet.createRandom(), ethers.Wallet.createRandom().address];
  await post(`${venue.control_url}/deposit-wallet`, { owner: someone.address, wallet: place });
  assert.deepEqual(await get(`/deployed?address=${place}`), { deployed: true });
  const found = await get(`/v1/account/transactions/params?address=${someone.address}&type=WALLET`);
  assert.deepEqual(found, { address: place, nonce: '0' });
});

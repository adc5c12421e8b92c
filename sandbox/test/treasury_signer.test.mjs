// The external signer: what it signs settles, and each way it may answer something else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers } from 'ethers';
import { post } from './support.mjs';
import { startTreasury } from './treasury_support.mjs';

let treasury, signer, polygon, service;

before(async () => {
  treasury = await startTreasury();
  ({ polygon, service } = treasury);
  ({ signer } = treasury.doubles);
});
after(() => treasury?.stop());

const call = async (method, params = [], url = signer.polygon_url) =>
  (await post(url, { jsonrpc: '2.0', id: 7, method, params })).json;
const wanted = (over = {}) => ({
  from: signer.address,
  to: service.address,
  gas: '0x5208',
  maxFeePerGas: '0x174876e800',
  maxPriorityFeePerGas: '0x6fc23ac00',
  value: '0x1',
  data: '0x',
  nonce: '0x0',
  ...over,
});
const signed = async (over, url) => (await call('eth_signTransaction', [wanted(over)], url)).result;
const set = (query) => treasury.control(`/signer?${query}`);

test('it signs EIP-1559 transactions that the chain takes', async () => {
  assert.deepEqual((await call('eth_accounts')).result, [signer.address.toLowerCase()]);
  const raw = await signed();
  const tx = ethers.Transaction.from(raw);
  assert.deepEqual([tx.type, tx.chainId, tx.nonce, tx.from], [2, 137n, 0, signer.address]);
  const { status } = await (await polygon.provider.broadcastTransaction(raw)).wait();
  assert.equal(status, 1);
});

test('each path signs for its own chain; the root for the one that is named', async () => {
  assert.equal(ethers.Transaction.from(await signed({}, signer.plasma_url)).chainId, 9745n);
  assert.equal(
    ethers.Transaction.from(await signed({ chainId: '0x2105' }, signer.url)).chainId,
    8453n,
  );
  assert.equal((await call('eth_signTransaction', [wanted()], signer.url)).error.code, -32602);
  assert.equal(
    (await call('eth_signTransaction', [wanted({ chainId: '0x1' })])).error.code,
    -32602,
  );
});

test('behind a node the answer is an object, as with clef', async () => {
  await set('dialect=clef');
  const { raw, tx } = await signed();
  assert.equal(tx.hash, ethers.Transaction.from(raw).hash);
  assert.equal(tx.maxFeePerGas, '0x174876e800');
  await set('dialect=web3signer');
});

test('a key of the service can be given to it', async () => {
  await treasury.control(`/signer/key?key=${service.privateKey}`);
  const tx = ethers.Transaction.from(await signed({ from: service.address }));
  assert.equal(tx.from, service.address);
});

test('whom it does not know, what it does not know and what is not whole is refused', async () => {
  const code = async (params, method = 'eth_signTransaction') =>
    (await call(method, params)).error.code;
  assert.equal(await code([wanted({ from: ethers.Wallet.createRandom().address })]), -32000);
  assert.equal(await code([wanted({ nonce: undefined })]), -32602);
  assert.equal(await code([wanted({ to: '0x12' })]), -32602);
  assert.equal(await code([]), -32602);
  assert.equal(await code([], 'eth_sendTransaction'), -32601);
});

test('each wrong answer is a good signature of something else', async () => {
  const lies = {
    wrong_chain: (tx) => assert.equal(tx.chainId, 1n),
    wrong_sender: (tx) => assert.notEqual(tx.from, signer.address),
    other_nonce: (tx) => assert.equal(tx.nonce, 1),
    other_to: (tx) => assert.notEqual(tx.to, service.address),
    other_value: (tx) => assert.equal(tx.value, 2n),
    other_data: (tx) => assert.equal(tx.data, '0x00'),
    higher_fee: (tx) => assert.equal(tx.maxFeePerGas, 10n * 0x174876e800n),
    legacy: (tx) => assert.equal(tx.type, 0),
  };
  for (const [mode, seen] of Object.entries(lies)) {
    await set(`mode=${mode}`);
    seen(ethers.Transaction.from(await signed()));
  }
  await set('mode=garbage');
  const raw = await signed();
  assert.throws(() => ethers.Transaction.from(raw));
  await set('mode=refuse');
  assert.match((await call('eth_signTransaction', [wanted()])).error.message, /denied/);
  await set('mode=honest');
});

test('it may be slow, or out of reach', async () => {
  await set('slow_ms=150');
  const started = Date.now();
  await signed();
  assert.ok(Date.now() - started >= 150);
  await set('slow_ms=0');
  await treasury.control('/fault/signer?kind=drop');
  await assert.rejects(signed(), /hang up/);
  await treasury.control('/fault/signer?kind=error_503');
  assert.equal((await post(signer.polygon_url, {})).status, 503);
});

// A node before a chain that gets single calls wrong.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { ethers } from 'ethers';
import { request, sleep, startSandbox, until } from './support.mjs';

let sandbox, plasma, payer;
const nonce = { next: 0 };

before(async () => {
  payer = ethers.Wallet.createRandom();
  sandbox = await startSandbox(['--service-address', payer.address, '--no-conversion']);
  ({ plasma } = sandbox.info);
});
after(() => sandbox?.stop());
afterEach(() => control('rule?clear=1'));

async function control(path, expected = 200) {
  const answer = await request(`${sandbox.info.control_url}/chain/plasma/${path}`, {
    method: 'POST',
  });
  assert.equal(answer.status, expected, answer.text);
  return answer.json;
}
const rule = (query, expected) => control(`rule?${query}`, expected);
const body = (method, params, id = 1) => ({ jsonrpc: '2.0', id, method, params });
const send = (value, url = plasma.rpc) =>
  request(url, { method: 'POST', body: JSON.stringify(value) });
const ask = async (method, params = [], url) => (await send(body(method, params), url)).json;
const direct = (method, params) => ask(method, params, plasma.direct_rpc);
const head = async (url) => Number((await ask('eth_blockNumber', [], url)).result);
const directHead = () => head(plasma.direct_rpc);
const signed = (over = {}) =>
  payer.signTransaction({
    type: 2,
    chainId: plasma.chain_id,
    nonce: nonce.next,
    gasLimit: 21_000,
    maxFeePerGas: ethers.parseUnits('100', 'gwei'),
    maxPriorityFeePerGas: ethers.parseUnits('1', 'gwei'),
    to: payer.address,
    ...over,
  });
async function mined(raw) {
  const { hash } = ethers.Transaction.from(raw);
  return until(async () => (await direct('eth_getTransactionReceipt', [hash])).result, 5_000);
}

test('a receipt is null and logs are empty, so often as was asked for', async () => {
  const raw = await signed();
  await direct('eth_sendRawTransaction', [raw]);
  nonce.next += 1;
  const { transactionHash: hash, blockNumber } = await mined(raw);
  await rule('kind=null&times=2');
  const receipt = async () => (await ask('eth_getTransactionReceipt', [hash])).result;
  assert.deepEqual([await receipt(), await receipt()], [null, null]);
  assert.equal((await receipt()).blockNumber, blockNumber);
  const logs = async () =>
    (await ask('eth_getLogs', [{ fromBlock: '0x0', address: plasma.usdt0 }])).result;
  assert.ok((await logs()).length > 0);
  await rule('kind=empty');
  assert.deepEqual(await logs(), []);
  assert.equal((await rule('')).rules[0].struck, 1);
});

test('the tag stands still while the chain grows', async () => {
  const final = async () =>
    Number((await ask('eth_getBlockByNumber', ['finalized', false])).result.number);
  await direct('anvil_mine', ['0x5']);
  await rule('kind=tag');
  const [still, newest] = [await final(), await head()];
  await direct('anvil_mine', ['0x9']);
  assert.deepEqual([await final(), (await head()) >= newest + 9], [still, true]);
  await rule('clear=1');
  assert.ok((await final()) >= newest + 7);
});

test('a node that lags does not know what is newer', async () => {
  await direct('anvil_mine', ['0xc']);
  const raw = await signed();
  await direct('eth_sendRawTransaction', [raw]);
  nonce.next += 1;
  const { transactionHash: hash } = await mined(raw);
  await rule('kind=lag&n=8');
  const real = await directHead();
  assert.ok(Math.abs((await head()) - (real - 8)) <= 1);
  assert.equal((await ask('eth_getTransactionReceipt', [hash])).result, null);
  assert.equal((await ask('eth_getTransactionByHash', [hash])).result.blockNumber, null);
  const known = (await ask('eth_getTransactionCount', [payer.address, 'latest'])).result;
  assert.ok(Number(known) < nonce.next);
  const final = Number((await ask('eth_getBlockByNumber', ['finalized', false])).result.number);
  assert.ok(Math.abs(final - (real - 10)) <= 1);
  assert.equal((await ask('eth_getBlockByNumber', [ethers.toQuantity(real), false])).result, null);
  const filter = { fromBlock: ethers.toQuantity(real), toBlock: 'latest' };
  assert.deepEqual((await ask('eth_getLogs', [filter])).result, []);
  assert.equal(Number((await ask('eth_chainId')).result), plasma.chain_id);
});

test('a head that is frozen stays where it was', async () => {
  await rule('kind=frozen');
  const frozen = await head();
  await until(async () => (await directHead()) > frozen + 1, 5_000);
  assert.equal(await head(), frozen);
  const latest = (await ask('eth_getBlockByNumber', ['latest', false])).result;
  assert.equal(Number(latest.number), frozen);
});

test('limits come in the code, the words and the status that were asked for', async () => {
  await rule('kind=limit');
  assert.deepEqual((await ask('eth_chainId')).error, {
    code: -32005,
    message: 'rate limit exceeded',
  });
  await rule('kind=limit&code=-32090&text=Too%20many%20requests&status=429');
  const answer = await send(body('eth_chainId', []));
  assert.deepEqual(
    [answer.status, answer.headers['retry-after'], answer.json.error.code],
    [429, '1', -32090],
  );
  await rule('clear=1');
  await rule('kind=limit&method=eth_getLogs');
  assert.ok((await ask('eth_chainId')).result);
});

test('a range of too many blocks is refused, a small one not', async () => {
  await rule('kind=range&n=5');
  const logs = (fromBlock, toBlock) => ask('eth_getLogs', [{ fromBlock, toBlock }]);
  assert.deepEqual((await logs('0x0', '0x5')).error, {
    code: -32602,
    message: 'range 6 exceeds limit of 5',
  });
  assert.ok(Array.isArray((await logs('0x0', '0x4')).result));
  assert.equal((await logs('0x0', 'latest')).error.code, -32602);
});

test('another chain answers', async () => {
  await rule('kind=chain&n=137');
  assert.equal((await ask('eth_chainId')).result, '0x89');
  await rule('kind=chain&method=net_version&n=137');
  assert.equal((await ask('net_version')).result, '137');
});

test('a reply that is lost was sent all the same', async () => {
  await rule('kind=lost&times=1');
  const raw = await signed();
  await assert.rejects(ask('eth_sendRawTransaction', [raw]), /hang up/);
  nonce.next += 1;
  assert.equal((await mined(raw)).status, '0x1');
  assert.match((await ask('eth_sendRawTransaction', [raw])).error.message, /already|too low/);
});

test('a tip below the floor is refused with the number that is wanted', async () => {
  await rule('kind=tip_floor');
  const low = await ask('eth_sendRawTransaction', [await signed()]);
  assert.equal(
    low.error.message,
    'transaction underpriced: gas tip cap 1000000000, minimum needed 25000000000',
  );
  await rule('kind=tip_floor&text=bor&n=30');
  assert.match(
    (await ask('eth_sendRawTransaction', [await signed()])).error.message,
    /^transaction gas price below minimum: gas tip cap 1000000000, minimum needed 30000000000$/,
  );
  const tip = { maxPriorityFeePerGas: ethers.parseUnits('30', 'gwei') };
  assert.ok((await ask('eth_sendRawTransaction', [await signed(tip)])).result);
  nonce.next += 1;
});

test('a fee above the cap is refused', async () => {
  await rule('kind=fee_cap&n=0.5');
  const dear = { gasLimit: 100_000, maxFeePerGas: ethers.parseUnits('10000', 'gwei') };
  assert.equal(
    (await ask('eth_sendRawTransaction', [await signed(dear)])).error.message,
    'tx fee (1.00 ether) exceeds the configured cap (0.50 ether)',
  );
  assert.ok((await ask('eth_sendRawTransaction', [await signed()])).result);
  nonce.next += 1;
});

test('a batch is judged call by call', async () => {
  await rule('kind=chain&n=1');
  const calls = [body('eth_chainId', [], 'a'), body('eth_blockNumber', [], 'b')];
  const [first, second] = (await send(calls)).json;
  assert.deepEqual([first.id, first.result, second.id], ['a', '0x1', 'b']);
  assert.ok(Number(second.result) > 0);
});

test('a call that hangs leaves others alone, and errors of the chain stay errors', async () => {
  await rule('kind=hang&method=eth_gasPrice');
  await rule('kind=lag&n=1&method=eth_call');
  const hung = request(plasma.rpc, {
    method: 'POST',
    body: JSON.stringify(body('eth_gasPrice', [])),
    timeoutMs: 200,
  });
  await assert.rejects(hung, /timeout/);
  const { error } = await ask('eth_call', [{ to: plasma.usdt0, data: '0xdeadbeef' }, 'latest']);
  assert.match(error.message, /revert/);
});

test('calls are counted by method once somebody asks', async () => {
  await control('calls');
  await ask('eth_chainId');
  await ask('eth_blockNumber');
  await ask('eth_blockNumber');
  await sleep(5);
  const { calls, by_method: byMethod, since_ms: since } = await control('calls');
  assert.deepEqual([calls, byMethod], [3, { eth_chainId: 1, eth_blockNumber: 2 }]);
  assert.ok(since >= 5);
  assert.equal((await control('calls')).calls, 0);
});

test('the second node before a chain is one of its own', async () => {
  assert.equal(await head(plasma.second_rpc), await head());
  await rule('kind=chain&n=5&node=2');
  assert.equal(Number((await ask('eth_chainId')).result), plasma.chain_id);
  assert.equal((await ask('eth_chainId', [], plasma.second_rpc)).result, '0x5');
  await rule('clear=1&node=2');
  const mode = (query) =>
    request(`${sandbox.info.control_url}/chain/plasma?${query}`, { method: 'POST' });
  await mode('mode=refuse');
  await assert.rejects(ask('eth_chainId'), /hang up|ECONNRE/);
  assert.ok((await ask('eth_chainId', [], plasma.second_rpc)).result);
  await mode('mode=up');
  assert.equal((await mode('mode=up&node=3')).status, 400);
});

test('what makes no rule is refused', async () => {
  await rule('kind=nonsense', 400);
  await rule('kind=lag&n=x', 400);
  await rule('kind=lag&blocks=3', 400);
  await control('rules', 404);
});

// The official x402 clients of both versions load beside each other, and what they sign settles on
// the token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { request, startSandbox } from './support.mjs';
import { x402Client } from '@x402/core/client';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { wrapFetchWithPayment as wrapV2 } from '@x402/fetch';
import { createPaymentHeader } from 'x402/client';
import { wrapFetchWithPayment as wrapV1 } from 'x402-fetch';
import { ethers } from 'ethers';
import { privateKeyToAccount } from 'viem/accounts';

const SETTLE = new ethers.Interface([
  'function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)',
]);
let sandbox, account;

before(async () => {
  sandbox = await startSandbox(['--deposit-chain-id', '84532', '--no-conversion']);
  account = privateKeyToAccount(sandbox.info.users[0].private_key);
});
after(() => sandbox?.stop());

/** Would the signed authorization settle? An eth_call, from anybody. */
async function settles({ authorization: a, signature }) {
  const data = SETTLE.encodeFunctionData('transferWithAuthorization', [
    a.from,
    a.to,
    a.value,
    a.validAfter,
    a.validBefore,
    a.nonce,
    signature,
  ]);
  const call = { to: sandbox.info.plasma.usdt0, data };
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'eth_call',
    params: [call, 'latest'],
  });
  const { json } = await request(sandbox.info.plasma.rpc, { method: 'POST', body });
  assert.equal(json.error, undefined);
}

const terms = () => ({
  scheme: 'exact',
  asset: sandbox.info.plasma.usdt0,
  payTo: '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
  maxTimeoutSeconds: 60,
  extra: { name: 'USDT0', version: '1' },
});

test('version 2', async () => {
  assert.equal(typeof wrapV2, 'function');
  const client = new x402Client().register('eip155:*', new ExactEvmScheme(account));
  const { payload } = await client.createPaymentPayload({
    x402Version: 2,
    resource: { url: 'http://127.0.0.1/deposit' },
    accepts: [{ ...terms(), network: 'eip155:84532', amount: '50000' }],
  });
  await settles(payload);
});

test('version 1', async () => {
  assert.equal(typeof wrapV1, 'function');
  const header = await createPaymentHeader(account, 1, {
    ...terms(),
    network: 'base-sepolia',
    maxAmountRequired: '50000',
    resource: 'http://127.0.0.1/deposit',
    description: '',
    mimeType: '',
  });
  await settles(JSON.parse(Buffer.from(header, 'base64').toString()).payload);
});

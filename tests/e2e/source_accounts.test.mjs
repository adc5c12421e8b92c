// A chain that is paid on may have an account of its own: users pay to it there, it sends what they paid, and on Polygon
// the money is where it always is.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, run, startHouse, until } from './support.mjs';

let house, payee, dir;

before(async () => {
  payee = ethers.Wallet.createRandom();
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-payee-'));
  const file = path.join(dir, 'plasma.key');
  fs.writeFileSync(file, payee.privateKey, { mode: 0o600 });
  house = await startHouse({
    opening: '1000',
    sandboxArgs: ['--users', '1'],
    overrides: { conversion: { minimum: '30' }, keys: { plasma: { file } } },
  });
  await house.rpc.plasma.send('anvil_setBalance', [payee.address, '0x56bc75e2d63100000']);
});
after(async () => {
  await house?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

test('each source names who is paid', async () => {
  const { body } = await house.get('/app/config');
  const paid = Object.fromEntries(body.deposit.sources.map((s) => [s.network, s.pay_to]));
  assert.equal(paid[`eip155:${house.plasma.chain_id}`], payee.address);
  assert.equal(body.deposit.pay_to, payee.address);
  assert.equal(paid[`eip155:${house.polygon.chain_id}`], ethers.getAddress(house.pay_to));
  const signedFor = body.bet.domain.verifying_contract;
  assert.equal(signedFor, ethers.getAddress(house.pay_to), 'what users sign stays good');
});

test('a deposit goes to it, and from it over the bridge to the account that converts', async () => {
  const usdt0 = house.token('plasma', house.plasma.usdt0);
  const before = micro((await house.buffer()).usdc_balance);
  const deposit = await house.fund(house.users[0], '40.00');
  const done = await until(
    'the conversion to complete',
    async () => {
      const { conversion_id: id } = (await house.get(`/deposits/${deposit.deposit_id}`)).body;
      const c = id && (await house.get(`/conversions/${id}`)).body;
      return c?.status === 'completed' && c;
    },
    120_000,
  );
  const bridge = done.steps[0].transactions.find((t) => t.purpose === 'bridge');
  const { from } = await house.rpc.plasma.getTransactionReceipt(bridge.tx_hash);
  assert.equal(from, payee.address);
  assert.equal(await usdt0.balanceOf(payee.address), 0n);
  assert.equal(micro((await house.buffer()).usdc_balance), before + micro(done.received));
});

test('its nonces, coins and money are looked after like the others', async () => {
  const { env, configFile } = house.service;
  const shown = await run(binaryPath(), ['wallet', 'status', '--config', configFile], { env });
  assert.match(shown, new RegExp(`^plasma ${payee.address.toLowerCase()}: chain nonce [1-9]`, 'm'));
  const text = await run(binaryPath(), ['reconcile', '--config', configFile], { env });
  assert.match(text, new RegExp(`Plasma USDT0 of ${payee.address.toLowerCase()}`));
  assert.match(text, /nothing is missing/);
});

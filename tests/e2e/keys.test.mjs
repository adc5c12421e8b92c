// Accounts of their own: a signer elsewhere settles users' payments. What it signs wrongly moves nothing, and without
// it payments wait.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, NO_CONVERSION, run, startHouse, until, walletOf } from './support.mjs';

const LIES = [
  'other_to',
  'other_value',
  'other_data',
  'other_nonce',
  'higher_fee',
  'wrong_chain',
  'wrong_sender',
  'legacy',
  'garbage',
];
let house, user, signer;

const elsewhere = ({ url, address }) => ({
  signer: { url: `${url}/{chain_id}`, account: address, timeout_ms: 1000 },
});

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '2'],
    overrides: ({ doubles }) => ({
      deposits: { answer_ms: 1000 },
      conversion: NO_CONVERSION,
      keys: { settlement: elsewhere(doubles.signer) },
    }),
  });
  signer = house.sandbox.doubles.signer;
  user = house.users[0];
});
after(() => house?.close());

const mode = (name) => house.control(`/signer?mode=${name}`);
const lasting = (kind) => house.alerts(new RegExp(`^signer\\.${kind}$`));
const sent = () => house.rpc.plasma.getTransactionCount(signer.address);
const pay = async (amount) => house.pay(amount, await house.payment(walletOf(user), amount));
const has = (amount) => async () => (await house.balance(user)) === micro(amount);

test('payments go to the account that converts, and another one submits them', async () => {
  const answer = await pay('5.00');
  assert.ok([201, 202].includes(answer.status), answer.text); // 202: not settled within a second
  await until('the credit', has('5'));
  const { tx_hash: tx } = (await house.get(`/deposits/${answer.body.deposit_id}`)).body;
  const { from } = await house.rpc.plasma.getTransactionReceipt(tx);
  assert.equal(from, signer.address);
  assert.notEqual(house.pay_to, signer.address);
});

test('what the signer was not asked for is not sent; the payment is, when it signs it', async () => {
  for (const [i, lie] of LIES.entries()) {
    const before = await sent();
    await mode(lie);
    const answer = await pay('1.00');
    assert.equal(answer.status, 202, `${lie}: ${answer.text}`);
    await until(`the alert after ${lie}`, async () => (await lasting('wrong')).length === 1);
    assert.equal(await sent(), before, lie);
    await mode('honest');
    await until(`the credit after ${lie}`, has(String(6 + i)), 60_000);
    assert.equal(await sent(), before + 1, lie);
    assert.deepEqual(await lasting('wrong'), []);
  }
});

test('without the signer a payment waits', async () => {
  const before = await sent();
  const funds = await house.balance(user);
  await house.control('/fault/signer?kind=silent&times=0');
  const answer = await pay('2.00');
  assert.equal(answer.status, 202, answer.text);
  await until('the alert', async () => (await lasting('unavailable')).length === 1);
  assert.equal(await sent(), before);
  await house.control('/fault/signer?clear=1');
  const credited = async () => (await house.balance(user)) === funds + micro('2');
  await until('the credit', credited, 60_000);
  assert.deepEqual(await lasting('unavailable'), []);
});

test('an account that the signer does not have ends the start', async () => {
  const config = JSON.parse(fs.readFileSync(house.service.configFile, 'utf8'));
  config.keys.settlement.signer.account = ethers.Wallet.createRandom().address;
  const file = path.join(house.dir, 'lacking.json');
  fs.writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  await assert.rejects(
    run(binaryPath(), ['serve', '--config', file], { env: house.service.env }),
    /does not have account/,
  );
});

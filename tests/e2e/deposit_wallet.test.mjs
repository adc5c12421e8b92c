// A deposit wallet from nothing to the payout: its owner's key signs, and everything it does on the chain goes through
// the relayer: approvals, redeeming. Its owner's own account has no coin for gas at the venue's work, and sends nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { mintOnPolygon } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, NO_CONVERSION, startHouse, until } from './support.mjs';

const FACTORY = '0x00000000000Fb5C9ADea0298D729A0CB3823Cc07';
const KEY = { RELAYER_API_KEY: 'key', RELAYER_API_KEY_ADDRESS: ethers.ZeroAddress };
const PATIENCE_MS = 60_000;
let house, user, wallet;

before(async () => {
  house = await startHouse({
    settles: true,
    opening: '1000',
    overrides: {
      conversion: NO_CONVERSION,
      settlement: { poll_ms: 100, look_interval_ms: 200 },
    },
  });
  await house.venue('settings', { on_chain_shortage: 'fail' }); // nothing is lent
  [user] = house.users;
  await house.fund(user, '200.00');
  await house.service.stop();
  wallet = await newWallet(house.pay_to);
  bettingWith(wallet);
  await house.service.start({ ready: false });
  await until('the self-test', passed, PATIENCE_MS, 100).catch(async (error) => {
    throw new Error(`${error.message}; alerts: ${JSON.stringify(await house.alerts(/./))}`);
  });
});
after(() => house?.close());

/** The relayer puts it there, the venue knows whose it is, and it has the buffer's money. */
async function newWallet(owner) {
  const relayer = house.sandbox.venue.relayer_url;
  const asked = await fetch(`${relayer}/submit`, {
    method: 'POST',
    headers: { ...KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'WALLET-CREATE', from: owner, to: FACTORY }),
  });
  const { transactionID: id } = await asked.json();
  await until('the wallet', async () => {
    const answer = await fetch(`${relayer}/v1/account/transactions/${id}`, { headers: KEY });
    return (await answer.json()).state === 'STATE_CONFIRMED';
  });
  const params = `${relayer}/v1/account/transactions/params?address=${owner}&type=WALLET`;
  const { address } = await (await fetch(params, { headers: KEY })).json();
  await house.venue('wallets', { owner, wallet: address, type: 3 });
  await mintOnPolygon(house.sandbox, address, 'pusd', '1000');
  return address;
}

/** The next start bets with it. */
function bettingWith(address) {
  const { configFile } = house.service;
  const config = JSON.parse(fs.readFileSync(configFile, 'utf8'));
  const key = path.join(house.dir, 'relayer.key');
  fs.writeFileSync(key, 'the-api-key', { mode: 0o600 });
  config.relayer_key = { file: key };
  const { file } = config.wallet_key;
  config.venue.accounts = [{ name: 'main', file, signature_type: 3, wallet: address }];
  fs.writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 });
}

async function passed() {
  const answer = await house.call('GET', '/readyz');
  return answer.status === 200 && !/self-test/.test(answer.body.parts.venue ?? '');
}
const buy = async (token, amount) => {
  const answer = await house.bet({
    user_address: user.address,
    token_id: token.token_id,
    amount,
    max_price: token.price,
  });
  assert.ok([201, 202].includes(answer.status), answer.text);
  const bet = await house.settledBet(answer.body.bet_id);
  assert.equal(bet.status, 'filled', bet.failure);
  return bet;
};
const holds = async () => {
  const { pusd, shares } = await house.venue(`chain?address=${wallet}`);
  return { pusd: BigInt(pusd), shares };
};
const sentByOwner = (...purposes) =>
  house.sql(
    `SELECT count(*) FROM chain_operations WHERE purpose IN (${purposes.map((p) => `'${p}'`)})`,
  );

for (const [kind, more] of [
  ['an ordinary market', {}],
  ['a neg-risk market', { neg_risk: true }],
]) {
  test(`${kind} is bet on, redeemed through the relayer and paid`, async () => {
    const [yes, no] = await house.venue('markets', {
      slug: kind.replaceAll(' ', '-'),
      asks: [{ price: '0.37', size: 100_000 }],
      bids: [{ price: '0.36', size: 100_000 }],
      ...more,
    });
    const won = await buy(yes, '7.40');
    await buy(no, '3.20');
    const old = { ...(await holds()), balance: await house.balance(user) };
    const batches = () =>
      house.sql(`SELECT count(*) FROM external_operations WHERE purpose = 'redeem'`);
    const before = Number(await batches());
    const redeemedByOwner = await sentByOwner('redeem');
    await house.venue('resolve', { condition_id: yes.condition_id, payouts: [1, 0] });
    const position = await until(
      'the payout',
      async () => {
        const found = await house.position(user, yes);
        return found.status === 'settled' && found;
      },
      PATIENCE_MS,
      100,
    ).catch(async (error) => {
      throw new Error(`${error.message}; alerts: ${JSON.stringify(await house.alerts(/./))}`);
    });
    assert.deepEqual([position.result, position.payout], ['won', won.shares]);
    await until('the end', async () => (await house.position(user, no)).result === 'lost');
    assert.equal(await house.balance(user), old.balance + micro(won.shares));
    const now = await holds();
    assert.equal(now.pusd, old.pusd + micro(won.shares), 'the wallet itself was paid');
    for (const { token_id: id } of [yes, no]) assert.equal(BigInt(now.shares[id] ?? 0), 0n);
    assert.equal(Number(await batches()), before + 1, 'one batch');
    assert.equal(await sentByOwner('redeem'), redeemedByOwner, 'and no transaction of its owner');
    assert.equal((await house.get('/audit/solvency')).body.solvent, true);
  });
}

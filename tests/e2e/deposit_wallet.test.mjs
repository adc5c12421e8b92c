// A deposit wallet from nothing to the payout: its owner's key signs, and everything it does on the chain goes through
// the relayer: being made, approvals, redeeming. Its owner's own account has no coin for gas at the venue's work, and sends nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { mintOnPolygon } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, NO_CONVERSION, startHouse, until } from './support.mjs';

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
  wallet = await walletOf(house.pay_to);
  bettingWith(wallet);
  await house.service.start({ ready: false });
  await until('the self-test', passed, PATIENCE_MS, 100).catch(async (error) => {
    throw new Error(`${error.message}; alerts: ${JSON.stringify(await house.alerts(/./))}`);
  });
});
after(() => house?.close());

/** Where the owner's wallet will stand, with the buffer's money there already. */
async function walletOf(owner) {
  const relayer = house.sandbox.venue.relayer_url;
  const params = `${relayer}/v1/account/transactions/params?address=${owner}&type=WALLET`;
  const { address } = await (await fetch(params, { headers: KEY })).json();
  assert.equal(await house.rpc.polygon.getCode(address), '0x');
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

test('the wallet that was not there is made by the relayer, once, before its approvals', async () => {
  assert.notEqual(await house.rpc.polygon.getCode(wallet), '0x');
  // The approvals are on chain; the relayer says so a little later.
  const made = await until('the end of both', async () => {
    const rows = await house.json(
      `SELECT purpose, status FROM external_operations ORDER BY created_at LIMIT 2`,
    );
    return rows.every((x) => x.status === 2) && rows.map((x) => x.purpose);
  });
  assert.deepEqual(made, ['venue.create_wallet', 'venue.approve']);
  const { transactions } = await house.venue('relayer');
  assert.equal(transactions.filter((t) => t.type === 'WALLET-CREATE').length, 1);
  assert.deepEqual(await house.alerts(/^venue\.(relayer|wallet_differs|self_test)$/), []);
});

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

// From a resolved market to its users' balances: the oracle reports on the local chain, the service redeems once for all
// and pays each user, whatever happens to it meanwhile. Every number is computed anew from what the users held.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, NO_CONVERSION, run, startHouse, until } from './support.mjs';

const PUSD = '0xC011a7E12a19f7B1f670d46F03B03f3342E82DFB';
const ADAPTER = '0xAdA100Db00Ca00073811820692005400218FcE1f';
const REDEEM = ['function redeemPositions(address, bytes32, bytes32, uint256[])'];

const SETTLEMENT = { poll_ms: 100, look_interval_ms: 200, slice: 1, slice_pause_ms: 300 };
const BOOK = {
  asks: [{ price: '0.37', size: 100_000 }], // of Yes; No costs 0.64
  bids: [{ price: '0.36', size: 100_000 }],
};
const PAYOUT_MS = 40_000;
let house, users, ann, bob, cem;

before(async () => {
  house = await startHouse({
    settles: true,
    opening: '2000',
    overrides: { conversion: NO_CONVERSION, settlement: SETTLEMENT },
  });
  await house.venue('settings', { on_chain_shortage: 'fail' }); // nothing is lent
  ({ users } = house);
  [ann, bob, cem] = users;
  for (const user of users) await house.fund(user, '200.00');
});
after(() => house?.close());

/** One more market; answers its tokens, Yes and No. */
const market = (slug, more = {}) => house.venue('markets', { slug, ...BOOK, ...more });

async function buy(user, token, amount) {
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
}
const resolve = ({ tokens: [{ condition_id }], payouts }) =>
  house.venue('resolve', { condition_id, payouts });

const count = async (query) => Number(await house.sql(`SELECT count(*) FROM ${query}`));
const bytea = (hex) => `'\\x${hex.slice(2)}'::bytea`;
const token32 = ({ token_id: id }) => bytea(`0x${BigInt(id).toString(16).padStart(64, '0')}`);
const of = ({ tokens: [{ condition_id: condition }] }) => `condition_id = ${bytea(condition)}`;
const settlementOf = async (end) =>
  (
    await house.json(`SELECT status, received, paid, remainder FROM settlements WHERE ${of(end)}`)
  )[0];
/** Transactions that redeem, each counted once however often its fee was raised. */
const redeems = () =>
  count(`(SELECT DISTINCT operation_id FROM chain_operations WHERE purpose = 'redeem') o`);

/** Somebody with the account's key redeems past the service. Answers the transaction's hash. */
async function redeemByHand({ tokens: [{ condition_id: condition }] }) {
  const { file } = JSON.parse(fs.readFileSync(house.service.configFile, 'utf8')).wallet_key;
  const signer = new ethers.Wallet(fs.readFileSync(file, 'utf8').trim(), house.rpc.polygon);
  const adapter = new ethers.Contract(ADAPTER, REDEEM, signer);
  // Fees are named: else ethers asks Polygon's gas station on the internet.
  const gwei = 1_000_000_000n;
  const fees = { maxFeePerGas: 500n * gwei, maxPriorityFeePerGas: 30n * gwei };
  const sent = await adapter.redeemPositions(PUSD, ethers.ZeroHash, condition, [1, 2], fees);
  await sent.wait();
  return sent.hash;
}
/** `headroom markets settle CONDITION ...`; answers {done, text}. */
async function settle({ tokens: [{ condition_id: condition }] }, ...words) {
  const { env, configFile } = house.service;
  const all = ['markets', 'settle', condition, ...words, '--config', configFile];
  try {
    return { done: true, text: await run(binaryPath(), all, { env }) };
  } catch (error) {
    return { done: false, text: error.message };
  }
}
/** The same, once the transaction is final. */
const settleFinal = (end, ...words) =>
  until('a final block', async () => {
    const answer = await settle(end, ...words);
    return !/transaction_not_final/.test(answer.text) && answer;
  });
const redemptionsOf = (end) =>
  house.json(`SELECT encode(tx_hash, 'hex') AS tx, received FROM redemptions WHERE ${of(end)}`);

// -- what must be true

const sum = (list, of_) => list.reduce((total, x) => total + of_(x), 0n);
const part = (shares, payouts, slot) =>
  (shares * BigInt(payouts[slot])) / sum(payouts, (n) => BigInt(n));
const resultOf = (payouts, slot) =>
  payouts[slot] === 0 ? 'lost' : payouts[1 - slot] === 0 ? 'won' : 'split';

/** Who holds what of the markets that will end, and what everybody has. */
async function holdings(ends) {
  const positions = [];
  for (const end of ends)
    for (const [slot, token] of end.tokens.entries())
      for (const user of users) {
        const shares = micro((await house.position(user, token)).shares);
        if (shares > 0n) positions.push({ end, slot, token, user, shares });
      }
  return { positions, ...(await money()), shares: (await house.held()).shares };
}
const money = async () => ({
  balances: await Promise.all(users.map(house.balance)),
  buffer: micro((await house.buffer()).usdc_balance),
  spare: await house.spare(),
});

/** What the account's tokens of one market bring. */
const worth = (end, positions) =>
  sum([0, 1], (slot) =>
    part(
      sum(
        positions.filter((p) => p.end === end && p.slot === slot),
        (p) => p.shares,
      ),
      end.payouts,
      slot,
    ),
  );

/** Waits until the markets are paid out and checks bets, positions, balances, books and chain against `old`. */
async function paidOut(ends, old) {
  const closed = async () =>
    (await Promise.all(ends.map(settlementOf))).every((s) => s?.status === 'closed');
  await until('the payout', closed, PAYOUT_MS, 100).catch(async (error) => {
    throw new Error(`${error.message}; alerts: ${JSON.stringify(await house.alerts(/./))}`);
  });
  for (const p of old.positions) await paid(p);
  for (const end of ends) {
    const here = old.positions.filter((p) => p.end === end);
    const received = worth(end, here);
    const due = sum(here, (p) => part(p.shares, end.payouts, p.slot));
    assert.deepEqual(await settlementOf(end), {
      status: 'closed',
      received: Number(received),
      paid: Number(due),
      remainder: Number(received - due),
    });
    const { shares } = await house.held();
    for (const { token_id: id } of end.tokens)
      assert.equal(shares[id], received > 0n ? 0n : old.shares[id], 'outcome tokens are burned');
  }
  const credit = (user) =>
    sum(
      old.positions.filter((p) => p.user === user),
      (p) => part(p.shares, p.end.payouts, p.slot),
    );
  assert.deepEqual(await money(), {
    balances: users.map((user, i) => old.balances[i] + credit(user)),
    buffer: old.buffer + sum(ends, (end) => worth(end, old.positions)),
    spare: old.spare,
  });
}

/** One position, and the bets that made it. */
async function paid({ end, slot, token, user, shares }) {
  const payout = part(shares, end.payouts, slot);
  const result = resultOf(end.payouts, slot);
  const position = await house.position(user, token);
  assert.deepEqual(
    [position.status, position.result, micro(position.payout), micro(position.shares)],
    ['settled', result, payout, shares],
  );
  const { body } = await house.get(
    `/bets?user_address=${user.address}&token_id=${token.token_id}&status=settled`,
  );
  assert.ok(body.bets.length > 0 && body.bets.every((bet) => bet.result === result));
  assert.equal(
    sum(body.bets, (bet) => micro(bet.payout)),
    payout,
    'the parts of its bets',
  );
  const filled = `/bets?user_address=${user.address}&token_id=${token.token_id}&status=filled`;
  assert.deepEqual((await house.get(filled)).body.bets, [], 'none is left open');
}

// -- the tests

test('a position learns its market', async () => {
  const [yes, no] = await market('learned');
  await buy(ann, no, '2.00');
  const position = await until('the market', async () => {
    const found = await house.position(ann, no);
    return found.condition_id && found;
  });
  assert.deepEqual([position.condition_id, position.outcome], [yes.condition_id, 'No']);
});

test('won, lost, split and neg-risk markets pay to the micro-dollar', async () => {
  const won = { tokens: await market('won'), payouts: [1, 0] };
  const negRisk = {
    tokens: await market('neg-risk-no', { neg_risk: true, fee: '0.05' }),
    payouts: [0, 1],
  };
  const split = { tokens: await market('fifty-fifty'), payouts: [1, 1] };
  const lost = { tokens: await market('all-lost'), payouts: [0, 1] };
  const ends = [won, negRisk, split, lost];
  const bets = [
    [ann, won, 0, '25.37'],
    [ann, won, 0, '7.11'], // one position, two bets
    [bob, won, 1, '10.00'],
    [ann, negRisk, 0, '11.00'],
    [bob, negRisk, 1, '13.00'],
    [cem, negRisk, 1, '3.33'],
    [ann, split, 0, '12.00'], // an odd number of micro-shares each: half of one is left over
    [bob, split, 0, '12.00'],
    [cem, split, 1, '10.00'],
    [cem, lost, 0, '4.00'],
  ];
  await Promise.all(bets.map(([user, { tokens }, slot, amount]) => buy(user, tokens[slot], amount)));
  const old = await holdings(ends);
  const before = await redeems();
  await Promise.all(ends.map(resolve));
  await paidOut(ends, old);
  assert.equal(await redeems(), before + 3, 'once for each market, and not where nothing is won');
  assert.ok((await settlementOf(split)).remainder > 0, 'what nobody can have is left over');
  assert.equal((await house.get('/audit/solvency')).body.solvent, true);
});

test('a service that is killed while it redeems and while it pays has paid everybody once', async () => {
  const end = { tokens: await market('killed'), payouts: [1, 3] };
  await Promise.all(users.flatMap((u) => end.tokens.map((token) => buy(u, token, '5.00'))));
  const old = await holdings([end]);
  const positions = 2 * users.length;
  assert.equal(old.positions.length, positions);
  const paidNow = () =>
    count(`positions WHERE result <> 'none' AND token IN (${end.tokens.map(token32)})`);

  const before = await redeems();
  await resolve(end);
  await until('the redeeming', async () => (await redeems()) > before, PAYOUT_MS, 10);
  await house.service.kill();
  await house.service.start({ ready: false });
  await until('the first payouts', async () => (await paidNow()) >= 2, PAYOUT_MS, 10);
  await house.service.kill();
  const halfway = await paidNow();
  assert.ok(halfway < positions, `killed too late: ${halfway} of ${positions} were paid`);
  await house.service.start();

  await paidOut([end], old);
  assert.equal(await redeems(), before + 1);
  assert.equal(await count(`redemptions WHERE ${of(end)}`), 1);
});

test('a redeeming that would bring nothing is an alarm, and nothing is booked', async () => {
  const short = { tokens: await market('held-back'), payouts: [1, 0] };
  const gone = { tokens: await market('no-selector', { neg_risk: true }), payouts: [0, 1] };
  const ends = [short, gone];
  const both = ({ tokens: [yes, no] }) => [buy(ann, yes, '6.00'), buy(bob, no, '9.00')];
  await Promise.all(ends.flatMap(both));
  const old = await holdings(ends);
  const before = await redeems();
  await house.venue('redeem', {
    short_bps: 10_000,
    neg_risk_whole: false,
    neg_risk_amounts: false,
  });
  await Promise.all(ends.map(resolve));
  const alarm = ({ tokens: [{ condition_id: id }] }) => house.alerts(/^settlement\./, id);
  for (const end of ends)
    await until('the alarm', async () => (await alarm(end)).length > 0, PAYOUT_MS, 100);

  assert.equal(await redeems(), before, 'the shares are not given away');
  assert.deepEqual(await holdings(ends), old);
  const unpaid = { status: 'open', received: 0, paid: 0, remainder: 0 };
  for (const end of ends) assert.deepEqual(await settlementOf(end), unpaid);
  const { text: metrics } = await house.call('GET', '/metrics');
  assert.match(metrics, /headroom_unsettled_conditions 2/);

  await house.venue('redeem', { short_bps: 0, neg_risk_amounts: true }); // the older selector alone
  await paidOut(ends, old);
  for (const end of ends)
    await until('the alarm to be over', async () => (await alarm(end)).length === 0);
  await house.venue('redeem', { neg_risk_whole: true });
});

test('what somebody else redeemed is found by its receipt, booked and paid', async () => {
  const end = { tokens: await market('redeemed-by-others'), payouts: [2, 1] };
  await Promise.all(users.flatMap((u) => end.tokens.map((token) => buy(u, token, '3.00'))));
  const old = await holdings([end]);
  const before = await redeems();
  await house.service.stop();
  await resolve(end);
  const tx = await redeemByHand(end);
  await house.service.start();
  await paidOut([end], old);
  assert.equal(await redeems(), before, 'the service sent nothing');
  const received = Number(worth(end, old.positions));
  assert.deepEqual(await redemptionsOf(end), [{ tx: tx.slice(2), received }]);
  const { condition_id: id } = end.tokens[0];
  await until('no alarm', async () => (await house.alerts(/^settlement\./, id)).length === 0);
});

test('an operator names the transaction: it is shown, booked once, and everybody is paid', async () => {
  const end = { tokens: await market('named-by-hand'), payouts: [1, 0] };
  const { condition_id: id } = end.tokens[0];
  await Promise.all([buy(ann, end.tokens[0], '6.00'), buy(bob, end.tokens[1], '9.00')]);
  const old = await holdings([end]);
  const before = await redeems();
  await house.venue('redeem', { short_bps: 10_000 }); // the service holds back, and others do not
  await resolve(end);
  const held = async () => (await house.alerts(/^settlement\.refused/, id)).length > 0;
  await until('the alarm', held, PAYOUT_MS, 100);
  await house.service.stop();
  await house.venue('redeem', { short_bps: 0 });
  const tx = await redeemByHand(end);

  const unknown = await settle(end, '--tx', `0x${'12'.repeat(32)}`);
  assert.match(unknown.text, /transaction_unknown/);
  const shown = await settleFinal(end, '--tx', tx);
  assert.ok(shown.done, shown.text);
  assert.match(shown.text, /would book: .*\nburned: .*Yes.*\nburned: .*No/);
  assert.match(shown.text, /nothing was written/);
  assert.deepEqual(await redemptionsOf(end), [], 'a dry run');

  const booked = await settle(end, '--tx', tx, '--apply');
  assert.ok(booked.done, booked.text);
  const received = Number(worth(end, old.positions));
  assert.deepEqual(await redemptionsOf(end), [{ tx: tx.slice(2), received }]);
  for (const words of [[], ['--apply']]) {
    const again = await settle(end, '--tx', tx, ...words);
    assert.ok(!again.done);
    assert.match(again.text, /already_booked/);
  }
  assert.equal((await redemptionsOf(end)).length, 1, 'nothing new');
  assert.equal(
    await count(`operator_actions WHERE action = 'book_redemption' AND target = '${id}'`),
    1,
    'who did it',
  );

  await house.service.start();
  await paidOut([end], old);
  assert.equal(await redeems(), before);
});

test('the audit compares the shares of open positions with the chain', async () => {
  const tokens = await market('still-open');
  await buy(ann, tokens[0], '5.00');
  await buy(bob, tokens[0], '5.00');
  await buy(bob, tokens[1], '5.00');
  await house.service.stop();
  await house.service.start(); // it compares when it starts
  const open = await house.json(`SELECT encode(token, 'hex') AS token, sum(shares + selling)::text AS shares
    FROM positions WHERE result = 'none' GROUP BY 1 HAVING sum(shares + selling) > 0`);
  const { shares } = await house.held();
  for (const row of open) assert.equal(shares[BigInt(`0x${row.token}`)], BigInt(row.shares));
  const compared = async () => {
    const { body } = await house.get('/audit/solvency');
    return body.positions.checked && body;
  };
  const { positions } = await until('the comparison', compared, PAYOUT_MS, 200);
  assert.deepEqual([positions.tokens, positions.differences], [open.length, []]);
});

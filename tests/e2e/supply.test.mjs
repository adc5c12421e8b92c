// The account that bets is another one than conversions pay into: it is supplied from there by way of USDC.e, and every
// move is made once, also over kill -9 at each of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { makeWallet } from '../../sandbox/stack/service.mjs';
import { micro, startHouse, until, usd } from './support.mjs';
import { treasuryOf } from './treasury.mjs';

const LOW = micro('200');
const TARGET = micro('500');
const KEEP = micro('100');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-supply-'));
const bettor = makeWallet(dir);
let house, t;

before(async () => {
  house = await startHouse({
    opening: '2000',
    sandboxArgs: ['--users', '4', '--service-usdc', '3000', '--gas-address', bettor.address, '--exchange-events'],
    overrides: ({ polygon }) => ({
      conversion: { choose_again_ms: 500 },
      venue_key: { file: bettor.file },
      oneinch_key: { env: 'HEADROOM_ONEINCH_KEY' },
      venue: {
        collateral: polygon.pusd,
        account_check_ms: 1000,
        supply_low: usd(LOW),
        supply_target: usd(TARGET),
        supply_keep: usd(KEEP),
        supply_least: '1.00',
      },
    }),
  });
  t = treasuryOf(house);
});
after(async () => {
  await house?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

/** What bets can be paid with there: pUSD, and USDC.e that is about to become it. */
const there = async () =>
  (await t.balance('polygon', house.polygon.pusd, bettor.address)) +
  (await t.balance('polygon', house.polygon.usdce, bettor.address));
const onTheWay = () => t.balance('polygon', house.polygon.usdce);
const moves = async () =>
  house.json(`SELECT purpose, count(DISTINCT operation_id) AS n FROM chain_operations
    WHERE purpose IN ('supply', 'supply_swap') AND status = 'confirmed' GROUP BY 1 ORDER BY 1`);

/** Both final, and of each so many; one too many would be seen as well. */
async function confirmed(n) {
  await until('both moves to be final', async () => (await moves()).length === 2 && (await moves()).every((m) => m.n >= n));
  assert.deepEqual(await moves(), [{ purpose: 'supply', n }, { purpose: 'supply_swap', n }]);
}

test('an account that is empty is filled to its target, by one swap and one transfer', async () => {
  assert.notEqual(house.pay_to, bettor.address);
  await until('the supply', async () => (await there()) >= LOW, 60_000);
  const has = await there();
  assert.ok(has <= TARGET && has >= (TARGET * 999n) / 1000n, `${has}`);
  await confirmed(1);
  assert.equal(await onTheWay(), 0n);
  assert.equal((await t.usdc()) >= KEEP, true);
  await t.reconciles();
});

test('a deposit still ends in the buffer, and what was moved is explained', async () => {
  const deposit = await house.fund(house.users[0], '60.00');
  const [buffer, held] = [await t.inBuffer(), await t.usdc()];
  const c = await t.completed(deposit);
  assert.deepEqual([await t.inBuffer(), await t.usdc()], [buffer + micro(c.received), held + micro(c.received)]);
  await t.reconciles();
});

/** Empties the account by hand and kills the service at each move that fills it again; the places where it was killed. */
async function refillUnderKills() {
  const loose = () => t.balance('polygon', house.polygon.usdce, bettor.address);
  await until('what was brought to be pUSD', async () => (await loose()) === 0n, 60_000);
  // What bets have spent: taken by hand, so that there is one cause and one amount.
  await house.service.stop(); // its wallet must not see a nonce used by hand
  const hash = await t.sendFrom(bettor.address, house.polygon.pusd, t.stranger, (await there()) - micro('50'));
  await house.rpc.polygon.waitForTransaction(hash);
  await t.quiet();
  await house.service.start();
  const points = [];
  const crash = async (name) => {
    points.push(name);
    await house.service.kill();
    await house.service.start();
  };
  const seen = new Set();
  try {
    await until(
      'the supply',
      async () => {
        for (const tx of await t.pool('polygon')) {
          if (tx.from.toLowerCase() !== house.pay_to.toLowerCase() || seen.has(tx.nonce)) continue;
          seen.add(tx.nonce);
          const purpose = await t.purposeOf(tx.hash);
          await crash(`${purpose}: in the pool`);
          await t.mine('polygon', 1);
          await crash(`${purpose}: mined, not final`);
        }
        await t.mine('polygon', 1);
        return (await there()) >= LOW;
      },
      120_000,
      200,
    );
  } finally {
    await t.ticking();
  }
  return points.filter((p) => p.startsWith('supply'));
}

test('killed at each move: none is made twice', { timeout: 600_000 }, async () => {
  const all = ['supply_swap', 'supply'].flatMap((n) => [`${n}: in the pool`, `${n}: mined, not final`]);
  for (let round = 2; ; ++round) {
    const nonces = await t.nonces();
    const points = await refillUnderKills();
    await confirmed(round);
    assert.equal((await t.nonces()).polygon - nonces.polygon, 2);
    await t.reconciles();
    if (points.length === all.length) return assert.deepEqual(points, all);
    assert.ok(round < 5, `only ${points}`); // a move may be mined before it is seen in the pool: then once more
    await house.control(`/mint?chain=polygon&token=usdc&to=${house.pay_to}&amount=450`); // as much as is taken again
  }
});

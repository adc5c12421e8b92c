// Deposits by every source, conversions by every route and withdrawals, all at once, with faults at every node and double
// and kill -9 in between. HEADROOM_SOAK=2000+500 is the whole of it (deposits + withdrawals), HEADROOM_SOAK_SEED=n repeats
// requests and faults. At the end each send is a conversion, each swap a finished one, and every micro-dollar is accounted for.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { sleep } from '../../sandbox/stack/process.mjs';
import { OPENING_USDC } from '../../sandbox/stack/stack.mjs';
import { seeded } from './crash/random.mjs';
import { startPayers } from './soak/payers.mjs';
import { startPlagues } from './soak/plagues.mjs';
import { micro, startHouse, until } from './support.mjs';
import { CHAINS, everyRoute, treasuryOf } from './treasury.mjs';

const SEED = process.env.HEADROOM_SOAK_SEED ?? String(randomInt(2 ** 31));
const [DEPOSITS, WITHDRAWALS] = (process.env.HEADROOM_SOAK ?? '60+15').split('+').map(Number);
const WHOLE = DEPOSITS >= 1000;
const USERS = 10;
const KILL_EVERY = 30; // deposits
const CALM_MS = WHOLE ? 600_000 : 180_000;

// Of each a little at once: what is full leaves the next deposits to the others.
const CAPS = { in_flight: WHOLE ? '30' : '16' };
const routes = [
  'oft_uniswap', 'across_uniswap', 'across_direct', 'stargate_uniswap', 'relay', 'okx', 'cctp_base', 'across_base', 'stargate_base',
].map((name) => ({ name, ...CAPS }));

const houseOf = () =>
  startHouse({
    sandboxArgs: ['--users', String(USERS)],
    overrides: (sandbox) => {
      const { plasma, polygon, base, doubles } = sandbox;
      const both = ({ rpc, second_rpc: second }) => ({ rpc: [rpc, second] });
      const { url, address } = doubles.signer;
      return {
        ...everyRoute({ routes, minimum: '5', longest_wait_seconds: 5, most_deposits: 4, retry_ms: 500, longest_retry_ms: 4000 })(sandbox),
        log_level: 'warning',
        plasma: both(plasma),
        polygon: both(polygon),
        base: both(base),
        oneinch_key: { env: 'HEADROOM_ONEINCH_KEY' },
        keys: { settlement: { signer: { url: `${url}/{chain_id}`, account: address, timeout_ms: 1000 } } },
        deposits: { answer_ms: 3000 },
        withdrawals: { minimum: '1.00', maximum: '100.00', fee: '0.05', fee_bps: 10, per_user_per_day: '0', poll_ms: 100, longest_poll_ms: 400 },
      };
    },
  });

test(`${DEPOSITS} deposits and ${WITHDRAWALS} withdrawals; seed ${SEED}`, { timeout: WHOLE ? 7_200_000 : 600_000 }, async (t) => {
  const house = await houseOf();
  let clients, faults;
  try {
    const words = treasuryOf(house);
    await house.control('/oneinch?quote_ppm=999950&market_ppm=999950');
    const opening = await words.usdc();
    const began = Date.now();
    faults = startPlagues(house, { seed: SEED, longestMs: WHOLE ? 4000 : 2000 });
    clients = startPayers({ house, users: house.users, seed: SEED, work: { deposits: DEPOSITS, withdrawals: WITHDRAWALS } });
    const kills = await disaster(house, clients);
    const mid = Date.now();
    await faults.stop();
    await calm(house);
    await checkAll(house, words, clients.done, { opening });
    const { body: m } = await house.get('/conversions/metrics');
    t.diagnostic(`${kills} kills, ${Object.values(faults.struck).reduce((a, b) => a + b, 0)} faults of ${Object.keys(faults.struck).length} kinds`);
    t.diagnostic(`${(mid - began) / 1000} s of it, ${(Date.now() - mid) / 1000} s of calm and checks`);
    t.diagnostic(`conversions by route: ${m.routes.map((r) => `${r.route} ${r.completed}`).join(', ')}`);
    assert.ok(m.routes.length >= (WHOLE ? 10 : 5), 'too few routes to prove anything');
    await house.close();
  } catch (error) {
    await tell(t, house).catch((why) => t.diagnostic(why.message));
    throw error;
  } finally {
    await clients?.stop();
    await house.stop().catch((error) => t.diagnostic(error.message)); // the first failure is what must be seen
  }
});

/** What stands still, before the house is gone: alerts, what is open in the outbox, the log's warnings. */
async function tell(t, house) {
  const log = fs.readFileSync(house.service.logFile, 'utf8').split('\n').filter((line) => / (warning|error) /.test(line));
  for (const line of log.slice(-60)) t.diagnostic(line);
  const open = `SELECT chain_id, encode(account, 'hex') AS account, nonce, attempt, purpose, status, created_at FROM chain_operations
    WHERE status = 'stored' ORDER BY 1, 2, 3, 4 LIMIT 40`;
  for (const row of await house.json(open)) t.diagnostic(JSON.stringify(row));
  t.diagnostic(JSON.stringify(await house.alerts(/./)));
}

/** Kills the service now and then until every deposit and withdrawal has come to its end. */
async function disaster(house, clients) {
  const random = seeded(SEED, 'kills');
  let over = false;
  const end = clients.finished().finally(() => (over = true));
  end.catch(() => {}); // awaited below
  let kills = 0;
  for (let next = KILL_EVERY / 2; !over; await sleep(50)) {
    if (clients.done.deposits.length < next) continue;
    next += KILL_EVERY;
    await sleep(random.between(0, 1000));
    await house.service.kill();
    await house.service.start({ ready: false });
    kills += 1;
  }
  await end;
  return kills;
}

/** Nothing is under way any more, and no alert lasts. */
async function calm(house) {
  const open = async () =>
    house.json(`SELECT route, steps FROM conversions WHERE status = 'running'
      UNION ALL SELECT 'deposit ' || status, json_build_array()::jsonb FROM deposits WHERE status <> 'completed'
      UNION ALL SELECT 'withdrawal ' || status, json_build_array()::jsonb FROM withdrawals WHERE status NOT IN ('confirmed', 'failed')`);
  await until('the end of every conversion', async () => (await open()).length === 0, CALM_MS, 500).catch(async (error) => {
    throw new Error(`${error.message}: ${JSON.stringify((await open()).slice(0, 3))}`);
  });
  await until('no alert', async () => (await house.alerts(/./)).length === 0, 120_000, 500).catch(async (error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await house.alerts(/./))}`);
  });
}

const sum = (list, of) => list.reduce((total, x) => total + of(x), 0n);

/** @param opening  USDC of the account before the first deposit. */
async function checkAll(house, words, { deposits, withdrawals }, { opening }) {
  assert.deepEqual([deposits.length, withdrawals.length], [DEPOSITS, WITHDRAWALS]);
  const rows = await house.json(`SELECT conversion_id, route, status, amount::text, received::text, loss::text FROM conversions`);
  const by = (name) => rows.filter((c) => c.route === name).length;

  // each deposit is converted once, and nothing else is
  const ids = await house.json('SELECT deposit_id, amount::text, conversion_id FROM deposits');
  assert.deepEqual(ids.map((d) => d.deposit_id).sort(), deposits.map((d) => d.id).sort());
  assert.ok(ids.every((d) => d.conversion_id) && rows.every((c) => c.status === 'completed'));
  assert.equal(sum(rows, (c) => BigInt(c.amount)), sum(deposits, (d) => d.amount));

  // sends and swaps are conversions, by the contracts' own events
  const n = await words.counted();
  assert.deepEqual(
    { oft: n.oft, across_plasma: n.across_plasma, across_base: n.across_base, cctp: n.cctp, relay: n.relay, okx: n.okx, okx_paid: n.okx_paid, stargate_plasma: n.stargate_plasma, stargate_base: n.stargate_base },
    {
      oft: by('oft_uniswap'), across_plasma: by('across_uniswap') + by('across_direct'), across_base: by('across_base'), cctp: by('cctp_base'),
      relay: by('relay'), okx: by('okx'), okx_paid: by('okx'), stargate_plasma: by('stargate_uniswap'), stargate_base: by('stargate_base'),
    },
  );
  assert.equal(n.swaps, rows.filter((c) => c.route.endsWith('_uniswap')).length);

  // orphans: every transaction that our accounts ever made is one operation of the books
  for (const chain of CHAINS)
    for (const account of [house.pay_to, house.sandbox.doubles.signer.address]) {
      const used = await house.rpc[chain].getTransactionCount(account);
      const [{ n: known }] = await house.json(`SELECT count(DISTINCT operation_id) AS n FROM chain_operations
        WHERE chain_id = ${house[chain].chain_id} AND account = '\\x${account.slice(2)}' AND status IN ('confirmed', 'reverted')`);
      assert.equal(known, used, `${account} on ${chain}`);
    }

  // the money
  const received = sum(rows, (c) => BigInt(c.received));
  const paid = sum(withdrawals, (w) => w.received);
  for (const { to, received: amount } of withdrawals) assert.equal(await words.balance('polygon', house.polygon.usdc, to), amount, to);
  assert.equal(await words.usdc(), opening + received - paid, 'the account');
  assert.equal(await words.inBuffer(), micro(OPENING_USDC) + received - paid, 'the buffer');
  assert.equal(await words.balance('plasma', house.plasma.usdt0), 0n);
  assert.equal(await words.balance('polygon', house.sandbox.polygon.usdt0), 0n);
  assert.equal(await words.balance('base', house.base.usdc), 0n);
  for (const { address } of house.users) {
    const mine = (list) => sum(list.filter((x) => x.user === address), (x) => x.amount);
    assert.equal(await house.balance(address), mine(deposits) - mine(withdrawals), address);
  }
  const { body: audit } = await house.get('/audit/solvency');
  const { in_transit: transit, outgoing, revenue, conversion_loss: loss } = audit.trial_balance;
  assert.deepEqual([audit.solvent, transit, outgoing], [true, '0.00', '0.00']);
  assert.equal(micro(revenue), sum(withdrawals, (w) => w.fee));
  assert.equal(micro(loss), sum(rows, (c) => BigInt(c.loss)));
  await words.reconciles();
}

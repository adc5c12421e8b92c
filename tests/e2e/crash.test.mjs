// kill -9 of the service, and of PostgreSQL with it, at random moments under a load of deposits, bets and refusals.
// HEADROOM_CRASH_ROUNDS=50+10 (kills with PostgreSQL kept + with it killed), HEADROOM_CRASH_SEED=n repeats the clients' requests.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { sleep } from '../../sandbox/stack/process.mjs';
import { OPENING_USDC } from '../../sandbox/stack/stack.mjs';
import { checkAcknowledged, checkEverything } from './crash/audit.mjs';
import { isFinal, startLoad } from './crash/load.mjs';
import { seeded } from './crash/random.mjs';
import { paymentTerms } from './crash/requests.mjs';
import { micro, startHouse, until, walletOf } from './support.mjs';

const SEED = process.env.HEADROOM_CRASH_SEED ?? String(randomInt(2 ** 31));
const [KEPT, WITH_POSTGRES] = (process.env.HEADROOM_CRASH_ROUNDS ?? '50+10').split('+').map(Number);
const CLIENTS_PER_USER = 2;
const END_MS = 60_000;

const FAULTS = [
  ['drop_after_accept', 0.08], ['error_500_after_accept', 0.08], ['fok_not_filled', 0.06], ['delay', 0.06],
  ['drop_before_accept', 0.04], ['error_500_before_accept', 0.03], ['drop', 0.05, 'lookup'], ['error_500', 0.05, 'lookup'],
];

test(`${KEPT} kills, and ${WITH_POSTGRES} with PostgreSQL; seed ${SEED}`, { timeout: 600_000 }, async (t) => {
  const house = await startHouse({ sandboxArgs: ['--users', '6'], overrides: { log_level: 'warning', deposits: { answer_ms: 3000 } } });
  let load;
  try {
    const usdcBefore = await house.token('polygon', house.polygon.usdc).balanceOf(house.pay_to);
    const wallets = Array.from({ length: CLIENTS_PER_USER }, () => house.users.map(walletOf)).flat();
    load = startLoad({ house, seed: SEED, wallets, terms: await paymentTerms(house) });
    const began = performance.now();
    const times = await disaster(house, load);
    const mid = performance.now();
    await calm(house, load);
    times.phases = [mid - began, performance.now() - mid];
    const totals = await checkEverything(house, load.operations, { opening: micro(OPENING_USDC), usdcBefore });
    assert.ok(totals.filled > totals.failed && totals.paid > 0 && totals.failed > 0, 'too little happened to prove anything');
    report(t, load, totals, times);
    await house.close();
  } finally {
    await load?.stop();
    await house.stop().catch((error) => t.diagnostic(error.message)); // after a failure PostgreSQL may be away, and the failure is what must be seen
  }
});

/** Round after round: start, audit under load, die. */
async function disaster(house, load) {
  const random = seeded(SEED, 'kills');
  const { service, postgres } = house;
  const times = { listening: [], ready: [], audit: [], postgres: [], early: 0, draining: 0, kept: 0, withPostgres: 0 };
  const rounds = [...Array(KEPT).fill(false), ...Array(WITH_POSTGRES).fill(true)];
  for (let i = rounds.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [rounds[i], rounds[j]] = [rounds[j], rounds[i]];
  }
  for (const [i, killsPostgres] of rounds.entries()) {
    await setFaults(house, i % 2 === 1);
    const audit = timed(times.audit, () => checkAcknowledged(house, load.operations));
    audit.catch(() => {}); // awaited below
    const ready = timed(times.ready, () => until('readiness', async () => (await house.checkedFetch(`${house.url}/readyz`)).ok, 700, 10)).catch(() => {});
    await sleep(random.between(30, 800));
    await audit;
    if (load.failures.length > 0) throw load.failures[0];
    if (random.chance(0.15)) { // die while draining
      process.kill(service.pid(), 'SIGTERM');
      await sleep(random.between(0, 150));
      times.draining += 1;
    }
    await Promise.all([service.kill(), killsPostgres && postgres.kill()]);
    times[killsPostgres ? 'withPostgres' : 'kept'] += 1;
    await ready;
    if (killsPostgres) await timed(times.postgres, () => postgres.start());
    if (random.chance(0.3)) { // die while starting, not counted as a round
      const starting = service.start({ ready: false }).catch(() => {});
      await sleep(random.between(0, 200));
      await service.kill();
      await starting;
      times.early += 1;
    }
    await timed(times.listening, () => service.start({ ready: false }));
  }
  return times;
}

/** No more faults: everything that is open comes to its end. */
async function calm(house, load) {
  await setFaults(house, false);
  load.finish();
  const open = () => load.operations.filter((o) => !isFinal(o));
  await until('a final answer to every request', () => {
    if (load.failures.length > 0) throw load.failures[0];
    return load.waiting() === 0 && open().length === 0;
  }, END_MS).catch((error) => {
    throw load.failures[0] ?? new Error(`${error.message}: ${JSON.stringify(open().slice(0, 3).map((o) => o.outcome ?? o.send))}`);
  });
  await load.stop();
  if (load.failures.length > 0) throw load.failures[0];
  const unfinished = `SELECT (SELECT count(*) FROM bets WHERE status = 'placing') + (SELECT count(*) FROM deposits WHERE status IN
    ('settling', 'pending')) + (SELECT count(*) FROM conversions WHERE status = 'running')`;
  await until('the end of every bet, deposit and conversion', async () => Number(await house.sql(unfinished)) === 0, END_MS);
}

async function setFaults(house, on) {
  const answer = await fetch(`${house.ready().venue.control_url}/faults`, { method: 'DELETE' });
  assert.ok(answer.ok);
  await answer.arrayBuffer();
  if (!on) return;
  for (const [kind, probability, where = 'order'] of FAULTS)
    await house.venue('faults', { kind, probability, on: where, delay_ms: 300, seed: Number(SEED) % 2 ** 31 });
}

async function timed(list, action) {
  const started = performance.now();
  const value = await action();
  list.push(performance.now() - started);
  return value;
}

function report(t, { counts, operations }, totals, times) {
  const line = (list) => {
    const sorted = [...list].sort((a, b) => a - b);
    const at = (q) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0);
    return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms`;
  };
  const interrupted = operations.filter((o) => o.attempts > 1).length;
  t.diagnostic(`killed ${times.kept} + ${times.withPostgres} with PostgreSQL, ${times.draining} of them draining; ${times.early} more while starting`);
  t.diagnostic(`${counts.sent} requests: ${counts.interrupted} interrupted, ${counts.unavailable} times 503, ${counts.repeated} repeats of ${interrupted}`);
  t.diagnostic(`in the books: ${totals.filled} bets filled, ${totals.failed} failed, ${totals.paid} deposits, ${totals.transfers} transfers on chain, ` +
    `${totals.orders} orders at the venue in ${totals.posts} posts, ${totals.arrived} micro-USDC converted`);
  t.diagnostic(`answers: ${JSON.stringify(counts.answers)}`);
  t.diagnostic(`refusals: ${JSON.stringify(counts.refusals)}`);
  t.diagnostic(`killing took ${Math.round(times.phases[0] / 1000)} s, the calm after it ${Math.round(times.phases[1] / 1000)} s`);
  t.diagnostic(`spawn to listening: ${line(times.listening)}; then to ready (${times.ready.length} lived so long): ${line(times.ready)}; PostgreSQL back: ${line(times.postgres)}; verify and look-up under load: ${line(times.audit)}`);
}

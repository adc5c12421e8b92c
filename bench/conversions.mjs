// Deposits and conversions against the local chains: how many a second, what of that time is the service's own, what a waiting
// conversion asks of the nodes, and what a batch costs. The whole service, the sandbox, the house of the end-to-end tests.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sleep } from '../sandbox/stack/process.mjs';
import { startHouse } from '../tests/e2e/support.mjs';
import { treasuryOf } from '../tests/e2e/treasury.mjs';

const CLIENTS = 8;
const WAITING = 4; // conversions at once, while their calls are counted
const BATCHES = [1, 10, 50];
const BUDGET_PER_MINUTE = 12; // 0.2 calls a second
const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());

/** Least, middle, most. */
function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
}

/** Seconds of CPU that a process has used. */
function cpuOf(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS; // utime, stime
}

/** @param tools  of run.mjs: {full, build, report, atMost, number, note, Samples}. */
export async function measureConversions({ full, build, report, atMost, note, Samples }) {
  process.env.HEADROOM_BINARY ??= path.join(build, 'headroom');
  const s = new Samples();
  const house = await startHouse({
    sandboxArgs: ['--users', String(CLIENTS)],
    // The pace of production towards nodes; one deposit is one conversion, as many at once as come.
    overrides: {
      log_level: 'warning',
      conversion: { call_interval_ms: 5000, poll_ms: 1000, route_look_ms: 3_600_000, at_once: 64, minimum: '0.01' },
    },
  });
  try {
    const words = treasuryOf(house);
    const waitFor = (deposits) => Promise.all(deposits.map((d) => words.completed(d, 300_000)));
    /** `n` deposits of 10 USDC, eight at a time, each until its credit. */
    const deposit = async (n) => {
      const out = [];
      const one = async (user) => {
        while (out.length < n) {
          const slot = out.push(undefined) - 1;
          out[slot] = await house.fund(user, '10.00');
        }
      };
      await Promise.all(house.users.map(one));
      return out;
    };
    await waitFor(await deposit(1)); // allowances, connections

    for (let round = 0; round < (full ? 3 : 1); ++round) {
      await throughput(house, s, deposit, waitFor, full ? 200 : 60);
      await alone(house, s, deposit, waitFor, full ? 20 : 6);
    }
    for (let round = 0; round < (full ? 3 : 1); ++round) await calls(house, words, s, deposit, waitFor, 60_000, note);
    await batches(house, words, s, deposit, waitFor, full ? 3 : 1);
    assert.match(await house.service.verify(), /the books are clean/);
    await words.reconciles();
  } finally {
    await house.close();
  }

  const decimals = (name, unit = 1000) => {
    const [least, middle, most] = spread(s.of(name)).map((x) => (x / unit).toFixed(1));
    return `${middle} (${least}-${most})`;
  };
  report('deposits a second, 8 clients, to the credit', decimals('deposits, thousandths a second'), 'a block for each payment');
  report('conversions a second by LayerZero and Uniswap, each of one deposit', decimals('conversions, thousandths a second'), `the service meanwhile: ${decimals('busy, ppm of a core', 10_000)} % of a core, ${decimals('busy, CPU us a deposit')} ms of CPU each`);
  const [, share] = spread(s.of('alone, ppm of the time')).map((x) => x / 10_000);
  report("one deposit alone with its conversion: the service's share of the time, as CPU", `${decimals('alone, ppm of the time', 10_000)} %`, `${decimals('alone, ms')} s each; the rest is blocks, their finality and the pace of looks`, atMost(10, share, '< 10 %'));
  const [, middle] = spread(s.of('calls of a waiting conversion, thousandths a minute')).map((x) => x / 1000);
  report('node calls a minute of a waiting conversion', decimals('calls of a waiting conversion, thousandths a minute'), `${WAITING} at once; all else ${s.shown('calls a minute without one')} a minute`, atMost(BUDGET_PER_MINUTE, middle, '<= 12 (0.2 a second)'));
  for (const n of BATCHES) {
    const of = (what) => s.shown(`${n}: ${what}`);
    const less = n === 1 ? '' : `${s.ratio(`${n}: gas a deposit`, '1: gas a deposit').toFixed(2)} x the gas of one alone; `;
    report(`a batch of ${n}: gas a deposit`, of('gas a deposit'), `${less}message ${of('message, micro-coins a deposit')} micro-coins a deposit, loss ${of('loss, ppm')} ppm`);
  }
}

async function throughput(house, s, deposit, waitFor, n) {
  const [began, cpu] = [performance.now(), cpuOf(house.service.pid())];
  const deposits = await deposit(n);
  const credited = performance.now() - began;
  await waitFor(deposits);
  const ms = performance.now() - began;
  const used = cpuOf(house.service.pid()) - cpu;
  s.add('deposits, thousandths a second', (n * 1e6) / credited);
  s.add('conversions, thousandths a second', (n * 1e6) / ms);
  s.add('busy, ppm of a core', (used * 1e9) / ms);
  s.add('busy, CPU us a deposit', (used * 1e6) / n);
}

/** One after the other, from the payment to the end of its conversion. */
async function alone(house, s, deposit, waitFor, n) {
  const [began, cpu] = [performance.now(), cpuOf(house.service.pid())];
  for (let i = 0; i < n; ++i) await waitFor([(await deposit(1))[0]]);
  const ms = performance.now() - began;
  s.add('alone, ppm of the time', ((cpuOf(house.service.pid()) - cpu) * 1e9) / ms);
  s.add('alone, ms', ms / n);
}

/** Calls to all nodes while nothing is converted, then while some wait for a message that does not come. */
async function calls(house, words, s, deposit, waitFor, ms, note) {
  const count = async () => {
    const chains = await Promise.all(['plasma', 'polygon', 'base'].map((c) => house.control(`/chain/${c}/calls`)));
    return chains.reduce((sum, c) => sum + c.calls, 0);
  };
  const perMinute = async () => {
    await count();
    await sleep(ms);
    return ((await count()) * 60_000) / ms;
  };
  const quiet = await perMinute();
  await house.control('/oft?mode=hold');
  const deposits = await deposit(WAITING);
  await Promise.all(deposits.map((d) => words.says(d, 'waits for delivery', 120_000)));
  note(`  ${WAITING} wait`);
  const loud = await perMinute();
  await house.control('/oft?mode=auto');
  await waitFor(deposits);
  s.add('calls a minute without one', quiet);
  s.add('calls of a waiting conversion, thousandths a minute', (Math.max(0, loud - quiet) * 1000) / WAITING);
}

async function batches(house, words, s, deposit, waitFor, rounds) {
  for (let round = 0; round < rounds; ++round)
    for (const n of BATCHES) {
      await words.act('pause_conversions');
      const deposits = await deposit(n);
      await words.act('resume_conversions');
      const all = await waitFor(deposits);
      const [c] = all;
      assert.deepEqual([new Set(all.map((x) => x.conversion_id)).size, c.deposits.length], [1, n], 'one batch');
      let [gas, value] = [0n, 0n];
      for (const { tx_hash: hash, chain_id: id } of c.steps.flatMap((step) => step.transactions)) {
        const chain = house.rpc[id === house.plasma.chain_id ? 'plasma' : 'polygon'];
        gas += (await chain.getTransactionReceipt(hash)).gasUsed;
        value += (await chain.getTransaction(hash)).value;
      }
      s.add(`${n}: gas a deposit`, Number(gas) / n);
      s.add(`${n}: message, micro-coins a deposit`, Number(value / 1_000_000n) / 1e6 / n);
      s.add(`${n}: loss, ppm`, (Number(c.loss) * 1e6) / Number(c.amount));
    }
}


// Users of a soak: each pays in by every source and takes money out, one act after the other, and does not give up what was
// interrupted. What they were told is what the books are compared with.
import assert from 'node:assert/strict';
import { sleep } from '../../../sandbox/stack/process.mjs';
import { bytes32, seeded } from '../crash/random.mjs';
import { ethers, micro, usd, walletOf } from '../support.mjs';

const SOURCES = ['plasma', 'plasma', 'plasma', 'base', 'base', 'polygon'];
const AGAIN_MS = 250;
const ACT_MS = 240_000; // of one act, faults included

/** @param work  {deposits, withdrawals}: how many are left for all; the clients take from it. */
export function startPayers({ house, users, seed, work }) {
  const done = { deposits: [], withdrawals: [] };
  const failures = [];
  let stopped = false;

  /** Asks until somebody answers for good: `judge` answers undefined while it is to be asked again. */
  async function insist(what, ask, judge) {
    const until = Date.now() + ACT_MS;
    let last;
    while (!stopped && Date.now() < until) {
      let answer;
      try {
        answer = await ask();
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error; // not our contract
        last = error.message;
      }
      if (answer && answer.status !== 503 && answer.status !== 429) {
        last = `${answer.status} ${answer.text}`;
        const value = judge(answer);
        if (value) return value;
      }
      await sleep(AGAIN_MS);
    }
    throw new Error(`${what}: ${stopped ? 'stopped' : `not within ${ACT_MS} ms`}: ${last}`);
  }
  const using = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });

  async function deposit(user, amount, chain) {
    const payment = await insist('a 402', () => house.payment(walletOf(user), amount, { chain }).then((value) => ({ status: 200, value })), (a) => a.value);
    const body = await insist(
      `a deposit of ${amount} on ${chain}`,
      () => house.call('POST', '/deposit', { body: { amount }, headers: { 'payment-signature': Buffer.from(JSON.stringify(payment)).toString('base64') }, using }),
      ({ status, body: said, text }) => {
        assert.ok([201, 202].includes(status), `${chain}: ${status} ${text}`);
        return said;
      },
    );
    await insist(
      `the credit of ${body.deposit_id}`,
      () => house.call('GET', `/deposits/${body.deposit_id}`, { key: 'read', using }),
      ({ status, body: said, text }) => {
        assert.equal(status, 200, text);
        assert.notEqual(said.status, 'failed', text);
        return said.credited_at;
      },
    );
    done.deposits.push({ id: body.deposit_id, user: user.address, amount: micro(amount), chain });
    return micro(amount);
  }

  async function withdraw(user, amount, idempotency) {
    const to = ethers.getAddress(ethers.dataSlice(bytes32(seed, idempotency), 12));
    const request = { user_address: user.address, to, amount };
    const body = await insist(
      `a withdrawal of ${amount}`,
      () => house.call('POST', '/withdrawals', { key: 'withdraw', body: request, idempotency, using }),
      ({ status, body: said, text }) => {
        assert.equal(status, 202, text);
        return said;
      },
    );
    const end = await insist(
      `the end of withdrawal ${body.withdrawal_id}`,
      () => house.call('GET', `/withdrawals/${body.withdrawal_id}`, { key: 'read', using }),
      ({ body: said, text }) => {
        assert.notEqual(said.status, 'failed', text);
        return said.status === 'confirmed' && said;
      },
    );
    done.withdrawals.push({ id: body.withdrawal_id, user: user.address, to, amount: micro(amount), fee: micro(end.fee), received: micro(end.received) });
    return micro(amount);
  }

  async function client(user, i) {
    const random = seeded(seed, 'client', i);
    let has = 0n;
    for (let n = 0; !stopped && (work.deposits > 0 || work.withdrawals > 0); n += 1) {
      const share = work.withdrawals / (work.deposits + work.withdrawals);
      const out = BigInt(random.between(110, 600)) * 10_000n;
      if (work.withdrawals > 0 && has >= out && (work.deposits === 0 || random.chance(share * 1.3))) {
        work.withdrawals -= 1;
        has -= await withdraw(user, usd(out), `soak-${i}-${n}`);
      } else if (work.deposits > 0) {
        work.deposits -= 1;
        has += await deposit(user, usd(BigInt(random.between(200, 1500)) * 10_000n), random.pick(SOURCES));
      } else {
        return; // what is left to be taken out is the others'
      }
    }
  }

  const all = Promise.all(
    users.map((user, i) =>
      client(user, i).catch((error) => {
        stopped = true;
        failures.push(error);
      }),
    ),
  );
  return {
    done,
    failures,
    /** All of it, or the first failure. */
    async finished() {
      await all;
      if (failures.length > 0) throw failures[0];
    },
    async stop() {
      stopped = true;
      await all;
    },
  };
}

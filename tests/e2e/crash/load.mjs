// Clients that do not give up: what was interrupted is repeated, unchanged, until its answer is final.
import assert from 'node:assert/strict';
import { sleep } from '../../../sandbox/stack/process.mjs';
import { seeded } from './random.mjs';
import { requestsOf } from './requests.mjs';

const REFUSED = ['insufficient_balance', 'exceeds_max_bet', 'deadline_passed']; // of a good bet, and nothing was stored
const AWAY_MS = 25;
const AGAIN_MS = 300;
const PATIENCE_MS = 20_000;

/**
 * Starts one client per entry of `wallets`. Answers {operations, counts, failures, waiting(), finish(), stop()}: after `finish`
 * nothing new is asked, only what is open is repeated. An operation is a request with `outcome`: undefined, or
 * {status: "filled" | "failed" | "placing" | "refused", body} for a bet, {status: "paid" | "settling", body} for a deposit.
 */
export function startLoad({ house, seed, wallets, terms }) {
  const operations = [];
  const failures = [];
  const open = []; // to be repeated: {operation, at}
  const counts = { sent: 0, interrupted: 0, unavailable: 0, repeated: 0, twins: 0, refusals: {}, answers: {} };
  let inFlight = 0, draining = false, stopped = false;

  async function ask(operation) {
    counts.sent += 1;
    inFlight += 1;
    try {
      const { path, ...options } = operation.send;
      const using = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
      return await house.call('POST', path, { ...options, using });
    } catch (error) {
      if (error instanceof assert.AssertionError || error instanceof SyntaxError) throw error; // not our contract
      counts.interrupted += 1;
      return undefined;
    } finally {
      inFlight -= 1;
    }
  }

  /** Sends once. True when someone answered. */
  async function attempt(operation) {
    operation.attempts = (operation.attempts ?? 0) + 1;
    const before = operation.outcome;
    const answer = await ask(operation);
    if (answer && answer.status !== 503) {
      const label = `${operation.kind} ${answer.status} ${answer.body?.code ?? answer.body?.status ?? ''}`;
      counts.answers[label] = (counts.answers[label] ?? 0) + 1;
      JUDGES[operation.kind](operation, answer, before, counts);
    } else if (answer) {
      counts.unavailable += 1;
      assert.ok(Number(answer.headers.get('retry-after')) > 0, `503 without Retry-After: ${answer.text}`);
    }
    if (operation.kind !== 'refusal' && !isFinal(operation) && !open.some((o) => o.operation === operation)) open.push({ operation, at: Date.now() + (answer ? AGAIN_MS : 0) });
    return answer !== undefined;
  }

  function due() {
    const now = Date.now();
    const i = open.findIndex((o) => o.at <= now);
    return i < 0 ? undefined : open.splice(i, 1)[0].operation;
  }

  /** Waits until the service listens again: a request that nobody could hear proves nothing. */
  async function knock() {
    while (!stopped) {
      await sleep(AWAY_MS);
      const heard = await fetch(`${house.url}/healthz`).then((r) => r.arrayBuffer(), () => undefined);
      if (heard) return;
    }
  }

  async function client(wallet, i) {
    const mood = seeded(seed, 'mood', i); // what to repeat, apart from the requests' own sequence
    const mine = [];
    const next = requestsOf({
      seed, client: i, wallet, terms, markets: house.markets,
      lastBet: () => mine.findLast((o) => o.kind === 'bet' && o.send.key && ['filled', 'failed'].includes(o.outcome?.status)),
    });
    while (!stopped) {
      const old = draining || mood.chance(0.5) ? due() : undefined; // half of the time: an old one never waits long
      if (old) {
        counts.repeated += 1;
        if (!(await attempt(old))) await knock();
        continue;
      }
      if (draining) {
        await sleep(AWAY_MS);
        continue;
      }
      const done = mine.length > 0 && mood.chance(0.08) ? mood.pick(mine) : undefined;
      if (done && isFinal(done) && done.outcome.status !== 'refused') {
        counts.repeated += 1;
        if (!(await attempt(done))) await knock(); // the first answer again
        continue;
      }
      const operation = await next();
      if (operation.kind !== 'refusal') {
        operations.push(operation);
        mine.push(operation);
      }
      const twin = operation.kind !== 'refusal' && mood.chance(0.05);
      if (twin) counts.twins += 1;
      const heard = await Promise.all(twin ? [attempt(operation), attempt(operation)] : [attempt(operation)]);
      if (!heard[0]) await knock();
    }
  }

  const clients = wallets.map((wallet, i) => client(wallet, i).catch((error) => {
    stopped = true;
    failures.push(error);
  }));
  return {
    operations, counts, failures,
    waiting: () => open.length + inFlight,
    finish: () => { draining = true; },
    async stop() {
      stopped = true;
      await Promise.all(clients);
    },
  };
}

export const isFinal = ({ outcome }) => ['filled', 'failed', 'refused', 'paid'].includes(outcome?.status);
/** In the books, by the service's own word. */
const isStored = (outcome) => outcome !== undefined && outcome.status !== 'refused';

const FIXED = ['bet_id', 'user_address', 'token_id', 'amount', 'max_price', 'order_hash', 'deadline', 'created_at'];

/** Takes over what was just heard; two answers in flight may arrive in the other order, so an old one never undoes a new one. */
function learn(operation, outcome, say) {
  const now = operation.outcome;
  if (isStored(now) && !isStored(outcome)) return;
  if (!isStored(now) || !isFinal(operation)) {
    operation.outcome = outcome;
  } else if (['filled', 'failed', 'paid'].includes(outcome.status)) {
    assert.equal(outcome.status, now.status, `a final answer changed: ${say}`);
    if (now.status === 'filled') assert.deepEqual(outcome.body, now.body, `a final answer changed: ${say}`);
  }
}

// `before` is what was known when the request was sent.
const JUDGES = {
  bet(operation, { status, body, text }, before) {
    const say = `${operation.send.idempotency}: ${status} ${text}, before: ${JSON.stringify(before)}`;
    if (status === 422 && body.code !== 'venue_rejected') {
      assert.ok(REFUSED.includes(body.code), say);
      assert.ok(!isStored(before), `an acknowledged bet was refused: ${say}`);
      return learn(operation, { status: 'refused', body }, say);
    }
    assert.ok([201, 202, 422].includes(status), say);
    const known = isStored(operation.outcome) ? operation.outcome.body : undefined;
    if (known) assert.equal(body.bet_id, known.bet_id, `another bet: ${say}`);
    if (status === 422) return learn(operation, { status: 'failed', body: { ...known, bet_id: body.bet_id, failure: body.detail } }, say);
    assert.equal(body.status, status === 201 ? 'filled' : 'placing', say);
    if (known?.order_hash) for (const field of FIXED) assert.equal(body[field], known[field], `${field}: ${say}`);
    assert.ok(status === 201 || !['filled', 'failed'].includes(before?.status), `a final bet is open again: ${say}`);
    learn(operation, { status: body.status, body }, say);
  },

  deposit(operation, { status, body, text }, before) {
    const say = `deposit ${operation.nonce}: ${status} ${text}, before: ${JSON.stringify(before)}`;
    assert.ok([201, 202].includes(status), say);
    const known = operation.outcome?.body;
    if (known) assert.equal(body.deposit_id, known.deposit_id, `another deposit: ${say}`);
    if (operation.outcome?.status === 'paid' && status === 201) assert.equal(body.tx_hash, known.tx_hash, say);
    assert.ok(status === 201 || before?.status !== 'paid', `a paid deposit is open again: ${say}`);
    assert.ok((status === 202) === (body.status === 'settling') && body.status !== 'failed', say);
    learn(operation, { status: status === 201 ? 'paid' : 'settling', body }, say);
  },

  refusal(operation, { status, body, text }, before, counts) {
    const got = `${status} ${body.code ?? body.error}`;
    assert.ok(operation.expect.includes(got), `${operation.name}: expected ${operation.expect}, got ${text}`);
    counts.refusals[operation.name] = (counts.refusals[operation.name] ?? 0) + 1;
  },
};

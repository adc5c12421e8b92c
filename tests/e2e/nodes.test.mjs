// Two nodes over one database: one keeps the house, the other stands by and takes it when the first is killed, frozen or
// leaves. Whoever was replaced does nothing more, and no order is sent twice.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { micro, run, startHouse, until } from './support.mjs';

let house, nodes, user, token;

before(async () => {
  house = await startHouse({ sandboxArgs: ['--users', '2'], nodes: 2, overrides: { conversion: { routes: [{ name: 'direct' }] } } });
  nodes = house.services;
  [user] = house.users;
  [token] = house.markets;
  const { deposit_id: deposit } = await house.fund(user, '100.00', 'polygon');
  await until('the buffer to have it', async () => (await house.get(`/deposits/${deposit}`)).body.status === 'completed');
});
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}
after(async () => {
  for (const node of nodes ?? []) signal(node.pid(), 'SIGCONT'); // one that a failed test left frozen could not be stopped
  await house?.close();
});

/** A request to node `n`. */
const at = (n, method, where, options = {}) =>
  house.call(method, where, { key: 'read', ...options, using: (url, init) => fetch(url.replace(house.url, nodes[n].url), init) });
const readiness = async (n) => {
  const answer = await fetch(`${nodes[n].url}/readyz`);
  return { status: answer.status, ...(await answer.json()) };
};
const balance = async (n) => {
  const answer = await at(n, 'GET', `/balance?user_address=${user.address}`);
  return answer.status === 200 ? micro(answer.body.balance) : undefined;
};
const post = (n, idempotency) =>
  at(n, 'POST', '/bets', {
    key: 'trade', idempotency, body: { user_address: user.address, token_id: token.token_id, amount: '5.00', max_price: '0.55' },
  });
/** The id of a bet that node `n` has taken. */
async function place(n, idempotency) {
  const { status, text, body } = await post(n, idempotency);
  assert.ok(status === 201 || status === 202, text);
  return body.bet_id;
}
/** The bet's end, as node `n` tells it. */
const ended = (n, id) =>
  until(`the end of ${id}`, async () => {
    const { status, body } = await at(n, 'GET', `/bets/${id}`);
    return status === 200 && body.status !== 'placing' && body;
  });
/** Milliseconds from `began` until node `n` answers for a user's money. */
async function answers(n, began) {
  await until(`node ${n + 1} to serve`, async () => (await balance(n)) !== undefined, 30_000, 20);
  const ms = Math.round(performance.now() - began);
  await until('its self-test', async () => !/self-test/.test((await readiness(n)).parts?.venue ?? ''));
  return ms;
}
/** Orders of the account that the venue has taken, by hash: each is there once. */
const ordersAtVenue = async () => (await house.venue('state')).orders.map((o) => o.hash ?? o.id);

async function standsBy(n, other) {
  await until(`node ${n + 1} to stand by`, async () => (await readiness(n)).parts?.node === `node-${other + 1} serves`);
  assert.equal((await readiness(n)).status, 503);
  assert.equal((await fetch(`${nodes[n].url}/healthz`)).status, 200);
}

test('one keeps the house, the other stands by and says who serves', async () => {
  await standsBy(1, 0);
  for (const [method, where, options] of [
    ['GET', `/balance?user_address=${user.address}`, {}],
    ['GET', '/buffer/status', { key: null }],
    ['POST', '/deposit', { key: null, body: { amount: '5.00' } }],
  ]) {
    const answer = await house.unchanged(() => at(1, method, where, options));
    assert.deepEqual([answer.status, answer.body.code], [503, 'unavailable'], where);
    assert.match(answer.body.detail, /node-1 serves/);
    assert.equal(answer.headers.get('retry-after'), '1');
  }
  const refused = await house.unchanged(() => post(1, 'wrong-node'));
  assert.equal(refused.status, 503);
  assert.equal((await ended(0, await place(0, 'right-node'))).status, 'filled');
});

test('killed with a bet in doubt: the other takes the house and finishes it, once', async (t) => {
  const left = await balance(0);
  await house.faults({ kind: 'drop_after_accept' });
  const id = await place(0, 'in-doubt');
  const began = performance.now();
  await nodes[0].kill();
  t.diagnostic(`killed: served again after ${await answers(1, began)} ms`);
  assert.equal((await ended(1, id)).status, 'filled');
  assert.ok((await balance(1)) < left);
  assert.equal(await place(1, 'in-doubt'), id, 'the same key is the same bet at any node');
  const orders = await ordersAtVenue();
  assert.equal(new Set(orders).size, orders.length);
});

test('who comes back stands by', async () => {
  await nodes[0].start({ ready: false });
  await standsBy(0, 1);
});

test('frozen: it is replaced, and when it wakes it ends with 7 and has sent nothing', async (t) => {
  const left = await balance(1);
  const pid = nodes[1].pid();
  const began = performance.now();
  process.kill(pid, 'SIGSTOP');
  t.diagnostic(`frozen: served again after ${await answers(0, began)} ms`);
  assert.equal(await balance(0), left);
  const asleep = at(1, 'GET', `/balance?user_address=${user.address}`, { headers: { connection: 'close' } }).catch((e) => e);
  assert.equal((await ended(0, await place(0, 'while-it-slept'))).status, 'filled');
  const orders = (await ordersAtVenue()).length;
  process.kill(pid, 'SIGCONT');
  assert.deepEqual(await nodes[1].ended(), { code: 7, signal: null });
  const late = await asleep; // refused, or cut off: never an old balance
  assert.ok(late instanceof Error || late.status === 503, JSON.stringify(late));
  assert.equal((await ordersAtVenue()).length, orders);
  assert.match(fs.readFileSync(nodes[1].logFile, 'utf8'), /cluster\.replaced/);
});

test('who leaves in order is followed, and ends with 0', async (t) => {
  await nodes[1].start({ ready: false });
  await standsBy(1, 0);
  const began = performance.now();
  const stopped = nodes[0].stop();
  t.diagnostic(`left: served again after ${await answers(1, began)} ms`);
  await stopped;
  assert.equal((await ended(1, await place(1, 'after-the-hand-over'))).status, 'filled');
  await nodes[0].start({ ready: false });
  await standsBy(0, 1);
});

test('a name lives once: its double is refused, and says so', async () => {
  const { configFile, env } = nodes[1];
  const dir = path.dirname(configFile);
  const config = JSON.parse(fs.readFileSync(configFile, 'utf8'));
  const double = path.join(dir, 'double.json');
  fs.writeFileSync(double, JSON.stringify({ ...config, http: { ...config.http, port: 0 } }), { mode: 0o600 });
  const { status, stderr } = spawnSync(binaryPath(), ['serve', '--config', double], { env, timeout: 20_000, encoding: 'utf8' });
  assert.equal(status, 3, stderr);
  assert.match(stderr, /a node called node-2 lives/);
});

test('an operator sees who serves, and declares one dead that its peer believes', async (t) => {
  const { env } = nodes[0];
  const status = () => run(binaryPath(), ['cluster', 'status'], { env });
  assert.match(await status(), /^\d+ +node-2 +127\.0\.0\.1:\d+ +up +serves .* heard \d+ ms ago\n\d+ +node-1 .* up  /);
  const began = performance.now();
  await run(binaryPath(), ['cluster', 'evict', 'node-2'], { env });
  assert.deepEqual(await nodes[1].ended(), { code: 7, signal: null });
  t.diagnostic(`evicted: served again after ${await answers(0, began)} ms`);
  assert.match(await status(), /node-2 .* dead .* evicted by cli:/);
  assert.equal((await ended(0, await place(0, 'after-the-eviction'))).status, 'filled');
  await nodes[1].start({ ready: false });
  await standsBy(1, 0);
});

test('the books are clean after all of it', async () => {
  assert.match(await nodes[0].verify(), /the books are clean/);
  const moves = await house.sql("SELECT string_agg(why, ',' ORDER BY epoch) FROM cluster_moves");
  assert.match(moves, /^free,refused,refused,late,late,left,free,evicted by cli:\w+,free$/);
});

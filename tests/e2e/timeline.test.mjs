// The story of one bet through an unknown outcome, a kill -9 and a refund: whole, the same after another restart, and
// readable offline from what was exported. Nobody without the right sees it, and what strangers wrote stays text.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { collect, freePort, spawnGuarded } from '../../sandbox/stack/process.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { micro, NO_CONVERSION, startHouse } from './support.mjs';

const NOBODY = '11111111-1111-4111-8111-111111111111';
const HOSTILE = '<script>alert(1)</script>\u001b[2J";DROP TABLE bets';
let house, user, market, id, story, exported, keyFile;

before(async () => {
  house = await startHouse({
    opening: '1000',
    overrides: {
      conversion: NO_CONVERSION,
      venue: { order_timeout_ms: 2000, confirm_wait_ms: 1000, grace_ms: 2000 },
    },
  });
  [user] = house.users;
  [market] = house.markets;
  await house.fund(user, '100.00');
  keyFile = path.join(house.dir, 'inspect.key');
  fs.writeFileSync(keyFile, `${house.keys.inspect}\n`, { mode: 0o600 });
});
after(() => house?.close());

const timeline = (kind, of, key = 'inspect', query = '') =>
  house.get(`/inspector/${kind}/${of}/timeline${query}`, key);
const soon = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
/** What the books keep: the rest is this process's memory, and goes with it. */
const kept = ({ events, postings, operations, sums, complete }) => ({
  events: events.filter((e) => e.kept),
  postings,
  operations,
  sums,
  complete,
});

/** `headroom timeline ...`; answers {code, out, err}. */
async function told(words, env = {}) {
  const child = spawnGuarded(binaryPath(), ['timeline', ...words], {
    env: { ...house.service.env, HEADROOM_URL: house.url, HEADROOM_KEY_FILE: keyFile, ...env },
  });
  const [out, err, { code }] = await Promise.all([collect(child.stdout), collect(child.stderr), child.ended]);
  return { code, out, err };
}

test('a bet in doubt over a kill -9 and refunded is told whole', async () => {
  const old = await house.balance(user);
  await house.faults({ kind: 'drop_before_accept' }, { kind: 'error_500', probability: 1, on: 'lookup' });
  const answer = await house.bet({
    user_address: user.address,
    token_id: market.token_id,
    amount: '10.00',
    max_price: '0.55',
    deadline: soon(4),
  });
  assert.equal(answer.status, 202, answer.text);
  id = answer.body.bet_id;
  const open = (await timeline('bets', id)).body;
  assert.deepEqual([open.complete, open.subject.status], [false, 'placing']);
  assert.deepEqual(
    kept(open).events.map((e) => e.what),
    ['bet.placed', 'posting.bet'],
  );

  await house.service.kill();
  await fetch(`${house.ready().venue.control_url}/faults`, { method: 'DELETE' });
  await house.faults({ kind: 'drop_before_accept', probability: 1 }); // until its deadline it is sent again
  await house.service.start();
  assert.equal((await house.settledBet(id, 40_000)).status, 'failed');
  assert.equal(await house.balance(user), old);

  story = (await timeline('bets', id)).body;
  const names = kept(story).events.map((e) => e.what);
  // Each step, each commit and each posting is named; the restart stands where it was.
  const wanted = ['bet.placed', 'posting.bet', 'house.started', 'venue.not_filled', 'bet.failed', 'posting.bet_refund'];
  assert.deepEqual(
    names.filter((what) => what !== 'bet.deadline'),
    wanted,
  );
  const named = story.gaps.map((g) => g.named);
  assert.ok(
    named.some((words) => /^service was away \d/.test(words)),
    named.join('; '),
  );
  assert.equal(story.complete, true);
  assert.deepEqual(
    story.postings.map(({ kind, debit, credit, amount }) => [kind, debit, credit, amount]),
    [
      ['bet', 'user', 'buffer', '10.00'],
      ['bet_refund', 'buffer', 'user', '10.00'],
    ],
  );
  for (const { account, change } of story.sums) assert.equal(micro(change), 0n, account);
  assert.deepEqual(
    await house.json(`SELECT kind, amount FROM postings WHERE reference = '${id}' ORDER BY id`),
    [
      { kind: 0, amount: 10_000_000 },
      { kind: 1, amount: 10_000_000 },
    ],
    'the books’ own',
  );
  const times = story.events.map((e) => e.at_us);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
});

test('its market’s hostile name stays text, and nothing signed is in it', async () => {
  await house.sql(`INSERT INTO markets (condition_id, neg_risk, question, created_at)
    VALUES (sha256('hostile'), false, $q$${HOSTILE}$q$, now())`);
  await house.sql(`INSERT INTO market_outcomes (token, condition_id, slot, name)
    SELECT token, sha256('hostile'), 0, '<b>Yes' FROM bets WHERE bet_id = '${id}' ON CONFLICT DO NOTHING`);
  const { body, headers, text } = await timeline('bets', id);
  if (body.subject.question === HOSTILE) assert.equal(body.subject.outcome, '<b>Yes');
  assert.match(headers.get('content-type'), /^application\/json/);
  const [{ signed, asked }] = await house.json(
    `SELECT encode(signed_order, 'hex') AS signed, encode(request_hash, 'hex') AS asked FROM bets WHERE bet_id = '${id}'`,
  );
  for (const secret of [signed, asked, ...Object.values(house.keys)]) assert.ok(!text.includes(secret));
  story = body;
});

test('it is read offline from the file that was exported', async () => {
  const json = await told(['bet', id, '--json']);
  assert.deepEqual([json.code, json.err], [0, ''], json.out);
  assert.deepEqual(kept(JSON.parse(json.out)), kept(story));
  exported = path.join(house.dir, 'bet.json');
  fs.writeFileSync(exported, json.out);
  const nowhere = { HEADROOM_URL: `http://127.0.0.1:${await freePort()}`, HEADROOM_KEY_FILE: '' };
  const read = await told(['--file', exported], nowhere);
  assert.deepEqual([read.code, read.err], [0, ''], read.out);
  assert.equal(read.out, (await told(['bet', id])).out, 'the service tells the same');
  for (const { what } of story.events) assert.ok(read.out.includes(what), what);
  for (const { named } of story.gaps) assert.ok(read.out.includes(`... ${named}`), named);
  assert.match(read.out, /^complete: /m);
  assert.ok(!read.out.includes('\u001b'), 'nothing acts on a terminal');
  const diagram = await told(['--file', exported, '--sequence'], nowhere);
  assert.match(diagram.out, /^sequenceDiagram\n {2}participant journal\n/);
  assert.match(diagram.out, /->>venue: venue\.not_filled\n/);
  assert.match(diagram.out, /Note over house: service was away /);
  fs.writeFileSync(exported, '{"subject":');
  assert.equal((await told(['--file', exported], nowhere)).code, 3);
  assert.equal((await told(['bet', id], nowhere)).code, 3);
  assert.equal((await told(['bet', NOBODY])).code, 1);
  assert.equal((await told(['bet'])).code, 2);
  assert.equal((await told(['horse', id])).code, 2);
});

test('it is the same after another restart', async () => {
  await house.service.kill();
  await house.service.start();
  assert.deepEqual(kept((await timeline('bets', id)).body), kept(story));
});

test('it comes in pages of any size, each event once', async () => {
  const { body: whole } = await timeline('bets', id); // what the process remembers of it is another's since the restart
  const all = kept(story).events.map((e) => [e.at_us, e.what]);
  for (const limit of [1, 2, 5]) {
    const seen = [];
    let gaps = 0;
    for (let cursor = ''; cursor !== null; ) {
      const { body } = await timeline('bets', id, 'inspect', `?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      assert.ok(body.events.length <= limit);
      assert.deepEqual([body.complete, body.sums], [true, story.sums]);
      seen.push(...kept(body).events.map((e) => [e.at_us, e.what]));
      gaps += body.gaps.length;
      cursor = body.next_cursor;
    }
    assert.deepEqual(seen, all, `pages of ${limit}`);
    assert.equal(gaps, whole.gaps.length);
  }
  assert.equal((await timeline('bets', id, 'inspect', '?cursor=x')).status, 400);
});

test('a deposit is told with its transaction, and goes on until it is converted', async () => {
  const { body: list } = await house.get(`/deposits?user_address=${user.address}`);
  const { body } = await timeline('deposits', list.deposits[0].deposit_id);
  const names = body.events.map((e) => e.what);
  for (const what of ['deposit.opened', 'tx.stored', 'tx.confirmed', 'deposit.credited', 'posting.deposit'])
    assert.ok(names.includes(what), `${what} of ${names}`);
  assert.equal(body.complete, false);
  assert.equal(body.operations[0].status, 'confirmed');
  assert.ok(body.operations[0].block_number > 0 && BigInt(body.operations[0].fee_wei) > 0n);
  const [{ signature }] = await house.json(`SELECT encode(signature, 'hex') AS signature FROM deposits LIMIT 1`);
  assert.ok(!JSON.stringify(body).includes(signature));
});

test('nobody without `inspect` sees it, not even its user', async () => {
  for (const kind of ['bets', 'sales', 'deposits', 'conversions', 'withdrawals']) {
    assert.equal((await timeline(kind, NOBODY)).status, 404, kind);
    assert.equal((await timeline(kind, id, null)).status, 401, kind);
    for (const key of ['read', 'trade', 'admin'])
      assert.equal((await timeline(kind, id, key)).body.code, 'forbidden', `${kind} by ${key}`);
  }
  const token = await house.session(user);
  assert.equal((await timeline('bets', id, token)).status, 403);
});

// What operators type, against a running service: lists, status, pause and resume, retry, tail and top. Keys come from a
// file or the environment; what is refused and what is not there have exit codes of their own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';
import { collect, end, freePort, spawnGuarded } from '../../sandbox/stack/process.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { NO_CONVERSION, startHouse, until } from './support.mjs';

let house, user, market;
const keyFiles = {};

before(async () => {
  house = await startHouse({ overrides: { conversion: NO_CONVERSION } });
  [user] = house.users;
  [market] = house.markets;
  for (const [scope, key] of Object.entries(house.keys)) {
    keyFiles[scope] = path.join(house.dir, `${scope}.key`);
    fs.writeFileSync(keyFiles[scope], `${key}\n`, { mode: 0o600 });
  }
  // One key with all that an operator needs.
  keyFiles.all = path.join(house.dir, 'all.key');
  const made = await headroom(['keys', 'add', 'an operator', 'read,inspect,operate']);
  fs.writeFileSync(keyFiles.all, made.out, { mode: 0o600 });
});
after(() => house?.close());

/** `headroom ...` with the service's address in the environment; answers {code, out, err}. */
async function headroom(words, { key, env = {} } = {}) {
  const child = started(words, { key, env });
  const [out, err, { code }] = await Promise.all([collect(child.stdout), collect(child.stderr), child.ended]);
  return { code, out, err };
}
function started(words, { key, env = {} } = {}) {
  const named = key ? { HEADROOM_KEY_FILE: keyFiles[key] } : {};
  return spawnGuarded(binaryPath(), words, { env: { ...house.service.env, HEADROOM_URL: house.url, ...named, ...env } });
}
async function succeeds(words, key = 'all') {
  const said = await headroom(words, { key });
  assert.deepEqual([said.code, said.err], [0, ''], `headroom ${words.join(' ')}: ${said.out}`);
  return said.out;
}

test('status is all well with exit code 0, and says what the routes say', async () => {
  const text = await until('the first audit', async () => {
    const said = await headroom(['status'], { key: 'all' });
    return said.code === 0 && said.out;
  });
  assert.match(text, /^service {5}ready$/m);
  assert.match(text, /^solvent {5}yes; /m);
  assert.match(text, new RegExp(`^buffer {6}${(await house.buffer()).usdc_balance} USDC`, 'm'));
  const all = JSON.parse(await succeeds(['status', '--json']));
  assert.equal(all.readiness.ready, true);
  assert.equal(all.solvency.solvent, true);
  assert.deepEqual(Object.keys(all), ['alerts', 'buffer', 'readiness', 'solvency']);
});

test('lists show what the routes list, page by page, and --json is the route’s own answer', async () => {
  await house.fund(user, '100.00');
  const ids = [];
  for (const amount of ['5.00', '6.00', '7.00']) {
    const { body } = await house.bet({ user_address: user.address, token_id: market.token_id, amount, max_price: '0.55' });
    ids.push(body.bet_id);
    await house.settledBet(body.bet_id);
  }
  const table = await succeeds(['bets', '--user', user.address]);
  const [head, ...rows] = table.trim().split('\n');
  assert.match(head, /^BET +STATUS +AMOUNT /);
  assert.deepEqual(new Set(rows.map((row) => row.split(/ +/)[0])), new Set(ids));
  assert.ok(rows.every((row) => row.split(/ +/)[1] === 'filled'), table);
  const one = await succeeds(['bets', '--user', user.address, '--limit', '2']);
  const cursor = /^more: --cursor (\S+)$/m.exec(one)[1];
  const two = await succeeds(['bets', '--user', user.address, '--limit', '2', '--cursor', cursor]);
  assert.equal(two.trim().split('\n').length, 2, two);
  assert.equal(await succeeds(['bets', '--status', 'placing']), 'none\n');

  const { text } = await house.get(`/bets?user_address=${user.address}`);
  assert.equal(await succeeds(['bets', '--user', user.address, '--json']), `${text}\n`);
  assert.match(await succeeds(['deposits', '--user', user.address]), /^DEPOSIT [^]*100\.00/);
  assert.equal(await succeeds(['conversions']), 'none\n');
  assert.equal(await succeeds(['withdrawals', '--status', 'requested']), 'none\n');
});

test('what works on the database goes on as it did', async () => {
  const { body } = await house.get(`/bets?user_address=${user.address}&limit=1`);
  const id = body.bets[0].bet_id;
  const shown = await headroom(['bets', 'show', id, '--config', house.service.configFile]);
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, new RegExp(`^bet ${id}: filled, `));
  const none = await headroom(['conversions', 'show', id, '--config', house.service.configFile]);
  assert.deepEqual([none.code, none.err], [2, 'headroom: no such conversion\n']);
  const by = ['--by', 'ann', '--reason', 'ticket 7', '--config', house.service.configFile];
  assert.equal((await headroom(['withdrawals', 'pause', ...by])).out, 'withdrawals are paused\n');
  assert.equal((await headroom(['withdrawals', 'resume', ...by])).out, 'withdrawals are going on\n');
  assert.equal((await headroom(['bets', 'show', id, '--json', '--config', house.service.configFile])).code, 2);
});

test('pause and resume stop work and let it go on, and it is noted who said so', async () => {
  const bet = () => house.bet({ user_address: user.address, token_id: market.token_id, amount: '5.00', max_price: '0.50' });
  for (const work of ['bets', 'deposits', 'conversions', 'withdrawals']) {
    assert.match(await succeeds(['pause', work, '--reason', 'ticket 9']), new RegExp(`^pause_${work} done by \\S+ at .*: ticket 9\n`));
    if (work === 'bets') {
      const refused = await bet();
      assert.deepEqual([refused.status, refused.body.code], [503, 'paused']);
      assert.match(refused.body.detail, /ticket 9/);
    }
    const { out, code } = await headroom(['status'], { key: 'all' });
    if (work !== 'withdrawals') assert.match(out, new RegExp(`^work\\.paused +${work} `, 'm'), `${code}`);
    await succeeds(['resume', work, '--reason', 'ticket 9 is done']);
  }
  assert.equal((await bet()).status, 201);
  const acts = await house.json(`SELECT done_by, action FROM operator_actions WHERE detail::text LIKE '%ticket 9%'`);
  assert.ok(acts.length >= 8, JSON.stringify(acts));
});

test('what the service refuses is exit code 1 in its words; what it cannot be asked is 2; what is not there is 3', async () => {
  const refused = await headroom(['pause', 'bets', '--reason', 'x'], { key: 'read' });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /^headroom: refused \(403 forbidden\): /);
  const stranger = await headroom(['conversions']);
  assert.equal(stranger.code, 1);
  assert.match(stranger.err, /\(401 unauthorized\).*--key-file/);
  const bad = await headroom(['bets', '--status', 'odd'], { key: 'all' });
  assert.equal(bad.code, 1);
  assert.match(bad.err, /must be placing, filled, failed or settled/);
  const unknown = '0190163d-8694-739b-aea5-966c26f8ad91';
  const none = await headroom(['retry', 'conversion', unknown, '--reason', 'x'], { key: 'all' });
  assert.equal(none.code, 1);
  assert.match(none.err, /404 not_found/);

  fs.chmodSync(keyFiles.read, 0o644);
  const open = await headroom(['bets'], { key: 'read' });
  fs.chmodSync(keyFiles.read, 0o600);
  assert.equal(open.code, 2);
  assert.match(open.err, /others may read it/);
  assert.equal((await headroom(['pause', 'sales', '--reason', 'x'])).code, 2);
  assert.equal((await headroom(['status', '--key', house.keys.read])).code, 2, 'no key on the command line');
  assert.equal((await headroom(['bets', '--url', 'ftp://x'])).code, 2);

  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const silent = await headroom(['status', '--url', nowhere], { key: 'all' });
  assert.equal(silent.code, 3);
  assert.ok(silent.err.startsWith(`headroom: no answer from ${nowhere}: `), silent.err);
  assert.equal((await headroom(['tail', '--url', nowhere], { key: 'all' })).code, 3);
});

test('the address comes from the configuration file too, and the key from a variable', async () => {
  const words = ['bets', '--limit', '1', '--config', house.service.configFile];
  const said = await headroom(words, { env: { HEADROOM_URL: '', HEADROOM_KEY: house.keys.read } });
  assert.deepEqual([said.code, said.err], [0, '']);
  assert.match(said.out, /^BET /);
});

test('top shows the kinds of actors and what waits for them', async () => {
  const text = await succeeds(['top', '--count', '2', '--every', '1', '--limit', '5']);
  const looks = text.split(/^(?=\d+ actors$)/m);
  assert.equal(looks.length, 2, text);
  assert.match(looks[0], /^journal +1 +\d+ +- +- +\d+$/m);
  assert.match(looks[1], /^journal +1 +\d+ +\d+\.\d +\d+\.\d +\d+$/m, 'the second look has rates');
  const listing = JSON.parse(await succeeds(['top', '--json', '--limit', '5']));
  assert.ok(listing.kinds.some((kind) => kind.name === 'journal'));
});

test('tail tells events as they come, and goes on where it was after the service was gone', async () => {
  const child = started(['tail', '--topics', 'me', '--json'], { key: 'all' });
  const heard = [];
  readline.createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line)));
  const told = collect(child.stderr);
  const bet = async (amount) => {
    const { body } = await house.bet({ user_address: user.address, token_id: market.token_id, amount, max_price: '0.55' });
    await house.settledBet(body.bet_id);
    return body.bet_id;
  };
  const filled = (id) => heard.filter((e) => e.event === 'bet' && e.data.bet_id === id && e.data.event === 'bet.filled');
  try {
    const first = await until('the stream', async () => {
      const id = await bet('2.00');
      await until('an event', () => filled(id).length > 0, 2_000).catch(() => {});
      return filled(id).length > 0 && id;
    });
    await house.service.kill();
    await house.service.start();
    const second = await bet('2.00'); // committed while nobody may be listening yet
    await until('the event of after the restart, or the word that some were missed', () =>
      filled(second).length > 0 || heard.some((e) => e.event === 'resync'));
    assert.equal(filled(first).length, 1, 'nothing is told twice');
    assert.ok(filled(second).length <= 1);
  } finally {
    await end(child);
  }
  assert.match(await told, /the stream is lost: .*; again in \d+ ms/);
});

test('tail ends after so many, and shows them as people read them', async () => {
  const ending = headroom(['tail', '--topics', 'buffer', '--count', '1'], { key: 'all' });
  let said;
  ending.then((x) => (said = x));
  await until('a word of the buffer', async () => {
    if (!said) await house.bet({ user_address: user.address, token_id: market.token_id, amount: '2.00', max_price: '0.55' });
    return said;
  });
  assert.deepEqual([said.code, said.err], [0, '']);
  assert.match(said.out, /^buffer {4,}.*available=[\d.]+.*\n$/);
});

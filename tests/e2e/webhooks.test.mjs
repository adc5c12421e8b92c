// Webhooks against real receivers: what a deposit and a bet make is verified by the official package, and arrives whatever
// happens to the receiver, the secret or the service in between.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Webhook } from '../../sandbox/stack/clients.mjs';
import { collect, spawnGuarded } from '../../sandbox/stack/process.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { NO_CONVERSION, startHouse, until } from './support.mjs';

// Ten tries over 75 hours are ten over 27 seconds; "an hour" is then a third of a second, and three of them pass here.
const PACE = 0.0001;
let house, user, market;
const receivers = [];

before(async () => {
  house = await startHouse({
    overrides: { conversion: NO_CONVERSION, webhooks: { poll_ms: 50, pace: PACE, timeout_ms: 2000, failing_after_ms: 500 } },
  });
  [user] = house.users;
  [market] = house.markets;
});
after(async () => {
  for (const r of receivers) r.server.close();
  for (const r of receivers) r.server.closeAllConnections();
  await house?.close();
});

/** Answers what `answer(request)` says: a status, or {status, headers}; null is silence. `heard` has everything that came. */
async function receiver(answer = () => 204) {
  const heard = [];
  const server = http.createServer(async (request, response) => {
    const body = (await collect(request)).toString();
    heard.push({ headers: request.headers, body, path: request.url, at: Date.now() });
    const said = r.answer(heard.at(-1));
    if (said === null) return;
    const { status, headers } = typeof said === 'number' ? { status: said } : said;
    response.writeHead(status, headers).end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const r = { server, heard, answer, url: `http://127.0.0.1:${server.address().port}/hook?token=a`,
    events: () => heard.map((h) => ({ ...JSON.parse(h.body), id: h.headers['webhook-id'] })) };
  receivers.push(r);
  return r;
}
const admin = (method, target, body, more = {}) => house.call(method, target, { key: 'admin', body, ...more });
async function add(r, events = ['*']) {
  const answer = await admin('POST', '/webhooks', { url: r.url, events });
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}
const remove = (hook) => admin('DELETE', `/webhooks/${hook.webhook_id}`);
const log = async (hook, query = '') => (await admin('GET', `/webhooks/${hook.webhook_id}/deliveries${query}`)).body.deliveries;
const heardOf = (r, type) => until(`${type} is told`, () => r.events().find((e) => e.type === type));
async function bet(amount = '5.00') {
  const { body } = await house.bet({ user_address: user.address, token_id: market.token_id, amount, max_price: '0.55' });
  return house.settledBet(body.bet_id);
}

test('a real deposit and a real bet are told, signed so that the official package verifies them', async () => {
  const r = await receiver();
  const hook = await add(r);
  assert.match(hook.secret, /^whsec_[A-Za-z0-9+/]+=*$/);
  assert.equal(Buffer.from(hook.secret.slice(6), 'base64').length, 32);
  const deposit = await house.fund(user, '100.00');
  const placed = await bet();
  const credited = await heardOf(r, 'deposit.credited');
  const filled = await heardOf(r, 'bet.filled');
  assert.equal(credited.data.deposit_id, deposit.deposit_id);
  assert.equal(credited.data.amount, '100.00');
  assert.equal(filled.data.bet_id, placed.bet_id);
  assert.equal(filled.data.user_address, user.address.toLowerCase());
  const official = new Webhook(hook.secret);
  for (const { headers, body } of r.heard) {
    assert.deepEqual(official.verify(body, headers), JSON.parse(body));
    assert.equal(headers['content-type'], 'application/json');
    assert.throws(() => official.verify(body.replace('100', '900') + ' ', headers));
  }
  const numbers = r.events().map((e) => e.data.number);
  assert.equal(new Set(numbers).size, numbers.length, 'each once');
  const rows = await until('all are in the log', async () => {
    const all = await log(hook);
    return all.length === r.heard.length && all.every((d) => d.status === 'delivered') && all;
  });
  assert.deepEqual(new Set(rows.map((d) => d.message_id)), new Set(r.events().map((e) => e.id)));
  assert.ok(rows.every((d) => d.tries === 1 && d.last_status === 204));
  await remove(hook);
});

test('only what was asked for, and the secret never again', async () => {
  const r = await receiver();
  const hook = await add(r, ['bet.filled']);
  await house.fund(user, '20.00');
  await bet();
  await heardOf(r, 'bet.filled');
  assert.deepEqual(new Set(r.events().map((e) => e.type)), new Set(['bet.filled']));
  for (const target of ['/webhooks', `/webhooks/${hook.webhook_id}`]) {
    const { text } = await admin('GET', target);
    assert.ok(!text.includes(hook.secret) && !text.includes('whsec_'), text);
  }
  assert.ok(!fs.readFileSync(house.service.logFile, 'utf8').includes(hook.secret.slice(6)));
  await remove(hook);
});

test('a receiver that is down "for three hours" hears everything afterwards, and holds up nobody', async () => {
  const down = await receiver(() => 503);
  const up = await receiver();
  const [slow, quick] = [await add(down), await add(up)];
  await bet();
  const filled = await heardOf(up, 'bet.filled');
  await until('four tries', async () => (await log(slow, '?status=pending')).some((d) => d.tries >= 4));
  await until('the alert', async () => (await house.call('GET', '/operator/alerts', { key: 'inspect' })).body.alerts
    .some((a) => a.kind === 'webhook.failing' && a.subject === slow.webhook_id && a.cleared_at === null));
  down.answer = () => 200;
  await until('all are delivered', async () => (await log(slow)).every((d) => d.status === 'delivered'));
  const told = down.events().filter((e) => e.data.number === filled.data.number);
  assert.ok(told.length >= 5, `${told.length} tries`);
  assert.equal(new Set(told.map((e) => e.id)).size, 1, 'one id for all tries');
  const tries = down.heard.filter((h) => JSON.parse(h.body).data.number === filled.data.number);
  for (const h of tries) new Webhook(slow.secret).verify(h.body, h.headers);
  await until('the alert ends', async () => (await house.call('GET', '/operator/alerts', { key: 'inspect' })).body.alerts
    .every((a) => a.kind !== 'webhook.failing' || a.cleared_at !== null));
  await Promise.all([remove(slow), remove(quick)]);
});

test('while the secret is rotated both verify', async () => {
  const r = await receiver();
  const hook = await add(r);
  const rotated = await admin('PATCH', `/webhooks/${hook.webhook_id}`, { rotate_secret: true });
  assert.equal(rotated.status, 200, rotated.text);
  assert.notEqual(rotated.body.secret, hook.secret);
  assert.ok(rotated.body.old_secret_until > rotated.body.updated_at);
  await bet();
  await heardOf(r, 'bet.filled');
  for (const { headers, body } of r.heard) {
    assert.equal(headers['webhook-signature'].split(' ').length, 2);
    new Webhook(hook.secret).verify(body, headers);
    new Webhook(rotated.body.secret).verify(body, headers);
  }
  await remove(hook);
});

test('410 disables, with an alert; enabled it hears what comes then', async () => {
  const r = await receiver(() => 410);
  const hook = await add(r);
  await bet();
  const off = await until('it is disabled', async () => {
    const { body } = await admin('GET', `/webhooks/${hook.webhook_id}`);
    return body.status === 'disabled' && body;
  });
  assert.equal(off.disabled_reason, 'gone');
  assert.ok((await log(hook)).every((d) => ['failed', 'stopped'].includes(d.status)));
  const { body: alerts } = await house.call('GET', '/operator/alerts', { key: 'inspect' });
  assert.ok(alerts.alerts.some((a) => a.kind === 'webhook.disabled' && a.subject === hook.webhook_id));
  const { text: metrics } = await house.call('GET', '/metrics');
  assert.match(metrics, /^headroom_webhook_deliveries_total\{outcome="gone"\} [1-9]/m);
  const before = r.heard.length;
  r.answer = () => 200;
  await bet();
  await admin('PATCH', `/webhooks/${hook.webhook_id}`, { enabled: true });
  const { bet_id: after } = await bet();
  await until('it hears again', () => r.events().slice(before).find((e) => e.data.bet_id === after));
  assert.equal(new Set(r.events().slice(before).map((e) => e.data.bet_id)).size, 1, 'nothing of while it was off');
  await remove(hook);
});

test('redirects are not followed, silence and long answers are failures', async () => {
  const elsewhere = await receiver();
  const r = await receiver(() => ({ status: 307, headers: { location: elsewhere.url } }));
  const hook = await add(r, ['bet.filled']);
  await bet();
  const failed = (words) => until(words, async () => (await log(hook)).find((d) => d.last_error === words));
  await failed('redirects are not followed');
  r.answer = () => null;
  await failed('timeout');
  assert.equal(elsewhere.heard.length, 0);
  await remove(hook);
});

test('private addresses are refused when they are written, and where a name leads to one', async () => {
  for (const url of ['https://10.0.0.1/', 'https://169.254.169.254/latest', 'https://[fd00::1]/', 'https://100.64.0.1/', 'https://[::ffff:192.168.0.1]/']) {
    const { status, body } = await admin('POST', '/webhooks', { url, events: ['*'] });
    assert.deepEqual([status, body.code, body.field], [400, 'invalid_field', 'url'], url);
  }
  for (const url of ['http://example.com/', 'ftp://127.0.0.1/', 'x', 'https://u:p@127.0.0.1/'])
    assert.equal((await admin('POST', '/webhooks', { url, events: ['*'] })).status, 400, url);
});

test('the test button says how it went, and each act is noted with who did it', async () => {
  const r = await receiver(() => 500);
  const hook = await add(r, ['deposit.credited']);
  const bad = await admin('POST', `/webhooks/${hook.webhook_id}/test`, {});
  assert.equal(bad.status, 200, bad.text);
  assert.deepEqual([bad.body.type, bad.body.status, bad.body.last_status, bad.body.tries], ['webhook.test', 'failed', 500, 1]);
  r.answer = () => 204;
  assert.equal((await admin('POST', `/webhooks/${hook.webhook_id}/test`)).body.status, 'delivered');
  const verified = new Webhook(hook.secret).verify(r.heard.at(-1).body, r.heard.at(-1).headers);
  assert.deepEqual(verified.data, { webhook_id: hook.webhook_id });
  await remove(hook);
  const acts = await house.json(`SELECT done_by, action, detail FROM operator_actions WHERE target = '${hook.webhook_id}' ORDER BY action_id`);
  assert.deepEqual(acts.map((a) => a.action), ['webhook_added', 'webhook_tested', 'webhook_tested', 'webhook_removed']);
  assert.ok(acts.every((a) => /^key:/.test(a.done_by)));
  assert.equal(acts[0].detail.url, r.url.split('?')[0], 'a query may be a secret');
});

test('only an admin may, the same key finds the same webhook, and odd wishes are refused by field', async () => {
  const r = await receiver();
  const wish = { url: r.url, events: ['bet.filled'] };
  assert.equal((await house.call('POST', '/webhooks', { body: wish })).status, 401);
  for (const key of ['read', 'trade', 'inspect']) assert.equal((await house.call('POST', '/webhooks', { key, body: wish })).status, 403, key);
  const first = await admin('POST', '/webhooks', wish, { idempotency: 'hook-1' });
  const again = await admin('POST', '/webhooks', wish, { idempotency: 'hook-1' });
  assert.deepEqual([again.status, again.body.webhook_id, again.body.secret], [201, first.body.webhook_id, null]);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal((await admin('POST', '/webhooks', { ...wish, events: ['*'] }, { idempotency: 'hook-1' })).status, 409);
  for (const [body, field] of [[{ url: r.url }, 'events'], [{ url: r.url, events: [] }, 'events'], [{ url: r.url, events: ['balance.changed'] }, 'events'],
    [{ url: r.url, events: 'bet.filled' }, 'events'], [{ url: r.url, events: [1] }, 'events'], [{ events: ['*'] }, 'url'], [{ ...wish, secret: 'x' }, 'secret']]) {
    const { status, body: said } = await admin('POST', '/webhooks', body);
    assert.deepEqual([status, said.field], [400, field], JSON.stringify(body));
  }
  assert.equal((await admin('PATCH', `/webhooks/${first.body.webhook_id}`, { rotate_secret: 'yes' })).body.field, 'rotate_secret');
  await remove(first.body);
  assert.equal((await admin('GET', `/webhooks/${first.body.webhook_id}`)).status, 404);
});

test('the terminal: add, list, show, rotate, test, disable, enable, remove', async () => {
  const r = await receiver();
  const keyFile = path.join(house.dir, 'admin.key');
  fs.writeFileSync(keyFile, house.keys.admin, { mode: 0o600 });
  async function headroom(...words) {
    const child = spawnGuarded(binaryPath(), ['webhooks', ...words], { env: { ...house.service.env, HEADROOM_URL: house.url, HEADROOM_KEY_FILE: keyFile } });
    const [out, err, { code }] = await Promise.all([collect(child.stdout), collect(child.stderr), child.ended]);
    return { out: out.toString(), err: err.toString(), code };
  }
  const added = JSON.parse((await headroom('add', r.url, '--events', 'bet.filled,bet.failed', '--json')).out);
  assert.deepEqual(added.events, ['bet.filled', 'bet.failed']);
  const id = added.webhook_id;
  for (const words of [[], ['list']]) assert.match((await headroom(...words)).out, new RegExp(`^${id} +active`, 'm'));
  assert.match((await headroom('test', id)).out, /^delivered in \d+ ms$/m);
  assert.match((await headroom('rotate', id)).out, /^secret +whsec_/m);
  assert.match((await headroom('show', id)).out, /webhook\.test +delivered/);
  assert.match((await headroom('disable', id)).out, /^status +disabled$/m);
  assert.match((await headroom('enable', id)).out, /^status +active$/m);
  r.answer = () => 500;
  assert.equal((await headroom('test', id)).code, 1);
  assert.equal((await headroom('remove', id)).code, 0);
  assert.equal((await headroom('show', id)).code, 1);
});

test('killed in between, the service tells everything after its restart', async () => {
  const r = await receiver(() => null); // it has taken them, and says nothing
  const hook = await add(r);
  const bets = [await bet(), await bet()];
  await until('tries are under way', () => r.heard.length >= 2);
  await house.service.kill();
  await house.service.start();
  r.answer = () => 200;
  for (const { bet_id: id } of bets)
    await until('it is told', () => r.events().some((e) => e.type === 'bet.filled' && e.data.bet_id === id));
  await until('all are delivered', async () => (await log(hook)).every((d) => d.status === 'delivered'));
  const stored = await house.json(`SELECT id FROM events WHERE id > (SELECT hears_after FROM webhooks WHERE webhook_id = '${hook.webhook_id}')`);
  for (const { id } of stored) await until(`event ${id}`, () => r.events().some((e) => e.data.number === id));
  await remove(hook);
});

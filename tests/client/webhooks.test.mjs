// What the official package signs is verified, and nothing else: Standard Webhooks 1.0.0.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import test from 'node:test';
import { require, verifyWebhook } from './support.mjs';

const { Webhook } = require('standardwebhooks');
const whsec = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`;
const secret = whsec();
const body = JSON.stringify({ type: 'bet.filled', timestamp: '2026-11-30T08:00:00Z', data: { bet_id: 'b-1', question: 'Wird’s regnen? 🌧', amount: '25.37' } });
const NOW = 1_790_000_000_000;
const id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';

/** A delivery as a sender makes it, by the official package. */
const delivered = ({ by = [secret], at = NOW, text = body, name = id } = {}) => ({
  'webhook-id': name,
  'webhook-timestamp': String(Math.floor(at / 1_000)),
  'webhook-signature': by.map((s) => new Webhook(s).sign(name, new Date(at), text)).join(' '),
});
const verified = (headers, { text = body, secrets = secret, ...options } = {}) => verifyWebhook(secrets, headers, text, { now: NOW, ...options });

test('what the official package signs is verified, and what we verify it verifies', async () => {
  assert.deepEqual(await verified(delivered()), JSON.parse(body));
  const now = delivered({ at: Date.now() });
  assert.deepEqual(await verifyWebhook(secret, now, body), new Webhook(secret).verify(body, now));
});

test('headers come in every shape, the body as text or bytes, the secret with and without its prefix', async () => {
  const good = delivered();
  const shouted = Object.fromEntries(Object.entries(good).map(([k, v]) => [k.toUpperCase(), v]));
  for (const headers of [good, shouted, new Headers(good)]) assert.equal((await verified(headers)).type, 'bet.filled');
  assert.equal((await verified(good, { text: Buffer.from(body) })).data.amount, '25.37');
  assert.equal((await verified(good, { text: new TextEncoder().encode(body) })).data.amount, '25.37');
  assert.equal((await verified(good, { secrets: secret.slice(6) })).type, 'bet.filled');
  for (const length of [24, 64]) {
    const other = whsec(length);
    assert.equal((await verified(delivered({ by: [other] }), { secrets: other })).type, 'bet.filled');
  }
});

test('while a secret is rotated, either side may know two', async () => {
  const [old, next] = [whsec(), whsec()];
  const both = delivered({ by: [old, next] });
  for (const secrets of [old, next, [old], [next, old], [whsec(), next]]) assert.equal((await verified(both, { secrets })).type, 'bet.filled');
  assert.equal((await verified(delivered({ by: [next] }), { secrets: [old, next] })).type, 'bet.filled');
  await assert.rejects(verified(both, { secrets: [whsec(), whsec()] }), { code: 'webhook_signature' });
});

test('one byte of anything that is signed, or another secret, is no event', async () => {
  const good = delivered();
  const turned = (text, i) => text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) + text.slice(i + 1);
  for (let i = 0; i < body.length; i += 7) await assert.rejects(verified(good, { text: turned(body, i) }), { code: 'webhook_signature' }, `byte ${i}`);
  await assert.rejects(verified(good, { text: `${body} ` }), { code: 'webhook_signature' });
  await assert.rejects(verified({ ...good, 'webhook-id': 'msg_other' }), { code: 'webhook_signature' });
  await assert.rejects(verified({ ...good, 'webhook-timestamp': String(NOW / 1_000 + 1) }), { code: 'webhook_signature' });
  await assert.rejects(verified(good, { secrets: whsec() }), { code: 'webhook_signature' });
});

test('a signature is v1, whole, and among a bounded number; what else stands there is passed over', async () => {
  const good = delivered();
  const right = good['webhook-signature'];
  const by = (signature) => verified({ ...good, 'webhook-signature': signature });
  const hex = `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${id}.${good['webhook-timestamp']}.${body}`).digest('hex')}`;
  for (const signature of [right.replace('v1,', 'v2,'), right.replace('v1,', ''), right.slice(0, -4), 'v1,', 'v1,%%%', hex, right.replace(',', ', ')])
    await assert.rejects(by(signature), { code: 'webhook_signature' }, signature);
  assert.equal((await by(`v1a,${'A'.repeat(86)} v1,%%% v1,${'A'.repeat(43)}= ${right}`)).type, 'bet.filled');
  await assert.rejects(by(`${`v1,${'A'.repeat(43)}= `.repeat(16)}${right}`), { code: 'webhook_signature' });
});

test('five minutes either way, and not a second more', async () => {
  for (const off of [0, 299, 300, -299, -300]) assert.equal((await verified(delivered({ at: NOW - 1_000 * off }))).type, 'bet.filled', `${off} s`);
  await assert.rejects(verified(delivered({ at: NOW - 301_000 })), { code: 'webhook_too_old' });
  await assert.rejects(verified(delivered({ at: NOW + 301_000 })), { code: 'webhook_too_new' });
  assert.equal((await verified(delivered({ at: NOW - 3_600_000 }), { toleranceS: 3_600 })).type, 'bet.filled');
  await assert.rejects(verified(delivered({ by: [whsec()], at: 0 })), { code: 'webhook_signature' }); // strangers learn nothing of our clock
});

test('what is missing, doubled, no number, no secret or no JSON has a code of its own', async () => {
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const { [name]: _, ...rest } = delivered();
    await assert.rejects(verified(rest), { code: 'webhook_header' }, name);
    await assert.rejects(verified({ ...rest, [name]: ['a', 'b'] }), { code: 'webhook_header' }, name);
    await assert.rejects(verified({ ...rest, [name]: '' }), { code: 'webhook_header' }, name);
  }
  for (const bad of ['whsec_', 'whsec_%%%', '', undefined, null, []]) await assert.rejects(verifyWebhook(bad, delivered(), body, { now: NOW }), { code: 'webhook_secret' }, String(bad));
  await assert.rejects(verified(delivered({ text: 'no json' }), { text: 'no json' }), { code: 'webhook_unreadable' });
  const signed = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${id}.soon.${body}`).digest('base64');
  await assert.rejects(verified({ ...delivered(), 'webhook-timestamp': 'soon', 'webhook-signature': `v1,${signed}` }), { code: 'webhook_header' });
});

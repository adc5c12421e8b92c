// One payment is one header: over lost answers, crashes, busy services and callers who ask again. The double of tests/web checks
// every signature and takes each authorization once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Refusal, startHouse } from '../web/house/house.mjs';
import { credit } from '../web/house/routes.mjs';
import { address, carry, fileStore, memoryStore, pay, signerOf, watched, webStore } from './support.mjs';

let house, folder;
before(async () => (house = await startHouse()));
after(() => house?.stop());
beforeEach(() => {
  Object.assign(house, { lose: () => false, refuse: () => undefined, settles: true });
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-client-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
after(() => assert.deepEqual(house?.breaches, [], 'the double broke the contract'));

const balance = (n) => house.books.user(address(n)).balance;
const paid = (sent) => sent.filter((s) => s.header);
/** What `action` adds to the balance of user n. */
async function gained(n, action) {
  const start = balance(n);
  const result = await action();
  return { result, gain: balance(n) - start };
}

test('pays once and answers the credited deposit', async () => {
  const { client, sent } = watched(house.url);
  const steps = [];
  const { result, gain } = await gained(0, () => pay(client, signerOf(0), { amount: '25.37', tell: (s) => steps.push(s.is) }));
  assert.equal(gain, 25_370_000n);
  assert.deepEqual([result.amount, result.credited_at !== null], ['25.37', true]);
  assert.deepEqual(steps, ['sending']);
  assert.equal(paid(sent).length, 1);
  assert.deepEqual(await client.store.list(), []); // over: nothing is kept
});

test('a lost answer, and a second one, repeat the same header under the same key', async () => {
  const { client, sent } = watched(house.url, { lose: (s, times) => s.header && times < 3 });
  const steps = [];
  const { gain } = await gained(0, () => pay(client, signerOf(0), { amount: '40', tell: (s) => steps.push(s.why?.code ?? s.is) }));
  assert.equal(gain, 40_000_000n);
  assert.deepEqual(steps, ['sending', 'no_answer', 'no_answer']);
  assert.equal(paid(sent).length, 3);
  assert.equal(new Set(paid(sent).map((s) => s.header + s.key)).size, 1);
});

test('a program that dies after it has sent pays no second time when it is started again', async () => {
  const key = 'order-17';
  const stopped = new AbortController();
  const first = watched(house.url, { store: fileStore(folder), lose: (s) => s.header && (stopped.abort(), true) });
  const { gain } = await gained(1, () => assert.rejects(pay(first.client, signerOf(1), { amount: '12', key, given: stopped.signal }), { code: 'given_up' }));
  assert.equal(gain, 12_000_000n, 'it was taken, and nobody heard');
  const second = watched(house.url, { store: fileStore(folder) });
  const refusing = { ...signerOf(1), signTypedData: () => assert.fail('nothing is signed again') };
  const again = await gained(1, () => pay(second.client, refusing, { amount: '12.00', key }));
  assert.equal(again.gain, 0n);
  assert.ok(again.result.credited_at);
  assert.equal(paid(second.sent)[0].header, paid(first.sent)[0].header);
  assert.deepEqual(fs.readdirSync(folder), []);
});

test('what an earlier run left is found in the store and carried on without its caller', async () => {
  const stopped = new AbortController();
  const { client } = watched(house.url, { store: fileStore(folder), lose: (s) => s.header && (stopped.abort(), true) });
  await assert.rejects(pay(client, signerOf(1), { amount: '3', given: stopped.signal }), { code: 'given_up' });
  const later = watched(house.url, { store: fileStore(folder) });
  const kept = await later.client.store.list();
  assert.equal(kept.length, 1);
  assert.ok((await carry(later.client, kept[0])).credited_at);
  assert.deepEqual(await later.client.store.list(), []);
});

test('a key is one payment: another amount, or another payer, under it is refused here', async () => {
  const { client } = watched(house.url, { lose: (s) => s.header });
  const hung = new AbortController();
  const going = pay(client, signerOf(0), { amount: '5', key: 'k', given: hung.signal });
  const ended = assert.rejects(going, { code: 'given_up' });
  while (!(await client.store.get('k'))) await new Promise((done) => setImmediate(done));
  await assert.rejects(pay(client, signerOf(0), { amount: '6', key: 'k' }), { code: 'key_reused' });
  await assert.rejects(pay(client, signerOf(1), { amount: '5', key: 'k' }), { code: 'key_reused' });
  hung.abort();
  await ended;
});

test('what cannot be kept is not sent', async () => {
  const full = { ...memoryStore(), put: () => Promise.reject(new Error('the disk is full')) };
  const { client, sent } = watched(house.url, { store: full });
  await assert.rejects(pay(client, signerOf(0), { amount: '5' }), (e) => e.code === 'not_kept' && /the disk is full/.test(e.message));
  assert.equal(paid(sent).length, 0);
});

test('a settlement that is not known is waited for, and is credited when the books say so', async () => {
  house.settles = false;
  const { client, sent } = watched(house.url);
  const seen = [];
  const { gain } = await gained(2, () => pay(client, signerOf(2), {
    amount: '7.50',
    tell(step) {
      seen.push(step.is);
      if (step.is === 'settling') credit(house, [...house.books.user(address(2)).deposits.values()].at(-1));
    },
  }));
  assert.equal(gain, 7_500_000n);
  assert.deepEqual(seen, ['sending', 'settling']);
  assert.equal(paid(sent).length, 1); // then its receipt was asked for
});

test('a busy, broken or pausing service is asked again with the same payment', async () => {
  const refusals = [new Refusal(503, 'overloaded', { headers: { 'Retry-After': '1' } }), new Refusal(500, 'internal'), new Refusal(503, 'paused', { headers: { 'Retry-After': '1' } })];
  house.refuse = (method, route, x) => ('payment-signature' in x.headers ? refusals.shift() : undefined);
  const { client, sent } = watched(house.url);
  const codes = [];
  const { gain } = await gained(0, () => pay(client, signerOf(0), { amount: '9', tell: (s) => s.is === 'checking' && codes.push(s.why.code) }));
  assert.equal(gain, 9_000_000n);
  assert.deepEqual(codes, ['overloaded', 'internal', 'paused']);
  assert.equal(new Set(paid(sent).map((s) => s.header)).size, 1);
});

test('nobody who knows: after the patience it is in doubt, and kept', async () => {
  house.refuse = (method, route, x) => ('payment-signature' in x.headers ? new Refusal(503, 'unavailable') : undefined);
  const { client } = watched(house.url);
  await assert.rejects(pay(client, signerOf(0), { amount: '4', key: 'late', patienceMs: 0 }), { code: 'in_doubt' });
  assert.equal((await client.store.get('late')).amount, '4.00');
  house.refuse = () => undefined;
  const { gain } = await gained(0, () => pay(client, signerOf(0), { amount: '4', key: 'late' }));
  assert.equal(gain, 4_000_000n);
});

test('refusals have x402’s codes, and nothing is kept of them', async () => {
  house.refuse = (method, route, x) => ('payment-signature' in x.headers ? { status: 402, body: { x402Version: 1, error: 'invalid_exact_evm_insufficient_balance', accepts: [] } } : undefined);
  const { client, sent } = watched(house.url);
  await assert.rejects(pay(client, signerOf(0), { amount: '5' }), (e) => e.name === 'HeadroomError' && e.code === 'invalid_exact_evm_insufficient_balance' && e.trouble.status === 402);
  assert.equal(paid(sent).length, 1);
  assert.deepEqual(await client.store.list(), []);
});

test('terms that are not those of the configuration are not signed', async () => {
  const { client } = watched(house.url);
  const never = { ...signerOf(0), signTypedData: () => assert.fail('signed') };
  await client.config();
  const [source] = house.config.deposit.sources;
  const right = source.pay_to;
  source.pay_to = '0x2222222222222222222222222222222222222222';
  await assert.rejects(pay(client, never, { amount: '5' }), { code: 'invalid_payment_requirements' });
  source.pay_to = right;
  await assert.rejects(pay(client, never, { amount: '5', source: 'nowhere' }), { code: 'source_not_offered' });
  await assert.rejects(pay(client, never, { amount: 5 }), { code: 'invalid_field' });
  await assert.rejects(pay(client, { ...signerOf(0), signTypedData: async () => 'yes' }, { amount: '5' }), { code: 'wallet_unreadable' });
});

test('another token by its name', async () => {
  const { client } = watched(house.url);
  const { result } = await gained(2, () => pay(client, signerOf(2), { amount: '2', source: 'polygon' }));
  assert.equal(result.network, 'eip155:137');
});

test('every store gives back what it was given, and forgets it once', async () => {
  const items = new Map();
  const storage = { getItem: (k) => items.get(k) ?? null, setItem: (k, v) => void items.set(k, v), removeItem: (k) => void items.delete(k), key: (i) => [...items.keys()][i] ?? null, get length() { return items.size; } };
  storage.setItem('somebody else', 'no json');
  const kept = { kind: 'deposit', key: '../ü/k', user: address(0), at: 1, amount: '1.00', header: 'h', network: 'eip155:1', token: 't' };
  for (const store of [memoryStore(), webStore(storage), fileStore(path.join(folder, 'not there yet'))]) {
    assert.equal(await store.get(kept.key), null);
    assert.deepEqual(await store.list(), []);
    await store.delete(kept.key);
    await store.put(kept);
    await store.put({ ...kept, deposit: 'd' });
    assert.deepEqual(await store.get(kept.key), { ...kept, deposit: 'd' });
    assert.deepEqual(await store.list(), [{ ...kept, deposit: 'd' }]);
    await store.delete(kept.key);
    assert.deepEqual(await store.list(), []);
  }
  assert.deepEqual(fs.readdirSync(folder), ['not there yet']); // and no key leads out of it
});

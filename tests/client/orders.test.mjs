// Bets, sales, withdrawals and the sign-in, by whoever signs: carried to their end, each placed once. The double of tests/web
// checks every signature.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { ethers, privateKeyToAccount } from '../../sandbox/stack/clients.mjs';
import { Refusal, startHouse } from '../web/house/house.mjs';
import { fill } from '../web/house/orders.mjs';
import { address, carry, carryOut, ethersSigner, fileStore, pay, providerSigner, signBet, signerOf, signInMessage, signSell, signWithdraw, watched } from './support.mjs';

let house, token;
const ALL = 100_000_000n;
before(async () => {
  house = await startHouse();
  token = house.markets[0].outcomes[0].token_id;
});
after(() => house?.stop());
after(() => assert.deepEqual(house?.breaches, [], 'the double broke the contract'));
beforeEach(() => {
  Object.assign(house, { refuse: () => undefined, fillsWith: {} });
  house.books.user(address(0)).balance = ALL;
});
const bets = (n = 0) => [...house.books.user(address(n)).bets.values()];
const terms = (over = {}) => ({ token, amount: '10', maxPrice: '0.60', ...over });
const posts = (sent, route) => sent.filter((s) => s.method === 'POST' && s.path === route);

test('a bet is signed, sent and filled; a part of it sold; the rest taken out', async () => {
  const { client } = watched(house.url);
  const bet = await carryOut(client, await signBet(client, signerOf(0), terms()));
  assert.deepEqual([bet.status, bet.amount, bet.user_address], ['filled', '10.00', address(0)]);
  const sale = await carryOut(client, await signSell(client, signerOf(0), { token, shares: '5', minPrice: '0.40' }));
  assert.deepEqual([sale.shares, sale.status !== 'placing'], ['5.00', true]);
  const taken = await carryOut(client, await signWithdraw(client, signerOf(0), { to: address(1), amount: 20_000_000n }));
  assert.deepEqual([taken.amount, taken.to], ['20.00', address(1)]);
  assert.deepEqual(await client.store.list(), []);
});

test('a lost answer repeats the same bytes: one bet', async () => {
  const had = bets().length;
  const { client, sent } = watched(house.url, { lose: (s, times) => s.path === '/bets' && times < 3 });
  const steps = [];
  const bet = await carryOut(client, await signBet(client, signerOf(0), terms()), { tell: (s) => steps.push(s.why?.code ?? s.is) });
  assert.equal(bet.status, 'filled');
  assert.deepEqual(steps, ['sending', 'no_answer', 'no_answer']);
  assert.equal(bets().length, had + 1);
  assert.equal(new Set(posts(sent, '/bets').map((s) => s.key)).size, 1);
});

test('what is placing is asked for until the venue has spoken', async () => {
  house.fillsWith = { never: true };
  const { client, sent } = watched(house.url);
  const steps = [];
  const bet = await carryOut(client, await signBet(client, signerOf(0), terms()), {
    tell(step) {
      steps.push(step.is);
      if (step.is === 'placing') fill(house, bets().at(-1), { part: 0.5 });
    },
  });
  assert.deepEqual(steps, ['sending', 'placing']);
  assert.equal(bet.status, 'filled');
  assert.equal(posts(sent, '/bets').length, 2); // nobody signed in: asked by repeating, which places nothing
});

test('a refusal has the service’s code, with what stands beside it; nothing is kept', async () => {
  const { client } = watched(house.url);
  const refused = (over, check) => assert.rejects(async () => carryOut(client, await signBet(client, signerOf(0), terms(over))), check);
  await refused({ amount: '100.01' }, (e) => e.code === 'insufficient_balance' && e.trouble.status === 422 && e.message === 'the balance is $100.00');
  await refused({ token: '1' }, { code: 'unknown_market' });
  house.refuse = (method, route) => (route === '/bets' ? new Refusal(409, 'quote_expired', { quote: { worst_price: '0.61' } }) : undefined);
  await refused({}, (e) => e.code === 'quote_expired' && e.trouble.quote.worst_price === '0.61');
  house.refuse = (method, route) => (route === '/bets' ? new Refusal(503, 'paused', { detail: 'maintenance' }) : undefined);
  await refused({}, { code: 'paused' });
  assert.deepEqual(await client.store.list(), []);
});

test('once an answer was lost, a pause or a fault is no refusal any more', async () => {
  const had = bets().length;
  const planned = [undefined, new Refusal(503, 'paused'), new Refusal(500, 'internal')];
  house.refuse = (method, route) => (method === 'POST' && route === '/bets' ? planned.shift() : undefined);
  const { client } = watched(house.url, { lose: (s, times) => s.path === '/bets' && times === 1 });
  const codes = [];
  const bet = await carryOut(client, await signBet(client, signerOf(0), terms()), { tell: (s) => s.is === 'checking' && codes.push(s.why.code) });
  assert.deepEqual([bet.status, codes], ['filled', ['no_answer', 'paused', 'internal']]);
  assert.equal(bets().length, had + 1);
});

test('a program that dies with a bet under way finds it in its folder, and it is placed once', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-client-'));
  const had = bets().length;
  const stopped = new AbortController();
  const first = watched(house.url, { store: fileStore(folder), lose: (s) => s.path === '/bets' && (stopped.abort(), true) });
  await assert.rejects(async () => carryOut(first.client, await signBet(first.client, signerOf(0), terms()), { given: stopped.signal }), { code: 'given_up' });
  const { client } = watched(house.url, { store: fileStore(folder) });
  for (const kept of await client.store.list()) assert.equal((await carry(client, kept)).status, 'filled');
  assert.equal(bets().length, had + 1);
  fs.rmSync(folder, { recursive: true });
});

test('viem, ethers and a wallet of the browser sign the same, under a chain that the service takes', async () => {
  const { client } = watched(house.url);
  const secret = ethers.id('headroom page 1');
  const wallet = new ethers.Wallet(secret);
  const asked = [];
  const provider = {
    async request({ method, params }) {
      asked.push(method);
      if (method === 'personal_sign') return wallet.signMessage(ethers.getBytes(params[0]));
      const { domain, types: { EIP712Domain: _, ...types }, message } = JSON.parse(params[1]);
      asked.push(domain.chainId);
      return wallet.signTypedData(domain, types, message);
    },
  };
  const at = 2_000_000_000_000;
  const text = signInMessage(house.url, wallet.address, 137, 'n0nce', at);
  const signers = [ethersSigner(wallet), privateKeyToAccount(secret), providerSigner(provider, wallet.address)];
  const messages = await Promise.all(signers.map((s) => s.signMessage({ message: text })));
  assert.equal(new Set(messages).size, 1);
  for (const signer of signers) {
    assert.equal((await carryOut(client, await signBet(client, signer, terms({ amount: '2' })))).status, 'filled');
    assert.ok(await signWithdraw(client, signer, { to: address(1), amount: '1' }));
  }
  asked.length = 0;
  for (const chain of [9745, 137, 1]) await signBet(client, providerSigner(provider, wallet.address, { chain }), terms());
  assert.deepEqual(asked.filter((a) => typeof a === 'number'), [9745, 137, 137]);
});

test('wallets fail in their own ways: each has a code, and nothing is sent', async () => {
  const { client, sent } = watched(house.url);
  const by = (request, options) => signBet(client, providerSigner({ request }, address(0), options), terms());
  const thrown = (e) => () => Promise.reject(e);
  await assert.rejects(by(thrown({ code: 4001, message: 'User rejected' })), { code: '4001', message: 'User rejected' });
  await assert.rejects(by(thrown({ code: 'ACTION_REJECTED' })), { code: '4001' });
  await assert.rejects(by(thrown({ code: -32603, data: { originalError: { code: 4902 } } })), { code: '4902' });
  await assert.rejects(by(thrown({ code: -32603, message: 'Provided chainId must match the active chainId' })), { code: 'wrong_chain' });
  await assert.rejects(by(thrown(undefined)), { code: '-32603' });
  await assert.rejects(by(async () => '0x00'), { code: 'wallet_unreadable' });
  await assert.rejects(by(async () => `0x${'11'.repeat(65)}`, { check: () => { throw Object.assign(new Error(), { code: 'another account' }); } }), { code: 'another account' });
  await assert.rejects(by(() => new Promise(() => {}), { given: AbortSignal.abort() }), { code: 'given_up' });
  assert.equal(posts(sent, '/bets').length, 0);
});

test('a key that the service would refuse is refused before anything is signed', async () => {
  const { client, sent } = watched(house.url);
  for (const key of ['', 'with space', 'ü', 'x'.repeat(129)]) {
    await assert.rejects(signBet(client, signerOf(0), terms(), { key }), { code: 'invalid_field' }, key);
    await assert.rejects(pay(client, signerOf(0), { amount: '1', key }), { code: 'invalid_field' }, key);
  }
  assert.deepEqual([sent, await client.store.list()], [[], []]);
  assert.ok(await signBet(client, signerOf(0), terms(), { key: '~'.repeat(128) }));
});

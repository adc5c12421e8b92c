// The one table of words has a row for every code that can reach the page.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { sourceOf } from './bundled.mjs';

const root = new URL('../../', import.meta.url);
const read = (path) => fs.readFileSync(new URL(path, root), 'utf8');
const document = JSON.parse(read('http/openapi.json'));
const { WORDS, say } = await sourceOf('words.ts');
const all = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]);

/** Codes in backticks of the refusals, without the words beside them that are fields or states. */
const NO_CODES = ['bet_id', 'sale_id', 'quote', 'limiting_factor', 'detail', 'key', 'placing', 'settling', 'code', 'field', 'unknown', 'parts'];

test('every code that the OpenAPI document names has words', () => {
  const refusals = [...Object.values(document.components.responses), ...Object.values(document.paths).flatMap((p) => Object.values(p)).flatMap((o) => Object.entries(o.responses ?? {}).filter(([s]) => Number(s) >= 400).map(([, r]) => r))];
  const codes = new Set(refusals.flatMap((r) => all(r.description ?? '', /`([a-z0-9_]+)`/g)).filter((c) => !NO_CODES.includes(c)));
  assert.ok(codes.size > 20, `only ${codes.size} codes were found`);
  for (const code of codes) assert.ok(WORDS[code], `the OpenAPI document's code ${code} has no words`);
});

test('every code of the service’s own table has words', () => {
  const codes = all(read('domain/errc.cpp'), /return "([a-z0-9_]+)"/g).filter((c) => c !== 'none' && c !== 'unknown');
  assert.ok(codes.length > 30);
  for (const code of codes) assert.ok(WORDS[code], `errc ${code} has no words`);
  for (const file of fs.readdirSync(new URL('http/', root)).filter((f) => f.endsWith('.cpp')))
    for (const code of all(read(`http/${file}`), /protocol_problem\(\d+, "([a-z_]+)"/g)) assert.ok(WORDS[code], `${file}: ${code} has no words`);
});

test('every x402 code has words', () => {
  const codes = ['x402_codes', 'x402_verify', 'payment_verify', 'x402_parse'].flatMap((f) => all(read(`chain/x402/${f}.cpp`), /"((?:invalid|unsupported|insufficient|eip6492|authorization|payer|source)_[a-z0-9_]+)"/g));
  assert.ok(codes.length > 20);
  for (const code of codes) assert.ok(WORDS[code], `x402 ${code} has no words`);
});

test('every code a wallet may answer has words', () => {
  for (const code of ['4001', '4100', '4200', '4900', '4901', '4902', '-32002', '-32003', '-32005', '-32600', '-32601', '-32602', '-32603', 'wrong_chain', 'wallet_silent', 'wallet_locked', 'wallet_changed'])
    assert.ok(WORDS[code], `wallet ${code} has no words`);
});

test('what is true of the money is said, and an unknown code is never dressed up', () => {
  assert.deepEqual(say({ code: 'market_closed' }, { deed: 'bet' }), { words: 'Not placed: the market takes no orders now. Nothing was taken.', action: 'refresh_price' });
  assert.deepEqual(say({ code: 'exceeds_max_bet', detail: 'Bet amount exceeds global maximum: $60.00 USDC. Maximum bet is $50.00 USDC (buffer balance: $50.00 USDC)' }, { deed: 'bet' }).words,
    'Bet amount exceeds global maximum: $60.00 USDC. Maximum bet is $50.00 USDC (buffer balance: $50.00 USDC)');
  assert.deepEqual(say({ code: 'insufficient_balance' }, { deed: 'bet', balance: '12.345678' }), { words: 'Your balance is $12.34.', action: 'deposit' });
  assert.deepEqual(say({ code: 'brand_new', id: 'b-1' }, { deed: 'bet' }), { words: 'Something we do not know: brand_new, b-1', action: 'copy' });
  assert.deepEqual(say({ code: '4001' }, { deed: 'deposit' }), { words: 'You said no in the wallet. Nothing was sent.', action: 'again' });
});

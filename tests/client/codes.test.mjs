// The codes that are types of the package are those of the service: none is missing, none is made up.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path) => fs.readFileSync(new URL(path, root), 'utf8');
const all = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]);
const unique = (list) => [...new Set(list)].sort();
/** The members of a type of src/codes.ts. */
function typed(name) {
  const [, body] = new RegExp(`export type ${name} =([^;]+);`).exec(read('clients/typescript/src/codes.ts'));
  return unique(all(body, /'([^']+)'/g));
}

test('of the service: its table, and the protocol’s own', () => {
  const table = all(read('domain/errc.cpp'), /return "([a-z0-9_]+)"/g).filter((c) => c !== 'none' && c !== 'unknown');
  const protocol = fs.readdirSync(new URL('http/', root)).filter((f) => f.endsWith('.cpp')).flatMap((f) => all(read(`http/${f}`), /protocol_problem\(\d+, "([a-z_]+)"/g));
  assert.ok(table.length > 30 && protocol.length > 5);
  assert.deepEqual(typed('ServiceCode'), unique([...table, ...protocol]));
});

test('of x402: what a payment may be refused for, and the one that says to wait', () => {
  const codes = ['x402_codes', 'x402_verify', 'payment_verify', 'x402_parse'].flatMap((f) => all(read(`chain/x402/${f}.cpp`), /"((?:invalid|unsupported|insufficient|eip6492|authorization|payer|source)_[a-z0-9_]+)"/g));
  assert.ok(codes.length > 20);
  assert.deepEqual(typed('PaymentCode'), unique([...codes, ...all(read('chain/x402/x402.hpp'), /"(settlement_pending)"/g)]));
});

test('our own: every code that is thrown here is a type', () => {
  const sources = fs.readdirSync(new URL('clients/typescript/src/', root)).filter((f) => !['codes.ts', 'openapi.d.ts'].includes(f)).map((f) => read(`clients/typescript/src/${f}`)).join('\n');
  const known = new Set(['ServiceCode', 'PaymentCode', 'WalletCode', 'ClientCode'].flatMap(typed));
  const thrown = unique([...all(sources, /fail\('([a-z_]+)'/g), ...all(sources, /code: '([a-z_0-9-]+)'/g)]);
  assert.ok(thrown.length > 10);
  for (const code of thrown) assert.ok(known.has(code), `${code} is no type`);
  for (const code of typed('ClientCode')) assert.ok(sources.includes(`'${code}'`), `nobody throws ${code}`);
});

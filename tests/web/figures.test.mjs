// Money as the page shows and reads it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sourceOf } from './bundled.mjs';

const money = await sourceOf('data/money.ts');

test('amounts are read and written to the micro, and nothing is rounded away', () => {
  for (const [text, value] of [['0.00', 0n], ['25.37', 25_370_000n], ['0.000001', 1n], ['-3.50', -3_500_000n], ['9223372036854.775807', 9_223_372_036_854_775_807n]]) {
    assert.equal(money.parse(text), value);
    assert.equal(money.decimal(value), text);
  }
  assert.equal(money.usd('1250.5'), '$1,250.50');
  assert.equal(money.usd('-0.181850'), '−$0.18185');
  assert.equal(money.usdShort('12.349999'), '$12.34');
  assert.equal(money.cents('0.504'), '50.4¢');
  assert.equal(money.count('98.400000'), '98.4');
  for (const bad of ['', '.', '1e3', '1.1234567', '0x1', '1 0', '--1', 'NaN', '1,00']) assert.equal(money.parseTyped(bad), null, bad);
  for (const [typed, value] of [['25.', 25_000_000n], ['.5', 500_000n], ['1,250', 1_250_000_000n], ['$ 7', 7_000_000n], ['007', 7_000_000n]]) assert.equal(money.parseTyped(typed), value, typed);
  assert.equal(money.bpsOf(1_000_001n, 10), 1_001n); // up, as fees are
});

// Money, addresses and signatures of the page beside those of others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ethers } from '../../sandbox/stack/clients.mjs';
import { sourceOf } from './bundled.mjs';
import { TYPES } from './house/signatures.mjs';

const money = await sourceOf('data/money.ts');
const { checksummed, readAddress } = await sourceOf('data/hex.ts');
const { digest, BetIntent, BetDelegation } = await sourceOf('wallet/typed_data.ts');
const { reader } = await sourceOf('state/stream.ts');

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

test('addresses carry the checksum of EIP-55, and a mistyped one is not read', () => {
  for (let i = 0; i < 20; i++) {
    const right = new ethers.Wallet(ethers.id(`checksum ${i}`)).address;
    assert.equal(checksummed(right.toLowerCase()), right);
    assert.equal(readAddress(` ${right} `), right);
    const at = [...right].findIndex((c, n) => n > 1 && /[a-fA-F]/.test(c));
    const swapped = right[at] === right[at].toLowerCase() ? right[at].toUpperCase() : right[at].toLowerCase();
    assert.equal(readAddress(right.slice(0, at) + swapped + right.slice(at + 1)), [...right.slice(2)].filter((c) => /[a-fA-F]/.test(c)).length === 1 ? right : null);
  }
});

test('the digest that the browser’s key signs is the one that everybody computes', () => {
  const domain = { name: 'Headroom', version: '1', chainId: 137, verifyingContract: '0x1111111111111111111111111111111111111111' };
  const message = { user: '0x2222222222222222222222222222222222222222', tokenId: 7n, amount: 25_000_000n, maxPrice: 520_000n, idempotencyKey: ethers.id('k'), deadline: 1_790_000_000n };
  assert.equal(ethers.hexlify(digest({ primaryType: 'BetIntent', fields: BetIntent, domain, message })), ethers.TypedDataEncoder.hash(domain, { BetIntent: TYPES.BetIntent }, message));
  const delegation = { user: message.user, publicKey: `0x04${'ab'.repeat(64)}`, perBet: 1n, total: 2n, expires: 3n, salt: ethers.id('s') };
  assert.equal(ethers.hexlify(digest({ primaryType: 'BetDelegation', fields: BetDelegation, domain, message: delegation })), ethers.TypedDataEncoder.hash(domain, { BetDelegation: TYPES.BetDelegation }, delegation));
});

test('a stream reads the same however it is cut', () => {
  const text = ': hello\r\n\r\nid: 7\nevent: bet\ndata: {"a":1}\ndata: more\n\nretry: 5\ndata: x\r\rid: 8\nevent: buffer\ndata:{}\n\n';
  const expected = [{ name: 'bet', data: '{"a":1}\nmore', id: '7' }, { name: 'message', data: 'x', id: '7' }, { name: 'buffer', data: '{}', id: '8' }];
  for (let size = 1; size < text.length; size++) {
    const heard = [];
    const feed = reader((e) => heard.push(e));
    for (let i = 0; i < text.length; i += size) feed(text.slice(i, i + size));
    assert.deepEqual(heard, expected, `in pieces of ${size}`);
  }
});

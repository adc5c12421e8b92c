// Amounts, addresses, digests and the stream's reader beside those of others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ethers } from '../../sandbox/stack/clients.mjs';
import { TYPES } from '../web/house/signatures.mjs';
import { amountOf, checksummed, decimal, digest, parse, reader, readAddress, typedData } from './support.mjs';

test('amounts are read as strictly as the service reads them, and never as numbers', () => {
  for (const [text, value] of [['25.37', 25_370_000n], ['0.000001', 1n], ['9223372036854.775807', 9_223_372_036_854_775_807n]]) {
    assert.equal(amountOf(text), value);
    assert.equal(decimal(value), text);
    assert.equal(amountOf(value), value);
  }
  for (const bad of ['', '0', '-1', '1e3', '1.1234567', ' 1', '1,000', 0n, -1n, 25, null, undefined])
    assert.throws(() => amountOf(bad), { code: 'invalid_field' }, String(bad));
  assert.equal(parse('-3.50'), -3_500_000n);
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

test('what is signed has the digest that everybody computes', () => {
  const domain = { name: 'Headroom', version: '1', chainId: 137, verifyingContract: '0x1111111111111111111111111111111111111111' };
  const message = { user: '0x2222222222222222222222222222222222222222', tokenId: 7n, amount: 25_000_000n, maxPrice: 520_000n, idempotencyKey: ethers.id('k'), deadline: 1_790_000_000n };
  assert.equal(ethers.hexlify(digest(typedData('BetIntent', domain, message))), ethers.TypedDataEncoder.hash(domain, { BetIntent: TYPES.BetIntent }, message));
  const delegation = { user: message.user, publicKey: `0x04${'ab'.repeat(64)}`, perBet: 1n, total: 2n, expires: 3n, salt: ethers.id('s') };
  assert.equal(ethers.hexlify(digest(typedData('BetDelegation', domain, delegation))), ethers.TypedDataEncoder.hash(domain, { BetDelegation: TYPES.BetDelegation }, delegation));
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

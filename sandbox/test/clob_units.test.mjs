// The parts that must agree with the world outside: order hash, signer, fee.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { ethers } from 'ethers';
import { decimal, micro, takerFee } from '../clob/amounts.mjs';
import { EXCHANGE, EXCHANGE_V3, Markets, NEG_RISK_EXCHANGE } from '../clob/markets.mjs';
import { isWhole, take } from '../clob/matching.mjs';
import { orderId, recoverSigner, structHash, wrappedSigner } from '../clob/signature.mjs';
import { page } from '../clob/views.mjs';

// Recorded from @polymarket/clob-client-v2 1.1.0: a market BUY of $25.37 at 0.57 by anvil's first
// account.
const RECORDED = {
  salt: 221604936270,
  maker: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  signer: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  tokenId: '71321045679252212594626385532706912750332728571942532289631379312455583992563',
  makerAmount: '25370000',
  takerAmount: '44508700',
  side: 0,
  signatureType: 0,
  timestamp: '1795000000123',
  metadata: ethers.ZeroHash,
  builder: ethers.ZeroHash,
};
const HASH = '0x99a0ef97db6e6e08316abe546cae7a87fd948f563b00e45c0cb20d1e200b247c';
const SIGNATURE =
  '0xd8d7fb47468eb89d8d6780b75ca4461b024b5988001b95d68b1a9eacfdecdfd500b553268de78e8a29b57f36349513dda2cd48c5d137ebf997f7007ea3776b131c';

test('hash and signer of a recorded order', () => {
  assert.equal(orderId(structHash(RECORDED), EXCHANGE), HASH);
  assert.notEqual(orderId(structHash(RECORDED), NEG_RISK_EXCHANGE), HASH);
  assert.equal(recoverSigner(HASH, SIGNATURE), RECORDED.maker.toLowerCase());
});

// What the official clients signed, of every signature type and exchange.
const recorded = new URL('../../tests/vectors/polymarket-orders.json', import.meta.url);
const { vectors } = JSON.parse(fs.readFileSync(recorded));
const current = vectors.filter((v) => v.exchange_version >= 2);
const [wrapped] = current.filter((v) => v.id === 'v2-depositwallet-market-buy-fok');
const OWNER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';

test('hash and signer of every recorded order, neg-risk, wallets and Protocol V2 included', () => {
  assert.equal(current.length, 9);
  for (const { id, domain, message, order_hash: hash, signature } of current) {
    const contents = structHash(message);
    assert.equal(orderId(contents, domain.verifyingContract), hash, id);
    const signer =
      message.signatureType === 3
        ? wrappedSigner(contents, domain.verifyingContract, message.maker, signature)
        : recoverSigner(hash, signature);
    assert.equal(signer, OWNER, id);
  }
  assert.ok(current.some((v) => v.domain.verifyingContract === EXCHANGE_V3));
});

test("each part of a deposit wallet's signature counts", () => {
  const { message, signature, erc7739: part } = wrapped;
  const contents = structHash(message);
  const signer = (bytes, wallet = message.maker, exchange = EXCHANGE) =>
    wrappedSigner(contents, exchange, wallet, bytes);
  assert.equal(ethers.dataLength(signature), 317);
  assert.equal(signer(signature), OWNER);
  const good = [
    part.inner_signature,
    part.app_domain_separator,
    part.contents_hash,
    part.contents_type_hex,
    `0x${part.contents_type_length_u16_be}`,
  ];
  assert.equal(ethers.concat(good), signature);
  for (const [index, bytes] of good.entries()) {
    const flipped = ethers.getBytes(bytes);
    flipped[5 % flipped.length] ^= 1;
    const bad = ethers.concat(good.map((b, i) => (i === index ? flipped : b)));
    assert.notEqual(signer(bad), OWNER, `part ${index}`);
  }
  assert.equal(signer(ethers.concat([signature, '0x00'])), null);
  assert.equal(signer(part.inner_signature), null);
  assert.equal(signer(signature, message.maker, NEG_RISK_EXCHANGE), null);
  assert.notEqual(signer(signature, ethers.ZeroAddress), OWNER, 'another wallet of the same key');
});

test('recovery agrees with ethers on random keys and digests', () => {
  for (let i = 0; i < 50; i += 1) {
    const key = new ethers.SigningKey(ethers.randomBytes(32));
    const digest = ethers.hexlify(ethers.randomBytes(32));
    const { serialized } = key.sign(digest);
    assert.equal(
      recoverSigner(digest, serialized),
      ethers.recoverAddress(digest, serialized).toLowerCase(),
    );
  }
});

test('fees', () => {
  const fee = (shares, price, rate, exponent) =>
    decimal(takerFee(micro(shares), micro(price), micro(rate), exponent));
  assert.equal(fee('100', '0.5', '0.05', 1), '1.25');
  assert.equal(fee('200', '0.355', '0.05', 1), '2.28975');
  assert.equal(fee('28.169', '0.355', '0.05', 1), '0.32249', 'cut at 0.00001');
  assert.equal(fee('0.0001', '0.5', '0.05', 1), '0');
  // fills of Polygon mainnet, September 2026
  assert.equal(fee('7.575758', '0.66', '0.05', 1), '0.085');
  assert.equal(fee('21.126758', '0.71', '0.05', 1), '0.21749');
  assert.equal(fee('1.219511', '0.82', '0.07', 1), '0.01259');
  assert.equal(fee('100', '0.5', '0', 0), '0');
  assert.equal(fee('100', '0.5', '0.25', 2), '1.5625');
});

test("a BUY walks the asks up to its limit and pays each level's price", () => {
  const markets = new Markets();
  const token = markets.token(markets.describe()[2].token_id);
  markets.change({
    token_id: token.tokenId,
    asks: [
      { price: '0.62', size: '50' },
      { price: '0.6', size: '100' },
      { price: '0.7', size: '9' },
    ],
  });
  const order = { side: 'BUY', type: 'GTC', give: micro('100'), want: micro('160') }; // 0.625
  const fills = take(order, order.want, token);
  assert.deepEqual(
    fills.map((f) => [decimal(f.price), decimal(f.size), decimal(f.cost)]),
    [
      ['0.6', '100', '60'],
      ['0.62', '50', '31'],
    ],
  );
});

test('a SELL walks the bids down to its limit: proceeds are floored at each level', () => {
  const markets = new Markets();
  const token = markets.token(markets.describe()[2].token_id);
  markets.change({
    token_id: token.tokenId,
    bids: [
      { price: '0.57', size: '3.333333' },
      { price: '0.58', size: '1.111111' },
      { price: '0.56', size: '100' },
    ],
  });
  const order = { side: 'SELL', type: 'FAK', give: micro('10'), want: micro('5.7') };
  const fills = take(order, order.give, token);
  assert.deepEqual(
    fills.map((f) => [decimal(f.price), decimal(f.size), decimal(f.cost), decimal(f.fee)]),
    [
      ['0.58', '1.111111', '0.644444', '0.01082'], // 0.64444438; fee 0.010826...
      ['0.57', '3.333333', '1.899999', '0.03267'], // 1.89999981; fee 0.032679...
    ],
  );
  assert.ok(!isWhole(order, order.give, fills));
  markets.consume(token, 'SELL', fills.slice(1));
  assert.deepEqual(
    token.bids.map((l) => decimal(l.size)),
    ['1.111111', '100'],
  );
});

test('amounts are read strictly', () => {
  assert.equal(micro('12.5'), 12_500_000n);
  assert.equal(decimal(1n), '0.000001');
  for (const bad of ['', '-1', '1e3', '1.0000001', '.5', 'x', null])
    assert.throws(() => micro(bad));
});

test('a market BUY spends its money: cost is floor(size x price), the shares have 6 decimals', () => {
  const markets = new Markets();
  const token = markets.token(markets.describe()[2].token_id);
  markets.change({ token_id: token.tokenId, asks: [{ price: '0.66', size: '1000' }] });
  const order = { side: 'BUY', type: 'FOK', give: micro('5'), want: micro('7.5757') };
  const [fill] = take(order, order.want, token);
  assert.deepEqual([decimal(fill.size), decimal(fill.cost)], ['7.575758', '5']);
  assert.ok(isWhole(order, order.want, [fill]));
  assert.ok(!isWhole({ ...order, give: micro('5.01') }, order.want, [fill]));
});

test('a page can repeat rows of the one before, as when a trade lands between the two', () => {
  const rows = ['f', 'e', 'd', 'c', 'b', 'a'];
  const seen = [];
  for (let cursor = 'MA=='; cursor !== 'LTE=';) {
    const { data, next_cursor: next } = page(rows, cursor, 3, (x) => x, 1);
    seen.push(data.join(''));
    cursor = next;
  }
  assert.deepEqual(seen, ['fed', 'dcb', 'ba']);
});

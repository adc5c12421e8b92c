// The parts that must agree with the world outside: order hash, signer, fee.
import assert from 'node:assert/strict';
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
  for (let cursor = 'MA=='; cursor !== 'LTE='; ) {
    const { data, next_cursor: next } = page(rows, cursor, 3, (x) => x, 1);
    seen.push(data.join(''));
    cursor = next;
  }
  assert.deepEqual(seen, ['fed', 'dcb', 'ba']);
});

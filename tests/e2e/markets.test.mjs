// Markets and quotes against the real service and the venue double: what is on offer, what a bet would buy, and that the
// promised price is the bet's.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { micro, NO_CONVERSION, startHouse, until } from './support.mjs';

const QUOTE_TTL_MS = 3000;
let house, user, deep, fine, thin;

before(async () => {
  house = await startHouse({
    opening: '100000',
    overrides: { conversion: NO_CONVERSION, venue: { quote_ttl_ms: QUOTE_TTL_MS, book_ttl_ms: 50 } },
  });
  [user] = house.users;
  [deep, fine, thin] = house.markets;
  await house.fund(user, '500.00');
});
after(() => house?.close());

const quote = (body, key = null) => house.call('POST', '/bets/quote', { key, body });
const quoted = async (token, amount) => {
  const answer = await quote({ token_id: token.token_id, amount });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};
const betAt = (q, over = {}, idempotency = randomUUID()) =>
  house.bet(
    {
      user_address: user.address,
      token_id: q.token_id,
      amount: q.amount,
      quote_id: q.quote_id,
      ...over,
    },
    { idempotency },
  );
const expired = (q) =>
  until('the end of the quote', () => Date.now() > Date.parse(q.good_until) + 50);
const marketOf = (token) => house.call('GET', `/markets/${token.condition_id}`);

test('one market, with the prices of its books', async () => {
  const { status, body } = await marketOf(deep);
  assert.equal(status, 200);
  const yes = body.outcomes.find((o) => o.token_id === deep.token_id);
  assert.deepEqual(
    [body.condition_id, body.status, body.tick_size, yes.name, yes.ask, yes.bid],
    [deep.condition_id, 'open', '0.01', 'Yes', '0.50', '0.49'],
  );
  assert.equal(typeof body.question, 'string');
  const { body: other } = await marketOf(fine);
  assert.deepEqual(
    [other.tick_size, other.neg_risk, other.fee],
    ['0.001', true, { rate: '0.05', exponent: 1 }],
  );
  const nobody = await house.call('GET', `/markets/0x${'12'.repeat(32)}`);
  assert.deepEqual([nobody.status, nobody.body.code], [404, 'not_found']);
});

test('the list of markets, page by page, and a search', async () => {
  const seen = [];
  for (let cursor = '', pages = 0; cursor !== null && pages < 50; pages += 1) {
    const { status, body, text } = await house.call(
      'GET',
      `/markets?limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    assert.equal(status, 200, text);
    seen.push(...body.markets.map((m) => m.condition_id));
    cursor = body.next_cursor;
  }
  for (const token of [deep, fine, thin])
    assert.equal(seen.filter((id) => id === token.condition_id).length, 1, 'each once');
  const { question } = (await marketOf(thin)).body;
  const found = await house.call('GET', `/markets?query=${encodeURIComponent(question)}`);
  assert.ok(found.body.markets.some((m) => m.condition_id === thin.condition_id), found.text);
});

test('a quote says what a bet would buy, and the bet gets that price', async () => {
  const q = await quoted(deep, '25.37');
  assert.deepEqual(
    [q.shares, q.payout, q.average_price, q.worst_price, q.fee, q.fills_whole, q.max_bet],
    ['50.74', '50.74', '0.50', '0.50', '0.00', true, null],
  );
  const answer = await betAt(q);
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(
    [answer.body.max_price, answer.body.status, answer.body.shares],
    [q.worst_price, 'filled', q.shares],
  );
  const mine = await quote(
    { user_address: user.address, token_id: deep.token_id, amount: '5' },
    'read',
  );
  const { body: limit } = await house.get(`/buffer/max-bet?user_address=${user.address}`);
  assert.deepEqual(
    [mine.body.max_bet, mine.body.limiting_factor],
    [limit.max_bet, limit.limiting_factor],
  );
});

test('fees and thin books', async () => {
  const q = await quoted(thin, '20');
  assert.equal(q.worst_price, '0.60');
  assert.ok(q.fills_whole && micro(q.fee) > 0n);
  assert.ok(micro(q.spend) + micro(q.fee) <= micro(q.amount));
  const { body: bet, status, text } = await betAt(q);
  assert.equal(status, 201, text);
  assert.ok(micro(bet.spent) <= micro(q.spend) && micro(bet.fee) <= micro(q.fee), text);
  const much = await quoted(thin, '100');
  assert.deepEqual([much.fills_whole, much.shares], [false, '100.00']);
  const refusals = [
    [{ token_id: '1', amount: '5' }, 'unknown_market'],
    [{ token_id: deep.token_id, amount: '0.99' }, 'amount_too_small'],
  ];
  for (const [body, code] of refusals) {
    const answer = await quote(body);
    assert.deepEqual([answer.status, answer.body.code], [422, code]);
  }
});

test('after its time a quote is refused with a new one, which works; a repeat finds its bet', async () => {
  const q = await quoted(deep, '7');
  const name = randomUUID();
  const first = await betAt(q, {}, name);
  assert.equal(first.status, 201, first.text);
  await expired(q);
  const again = await betAt(q, {}, name);
  assert.deepEqual([again.status, again.body.bet_id], [201, first.body.bet_id]);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  const late = await house.unchanged(() => betAt(q));
  assert.deepEqual([late.status, late.body.code], [409, 'quote_expired'], late.text);
  assert.notEqual(late.body.quote.quote_id, q.quote_id);
  const fresh = await betAt(late.body.quote);
  assert.equal(fresh.status, 201, fresh.text);
  assert.equal(fresh.body.max_price, late.body.quote.worst_price);
});

test('a quote is good for its own bet alone', async () => {
  const q = await quoted(deep, '7');
  const wrong = [
    [{ amount: '8' }, 'quote_id'],
    [{ token_id: fine.token_id }, 'quote_id'],
    [{ max_price: '0.51' }, 'max_price'],
    [{ quote_id: 'mine' }, 'quote_id'],
  ];
  await house.unchanged(async () => {
    for (const [over, field] of wrong) {
      const answer = await betAt(q, over);
      assert.deepEqual([answer.status, answer.body.field], [400, field], answer.text);
    }
  });
});

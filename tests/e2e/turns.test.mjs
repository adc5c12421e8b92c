// More orders than the venue takes: whose is next, and what those hear who come too early.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { NO_CONVERSION, startHouse, until } from './support.mjs';

let house, greedy, others, market;

before(async () => {
  house = await startHouse({
    opening: '1000',
    overrides: {
      conversion: NO_CONVERSION,
      venue: {
        orders_per_second: 2, // four at once, then one every half second
        order_burst: 4,
        turn_share: 1,
        key_share: 1,
        turns_of_a_user: 3,
      },
    },
  });
  [market] = house.markets;
  [greedy, ...others] = house.users.slice(0, 3);
  for (const user of [greedy, ...others]) await house.fund(user, '100.00');
});
after(() => house?.close());

const metric = async (name) => {
  const { text } = await house.call('GET', '/metrics');
  return Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1]);
};

test('one user floods: the others have their turn, and nobody is held up in vain', async () => {
  const bet = (user, idempotency = randomUUID()) =>
    house.bet(
      { user_address: user.address, token_id: market.token_id, amount: '2.00', max_price: '0.50' },
      { idempotency },
    );
  const refused = [];
  const flood = Array.from({ length: 12 }, async () => {
    const key = randomUUID();
    const answer = await bet(greedy, key);
    if (answer.status !== 201) refused.push({ key, answer });
    return answer;
  });
  await until('those without a place to hear so', () => refused.length >= 5, 5_000);
  const theirs = await Promise.all(others.map((user) => bet(user)));
  for (const answer of theirs) assert.equal(answer.status, 201, answer.text);

  for (const { answer } of refused) {
    assert.deepEqual([answer.status, answer.body.code], [429, 'rate_limited'], answer.text);
    const wait = Number(answer.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 3, `four turns of half a second: ${wait}`);
  }
  const [{ key, answer }] = refused;
  await pause(Number(answer.headers.get('retry-after')) * 1000);
  const again = await bet(greedy, key);
  assert.equal(again.status, 201, `who comes back then is served: ${again.text}`);

  const taken = (await Promise.all(flood)).filter(({ status }) => status === 201);
  assert.deepEqual([taken.length, refused.length], [7, 5]);
  const last = taken.map(({ body }) => body.created_at).sort().at(-1);
  for (const { body } of theirs) assert.ok(body.created_at < last, 'before the last of the flood');
  assert.equal(await house.sql('SELECT count(*) FROM bets'), '10', 'a refusal leaves no trace');
  assert.equal(await metric('headroom_venue_turns_waiting'), 0);
  assert.equal(await metric('headroom_venue_turns_refused_total'), 5);
});

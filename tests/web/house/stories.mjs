// Stories as the service tells them: a bet that was in doubt and came back in part; any with as many events as wanted.
import { hash } from './books.mjs';

const START = Date.parse('2026-11-30T11:00:00Z') * 1_000;
/** RFC 3339, as the service writes it. */
const time = (us) => new Date(Math.floor((START + us) / 1_000)).toISOString();
const event = (us, lane, what, more = {}) => ({ at: time(us), at_us: START + us, lane, what, actor: lane, took_us: null, amount: null, detail: null, kept: true, ...more });
const gap = (from, to, named) => ({ from: time(from), to: time(to), us: to - from, named });
const subjectOf = (kind, id, more = {}) => ({
  kind, id, status: 'filled', user_address: `0x${'ab'.repeat(20)}`, amount: '50.00', created_at: time(0), updated_at: time(20_300_000), question: null, outcome: null, ...more,
});

/** Asked, taken, placed, silence, looked up, filled, refunded. */
export function betStory(id, more = {}) {
  return {
    subject: subjectOf('bet', id, { question: 'Will it rain in Bergen on Friday?', outcome: 'Yes' }),
    events: [
      event(0, 'http', 'bet.asked', { took_us: 20_300_400 }), event(180, 'balance', 'balance.deducted', { took_us: 42, amount: '50.00', kept: false }), event(260, 'buffer', 'buffer.deducted', { took_us: 31, amount: '50.00', kept: false }),
      event(900, 'journal', 'bet.placed', { took_us: 2_100, amount: '50.00' }), event(3_000, 'ledger', 'posting.bet', { amount: '50.00' }), event(3_200, 'venue', 'order.sent', { took_us: 15_000_000, detail: 'no answer within 15 s' }),
      event(15_003_200, 'venue', 'order.in_doubt'), event(20_061_000, 'venue', 'order.looked_up', { took_us: 41_000, detail: 'matched' }), event(20_290_000, 'journal', 'bet.filled', { took_us: 1_900, amount: '49.82' }),
      event(20_291_900, 'ledger', 'posting.bet_refund', { amount: '0.181850' }), event(20_300_000, 'http', 'bet.answered', { took_us: 400 }),
    ],
    gaps: [gap(3_200, 15_003_200, 'waiting for venue 15 s'), gap(15_003_200, 20_061_000, 'waiting for venue 5.05 s'), gap(20_102_000, 20_290_000, 'waiting for journal 188 ms')],
    postings: [{ at: time(3_000), kind: 'bet', debit: 'user', credit: 'buffer', amount: '50.00' }, { at: time(20_291_900), kind: 'bet_refund', debit: 'buffer', credit: 'user', amount: '0.181850' }],
    operations: [{ operation_id: 'c0000000-0000-4000-8000-000000000001', attempt: 1, chain_id: 137, service: null, nonce: 17, tx_hash: hash(), purpose: 'approve', status: 'confirmed', block_number: 61_000_123, fee_wei: '1230000000000000', created_at: time(0), updated_at: time(9_000_000) }],
    sums: [{ account: 'user', change: '-49.818150' }, { account: 'buffer', change: '-49.818150' }], complete: true, ...more,
  };
}

const LANES = ['http', 'journal', 'venue', 'ledger', 'chain'];
/** Of `count` events, 700 µs apart, with a wait before each hundredth. */
export function longStory(kind, id, count) {
  const events = [];
  const gaps = [];
  for (let i = 0, us = 0; i < count; i++) {
    if (i > 0 && i % 100 === 0) {
      gaps.push(gap(us, us + 61_000, `waiting for ${LANES[i % 5]} 61 ms`));
      us += 60_300;
    }
    us += i > 0 ? 700 : 0;
    events.push(event(us, LANES[i % 5], `step.${i}`, { took_us: 350 }));
  }
  return { subject: subjectOf(kind, id), events, gaps, postings: [], operations: [], sums: [], complete: false };
}

/** One page of it, as the service cuts it. */
export function cut(story, cursor, limit) {
  const from = Number(cursor ?? 0);
  const events = story.events.slice(from, from + limit);
  const [after, last] = [from > 0 ? story.events[from - 1].at_us : 0, events.at(-1)?.at_us ?? 0];
  const isIn = (us) => us > after && us <= last;
  const next = from + limit < story.events.length ? String(from + limit) : null;
  return { ...story, events, gaps: story.gaps.filter((g) => isIn(Date.parse(g.from) * 1_000 + g.us)), postings: story.postings.filter((p) => isIn(Date.parse(p.at) * 1_000)), operations: from === 0 ? story.operations : [], next_cursor: next };
}

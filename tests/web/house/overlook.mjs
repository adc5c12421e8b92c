// What the double says to who oversees it: the overview with its history, who did what, and markets that are not paid out.
import { later, now, usd } from './books.mjs';

const RANGES = { '1h': [3_600, 60], '24h': [86_400, 300], '7d': [604_800, 1_800], '30d': [2_592_000, 7_200] };

/** A day like any other: it falls in the morning, and is filled up now and then. */
function seriesOf(range, books) {
  const [seconds, step] = RANGES[range];
  const t = Array.from({ length: seconds / step }, (_, i) => Math.floor(Date.now() / 1_000) - seconds + (i + 1) * step - 5);
  const dollars = (n) => usd(BigInt(Math.round(n * 100)) * 10_000n);
  const level = t.map((_, i) => Number(books.buffer) / 1e6 + 5_000 * Math.sin((i / t.length) * 9) - 5_000 * Math.sin(9));
  return {
    step_seconds: step, t, balance: level.map(dollars), lowest: level.map((n, i) => dollars(n - 40 * (i % 3))),
    in: t.map((_, i) => (i === 0 ? null : dollars((i % 6 === 0 ? 500 : 0) * (step / 300)))), out: t.map((_, i) => (i === 0 ? null : dollars((90 + 40 * Math.cos(i / 7)) * (step / 300)))),
    bets: t.map((_, i) => (i === 0 ? null : 3 + (i % 4))),
  };
}

const isPaused = (desk, work) => desk.alerts.some((a) => a.kind === 'work.paused' && a.subject === work && a.cleared_at === null);

export function overviewOf({ books, desk }, range, buffer) {
  const running = desk.conversions.filter((c) => ['running', 'held'].includes(c.status));
  const { forecast: f } = buffer;
  return {
    as_of: now(), range, buffer, series: desk.noHistory ? { step_seconds: 60, t: [], balance: [], lowest: [], in: [], out: [], bets: [] } : seriesOf(range, books),
    forecast: { outflow_per_hour: f.outflow_per_hour, inflow_per_hour: '980.00', arrivals: running.map((c) => ({ conversion_id: c.conversion_id, amount: c.expected, eta: later(180_000) })), low_at: later(1_000 * f.seconds_to_low), empty_at: null },
    solvency: { solvent: desk.solvent, difference: usd(books.buffer - 250_000_000n), shortfall: '0.00', insolvent_since: desk.solvent ? null : later(-600_000), checked_at: now() },
    conversions: { in_flight: running.length, amount: usd(250_000_000n * BigInt(running.length)), oldest_seconds: running.length ? 110 : null },
    latency: [
      { method: 'POST', route: '/bets', requests: 18_412, p50_ms: 100, p99_ms: 250 }, { method: 'GET', route: '/buffer/max-bet', requests: 240_118, p50_ms: 0.25, p99_ms: 2.5 },
      { method: 'POST', route: '/deposit', requests: 412, p50_ms: 1_000, p99_ms: null },
    ],
    alerts: desk.alerts.filter((a) => a.cleared_at === null),
    paused: Object.fromEntries(['bets', 'deposits', 'conversions', 'withdrawals'].map((w) => [w, isPaused(desk, w)])),
  };
}

/** As the books have it: the newest first, what was done here before anybody looked among them. */
export function auditOf({ desk }, query) {
  const limit = Number(query.get('limit') ?? 50);
  const before = Number(query.get('cursor') ?? Infinity);
  const lines = [...desk.past, ...desk.acts.map(({ action, target, reason, done_by, at }) => ({ at, done_by, action, target, reason, detail: {} }))].map((line, i) => ({ action_id: i + 1, ...line }));
  const rest = lines.reverse().filter((l) => l.action_id < before);
  const actions = rest.slice(0, limit);
  return { actions, next_cursor: rest.length > limit ? String(actions.at(-1).action_id) : null };
}

export const unsettledOf = (n, more = {}) => ({
  condition_id: `0x${String(n).padStart(64, '7')}`, question: `Will it be paid, number ${n}?`, resolved_at: later(-7_200_000), age_seconds: 7_200, received: '100.00', paid: '60.00', owed: '40.00', short: false, unpaid_positions: 3, at_venue: 0,
  redemptions: 1, ...more,
});

const TRIED = {
  look_again: 'its route looks at once; nothing is sent', retry_conversion: 'a step that is stuck is freed once, where its route can', hold_conversion: 'nothing of it is sent any more; what is in flight stays in flight',
  release_conversion: 'it goes on; failed attempts are counted anew', settle_conversion: 'the chains are asked for the transfer; it ends with what that brought', fail_conversion: 'its amount is booked as lost; its users keep their credit',
  approve_withdrawal: 'it is sent, once', refuse_withdrawal: 'its amount is the user’s again; nothing is sent',
};
/** Of a dry run: what would follow; null where the chains decide. */
export function triedOf(action, { before = null, after = null, paused } = {}) {
  const [, word, work] = /^(pause|resume)_(.*)$/.exec(action) ?? [];
  if (word) return { effect: word === 'pause' ? `no new ${work} are taken; what runs goes on to its end` : `new ${work} are taken again`, before: paused ?? 'taken', after };
  return { effect: TRIED[action] ?? 'the chains are asked first', before, after };
}

// The buffer's course as the service keeps it, for a drawing: nobody pays by these numbers.
import { micro } from '@headroom/client';
import type { Overview } from './service';

export const RANGES = ['1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];
export const RANGE_WORDS: Record<Range, string> = { '1h': 'an hour', '24h': 'a day', '7d': 'a week', '30d': '30 days' };

type Series = Overview['series'];
export interface Course {
  /** Unix seconds. */
  at: number[];
  balance: number[];
  lowest: number[];
  /** Dollars an hour, null where it is not known. */
  came: (number | null)[];
  went: (number | null)[];
  bets: number;
}

const dollars = (amount: string): number => Number(micro(amount)) / 1e6;

/** Up to now: the present level is its last point. A gap of more than two stretches is drawn as one. */
export function courseOf(s: Series, now: { at: string; balance: string }): Course {
  const out: Course = { at: [], balance: [], lowest: [], came: [], went: [], bets: 0 };
  const put = (at: number, balance: number | null, lowest: number | null, came: number | null, went: number | null) => {
    out.at.push(at);
    (out.balance as (number | null)[]).push(balance);
    (out.lowest as (number | null)[]).push(lowest);
    out.came.push(came);
    out.went.push(went);
  };
  s.t.forEach((at, i) => {
    const before = s.t[i - 1];
    const apart = before === undefined ? s.step_seconds : at - before;
    if (apart > 2 * s.step_seconds) put(before! + s.step_seconds, null, null, null, null);
    const hourly = (amount: string | null | undefined) => (amount == null ? null : (dollars(amount) * 3_600) / Math.max(apart, 60));
    put(at, dollars(s.balance[i]!), dollars(s.lowest[i]!), hourly(s.in[i]), hourly(s.out[i]));
    out.bets += s.bets[i] ?? 0;
  });
  const last = Date.parse(now.at) / 1_000;
  if (out.at.length === 0 || last > out.at.at(-1)!) put(last, dollars(now.balance), dollars(now.balance), null, null);
  return out;
}

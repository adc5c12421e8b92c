// The buffer as this browser has seen it: the service keeps no history of its level, so the page draws what it saw itself, for a day.
import { signal } from '@preact/signals';
import { micro } from '@headroom/client';
import { read, write } from '../data/notes';
import type { Buffer } from './service';

/** At (seconds), level, minimum, and all that ever came in and went out, in dollars: of a drawing, nobody pays by them. */
export type Point = [at: number, level: number, low: number, came: number, went: number];

const DAY_S = 86_400;
const APART_S = 10;
const MOST = 1_200;
const NAME = 'operator.level';
const dollars = (amount: string): number => Number(micro(amount)) / 1e6;

const isPoint = (p: unknown): p is Point => Array.isArray(p) && p.length === 5 && p.every((n) => typeof n === 'number' && Number.isFinite(n));
const kept = read<unknown>(NAME);
export const seen = signal<Point[]>((Array.isArray(kept) ? kept : []).filter(isPoint));

/** The older half with half as many points: recent hours are drawn more finely. */
export const thinned = (points: Point[]): Point[] => (points.length <= MOST ? points : points.filter((_, i) => i >= points.length / 2 || i % 2 === 0));

export function added(points: Point[], p: Point): Point[] {
  const rest = points.filter(([at]) => at > p[0] - DAY_S && at < p[0]);
  const before = rest.at(-2);
  if (before && p[0] - before[0] < APART_S) rest.pop(); // the last one moves along
  return thinned([...rest, p]);
}

export function note(b: Buffer, at = Date.now()): void {
  const p: Point = [Math.round(at / 1_000), dollars(b.usdc_balance), dollars(b.min_buffer_size), dollars(b.total_deposited), dollars(b.total_withdrawn)];
  seen.value = added(seen.peek(), p);
  write(NAME, seen.value);
}

/** Dollars an hour between the points that are about `apart` seconds apart; null where a point has none before it. */
export function flows(points: Point[], apart = 300): { came: (number | null)[]; went: (number | null)[] } {
  const came: (number | null)[] = [];
  const went: (number | null)[] = [];
  let from = 0;
  points.forEach((p, i) => {
    while (from + 1 < i && points[from + 1]![0] <= p[0] - apart) from++;
    const before = points[from]!;
    const hours = (p[0] - before[0]) / 3_600;
    const ok = hours > 0 && p[3] >= before[3] && p[4] >= before[4];
    came.push(ok ? (p[3] - before[3]) / hours : null);
    went.push(ok ? (p[4] - before[4]) / hours : null);
  });
  return { came, went };
}

// Where a story's events stand on one axis, and how many of them a drawing can show.
import type { StoryEvent } from './shapes';

/** From a time to its place, 0 to 1. */
export type Scale = (us: number) => number;

export function ends(events: readonly StoryEvent[]): { from: number; to: number } {
  let [from, to] = [Infinity, -Infinity];
  for (const e of events) {
    from = Math.min(from, e.at_us);
    to = Math.max(to, e.at_us + e.took);
  }
  return events.length ? { from, to } : { from: 0, to: 0 };
}

/** Strictly as time went. */
export function evenScale(events: readonly StoryEvent[]): Scale {
  const { from, to } = ends(events);
  return (us) => (to > from ? (us - from) / (to - from) : 0.5);
}

/** What takes less than this takes no room of its own. */
const FINEST_US = 50;

/** Long waits take less room than they lasted: what took milliseconds stays to be seen beside what took days. */
export function squeezedScale(events: readonly StoryEvent[]): Scale {
  const times = Float64Array.from(new Set(events.flatMap((e) => [e.at_us, e.at_us + e.took]))).sort();
  const places = new Float64Array(times.length);
  for (let i = 1; i < times.length; i++) places[i] = places[i - 1]! + Math.log2(1 + (times[i]! - times[i - 1]!) / FINEST_US);
  const all = places.at(-1) || 1;
  return (us) => {
    if (times.length < 2) return 0.5;
    const i = Math.min(Math.max(0, lastNotAfter(times, us)), times.length - 2);
    const part = Math.min(1, Math.max(0, (us - times[i]!) / (times[i + 1]! - times[i]!)));
    return (places[i]! + part * (places[i + 1]! - places[i]!)) / all;
  };
}

function lastNotAfter(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** In the order in which they first speak. */
export const lanesOf = (events: readonly StoryEvent[]): string[] => [...new Set(events.map((e) => e.lane))];

export interface Mark { lane: number; x: number; width: number; count: number; first: number; bad: boolean }

/** One mark a lane and column of the drawing, however many events fall into it. */
export function marksOf(events: readonly StoryEvent[], lanes: readonly string[], scale: Scale, columns: number): Mark[] {
  const at = new Map(lanes.map((name, i) => [name, i]));
  const found = new Map<number, Mark>();
  events.forEach((e, first) => {
    const lane = at.get(e.lane)!;
    const x = Math.floor(scale(e.at_us) * (columns - 1));
    const width = Math.max(1, Math.ceil(scale(e.at_us + e.took) * (columns - 1)) - x);
    const key = lane * columns + x;
    const there = found.get(key);
    if (!there) found.set(key, { lane, x, width, count: 1, first, bad: e.bad });
    else {
      there.count++;
      there.width = Math.max(there.width, width);
      there.bad ||= e.bad;
    }
  });
  return [...found.values()];
}

export interface Arrow { from: number; to: number; event: StoryEvent }

/** Who spoke after whom: what the sequence diagram draws. The first speaks to itself. */
export function arrowsOf(events: readonly StoryEvent[], lanes: readonly string[]): Arrow[] {
  const at = new Map(lanes.map((name, i) => [name, i]));
  return events.map((event, i) => ({ from: at.get(events[i - 1]?.lane ?? event.lane)!, to: at.get(event.lane)!, event }));
}

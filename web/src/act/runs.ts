// What is under way for the account in front of the page: begun here, or found kept after a reload. The screen shows runs;
// they go on whether or not somebody looks.
import { computed, effect, signal } from '@preact/signals';
import { type Kept, type Receipt, sleep } from '@headroom/client';
import { same } from '../data/same';
import { refresh } from '../state/live';
import { keepName } from '../state/markets';
import { address } from '../wallet/wallets';
import { kept } from './kept';
import type { Progress } from './orders';
import type { Paying } from './pay';

export interface Run {
  kept: Kept;
  p: Progress | Paying;
  /** When each step was reached. */
  at: Partial<Record<(Progress | Paying)['is'], number>>;
  /** Found after a reload: nothing else on the screen tells of it. */
  resumed: boolean;
}

const all = signal<ReadonlyMap<string, Run>>(new Map());
const stops = new Map<string, AbortController>();

export const runs = computed(() => [...all.value.values()].filter((r) => address.value !== null && same(r.kept.user, address.value)));
export const runOf = (key: string | null): Run | null => (key === null ? null : (all.value.get(key) ?? null));
export const isOverRun = (r: Run): boolean => ['known', 'refused', 'credited', 'failed'].includes(r.p.is);

function put(key: string, run: Run | null) {
  const next = new Map(all.peek());
  if (run) next.set(key, run);
  else next.delete(key);
  all.value = next;
}

function tell(key: string, p: Progress | Paying) {
  const r = all.peek().get(key);
  if (!r) return;
  put(key, { ...r, p, at: { ...r.at, [p.is]: r.at[p.is] ?? Date.now() } });
  if (p.is !== 'sending' && p.is !== 'checking') void refresh();
}

export function start(k: Kept, resumed = false): void {
  if (stops.has(k.key)) return;
  const stop = new AbortController();
  stops.set(k.key, stop);
  if (k.kind !== 'deposit' && k.token) keepName(k.token);
  put(k.key, { kept: k, p: { is: 'sending' }, at: { sending: Date.now() }, resumed });
  const hear = (p: Progress | Paying) => !stop.signal.aborted && tell(k.key, p);
  void carry(k, hear, stop.signal).finally(() => stops.delete(k.key));
}

/** Its code may have to be fetched first, and the connection may be away: then again. */
async function carry(k: Kept, hear: (p: Progress | Paying) => void, given: AbortSignal): Promise<void> {
  while (!given.aborted) {
    try {
      const go = k.kind === 'deposit' ? (await import('./pay')).carryPayment(k, hear, given) : (await import('./orders')).carryOrder(k, hear, given);
      return await go;
    } catch {
      hear({ is: 'checking', why: { code: 'no_answer' } });
      await sleep(2_000, given);
    }
  }
}

/** What a deposit became after it was credited. */
export function updateDeposit(key: string, deposit: Receipt): void {
  const r = all.peek().get(key);
  if (r?.p.is === 'credited') put(key, { ...r, p: { is: 'credited', deposit } });
}

export const dismiss = (key: string): void => put(key, null);

export function resumeRuns(): void {
  let who: string | null = null;
  effect(() => {
    const mine = kept.value;
    if (address.value !== who) {
      who = address.value; // the one before goes on when it comes back
      stops.forEach((s) => s.abort());
      stops.clear();
      all.value = new Map();
    }
    for (const k of mine) if (!all.peek().has(k.key)) start(k, true);
  });
}

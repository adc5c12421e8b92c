// What this account has, as new as it can be, and how old that is. Whatever an event says, the numbers come from `/me`:
// one answer, one truth.
import { batch, computed, effect, signal } from '@preact/signals';
import { type Heard, sleep, troubleOf } from '@headroom/client';
import { api, ask, client, heard } from '../data/api';
import type { BufferStatus, Me } from '../data/contract';
import { same } from '../data/same';
import { decimal, least, micro } from '../data/money';
import { now } from '../data/time';
import { address, onAccount } from '../wallet/wallets';
import { adopt, onSession, session, sessionEnded, signedIn } from './session';
import { forgetStream, join, onSessionOfOthers, tellSession, want } from './tabs';

export type LineState = 'live' | 'reconnecting' | 'stopping';
export const me = signal<Me | null>(null);
export const buffer = signal<BufferStatus | null>(null);
const state = signal<LineState>('live');
const since = signal(Date.now()); // since when it has been silent
/** Grows when something of this user's may have changed: what is open on the screen reads itself anew. */
export const touched = signal(0);

/** Without word for so long, numbers are too old to be acted on. */
const TOO_OLD_MS = 10_000;

export const link = computed(() => {
  const age = state.value === 'live' ? 0 : now.value - since.value;
  return { state: state.value, age, frozen: age > TOO_OLD_MS };
});

function lineIs(next: LineState) {
  if (next !== 'live' && state.peek() === 'live') since.value = Date.now();
  if (next === 'live' || state.peek() !== 'stopping') state.value = next;
}

let reading = false;
let again = false;

/** Coalesced: one question at a time, and one more when something happened meanwhile. */
export async function refresh(): Promise<void> {
  if (reading) return void (again = true);
  reading = true;
  try {
    do {
      again = false;
      const who = address.peek();
      if (!who || !signedIn.peek()) break;
      const answer = await ask(api.GET('/me'));
      if (address.peek() === who && signedIn.peek() && same(answer.address, who)) me.value = answer;
    } while (again);
  } catch (e) {
    if (troubleOf(e).status === 401) sessionEnded();
    else void sleep(2_000).then(() => (signedIn.peek() ? refresh() : undefined));
  } finally {
    reading = false;
  }
}

export async function refreshBuffer(): Promise<void> {
  buffer.value = await ask(api.GET('/buffer/status')).catch(() => buffer.peek());
}

/** The buffer fell: the max bet falls with it at once, before `/me` has answered. */
function bufferIs(data: string) {
  const m = me.peek();
  let said: { available?: unknown; is_low?: unknown };
  try {
    said = JSON.parse(data) as typeof said;
  } catch {
    return;
  }
  if (typeof said.available !== 'string' || !m) return;
  const available = said.available;
  const venueStopped = m.limiting_factor === 'venue';
  const most = least(micro(m.balance), micro(available));
  me.value = {
    ...m,
    buffer: { ...m.buffer, available, is_low: typeof said.is_low === 'boolean' ? said.is_low : m.buffer.is_low },
    ...(venueStopped ? {} : { max_bet: decimal(most), limiting_factor: micro(available) < micro(m.balance) ? 'buffer' as const : 'user_balance' as const }),
  };
}

export interface Price { ask: string | null; bid: string | null; as_of: string }
export const prices = signal<ReadonlyMap<string, Price>>(new Map());

function priceIs(data: string) {
  const p = JSON.parse(data) as Partial<Price> & { token_id?: string };
  if (!p.token_id || !p.as_of) return;
  const next = new Map(prices.peek());
  next.delete(p.token_id);
  next.set(p.token_id, { ask: p.ask ?? null, bid: p.bid ?? null, as_of: p.as_of });
  if (next.size > 200) next.delete(next.keys().next().value!);
  prices.value = next;
}

/** A busy house's buffer moves all the time, for every page at once: what the event does not say (the next inflow) can
 * wait, and not all of them ask in the same moment. */
const AFTER_BUFFER_MS = 5_000;
let afterBuffer: ReturnType<typeof setTimeout> | undefined;

function bufferMoved(data: string) {
  bufferIs(data);
  afterBuffer ??= setTimeout(() => {
    afterBuffer = undefined;
    void refresh();
  }, AFTER_BUFFER_MS * (0.5 + Math.random()));
}

function onEvent(e: Heard) {
  if (e.name === 'price') return priceIs(e.data);
  if (e.name === 'bye') return lineIs('stopping');
  if (e.name === 'buffer') return bufferMoved(e.data);
  touched.value++;
  void refresh();
}

let listening: AbortController | null = null;

function listenAgain() {
  listening?.abort();
  listening = null;
  if (!signedIn.peek()) return;
  listening = new AbortController();
  join(client, {
    onEvent,
    onOpen: () => {
      state.value = 'live';
      touched.value++;
      void refresh();
    },
    onWord: () => lineIs('live'),
    onBreak: () => lineIs('reconnecting'),
    onRefused: sessionEnded,
  }, listening.signal);
}

function clear() {
  batch(() => {
    me.value = null;
    touched.value++;
  });
}

export function startLive(): void {
  onAccount(() => {
    forgetStream();
    clear();
  });
  onSession(tellSession);
  onSessionOfOthers(adopt);
  effect(() => {
    const who = signedIn.value ? session.value?.address : null;
    if (!who) forgetStream();
    listenAgain();
    void refresh();
  });
  // A session that ended leaves the numbers, greyed; a sign-out leaves nothing.
  heard.listeners.add((reached) => {
    if (listening) return; // the stream knows better
    lineIs(reached ? 'live' : 'reconnecting');
  });
  const look = () => {
    if (document.hidden) return;
    void refreshBuffer();
    if (signedIn.peek()) void refresh();
  };
  look();
  setInterval(look, 15_000);
  document.addEventListener('visibilitychange', look);
}

/** Prices of these outcomes are pushed. */
export const wantPrices = (tokens: string[]): void => want(['me', 'buffer', ...tokens.map((t) => `market:${t}`)].sort());

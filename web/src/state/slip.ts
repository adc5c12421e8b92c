// The bet slip: what is picked, what was typed, what it would buy, and why it may not be pressed.
import { batch, computed, effect, signal } from '@preact/signals';
import { fail, type Trouble, troubleOf } from '@headroom/client';
import type { Market, Quote } from '../data/contract';
import { addChain, switchTo } from '../wallet/chain';
import { account, address } from '../wallet/wallets';
import { api, ask } from '../data/api';
import { chainOf, signingChain } from '../data/chains';
import { decimal, DOLLAR, micro, type Micro, parseTyped, toCents, usd, usdShort } from '../data/money';
import { now } from '../data/time';
import { part } from '../data/part';
import { start } from '../act/runs';
import { LIMITED_BY, say } from '../words';
import { config } from './config';
import { delegationFor } from './delegations';
import { link, me } from './live';
import { seen } from './markets';
import { expired, sessionEnded, signedIn } from './session';

export interface Pick { condition: string; token: string }
const TYPED = 'headroom.typed';

export const pick = signal<Pick | null>(null);
export const typed = signal(sessionStorage.getItem(TYPED) ?? '');
export const amount = computed(() => parseTyped(typed.value));
export const market = computed<Market | null>(() => (pick.value ? (seen.value.get(pick.value.condition) ?? null) : null));
export const outcome = computed(() => market.value?.outcomes.find((o) => o.token_id === pick.value?.token) ?? null);

export interface Quoted { token: string; amount: Micro; quote: Quote | null; trouble: Trouble | null }
export const quoted = signal<Quoted | null>(null);
export const quoting = signal(false);

/** Typed or looked at a moment ago: prices are asked for by themselves. Later somebody has to press. */
const IDLE_MS = 120_000;
let touchedAt = 0;

effect(() => {
  try {
    sessionStorage.setItem(TYPED, typed.value);
  } catch {
    // as long as the page lives
  }
});

const askQuote = (token: string, value: Micro, user: string | null) =>
  ask(api.POST('/bets/quote', { body: { token_id: token, amount: decimal(value), ...(user ? { user_address: user } : {}) } }));

let asked = 0;
async function read(token: string, value: Micro) {
  const mine = ++asked;
  quoting.value = true;
  let next: Quoted = { token, amount: value, quote: null, trouble: null };
  try {
    const got = await askQuote(token, value, signedIn.peek() ? address.peek() : null);
    next = { ...next, quote: got as Quote };
  } catch (e) {
    const trouble = troubleOf(e);
    if (trouble.status === 401) {
      sessionEnded();
      if (mine === asked) return void read(token, value);
    }
    next = { ...next, trouble };
  }
  if (mine !== asked) return;
  batch(() => {
    quoted.value = next;
    quoting.value = false;
  });
}

let timer: ReturnType<typeof setTimeout> | undefined;
function askSoon(ms: number) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const value = amount.peek();
    if (pick.peek() && value !== null && value >= DOLLAR) void read(pick.peek()!.token, value);
  }, ms);
}

export function refreshPrice(): void {
  touchedAt = Date.now();
  askSoon(0);
}

/** The quote for exactly what is typed now. */
export const current = computed(() => {
  const q = quoted.value;
  return q && q.token === pick.value?.token && q.amount === amount.value ? q : null;
});
export const leftMs = computed(() => (current.value?.quote?.good_until ? Date.parse(current.value.quote.good_until) - now.value : 0));

export function startSlip(): void {
  effect(() => {
    const token = pick.value?.token;
    const value = amount.value;
    touchedAt = Date.now();
    asked++; // what is under way was for something else
    quoting.value = token !== undefined && value !== null && value >= DOLLAR;
    if (quoting.peek()) askSoon(250);
  });
  effect(() => {
    if (leftMs.value > 1_200 || run.value || quoting.peek() || document.hidden) return;
    if (current.value?.quote?.good_until && now.value - touchedAt < IDLE_MS) askSoon(0);
  });
}

// -- what is being done ------------------------------------------------------------------------------------------------

export type Doing = { is: 'signing' } | { is: 'switching' } | { is: 'wrong_chain'; chain: number } | { is: 'stopped'; why: Trouble };
export const doing = signal<Doing | null>(null);
/** The key of the bet that was sent. */
export const run = signal<string | null>(null);
let given: AbortController | null = null;

export const cancel = (): void => given?.abort();

/** A new slip: the words about the last one go. */
export function clearRun(): void {
  batch(() => {
    run.value = null;
    doing.value = null;
  });
  refreshPrice();
}

function terms() {
  const q = current.peek()?.quote;
  if (!q?.worst_price) return fail('quote_expired');
  return { token: q.token_id, amount: micro(q.amount), maxPrice: micro(q.worst_price) };
}

export async function placeBet(): Promise<void> {
  const c = config.peek();
  const a = account.peek();
  if (!c || !a || given) return;
  given = new AbortController();
  try {
    const t = terms();
    const allowed = delegationFor(a.address, t.amount, Date.now());
    const { chain, here } = signingChain(c, a.chain);
    if (!allowed && !here) return void (doing.value = { is: 'wrong_chain', chain });
    doing.value = { is: 'signing' };
    const order = allowed ? await (await part(import('../act/one_press'))).signByBrowser(c, allowed, t) : await (await part(import('../act/orders'))).bet(a, t, given.signal);
    batch(() => {
      doing.value = null;
      run.value = order.key;
      start(order);
    });
  } catch (e) {
    doing.value = { is: 'stopped', why: troubleOf(e) };
  } finally {
    given = null;
  }
}

/** Goes to the chain, then on with the bet: one press, two windows of the wallet at most. */
export async function switchAndPlace(chain: number, add = false): Promise<void> {
  const a = account.peek();
  if (!a || given) return;
  given = new AbortController();
  doing.value = { is: 'switching' };
  try {
    const known = chainOf(config.peek(), chain);
    if (add && known) await addChain(a, known, given.signal);
    else await switchTo(a, chain, given.signal);
    doing.value = null;
  } catch (e) {
    doing.value = { is: 'stopped', why: troubleOf(e) };
    return;
  } finally {
    given = null;
  }
  await placeBet();
}

/** The largest amount that the max bet, the book and the tick allow. */
export async function useMax(): Promise<void> {
  const p = pick.peek();
  let value = toCents(micro(me.peek()?.max_bet ?? '0'));
  if (!p || value <= 0n) return;
  for (let tries = 0; tries < 3; tries++) {
    const q = await askQuote(p.token, value, signedIn.peek() ? address.peek() : null).catch(() => null);
    if (!q || q.fills_whole) break;
    const fits = toCents(micro(q.spend) + micro(q.fee));
    value = fits > 0n && fits < value ? fits : toCents((value * 9n) / 10n);
  }
  if (pick.peek()?.token === p.token) typed.value = decimal(value);
}

export const maxBet = computed(() => (me.value ? { most: me.value.max_bet, by: LIMITED_BY[me.value.limiting_factor] ?? me.value.limiting_factor } : null));

/** Why the button is off, in words; null when it is on. */
export const blocked = computed<{ why: string; action?: 'deposit' | 'use_max' | 'refresh_price' } | null>(() => {
  const value = amount.value;
  const m = me.value;
  const q = current.value;
  const status = market.value?.status;
  if (link.value.frozen) return { why: 'No connection: these numbers are too old to bet on.' };
  if (link.value.state === 'stopping') return { why: 'Headroom is restarting. Your money is where it was.' };
  if (status && status !== 'open') return { why: status === 'paused' ? 'This market takes no orders now.' : 'This market is closed.' };
  if (typed.value.trim() === '') return { why: 'Enter an amount.' };
  if (value === null || value <= 0n) return { why: 'Write the amount as a number of dollars, like 25.50.' };
  if (value < DOLLAR) return { why: 'The smallest bet is $1.00.' };
  if (m && signedIn.value) {
    if (m.limiting_factor === 'venue') return { why: 'The venue takes no bets now.' };
    if (value > micro(m.max_bet)) {
      const over = `Above your max bet of ${usdShort(m.max_bet)} (limited by ${LIMITED_BY[m.limiting_factor]})`;
      return { why: over, action: m.limiting_factor === 'user_balance' ? 'deposit' : 'use_max' };
    }
  } else if (signedIn.value && !expired.value) return { why: 'Reading your balance …' };
  if (q?.trouble) return { why: say(q.trouble, { deed: 'bet' }).words, action: 'refresh_price' };
  if (!q?.quote) return { why: 'Asking for a price …' };
  if (!q.quote.worst_price) return { why: 'Nobody sells this outcome now.', action: 'refresh_price' };
  if (!q.quote.fills_whole) return { why: `The order book is too thin for ${usd(value)}. Try less.`, action: 'refresh_price' };
  if (leftMs.value <= 0) return quoting.value ? { why: 'Asking for a new price …' } : { why: 'This price is old.', action: 'refresh_price' };
  return null;
});

import { signal } from '@preact/signals';
import { type Trouble, troubleOf } from '@headroom/client';
import { api, ask } from '../data/api';
import type { Market } from '../data/contract';
import { read, write } from '../data/notes';

export interface Listed { markets: Market[]; next: string | null; query: string }
export const listed = signal<Listed | null>(null);
export const listTrouble = signal<Trouble | null>(null);
export const loadingList = signal(false);
export const seen = signal<ReadonlyMap<string, Market>>(new Map());

/** What an outcome token is called: kept, for a bet names its token only. */
export interface Name { question: string | null; outcome: string; condition: string }
const MOST_NAMES = 400;
const names = new Map<string, Name>(read<[string, Name][]>('names') ?? []);

export function learn(markets: Market[]): void {
  const next = new Map(seen.peek());
  for (const m of markets) {
    next.set(m.condition_id, m);
    for (const o of m.outcomes) {
      names.delete(o.token_id);
      names.set(o.token_id, { question: m.question ?? null, outcome: o.name, condition: m.condition_id });
    }
  }
  seen.value = next;
}

/** Of tokens that this user holds or bets on: kept over a reload. */
export function keepName(token: string): void {
  const name = names.get(token);
  const kept = (read<[string, Name][]>('names') ?? []).filter(([t]) => t !== token);
  if (name) write('names', [...kept, [token, name]].slice(-MOST_NAMES));
}
export const nameOf = (token: string): Name | null => names.get(token) ?? null;

let asked = 0;
export async function loadMarkets(query: string, more = false): Promise<void> {
  const mine = ++asked;
  const before = listed.peek();
  const cursor = more ? before?.next : null;
  loadingList.value = true;
  try {
    const page = await ask(api.GET('/markets', { params: { query: { limit: 12, ...(query ? { query } : {}), ...(cursor ? { cursor } : {}) } } }));
    if (mine !== asked) return;
    learn(page.markets);
    listed.value = { markets: cursor ? [...(before?.markets ?? []), ...page.markets] : page.markets, next: page.next_cursor ?? null, query };
    listTrouble.value = null;
  } catch (e) {
    if (mine === asked) listTrouble.value = troubleOf(e);
  } finally {
    if (mine === asked) loadingList.value = false;
  }
}

export async function loadMarket(condition: string): Promise<Market> {
  const market = await ask(api.GET('/markets/{condition_id}', { params: { path: { condition_id: condition } } }));
  learn([market]);
  return market;
}

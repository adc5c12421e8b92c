import { signal } from '@preact/signals';
import type { Delegation } from '../data/contract';
import { same } from '../data/same';
import { micro, type Micro } from '../data/money';

/** A bet that the browser signs: nobody reads a window in between. */
export const GOOD_FOR_MS = 30_000;

export const delegations = signal<Delegation[]>([]);
/** Public keys that this browser holds the other half of. */
export const held = signal<ReadonlySet<string>>(new Set());

/** The one that this browser can bet under now, if it still allows `amount`. */
export function delegationFor(user: string | null, amount: Micro, at: number): Delegation | null {
  return delegations.value.find((d) => user !== null && same(d.user_address, user) && d.revoked_at === null && held.value.has(d.public_key) &&
    Date.parse(d.expires_at) > at + GOOD_FOR_MS && amount <= micro(d.per_bet) && micro(d.spent) + amount <= micro(d.total)) ?? null;
}

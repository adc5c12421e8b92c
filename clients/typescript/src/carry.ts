// What all that is carried to its end shares: when to ask again, what is a refusal, and when to stop.
import { sleep } from './sleep.js';
import type { Kept } from './store.js';
import { HeadroomError, isUnknown, type Trouble } from './trouble.js';

const LONGEST_WAIT_MS = 8_000;
const RETRY_AFTER_MOST_MS = 30_000;
/** Longer than every deadline that is signed here; a caller may wait longer. */
const PATIENCE_MS = 600_000;

export interface Bounds {
  /** Stops the asking (`given_up`); what was signed stays kept and may have been taken. */
  given?: AbortSignal | undefined;
  /** Then `in_doubt`; it stays kept. */
  patienceMs?: number;
}
/** How something signed is carried to its end. */
export interface Carrying<S> extends Bounds {
  /** Hears every step before the last. */
  tell?: (step: S) => void;
}

/** Somebody answered, and the answer says that nothing was done. */
export const isRefused = (t: Trouble): boolean => t.status !== undefined && !isUnknown(t);

/** Found after a crash or a reload: it may have been taken. */
export const wasSent = (k: Kept): boolean => Date.now() - k.at > 5_000;

/** Before the next question. */
export async function pause(since: number, wait: number, why: Trouble | null, { given, patienceMs = PATIENCE_MS }: Bounds): Promise<void> {
  if (Date.now() - since > patienceMs)
    throw new HeadroomError({ ...why, code: 'in_doubt', detail: 'Not known yet, and kept as it was signed. Carry it on later: nothing is done twice.' });
  await sleep(why?.retryAfter ? Math.min(1_000 * why.retryAfter, RETRY_AFTER_MOST_MS) : Math.min(wait, LONGEST_WAIT_MS), given);
}

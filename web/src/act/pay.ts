// A deposit: signed by the wallet in front of the page, and carried by @headroom/client.
import { carryPayment as carry, followConversion, type KeptDeposit, type Paying as Step, type Receipt, signPayment, type Source, type Terms, termsOf, type Trouble, troubleOf } from '@headroom/client';
import { client } from '../data/api';
import { type Account, signerOf } from '../wallet/wallets';

export type Paying = Step | { is: 'credited'; deposit: Receipt } | { is: 'failed'; why: Trouble };

export const terms = (amount: bigint, source: Source): Promise<Terms> => termsOf(client, amount, source);
export const payment = (a: Account, t: Terms, given?: AbortSignal): Promise<KeptDeposit> => signPayment(signerOf(a, given), t);

/** As long as the page lives; `tell` hears every step, the last is `credited` or `failed`. */
export async function carryPayment(k: KeptDeposit, tell: (p: Paying) => void, given: AbortSignal): Promise<void> {
  try {
    tell({ is: 'credited', deposit: await carry(client, k, { tell, given, patienceMs: Infinity }) });
  } catch (e) {
    if (!given.aborted) tell({ is: 'failed', why: troubleOf(e) });
  }
}

export const follow = (id: string, tell: (d: Receipt) => void, given: AbortSignal): Promise<void> => followConversion(client, id, tell, given);

// Bets, sales and withdrawals: signed by the wallet in front of the page, and carried by @headroom/client.
import { carryOut, type BetTerms, type KeptOrder, type Outcome, type SaleTerms, signBet, signSell, signWithdraw, type Step, type Trouble, troubleOf, type WithdrawalTerms } from '@headroom/client';
import { client } from '../data/api';
import { type Account, signerOf } from '../wallet/wallets';

export type Progress = Step | { is: 'known'; what: Outcome } | { is: 'refused'; why: Trouble };

export const bet = (a: Account, t: BetTerms, given?: AbortSignal): Promise<KeptOrder> => signBet(client, signerOf(a, given), t);
export const sell = (a: Account, t: SaleTerms, given?: AbortSignal): Promise<KeptOrder> => signSell(client, signerOf(a, given), t);
export const withdraw = (a: Account, t: WithdrawalTerms, given?: AbortSignal): Promise<KeptOrder> => signWithdraw(client, signerOf(a, given), t);

/** As long as the page lives; `tell` hears every step, the last is `known` or `refused`. */
export async function carryOrder(o: KeptOrder, tell: (p: Progress) => void, given: AbortSignal): Promise<void> {
  try {
    tell({ is: 'known', what: await carryOut(client, o, { tell, given, patienceMs: Infinity }) });
  } catch (e) {
    if (!given.aborted) tell({ is: 'refused', why: troubleOf(e) });
  }
}

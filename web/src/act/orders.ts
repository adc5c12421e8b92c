// Bets, sales and withdrawals: signed, kept, sent, and asked for until what became of them is known.
import { askWhole, api, problemOf, reach } from '../data/api';
import type { AppConfig, Bet, Sale, Withdrawal } from '../data/contract';
import { random32 } from '../data/hex';
import { decimal, type Micro } from '../data/money';
import { sleep } from '../data/sleep';
import { wholeSeconds } from '../data/time';
import { Failure, fail, isUnknown, type Trouble, troubleOf } from '../data/trouble';
import { signedIn } from '../state/session';
import { BetIntent, type Domain, keyHash, SellIntent, sign, type Typed, WithdrawIntent } from '../wallet/typed_data';
import type { Account } from '../wallet/wallets';
import { isOver, keep, type KeptOrder } from './kept';

/** What is signed is good for so long: a human reads a wallet's window in the meantime. */
const GOOD_FOR_MS = 180_000;
const PATIENCE_MS = 20_000;
const LONGEST_WAIT_MS = 8_000;

export type Outcome = Bet | Sale | Withdrawal;
export type Progress =
  | { is: 'sending' }
  | { is: 'checking'; why: Trouble }
  | { is: 'placing'; what: Outcome }
  | { is: 'known'; what: Outcome }
  | { is: 'refused'; why: Trouble };

export const domainOf = (config: AppConfig, chain: number): Domain => {
  const { name, version, verifying_contract } = config.bet.domain;
  return { name, version, chainId: chain, verifyingContract: verifying_contract };
};

const deadlineFor = (config: AppConfig): string => wholeSeconds(Date.now() + Math.min(GOOD_FOR_MS, 1_000 * config.bet.longest_deadline_s));
const seconds = (time: string): bigint => BigInt(Date.parse(time) / 1_000);

export interface BetTerms { token: string; amount: Micro; maxPrice: Micro }

export function betIntent(config: AppConfig, user: string, chain: number, key: string, deadline: string, t: BetTerms): Typed {
  return {
    primaryType: 'BetIntent', fields: BetIntent, domain: domainOf(config, chain),
    message: { user, tokenId: BigInt(t.token), amount: t.amount, maxPrice: t.maxPrice, idempotencyKey: keyHash(key), deadline: seconds(deadline) },
  };
}

export const newKey = (): string => random32().slice(2, 34);

export async function signBet(config: AppConfig, a: Account, t: BetTerms, given?: AbortSignal): Promise<KeptOrder> {
  const key = newKey();
  const deadline = deadlineFor(config);
  const signature = await sign(a, betIntent(config, a.address, a.chain, key, deadline, t), given);
  return betOrder(a.address, key, deadline, t, { signature });
}

export function betOrder(user: string, key: string, deadline: string, t: BetTerms, by: Record<string, string>): KeptOrder {
  const amount = decimal(t.amount);
  const body = { user_address: user, token_id: t.token, amount, max_price: decimal(t.maxPrice), deadline, ...by };
  return { kind: 'bet', key, user, at: Date.now(), amount, path: '/bets', body, token: t.token };
}

export interface SaleTerms { token: string; shares: Micro; minPrice: Micro }

export async function signSale(config: AppConfig, a: Account, t: SaleTerms, given?: AbortSignal): Promise<KeptOrder> {
  const key = newKey();
  const deadline = deadlineFor(config);
  const signature = await sign(a, {
    primaryType: 'SellIntent', fields: SellIntent, domain: domainOf(config, a.chain),
    message: { user: a.address, tokenId: BigInt(t.token), shares: t.shares, minPrice: t.minPrice, idempotencyKey: keyHash(key), deadline: seconds(deadline) },
  }, given);
  const body = { user_address: a.address, shares: decimal(t.shares), min_price: decimal(t.minPrice), deadline, signature };
  return { kind: 'sale', key, user: a.address, at: Date.now(), amount: body.shares, path: `/positions/${t.token}/sell`, body, token: t.token };
}

export async function signWithdrawal(config: AppConfig, a: Account, to: string, amount: Micro, given?: AbortSignal): Promise<KeptOrder> {
  const key = newKey();
  const deadline = deadlineFor(config);
  const signature = await sign(a, {
    primaryType: 'WithdrawIntent', fields: WithdrawIntent, domain: domainOf(config, a.chain),
    message: { user: a.address, to, amount, idempotencyKey: keyHash(key), deadline: seconds(deadline) },
  }, given);
  const body = { user_address: a.address, to, amount: decimal(amount), deadline, signature };
  return { kind: 'withdrawal', key, user: a.address, at: Date.now(), amount: body.amount, path: '/withdrawals', body };
}

async function post(o: KeptOrder): Promise<{ what: Outcome; found: string | null }> {
  const answer = await reach(fetch(o.path, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': o.key }, body: JSON.stringify(o.body), signal: AbortSignal.timeout(PATIENCE_MS),
  }));
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw new Failure(problemOf(answer.status, body, answer.headers));
  if (body === null) fail('no_answer'); // cut off: asked again
  return { what: body as Outcome, found: answer.headers.get('Location') };
}

/** How it stands, asked without placing anything. */
async function look(o: KeptOrder): Promise<Outcome> {
  const id = o.found!.split('/').pop()!;
  const params = { params: { path: { id } } };
  const asked = o.kind === 'bet' ? api.GET('/bets/{id}', params) : o.kind === 'sale' ? api.GET('/sales/{id}', params) : api.GET('/withdrawals/{id}', params);
  return (await askWhole<Outcome>(asked)).data;
}

/** A withdrawal is known once it is in the books; an order when the venue has said what became of it. */
const isKnown = (o: KeptOrder, w: Outcome) => o.kind === 'withdrawal' || w.status !== 'placing';

/**
 * Sends a kept order until it is known. `tell` hears every step; the last is `known` or `refused`. Nothing of it is placed
 * twice: each question has the same key and the same bytes, or places nothing.
 */
export async function carryOut(o: KeptOrder, tell: (p: Progress) => void, given?: AbortSignal): Promise<void> {
  keep(o);
  tell({ is: 'sending' });
  for (let tries = 0; !given?.aborted; tries++) {
    let wait = Math.min(700 * 2 ** Math.min(tries, 4), LONGEST_WAIT_MS);
    try {
      const { what, found } = o.found && signedIn.peek() ? { what: await look(o), found: o.found } : await post(o);
      if (isKnown(o, what)) {
        isOver(o.key);
        return tell({ is: 'known', what });
      }
      if (found && !o.found) keep((o = { ...o, found }));
      tell({ is: 'placing', what });
    } catch (e) {
      const why = troubleOf(e);
      if (!isUnknown(why) && why.code !== 'page_error' && !(o.found && (why.status === 401 || why.status === 404))) {
        isOver(o.key);
        return tell({ is: 'refused', why });
      }
      if (why.retryAfter) wait = Math.min(1_000 * why.retryAfter, 30_000);
      tell({ is: 'checking', why });
    }
    await sleep(wait, given);
  }
}

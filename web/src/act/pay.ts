// A deposit by x402, version 2, scheme `exact` over EIP-3009. The signed header is kept before it is sent and repeated until
// its fate is known, also after a reload: repeating it is free, signing a second one would be a second payment.
import { api, ask, problemOf, reach } from '../data/api';
import type { Deposit, DepositReceipt, DepositWhole, Source } from '../data/contract';
import { chainId } from '../data/chains';
import { random32 } from '../data/hex';
import { same } from '../data/same';
import { decimal, micro, type Micro } from '../data/money';
import { sleep } from '../data/sleep';
import { Failure, fail, isUnknown, type Trouble, troubleOf } from '../data/trouble';
import { sign, TransferWithAuthorization } from '../wallet/typed_data';
import type { Account } from '../wallet/wallets';
import { isOver, keep, type KeptDeposit } from './kept';
import { newKey } from './orders';

const PATIENCE_MS = 60_000; // a settlement waits for a block
const LONGEST_WAIT_MS = 8_000;

interface Accept {
  scheme: string;
  network: string;
  amount: string;
  asset: string;
  payTo: string;
  maxTimeoutSeconds: number;
  extra: { name: string; version: string; fee?: string; credited?: string };
}
export interface Terms { resource: unknown; accept: Accept; amount: Micro; fee: Micro; credited: Micro }
export type Receipt = Deposit | DepositReceipt | DepositWhole;
export type Paying =
  | { is: 'sending' }
  | { is: 'checking'; why: Trouble }
  | { is: 'settling'; deposit: Receipt }
  | { is: 'waiting'; deposit: Receipt }
  | { is: 'credited'; deposit: Receipt }
  | { is: 'failed'; why: Trouble };

const fromBase64 = (text: string): unknown => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))));
const toBase64 = (value: unknown): string => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))));

function demandIn(answer: Response): { error?: string; resource?: unknown; accepts?: Accept[] } {
  const header = answer.headers.get('PAYMENT-REQUIRED');
  return (header ? fromBase64(header) : {}) as { error?: string; resource?: unknown; accepts?: Accept[] };
}

const post = (amount: Micro, headers: Record<string, string>) =>
  reach(fetch('/deposit', {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ amount: decimal(amount) }), signal: AbortSignal.timeout(PATIENCE_MS),
  }));

/** What is to be signed: asked of the service, and held against what the page was told at its start. */
export async function termsOf(amount: Micro, source: Source): Promise<Terms> {
  const answer = await post(amount, {});
  if (answer.status !== 402) throw new Failure(problemOf(answer.status, await answer.json().catch(() => null), answer.headers));
  const { resource, accepts = [] } = demandIn(answer);
  const accept = accepts.find((a) => a.scheme === 'exact' && a.network === source.network && same(a.asset, source.asset));
  if (!accept) return fail('source_not_offered');
  const fits = same(accept.payTo, source.pay_to) && accept.amount === amount.toString() && accept.extra.name === source.token_name;
  if (!fits) return fail('invalid_payment_requirements');
  const fee = BigInt(accept.extra.fee ?? '0');
  return { resource, accept, amount, fee, credited: amount - fee };
}

export async function signPayment(a: Account, t: Terms, given?: AbortSignal): Promise<KeptDeposit> {
  const { accept } = t;
  const authorization = {
    from: a.address, to: accept.payTo, value: accept.amount, validAfter: '0',
    validBefore: String(Math.floor(Date.now() / 1_000) + accept.maxTimeoutSeconds), nonce: random32(),
  };
  const signature = await sign(a, {
    primaryType: 'TransferWithAuthorization', fields: TransferWithAuthorization, message: authorization,
    domain: { name: accept.extra.name, version: accept.extra.version, chainId: chainId(accept.network), verifyingContract: accept.asset },
  }, given);
  const header = toBase64({ x402Version: 2, resource: t.resource, accepted: accept, payload: { authorization, signature } });
  return { kind: 'deposit', key: newKey(), user: a.address, at: Date.now(), amount: decimal(t.amount), header, network: accept.network, token: accept.extra.name };
}

/** A refusal that says nothing of the money. */
const stillOpen = (t: Trouble) => isUnknown(t) || t.code === 'settlement_pending' || t.code === 'page_error' || t.code === 'paused';

async function send(k: KeptDeposit): Promise<Receipt> {
  const answer = await post(micro(k.amount), { 'PAYMENT-SIGNATURE': k.header, 'Idempotency-Key': k.key });
  const body = (await answer.json().catch(() => null)) as (Receipt & { error?: string }) | null;
  if (answer.status === 402) {
    const settled = answer.headers.get('PAYMENT-RESPONSE');
    const reason = settled ? (fromBase64(settled) as { errorReason?: string }).errorReason : undefined;
    throw new Failure({ code: reason ?? demandIn(answer).error ?? body?.error ?? 'payment_required', status: 402 });
  }
  if (!answer.ok) throw new Failure(problemOf(answer.status, body, answer.headers));
  return body ?? fail('no_answer');
}

async function look(id: string): Promise<Receipt> {
  return ask<Receipt>(api.GET('/deposits/{id}', { params: { path: { id } } }) as Promise<{ data?: Receipt; response: Response }>);
}

/** "Credited" only when the books say so: never because a payment was accepted. */
export function stateOf(d: Receipt): Paying {
  if (d.credited_at) return { is: 'credited', deposit: d };
  if (d.status === 'failed') return { is: 'failed', why: { code: d.failure ?? 'invalid_transaction_state', id: d.deposit_id } };
  return d.status === 'settling' ? { is: 'settling', deposit: d } : { is: 'waiting', deposit: d };
}

/** Sends a kept payment until its fate is known; `tell` hears every step, the last is `credited` or `failed`. */
export async function carryPayment(k: KeptDeposit, tell: (p: Paying) => void, given?: AbortSignal): Promise<void> {
  let unsure = Date.now() - k.at > 5_000; // found after a reload: it may have been taken
  keep(k);
  if (!k.deposit) tell({ is: 'sending' });
  for (let tries = 0; !given?.aborted; tries++) {
    let wait = Math.min(500 * 2 ** Math.min(tries, 4), LONGEST_WAIT_MS);
    try {
      const deposit = k.deposit ? await look(k.deposit) : await send(k);
      if (!k.deposit) keep((k = { ...k, deposit: deposit.deposit_id }));
      const state = stateOf(deposit);
      if (state.is === 'credited' || state.is === 'failed') isOver(k.key);
      tell(state);
      if (state.is === 'credited' || state.is === 'failed') return;
      wait = state.is === 'settling' ? Math.min(wait, 2_000) : 5_000;
    } catch (e) {
      const why = troubleOf(e);
      if (k.deposit && why.status === 404) {
        const { deposit: _, ...rest } = k; // ask with the payment itself
        keep((k = rest));
      } else if (!stillOpen(why) && !(unsure && why.status !== 402)) { // only a payment's own answer tells of a payment that may be taken
        isOver(k.key);
        return tell({ is: 'failed', why });
      }
      unsure = true;
      if (why.retryAfter) wait = Math.min(1_000 * why.retryAfter, 30_000);
      tell({ is: 'checking', why });
    }
    await sleep(wait, given);
  }
}

/** The conversion of a deposit that is credited: nothing of the user's waits for it. */
export async function followConversion(id: string, tell: (d: Receipt) => void, given: AbortSignal): Promise<void> {
  while (!given.aborted) {
    await sleep(3_000, given);
    if (given.aborted) return;
    const d = await look(id).catch(() => null);
    if (d) tell(d);
    if (d?.status === 'completed' || d?.status === 'failed') return;
  }
}

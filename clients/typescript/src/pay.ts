// A deposit by x402, version 2, scheme `exact` over EIP-3009. The signed header is kept before it is sent and repeated until
// its fate is known, also after a crash or a reload: repeating it is free, signing a second one would be a second payment.
import { type Bounds, type Carrying, isRefused, pause, wasSent } from './carry.js';
import { type Client, problemOf } from './client.js';
import type { Receipt, Source } from './contract.js';
import { chainId } from './domain.js';
import { random32, same } from './hex.js';
import { amountOf, decimal, micro, type Micro, type Money } from './money.js';
import { goodKey } from './orders.js';
import { signatureIn, type Signer } from './signer.js';
import { sleep } from './sleep.js';
import { keep, type KeptDeposit } from './store.js';
import { fail, HeadroomError, type Trouble, troubleOf } from './trouble.js';
import { typedData } from './typed_data.js';

const PATIENCE_MS = 60_000; // a settlement waits for a block

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
export type Paying = { is: 'sending' } | { is: 'checking'; why: Trouble } | { is: 'settling'; deposit: Receipt } | { is: 'waiting'; deposit: Receipt };

const fromBase64 = (text: string): unknown => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0))));
const toBase64 = (value: unknown): string => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))));

function demandIn(answer: Response): { error?: string; resource?: unknown; accepts?: Accept[] } {
  const header = answer.headers.get('PAYMENT-REQUIRED');
  return (header ? fromBase64(header) : {}) as { error?: string; resource?: unknown; accepts?: Accept[] };
}

const post = (client: Client, amount: Micro, headers: Record<string, string>) =>
  client.send('/deposit', { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ amount: decimal(amount) }) }, { bare: true, patienceMs: PATIENCE_MS });

/** What is to be signed: asked of the service, and held against the `source` that `/app/config` named. */
export async function termsOf(client: Client, amount: Money, source: Source): Promise<Terms> {
  const value = amountOf(amount);
  const answer = await post(client, value, {});
  if (answer.status !== 402) throw new HeadroomError(problemOf(answer.status, await answer.json().catch(() => null), answer.headers));
  const { resource, accepts = [] } = demandIn(answer);
  const accept = accepts.find((a) => a.scheme === 'exact' && a.network === source.network && same(a.asset, source.asset));
  if (!accept) return fail('source_not_offered');
  const fits = same(accept.payTo, source.pay_to) && accept.amount === value.toString() && accept.extra.name === source.token_name;
  if (!fits) return fail('invalid_payment_requirements');
  const fee = BigInt(accept.extra.fee ?? '0');
  return { resource, accept, amount: value, fee, credited: value - fee };
}

/** One payment, not sent yet: that is `carryPayment`. */
export async function signPayment(signer: Signer, t: Terms, key = goodKey()): Promise<KeptDeposit> {
  const { accept } = t;
  const validBefore = Math.floor(Date.now() / 1_000) + accept.maxTimeoutSeconds;
  const message = { from: signer.address, to: accept.payTo, value: BigInt(accept.amount), validAfter: 0n, validBefore: BigInt(validBefore), nonce: random32() };
  const domain = { name: accept.extra.name, version: accept.extra.version, chainId: chainId(accept.network), verifyingContract: accept.asset as `0x${string}` };
  const signature = signatureIn(await signer.signTypedData(typedData('TransferWithAuthorization', domain, message)));
  const authorization = { ...message, value: accept.amount, validAfter: '0', validBefore: String(validBefore) };
  const header = toBase64({ x402Version: 2, resource: t.resource, accepted: accept, payload: { authorization, signature } });
  return { kind: 'deposit', key, user: signer.address, at: Date.now(), amount: decimal(t.amount), header, network: accept.network, token: accept.extra.name };
}

/** A service that broke, paused or still waits says nothing of the money. */
const isFinal = (t: Trouble) => isRefused(t) && t.code !== 'settlement_pending' && t.status! < 500;

async function send(client: Client, k: KeptDeposit): Promise<Receipt> {
  const answer = await post(client, micro(k.amount), { 'PAYMENT-SIGNATURE': k.header, 'Idempotency-Key': k.key });
  const body = (await answer.json().catch(() => null)) as (Receipt & { error?: string }) | null;
  if (answer.status === 402) {
    const settled = answer.headers.get('PAYMENT-RESPONSE');
    const reason = settled ? (fromBase64(settled) as { errorReason?: string }).errorReason : undefined;
    throw new HeadroomError({ code: reason ?? demandIn(answer).error ?? body?.error ?? 'payment_required', status: 402 });
  }
  if (!answer.ok) throw new HeadroomError(problemOf(answer.status, body, answer.headers));
  return body ?? fail('no_answer');
}

/** How a deposit stands; whoever has its id may ask. */
export const lookDeposit = (client: Client, id: string): Promise<Receipt> =>
  client.ask<Receipt>(client.api.GET('/deposits/{id}', { params: { path: { id } } }) as Promise<{ data?: Receipt; response: Response }>);

/** "Credited" only when the books say so: never because a payment was accepted. */
export function stateOf(d: Receipt): Paying | { is: 'credited'; deposit: Receipt } | { is: 'failed'; why: Trouble } {
  if (d.credited_at) return { is: 'credited', deposit: d };
  if (d.status === 'failed') return { is: 'failed', why: { code: d.failure ?? 'invalid_transaction_state', id: d.deposit_id } };
  return d.status === 'settling' ? { is: 'settling', deposit: d } : { is: 'waiting', deposit: d };
}

/** Keeps a payment and sends it until its fate is known: answers the credited deposit; throws why it was not taken. */
export async function carryPayment(client: Client, payment: KeptDeposit, how: Carrying<Paying> = {}): Promise<Receipt> {
  const since = Date.now();
  const { tell = () => {}, given } = how;
  let k = payment;
  let unsure = wasSent(k);
  await keep(client.store, k);
  if (!k.deposit) tell({ is: 'sending' });
  for (let tries = 0; !given?.aborted; tries++) {
    let wait = 500 * 2 ** Math.min(tries, 4);
    let why: Trouble | null = null;
    try {
      const deposit = k.deposit ? await lookDeposit(client, k.deposit) : await send(client, k);
      if (!k.deposit) await client.store.put((k = { ...k, deposit: deposit.deposit_id }));
      const state = stateOf(deposit);
      if (state.is === 'credited' || state.is === 'failed') {
        await client.store.delete(k.key);
        if (state.is === 'credited') return deposit;
        return Promise.reject(new HeadroomError(state.why)); // not to be caught here
      }
      tell(state);
      wait = state.is === 'settling' ? Math.min(wait, 2_000) : 5_000;
    } catch (e) {
      why = troubleOf(e);
      if (k.deposit && why.status === 404) {
        const { deposit: _, ...rest } = k; // ask with the payment itself
        await client.store.put((k = rest));
      } else if (isFinal(why) && !(unsure && why.status !== 402)) { // only a payment's own answer tells of a payment that may be taken
        await client.store.delete(k.key);
        throw e;
      }
      unsure = true;
      tell({ is: 'checking', why });
    }
    await pause(since, wait, why, how);
  }
  return fail('given_up');
}

export interface Payment extends Bounds {
  amount: Money;
  /** The name of one of `deposit.sources` of `/app/config`; the first unless given. */
  source?: string;
  /** The caller's own name for this payment: asked again under it, also after a crash, it is the same payment. */
  key?: string;
  tell?: (step: Paying) => void;
}

/** Pays once and answers the credited deposit. A payment that is kept under `key` is carried on, and nothing else is signed. */
export async function pay(client: Client, signer: Signer, wanted: Payment): Promise<Receipt> {
  const key = goodKey(wanted.key);
  const amount = amountOf(wanted.amount);
  const kept = await client.store.get(key);
  if (kept !== null) {
    if (kept.kind !== 'deposit' || micro(kept.amount) !== amount || !same(kept.user, signer.address)) return fail('key_reused');
    return carryPayment(client, kept, wanted);
  }
  const { sources } = (await client.config()).deposit;
  const source = (wanted.source === undefined ? sources[0] : sources.find((s) => s.name === wanted.source)) ?? fail('source_not_offered');
  return carryPayment(client, await signPayment(signer, await termsOf(client, amount, source), key), wanted);
}

/** The conversion of a deposit that is credited: nothing of the user's waits for it. Until it is over or `given` is aborted. */
export async function followConversion(client: Client, id: string, tell: (d: Receipt) => void, given: AbortSignal): Promise<void> {
  while (!given.aborted) {
    await sleep(3_000, given);
    if (given.aborted) return;
    const d = await lookDeposit(client, id).catch(() => null);
    if (d) tell(d);
    if (d?.status === 'completed' || d?.status === 'failed') return;
  }
}

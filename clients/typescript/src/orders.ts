// Bets, sales and withdrawals: signed, kept, sent, and asked for until what became of them is known.
import { type Carrying, isRefused, pause, wasSent } from './carry.js';
import { type Client, problemOf } from './client.js';
import type { AppConfig, Bet, Sale, Withdrawal } from './contract.js';
import { domainOf } from './domain.js';
import { random32 } from './hex.js';
import { amountOf, decimal, type Money } from './money.js';
import { signatureIn, type Signer } from './signer.js';
import { wholeSeconds } from './sleep.js';
import { keep, type KeptOrder, type OrderKind } from './store.js';
import { fail, HeadroomError, type Trouble, troubleOf } from './trouble.js';
import { keyHash, type TypedData, typedData } from './typed_data.js';

/** What is signed is good for so long: a human reads a wallet's window in the meantime. */
const GOOD_FOR_MS = 180_000;

export interface Outcomes { bet: Bet; sale: Sale; withdrawal: Withdrawal }
export type Outcome = Outcomes[OrderKind];
export type Step = { is: 'sending' } | { is: 'checking'; why: Trouble } | { is: 'placing'; what: Outcome };

/** How something is signed. `key` is its Idempotency-Key: a random one unless given. */
export interface Signing { key?: string; goodForMs?: number }

export const newKey = (): string => random32().slice(2, 34);

/** A key that the service takes, or a new one: what is signed under another would be repeated in vain. */
export const goodKey = (key = newKey()): string => (/^[!-~]{1,128}$/.test(key) ? key : fail('invalid_field', 'a key is 1 to 128 visible ASCII characters'));

const seconds = (time: string): bigint => BigInt(Date.parse(time) / 1_000);

async function begun(client: Client, { key, goodForMs = GOOD_FOR_MS }: Signing) {
  const good = goodKey(key);
  const config = await client.config();
  return { config, key: good, deadline: wholeSeconds(Date.now() + Math.min(goodForMs, 1_000 * config.bet.longest_deadline_s)) };
}

export interface BetTerms { token: string; amount: Money; maxPrice: Money }

export function betIntent(config: AppConfig, user: string, chain: number | undefined, key: string, deadline: string, t: BetTerms): TypedData {
  return typedData('BetIntent', domainOf(config, chain), {
    user, tokenId: BigInt(t.token), amount: amountOf(t.amount), maxPrice: amountOf(t.maxPrice), idempotencyKey: keyHash(key), deadline: seconds(deadline),
  });
}

/** A bet as it is kept and sent; `by`: the signature, and whose. */
export function betOrder(user: string, key: string, deadline: string, t: BetTerms, by: Record<string, string>): KeptOrder<'bet'> {
  const amount = decimal(amountOf(t.amount));
  const body = { user_address: user, token_id: t.token, amount, max_price: decimal(amountOf(t.maxPrice)), deadline, ...by };
  return { kind: 'bet', key, user, at: Date.now(), amount, path: '/bets', body, token: t.token };
}

/** `amount` is all that the bet may cost, fees included; `maxPrice` of a share. Nothing is sent: that is `carryOut`. */
export async function signBet(client: Client, signer: Signer, t: BetTerms, how: Signing = {}): Promise<KeptOrder<'bet'>> {
  const { config, key, deadline } = await begun(client, how);
  const signature = signatureIn(await signer.signTypedData(betIntent(config, signer.address, signer.chain, key, deadline, t)));
  return betOrder(signer.address, key, deadline, t, { signature });
}

export interface SaleTerms { token: string; shares: Money; minPrice: Money }

export async function signSell(client: Client, signer: Signer, t: SaleTerms, how: Signing = {}): Promise<KeptOrder<'sale'>> {
  const { config, key, deadline } = await begun(client, how);
  const [shares, minPrice] = [amountOf(t.shares), amountOf(t.minPrice)];
  const signature = signatureIn(await signer.signTypedData(typedData('SellIntent', domainOf(config, signer.chain), {
    user: signer.address, tokenId: BigInt(t.token), shares, minPrice, idempotencyKey: keyHash(key), deadline: seconds(deadline),
  })));
  const body = { user_address: signer.address, shares: decimal(shares), min_price: decimal(minPrice), deadline, signature };
  return { kind: 'sale', key, user: signer.address, at: Date.now(), amount: body.shares, path: `/positions/${t.token}/sell`, body, token: t.token };
}

export interface WithdrawalTerms { to: string; amount: Money }

/** `amount` is all that it costs, the fee included. */
export async function signWithdraw(client: Client, signer: Signer, t: WithdrawalTerms, how: Signing = {}): Promise<KeptOrder<'withdrawal'>> {
  const { config, key, deadline } = await begun(client, how);
  const amount = amountOf(t.amount);
  const signature = signatureIn(await signer.signTypedData(typedData('WithdrawIntent', domainOf(config, signer.chain), {
    user: signer.address, to: t.to, amount, idempotencyKey: keyHash(key), deadline: seconds(deadline),
  })));
  const body = { user_address: signer.address, to: t.to, amount: decimal(amount), deadline, signature };
  return { kind: 'withdrawal', key, user: signer.address, at: Date.now(), amount: body.amount, path: '/withdrawals', body };
}

// -- sending -----------------------------------------------------------------------------------------------------------

async function post(client: Client, o: KeptOrder): Promise<{ what: Outcome; found: string | null }> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': o.key };
  const answer = await client.send(o.path, { method: 'POST', headers, body: JSON.stringify(o.body) }, { bare: true });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw new HeadroomError(problemOf(answer.status, body, answer.headers));
  if (body === null) fail('no_answer'); // cut off: asked again
  return { what: body as Outcome, found: answer.headers.get('Location') };
}

/** How it stands, asked without placing anything. */
async function look(client: Client, o: KeptOrder): Promise<Outcome> {
  const { api } = client;
  const params = { params: { path: { id: o.found!.split('/').pop()! } } };
  const asked = o.kind === 'bet' ? api.GET('/bets/{id}', params) : o.kind === 'sale' ? api.GET('/sales/{id}', params) : api.GET('/withdrawals/{id}', params);
  return (await client.askWhole<Outcome>(asked)).data;
}

/** A withdrawal is known once it is in the books; an order when the venue has said what became of it. */
const isKnown = (o: KeptOrder, w: Outcome) => o.kind === 'withdrawal' || w.status !== 'placing';

/**
 * Keeps an order and sends it until it is known: answers the bet, sale or withdrawal, which may have failed at the venue; throws a refusal's
 * code. Nothing of it is placed twice: each question has the same key and the same bytes, or places nothing.
 */
export async function carryOut<K extends OrderKind>(client: Client, order: KeptOrder<K>, how: Carrying<Step> = {}): Promise<Outcomes[K]> {
  const since = Date.now();
  const { tell = () => {}, given } = how;
  let o: KeptOrder<K> = order;
  let unsure = wasSent(o);
  await keep(client.store, o);
  tell({ is: 'sending' });
  for (let tries = 0; !given?.aborted; tries++) {
    let why: Trouble | null = null;
    try {
      const { what, found } = o.found && client.mayRead() ? { what: await look(client, o), found: o.found } : await post(client, o);
      if (isKnown(o, what)) {
        await client.store.delete(o.key);
        return what as Outcomes[K];
      }
      if (found && !o.found) await client.store.put((o = { ...o, found }));
      tell({ is: 'placing', what });
    } catch (e) {
      why = troubleOf(e);
      const saysNothing = (unsure && why.status! >= 500) || (o.found !== undefined && (why.status === 401 || why.status === 404));
      if (isRefused(why) && !saysNothing) {
        await client.store.delete(o.key);
        throw e;
      }
      unsure = true;
      tell({ is: 'checking', why });
    }
    await pause(since, 700 * 2 ** Math.min(tries, 4), why, how);
  }
  return fail('given_up');
}

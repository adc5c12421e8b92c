// What a program or a page does with the package, from the payment to the withdrawal. Every line of the result is what the service answered.
import { carryOut, type Client, createClient, events, type HeadroomEvent, HeadroomError, pay, signBet, signIn, signSell, signWithdraw, type Store, verifyWebhook } from '@headroom/client';
import { privateKeyToAccount } from 'viem/accounts';

const HEARD_WITHIN_MS = 60_000;
/** Then it says what was the last answer. */
const WITHIN = { patienceMs: 60_000 };

export interface Given {
  url: string;
  secret: `0x${string}`;
  token: string;
  prices: { most: string; least: string };
  webhook: { secrets: string[]; headers: Record<string, string>; body: string };
}

export interface Place {
  store: Store;
  /** Called when the service has the payment and nobody has heard its answer; when it never comes back, the program has died there. */
  paid?: (header: string) => Promise<void>;
}

/** A client whose first answer to a payment is lost; `headers`: of every payment that was sent. */
function forgetful(url: string, { store, paid }: Place) {
  const headers: string[] = [];
  const client = createClient({
    url,
    store,
    async fetch(request, how) {
      const header = request.headers.get('payment-signature');
      const answer = await fetch(request, how);
      if (header === null) return answer;
      headers.push(header);
      await paid?.(header);
      if (headers.length === 1) throw new TypeError('the line broke');
      return answer;
    },
  });
  return { client, headers };
}

/** Listens until `stop`, from the user's first event on; `until` answers the first that is wanted, also one that has come already. */
function listening(client: Client) {
  const given = new AbortController();
  const heard: HeadroomEvent[] = [];
  let look = () => {};
  const over = (async () => {
    for await (const e of events(client, { topics: ['me', 'buffer'], last: { id: '0' }, given: given.signal })) {
      heard.push(e);
      look();
    }
  })();
  const until = (wanted: (e: HeadroomEvent) => boolean) => new Promise<HeadroomEvent>((done, failed) => {
    const late = setTimeout(() => failed(new Error(`not heard: ${JSON.stringify(heard)}`)), HEARD_WITHIN_MS);
    look = () => {
      const found = heard.find(wanted);
      if (found) done(found), clearTimeout(late);
    };
    look();
    over.catch(failed);
  });
  const stop = async () => {
    (globalThis as { gc?: () => void }).gc?.(); // an abort is heard also after it
    given.abort();
    await over;
  };
  return { until, stop };
}

const refusal = (e: unknown) => (e instanceof HeadroomError ? e.code : String(e));

export async function story({ url, secret, token, prices, webhook }: Given, place: Place) {
  const account = privateKeyToAccount(secret);
  const { client, headers } = forgetful(url, place);
  const deposit = await pay(client, account, { amount: '100', key: 'first-payment', ...WITHIN });
  const session = await signIn(client, account);
  const line = listening(client);
  await line.until((e) => e.data['event'] === 'deposit.credited');
  const bet = await carryOut(client, await signBet(client, account, { token, amount: '20', maxPrice: prices.most }), WITHIN);
  const filled = await line.until((e) => e.data['event'] === 'bet.filled' && e.data['bet_id'] === bet.bet_id);
  const sale = await carryOut(client, await signSell(client, account, { token, shares: '10', minPrice: prices.least }), WITHIN);
  const withdrawal = await carryOut(client, await signWithdraw(client, account, { to: account.address, amount: '5' }), WITHIN);
  await line.stop();
  const { secrets, headers: delivered, body } = webhook;
  const event = await verifyWebhook(secrets, delivered, body);
  const me = await client.ask(client.api.GET('/me'));
  return {
    headers,
    deposit: { id: deposit.deposit_id, amount: deposit.amount },
    user: session.address,
    bet: { id: bet.bet_id, status: bet.status, shares: bet.shares, heard: filled.id },
    sale: { id: sale.sale_id, sold: sale.sold },
    withdrawal: { id: withdrawal.withdrawal_id, amount: withdrawal.amount, to: withdrawal.to },
    webhook: { type: event.type, forged: await verifyWebhook(secrets, delivered, `${body} `).then(() => 'verified', refusal) },
    poor: await signBet(client, account, { token, amount: '1000', maxPrice: prices.most }).then((b) => carryOut(client, b)).then((b) => b.status, refusal),
    balance: me.balance,
    kept: (await client.store.list()).length,
  };
}
export type Told = Awaited<ReturnType<typeof story>>;

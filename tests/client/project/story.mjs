// What somebody else's program does with the package, in whatever runs it: the same story in Node and in a browser.
import { carryOut, createClient, events, pay, providerSigner, signBet, signIn, signOut, signSell, signWithdraw, sleep, troubleOf, verifyWebhook } from '@headroom/client';

const PATIENCE_MS = 120_000; // of the whole story's events

/** The service has answered, and the first time nobody hears it. `sent`: every payment header and every bet's key. */
function losing(sent) {
  return async (request, how) => {
    const { pathname } = new URL(request.url);
    const signed = request.method === 'POST' && (request.headers.get('payment-signature') ?? (pathname === '/bets' ? request.headers.get('idempotency-key') : null));
    const answer = await fetch(request, how);
    if (!signed) return answer;
    const all = (sent[pathname] ??= []);
    if (all.push(signed) === 1) throw new TypeError('the answer was lost');
    return answer;
  };
}

const codeOf = (asked) => asked.then(() => 'done', (e) => troubleOf(e).code);

/** `ask(method, params)`: the wallet. `delivery`: {secret, headers, body}, signed by the official package. Answers what was seen. */
export async function story({ url, address, ask, token, delivery, store }) {
  const sent = {};
  const client = createClient({ url, fetch: losing(sent), ...(store ? { store } : {}) });
  const signer = providerSigner({ request: ({ method, params }) => ask(method, params) }, address);
  const session = await signIn(client, signer);

  const heard = [];
  const given = new AbortController();
  const listening = (async () => {
    for await (const e of events(client, { topics: ['me', 'buffer'], given: given.signal })) heard.push([e.name, e.id !== null, e.data]);
  })();

  const deposit = await pay(client, signer, { amount: '60.00', key: `first of ${address}` });
  const me = await client.ask(client.api.GET('/me'));
  const quote = await client.ask(client.api.POST('/bets/quote', { body: { token_id: token, amount: '20.00' } }));
  const bet = await carryOut(client, await signBet(client, signer, { token, amount: '20.00', maxPrice: quote.worst_price }));
  const sale = await carryOut(client, await signSell(client, signer, { token, shares: '5', minPrice: '0.01' }));
  const withdrawal = await carryOut(client, await signWithdraw(client, signer, { to: address, amount: '10' }));
  const refused = await codeOf(signBet(client, signer, { token, amount: '900', maxPrice: '0.50' }).then((o) => carryOut(client, o)));

  const filled = () => heard.some(([name, , data]) => name === 'bet' && data.event === 'bet.filled' && data.bet_id === bet.bet_id);
  for (const end = Date.now() + PATIENCE_MS; !filled() && Date.now() < end; ) await sleep(50);
  given.abort();
  await listening;

  const { secret, headers, body } = delivery;
  const webhook = await verifyWebhook(secret, headers, body);
  const forged = await codeOf(verifyWebhook(secret, headers, `${body} `));
  await signOut(client);
  const after = await codeOf(client.ask(client.api.GET('/me')));
  return { session, sent, deposit, me, bet, sale, withdrawal, refused, heard: heard.map(([name, numbered]) => [name, numbered]), filled: filled(), webhook, forged, after, kept: await client.store.list() };
}

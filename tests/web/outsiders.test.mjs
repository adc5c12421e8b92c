// Others in the browser, against the real service: the official x402 client pays there as it is, and a foreign page that a
// signed-in bettor opens can do nothing with their cookie.
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { micro, NO_CONVERSION, signInMessage, startHouse, until, walletOf } from '../e2e/support.mjs';
import { assert, launch, visit } from './support.mjs';

let house, browser, foreign, friend; // two origins of one server; the friend's is in the settings

before(async () => {
  foreign = http.createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><title>win</title>'));
  await new Promise((done) => foreign.listen(0, '127.0.0.1', done));
  friend = `http://localhost:${foreign.address().port}`;
  house = await startHouse({
    opening: '1000',
    sandboxArgs: ['--users', '4'],
    overrides: { conversion: NO_CONVERSION, http: { cors_origins: [friend] } },
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  foreign?.close();
  await house?.close();
});

/** The official client and its signer, as one script for a page: `window.official`. */
async function officialClient() {
  const require = createRequire(fileURLToPath(new URL('../../web/package.json', import.meta.url)));
  const { build } = createRequire(require.resolve('vite'))('esbuild');
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { x402Client } from '@x402/core/client';
        export { ExactEvmScheme } from '@x402/evm/exact/client';
        export { wrapFetchWithPayment } from '@x402/fetch';
        export { privateKeyToAccount } from 'viem/accounts';`,
      resolveDir: fileURLToPath(new URL('../../sandbox', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'official',
    platform: 'browser',
    target: 'es2022',
  });
  return `${outputFiles[0].text};window.official=official;0`;
}

/** What the page does: POST /deposit by the official client; answers {status, text}. */
const pays = (page, client, key, amount, allowed) =>
  page.evaluate(client).then(() =>
    page.evaluate(
      async ([url, key, amount, allowed]) => {
        const { x402Client, ExactEvmScheme, wrapFetchWithPayment, privateKeyToAccount } = window.official;
        const payer = new x402Client().register('eip155:*', new ExactEvmScheme(privateKeyToAccount(key)));
        if (allowed) payer.setSpendControls({ allowedAssets: [allowed] });
        const answer = await wrapFetchWithPayment(window.fetch.bind(window), payer)(`${url}/deposit`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ amount }),
        });
        return { status: answer.status, text: await answer.text(), receipt: answer.headers.get('payment-response') };
      },
      [house.url, key, amount, allowed],
    ),
  );

test('the official client pays in the browser, by default settings and with USDT0 on Plasma', async () => {
  const client = await officialClient();
  const [user] = house.users;
  const v = await visit(browser, house);
  const plasma = { network: `eip155:${house.plasma.chain_id}`, asset: house.plasma.usdt0, maxAmountPerPayment: '100000000000' };
  let credited = 0n;
  for (const [amount, allowed, network] of [['0.75', undefined, 'eip155:137'], ['25.00', plasma, plasma.network]]) {
    const answer = await pays(v.page, client, user.private_key, amount, allowed);
    assert.equal(answer.status, 201, answer.text);
    const deposit = JSON.parse(answer.text);
    assert.deepEqual([deposit.user_address, deposit.amount, deposit.network], [user.address, amount, network]);
    assert.ok(answer.receipt, 'the page may read what was paid');
    credited += micro(amount);
    await until('the credit', async () => (await house.balance(user)) === credited);
  }
  await v.close();
});

test('and from a page of another origin that the settings name, not from one that they do not', async () => {
  const client = await officialClient();
  const user = house.users[1];
  const place = await browser.newContext();
  const page = await place.newPage();
  await page.goto(`${friend}/`);
  const answer = await pays(page, client, user.private_key, '0.50');
  assert.equal(answer.status, 201, answer.text);
  await until('the credit', async () => (await house.balance(user)) === micro('0.50'));
  await page.goto(`http://127.0.0.1:${foreign.address().port}/`);
  await assert.rejects(pays(page, client, user.private_key, '0.50'), /fetch/i);
  assert.equal(await house.balance(user), micro('0.50'));
  await place.close();
});

test("a foreign page has the visitor's cookie sent along, reads nothing and moves nothing", async () => {
  const user = house.users[2];
  await house.fund(user, '40.00');
  const v = await visit(browser, house, { wallets: [{ key: user.private_key }] });
  await v.signIn();
  const [market] = house.markets;
  const deadline = Math.floor(Date.now() / 1000) + 600;
  const evil = await v.context.newPage();
  const seen = [];
  v.context.on('response', (r) => r.url().startsWith(house.url) && seen.push([r.request().method(), new URL(r.url()).pathname, r.status()]));
  await evil.goto(`http://127.0.0.1:${foreign.address().port}/`); // another port: the same site, so even a strict cookie goes along
  const ends = await house.unchanged(() =>
    evil.evaluate(
      async ([url, user, token, deadline]) => {
        const told = (ask) => ask.then((r) => r.status, () => 'unreadable');
        const bet = JSON.stringify({ user_address: user, token_id: token, amount: '5', max_price: '0.50', deadline });
        const post = (path, body, type, extra = {}) =>
          told(fetch(url + path, { method: 'POST', credentials: 'include', headers: { 'content-type': type, ...extra }, body }));
        return {
          me: await told(fetch(`${url}/me`, { credentials: 'include' })),
          history: await told(fetch(`${url}/history`, { credentials: 'include' })),
          events: await told(fetch(`${url}/events?topics=me`, { credentials: 'include' })),
          bet: await post('/bets', bet, 'application/json', { 'idempotency-key': 'evil' }),
          plain: await post('/bets', bet, 'text/plain'),
          session: await told(fetch(`${url}/session`, { method: 'DELETE', credentials: 'include' })),
          silent: await fetch(`${url}/session`, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then((r) => r.type, String),
        };
      },
      [house.url, user.address, market.token_id, new Date(deadline * 1000).toISOString()],
    ),
  );
  for (const [what, end] of Object.entries(ends)) assert.ok(['unreadable', 'opaque'].includes(end), `${what}: ${end}`);
  for (const [method, path, status] of seen) if (['POST', 'DELETE'].includes(method)) assert.ok(status >= 400, `${method} ${path}: ${status}`);
  await v.page.reload();
  await v.sees('$40.00'); // still signed in, nothing taken
  await v.close();
});

test('a sign-in is good once, for this site and its time', async () => {
  const wallet = walletOf(house.users[3]);
  const v = await visit(browser, house);
  /** Signs in as the page does, with another message; answers what the service says, twice. */
  const tries = async (over) => {
    const nonce = await v.page.evaluate(async () => (await (await fetch('/session/nonce')).json()).nonce);
    const message = signInMessage(house.url, wallet, nonce, over);
    const body = JSON.stringify({ message, signature: await wallet.signMessage(message) });
    return v.page.evaluate(async (body) => {
      const once = async () => {
        const answer = await fetch('/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        return [answer.status, (await answer.json()).code];
      };
      return [await once(), await once()];
    }, body);
  };
  for (const over of [{ host: 'evil.example' }, { uri: 'https://evil.example' }, { lasts: -30 }, { chain: 1 }])
    for (const end of await tries(over)) assert.deepEqual(end, [401, 'unauthorized'], JSON.stringify(over));
  const [first, again] = await tries({});
  assert.equal(first[0], 201);
  assert.deepEqual(again, [401, 'unauthorized'], 'replayed');
  await v.close();
});

import test from 'node:test';
import { patience } from './visit.mjs';
import { address, assert, fill, furnished, posts, Refusal, rich } from './support.mjs';

const held = furnished();
const { story } = held;
const bets = (house, n) => [...house.books.user(address(n)).bets.values()];

async function typed(v, amount, house, n = 0, balance) {
  rich(house, n, balance);
  await v.signIn();
  await v.pickFirst();
  await v.page.getByLabel('Amount', { exact: true }).fill(amount);
}
const place = (v) => v.button(/^Place bet/);
const enabled = async (v) => {
  await v.page.waitForFunction(() => [...document.querySelectorAll('button')].some((b) => b.textContent.startsWith('Place bet') && !b.disabled));
};

test('a bet is quoted, signed and filled, and what came back is said', story({}, async (v, house) => {
  await typed(v, '50', house);
  await v.sees('Max bet $250.00, limited by balance');
  await enabled(v);
  await place(v).click();
  await v.sees('Filled');
  const [b] = bets(house, 0);
  assert.equal(b.status, 'filled');
  assert.equal(b.amount, '50.00');
  await v.page.getByRole('link', { name: 'See this bet' }).click();
  await v.page.getByRole('heading', { name: 'Bet', exact: true }).waitFor();
  await v.sees('Average price');
}));

test('the buffer falls while somebody types: the button is off within a second, in exactly these words', story({ wallets: [{ person: 1 }] }, async (v, house) => {
  house.books.setBuffer(100_000_000_000n);
  await typed(v, '60', house, 1);
  await enabled(v);
  const began = Date.now();
  house.books.setBuffer(50_000_000n);
  await v.sees('Above your max bet of $50.00 (limited by buffer)');
  const took = Date.now() - began;
  assert.ok(await place(v).isDisabled());
  assert.ok(took < 1_000 * patience, `took ${took} ms`);
  await v.sees('Max bet $50.00, limited by buffer');
  await v.button('Use max').click();
  await enabled(v);
  assert.equal(await v.page.getByLabel('Amount', { exact: true }).inputValue(), '50.00');
  house.books.setBuffer(100_000_000_000n);
}));

test('a lost answer is asked for again: the same bet, after a reload too', story({ wallets: [{ person: 2 }] }, async (v, house) => {
  await typed(v, '20', house, 2);
  await enabled(v);
  house.lose = (x) => x.path === '/bets' && x.method === 'POST';
  await place(v).click();
  await v.sees('No answer came. Asking again: nothing is done twice.');
  await v.page.reload();
  await v.sees('checking what became of it');
  house.lose = () => false;
  await v.sees('Bet of $20.00: filled');
  assert.equal(bets(house, 2).length, 1);
  assert.equal(new Set(posts(house, '/bets').map((l) => l.key)).size, 1);
}, ['ERR_EMPTY_RESPONSE', 'ERR_CONNECTION_RESET']));

test('an unknown bet looks unknown until the venue has spoken', story({ wallets: [{ person: 2 }] }, async (v, house) => {
  house.fillsWith = { never: true };
  await typed(v, '10', house, 2);
  await enabled(v);
  await place(v).click();
  await v.sees('Placing: the venue’s word is still out.');
  fill(house, bets(house, 2).at(-1), { part: 0.5 });
  await v.sees('Filled, and a part came back');
}));

test('each refusal is words, and says that nothing was taken', story({}, async (v, house) => {
  await typed(v, '25', house);
  for (const [status, code, words] of [
    [422, 'market_closed', 'Not placed: the market takes no orders now. Nothing was taken.'],
    [422, 'venue_rejected', 'Not placed: the order could not be filled. Nothing was taken.'],
    [422, 'deadline_passed', 'Not placed: it arrived too late. Nothing was taken.'],
    [403, 'forbidden', 'Not placed: this account may not do that. Nothing was taken.'],
    [409, 'quote_expired', 'The price has moved. Nothing was taken.'],
    [401, 'unauthorized', 'Not placed: the signature is not this account’s. Nothing was taken.'],
    [422, 'insufficient_balance', 'Your balance is $'],
    [500, 'internal', 'Something we do not know: internal, double'],
  ]) {
    await enabled(v);
    house.refuse = (method, path) => (method === 'POST' && path === '/bets' ? new Refusal(status, code, { detail: 'the order could not be filled' }) : undefined);
    await place(v).click();
    await v.sees(words);
    house.refuse = () => undefined;
    await v.page.reload();
  }
}, [401, 403, 409, 422, 500]));

test('a service that is busy, or has heard too much from here, is asked again: the same bet, once', story({}, async (v, house) => {
  const had = bets(house, 0).length;
  await typed(v, '25', house);
  await enabled(v);
  const planned = [
    new Refusal(429, 'rate_limited', { headers: { 'Retry-After': '1' } }),
    new Refusal(503, 'overloaded', { headers: { 'Retry-After': '1' } }),
  ];
  house.refuse = (method, path) => (method === 'POST' && path === '/bets' ? planned.shift() : undefined);
  await place(v).click();
  await v.sees('Too many requests from here. Trying again in 1 s.');
  await v.sees('Busy. Your money is where it was. Trying again in 1 s.');
  await v.sees('Filled');
  assert.equal(bets(house, 0).length, had + 1);
  assert.equal(new Set(posts(house, '/bets').map((l) => l.key)).size, 1);
}, [429, 503]));

test('what the wallet does wrong is words too', story({ wallets: [{ chainId: 1, known: [1], strict: true }] }, async (v, house) => {
  await typed(v, '25', house);
  await enabled(v);
  await place(v).click();
  await v.sees('Your wallet is on another network.');
  await v.page.evaluate(() => (window.__made[0].o.reject = ['wallet_switchEthereumChain']));
  await v.button('Switch to Polygon').click();
  await v.sees('You said no in the wallet. Nothing was sent.');
  await v.page.evaluate(() => Object.assign(window.__made[0].o, { reject: [], known: [1, 137] }));
  await v.button('Try again').click();
  await v.button('Switch to Polygon').click();
  await v.sees('Filled');
  assert.equal(posts(house, '/bets').length, 1);
}));

test('a thin book, too small an amount and nonsense block the button, and the slip keeps what was typed', story({}, async (v, house) => {
  house.thin = 20_000_000n;
  await typed(v, '25', house);
  await v.sees('The order book is too thin for $25.00. Try less.');
  await v.page.getByLabel('Amount', { exact: true }).fill('0.5');
  await v.sees('The smallest bet is $1.00.');
  await v.page.getByLabel('Amount', { exact: true }).fill('12x');
  await v.sees('Write the amount as a number of dollars, like 25.50.');
  await v.page.getByLabel('Amount', { exact: true }).fill('13');
  await v.page.reload();
  await enabled(v);
  assert.equal(await v.page.getByLabel('Amount', { exact: true }).inputValue(), '13');
}));

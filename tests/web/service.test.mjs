// The page and the real service: local chains, the venue's double, PostgreSQL. What a stranger does on a first visit, and
// that the service's books say the same as the screen.
import { after, before, test } from 'node:test';
import { micro, NO_CONVERSION, startHouse, until } from '../e2e/support.mjs';
import { assert, launch, visit } from './support.mjs';
import { patience } from './visit.mjs';

let house, browser;

before(async () => {
  house = await startHouse({ settles: true, opening: '1000', sandboxArgs: ['--users', '4'], overrides: { conversion: NO_CONVERSION } });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

/** A fresh visitor with the key of one of the house's users; in the end nobody may have complained. */
const story = (n, options, tell, forgive) => async () => {
  const user = house.users[n];
  const v = await visit(browser, house, { wallets: [{ key: user.private_key, ...options }] });
  try {
    await tell(v, user);
    assert.deepEqual(await v.noise(forgive), [], 'somebody complained');
  } finally {
    await v.close();
  }
};

async function marketOf({ token_id: token }) {
  const { markets } = (await house.call('GET', '/markets?limit=100')).body;
  const found = markets.find((m) => m.outcomes.some((o) => o.token_id === token));
  assert.ok(found, `the service lists no market with ${token}`);
  return { ...found, outcome: found.outcomes.find((o) => o.token_id === token).name };
}

async function deposit(v, amount) {
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.button('Deposit', true).click();
  await v.page.getByLabel(/^Amount in USDT0/).fill(amount);
  await v.button('Review').click();
  await v.sees(`You pay exactly ${amount}.00 USDT0`);
  await v.button('Switch to Plasma').click();
  await v.button('Sign in wallet').click();
  await v.sees(`You can bet $${amount}.00 now`, 30_000);
  await v.page.keyboard.press('Escape');
}

async function typed(v, token, amount) {
  const market = await marketOf(token);
  await v.page.goto(`${house.url}/#/m/${market.condition_id}`);
  await v.page.locator('.head').getByRole('button', { name: new RegExp(`^${market.outcome}`) }).click();
  await v.page.getByLabel('Amount', { exact: true }).fill(amount);
  await v.page.waitForFunction(() => [...document.querySelectorAll('button')].some((b) => b.textContent.startsWith('Place bet') && !b.disabled));
}

test('what is delivered is the page, under its policy, from memory', async () => {
  const page = await fetch(house.page);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy'), /require-trusted-types-for 'script'/);
  assert.equal((await fetch(house.page, { headers: { 'if-none-match': page.headers.get('etag') } })).status, 304);
  const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text());
  const asset = await fetch(`${house.url}${script}`, { headers: { 'accept-encoding': 'br' } });
  assert.equal(asset.headers.get('content-encoding'), 'br');
  assert.match(asset.headers.get('cache-control'), /immutable/);
});

test('a first visit: sign in, deposit, bet, watch, take money out; and the history has all of it', story(0, { strict: true }, async (v, user) => {
  await v.signIn();
  const cookies = await v.context.cookies();
  assert.ok(cookies.some((c) => c.name === 'hr_session' && c.httpOnly && c.sameSite === 'Strict'), JSON.stringify(cookies));
  await deposit(v, '250');
  assert.equal(await house.balance(user), 250_000_000n);

  await v.page.reload(); // a wallet that is on Polygon again
  await v.button(/^Account/).waitFor();
  await typed(v, house.markets[0], '20');
  await v.sees('Max bet $250.00, limited by balance');
  await v.button(/^Place bet/).click();
  await v.sees('Filled', 30_000);
  await v.page.getByRole('link', { name: 'See this bet' }).click();
  await v.sees('Average price');
  const { bets } = (await house.get(`/bets?user_address=${user.address}`)).body;
  assert.deepEqual(bets.map((b) => [b.amount, b.status]), [['20.00', 'filled']]);

  // watched: what happens elsewhere is on the screen without a touch
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.sees('worth');
  const before = await house.balance(user);
  await house.fund(user, '33.00');
  const cents = (before + 33_000_000n) / 10_000n;
  await v.page.getByText(`$${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`).first().waitFor({ timeout: 5_000 * patience });

  await v.button('Take money out').click();
  await v.page.getByLabel('To', { exact: true }).fill(user.address);
  await v.sees('Your own wallet.');
  await v.page.getByLabel('Amount', { exact: true }).fill('30');
  await v.button(/^Take out/).click();
  await v.sees('Accepted. It is sent by itself, once.');
  await v.page.getByRole('link', { name: 'Follow it' }).click();
  await v.page.getByText('Arrived', { exact: true }).waitFor({ timeout: 60_000 * patience });
  const { withdrawals } = (await house.get(`/withdrawals?user_address=${user.address}`)).body;
  assert.deepEqual(withdrawals.map((w) => [w.amount, w.status, w.to]), [['30.00', 'confirmed', user.address]]);

  await v.page.getByRole('link', { name: 'History', exact: true }).click();
  for (const words of ['+$250.00', '+$33.00', '−$30.00']) await v.page.getByRole('cell', { name: words }).waitFor();
  const [file] = await Promise.all([v.page.waitForEvent('download'), v.page.getByRole('link', { name: 'Download CSV' }).click()]);
  assert.equal(file.suggestedFilename(), 'headroom-history.csv');
}));

test('a position is sold on the page, and the service has sold it once', story(1, {}, async (v, user) => {
  await house.fund(user, '100.00');
  await v.signIn();
  await typed(v, house.markets[0], '30');
  await v.button(/^Place bet/).click();
  await v.sees('Filled', 30_000);
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.button(/^Sell/).click();
  await v.page.getByLabel('Shares', { exact: true }).fill('10');
  await v.button(/^Sell 10 shares/).click();
  await v.sees('Sold 10 shares', 30_000);
  const { shares } = await house.position(user, house.markets[0]);
  const { bets } = (await house.get(`/bets?user_address=${user.address}`)).body;
  assert.equal(micro(shares), micro(bets[0].shares) - 10_000_000n);
}));

test('one signature, then bets by one press, held to their bounds by the books', story(2, {}, async (v, user) => {
  await house.fund(user, '100.00');
  await v.signIn();
  await v.button(/^Account/).click();
  await v.button('One-press betting').click();
  await v.page.getByLabel('Each bet at most').fill('20');
  await v.page.getByLabel('In all at most').fill('30');
  await v.button(/^Allow/).click();
  await v.sees('of $30.00');
  await v.page.getByRole('button', { name: 'Close' }).click();
  const signed = async () => (await v.calls()).filter((c) => c.startsWith('eth_signTypedData')).length;
  assert.equal(await signed(), 1);
  await typed(v, house.markets[0], '20');
  await v.sees('one press');
  await v.button(/^Place bet/).click();
  await v.sees('Filled', 30_000);
  assert.equal(await signed(), 1, 'the wallet was asked');
  const { delegations } = (await house.get(`/delegations?user_address=${user.address}`)).body;
  const { bets } = (await house.get(`/bets?user_address=${user.address}`)).body;
  assert.equal(micro(delegations[0].spent), micro(bets[0].spent) + micro(bets[0].fee));
  const ended = await house.call('DELETE', `/delegations/${delegations[0].delegation_id}`, { key: 'operate' }); // the page does not know
  assert.equal(ended.status, 200, ended.text);
  await v.button('New bet').click();
  await v.page.getByLabel('Amount', { exact: true }).fill('5');
  await v.sees('one press');
  await v.page.waitForFunction(() => [...document.querySelectorAll('button')].some((b) => b.textContent.startsWith('Place bet') && !b.disabled));
  await v.button(/^Place bet/).click();
  await v.sees('One-press betting is over');
  assert.equal((await house.get(`/bets?user_address=${user.address}`)).body.bets.length, 1);
}, [402, 403]));

test('the service is killed and comes back: the page says so, and goes on where it was', story(3, {}, async (v, user) => {
  await house.fund(user, '40.00');
  await v.signIn();
  await v.sees('$40.00');
  await house.service.kill();
  await v.sees('Reconnecting.', 20_000);
  await house.service.start();
  await house.fund(user, '2.00');
  await v.sees('$42.00', 20_000);
  await until('the line is live', async () => (await v.page.getByText('Reconnecting').count()) === 0);
}, [402, 503, 'ERR_']));

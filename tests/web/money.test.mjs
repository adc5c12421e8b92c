import test from 'node:test';
import { address, assert, furnished, posts, rich } from './support.mjs';

const held = furnished({ questions: ['Will it rain in Bergen on Friday?', '<img src=x onerror="window.__hacked=1"> ‮evil " \' & name'] });
const { story } = held;

async function withPosition(v, house, n) {
  rich(house, n);
  await v.signIn();
  await v.pickFirst();
  await v.page.getByLabel('Amount', { exact: true }).fill('50');
  await v.button(/^Place bet/).click();
  await v.sees('Filled');
}

test('a position is sold by a SellIntent, and the history knows all of it', story({}, async (v, house) => {
  await withPosition(v, house, 0);
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.button(/^Sell/).click();
  await v.page.getByLabel('Shares', { exact: true }).fill('40');
  await v.button(/^Sell 40 shares/).click();
  await v.sees('Sold 40 shares at 48¢ on average');
  await v.button('Close', true).last().click();
  const u = house.books.user(address(0));
  assert.equal([...u.sales.values()][0].sold, '40.00');
  await v.page.getByRole('link', { name: 'History' }).click();
  await v.page.getByRole('cell', { name: '+$19.20' }).waitFor();
  const [file] = await Promise.all([v.page.waitForEvent('download'), v.page.getByRole('link', { name: 'Download CSV' }).click()]);
  assert.equal(file.suggestedFilename(), 'headroom-history.csv');
}));

test('money is taken out by a WithdrawIntent to a checked address', story({ wallets: [{ person: 1 }] }, async (v, house) => {
  rich(house, 1);
  await v.signIn();
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.button('Take money out').click();
  await v.page.getByLabel('Amount', { exact: true }).fill('300');
  await v.sees('Above your maximum of $250.00 (limited by balance)');
  await v.page.getByLabel('Amount', { exact: true }).fill('30');
  await v.page.getByLabel('To', { exact: true }).fill(address(2).replace(/[a-f]/, (c) => c.toUpperCase()));
  await v.sees('This address is mistyped: its capitals do not fit.');
  await v.page.getByLabel('To', { exact: true }).fill(address(2));
  await v.sees('Not the wallet you signed in with: check each digit.');
  await v.button(/^Take out/).click();
  await v.sees('Accepted. It is sent by itself, once.');
  await v.page.getByRole('link', { name: 'Follow it' }).click();
  await v.sees('$29.90 arrived');
  const [w] = house.books.user(address(1)).withdrawals.values();
  assert.equal(w.to, address(2));
  assert.equal(posts(house, '/withdrawals').length, 1);
  Object.assign(w, { status: 'confirmed', tx_hash: `0x${'ab'.repeat(32)}`, updated_at: new Date().toISOString() });
  house.books.tell('withdrawal', {}, address(1));
  await v.sees('Arrived');
}));

test('a hostile market name stays text, wherever it is shown', story({ wallets: [{ person: 2 }] }, async (v, house) => {
  rich(house, 2);
  await v.sees('<img src=x onerror=');
  await v.signIn();
  await v.page.getByRole('button', { name: /^Yes/ }).nth(1).click();
  await v.page.getByLabel('Amount', { exact: true }).fill('10');
  await v.button(/^Place bet/).click();
  await v.sees('Filled');
  for (const page of ['Money', 'History']) {
    await v.page.getByRole('link', { name: page }).click();
    await v.sees('<img src=x onerror=');
  }
  assert.equal(await v.page.evaluate(() => window.__hacked), undefined);
  assert.equal(await v.page.locator('main img').count(), 0);
}));

test('one signature, then bets by one press: within the bounds, never beyond, and over when it is ended', story({}, async (v, house) => {
  rich(house, 0, 500_000_000n);
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
  await v.pickFirst();
  await v.page.getByLabel('Amount', { exact: true }).fill('20');
  await v.sees('one press');
  await v.button(/^Place bet/).click();
  await v.sees('Filled');
  assert.equal(await signed(), 1, 'the wallet was asked');
  await v.button('New bet').click();
  await v.page.getByLabel('Amount', { exact: true }).fill('21'); // above each bet's bound: the wallet signs
  await v.button(/^Place bet/).click();
  await v.sees('Filled');
  assert.equal(await signed(), 2);
  const [d] = house.books.user(address(0)).delegations.values();
  assert.equal(d.spent, '20.00');
  d.revoked_at = new Date().toISOString(); // by the operator: the page does not know
  await v.button('New bet').click();
  await v.page.getByLabel('Amount', { exact: true }).fill('5');
  await v.sees('one press');
  await v.button(/^Place bet/).click();
  await v.sees('One-press betting is over');
}, [403]));

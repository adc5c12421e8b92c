import test from 'node:test';
import { address, assert, furnished, Refusal, rich, visit } from './support.mjs';

const held = furnished();
const { story } = held;

test('of two wallets the one that was pressed is asked, and the other never', story({ wallets: [{ name: 'Red wallet' }, { name: 'Blue wallet', person: 1 }] }, async (v, house) => {
  rich(house, 1, 77_000_000n);
  await v.signIn('Blue wallet');
  await v.sees('$77.00');
  assert.deepEqual(await v.calls(0), []);
}));

test('an old wallet that announces nothing is found all the same', story({ wallets: [{ quiet: true }] }, async (v) => {
  await v.page.waitForTimeout(500);
  await v.signIn('Browser wallet');
}));

test('without a wallet the page says what to do', story({ wallets: [] }, async (v) => {
  await v.button('Connect', true).click();
  await v.sees('No wallet was found in this browser.');
}));

test('another account ends the session at once, and nothing of the first is seen any more', story({}, async (v, house) => {
  rich(house, 0, 123_450_000n);
  rich(house, 1, 1_000_000n);
  await v.signIn();
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.sees('$123.45');
  await v.wallet('use', address(1));
  await v.button('Sign in', true).first().waitFor();
  assert.equal(await v.page.getByText('123.45').count(), 0);
  for (let i = 0; house.sessions.size > 0 && i < 100; i++) await v.page.waitForTimeout(50);
  assert.equal(house.sessions.size, 0, 'the session lives on');
  const asked = (await v.calls()).filter((c) => c === 'personal_sign').length;
  assert.equal(asked, 1, 'nobody pressed, and the wallet was asked again');
}, [401])); // what was under way for the first one

test('a locked wallet is said to be locked, and a sign-in that is refused can be tried again', story({}, async (v) => {
  await v.page.evaluate(() => (window.__made[0].o.locked = true));
  await v.button('Connect', true).click();
  await v.button('Test wallet').click();
  await v.sees('Your wallet is locked. Open it, then connect.');
  await v.page.evaluate(() => Object.assign(window.__made[0].o, { locked: false, reject: ['personal_sign'] }));
  await v.button('Test wallet').click();
  await v.sees('You said no in the wallet. Nothing was sent.');
  await v.page.evaluate(() => (window.__made[0].o.reject = []));
  await v.button('Try again').click();
  await v.button(/^Account/).waitFor();
}));

test('a session that ended: reads stop, bets go on, one press signs in again', story({}, async (v, house) => {
  rich(house, 0);
  await v.signIn();
  await v.sees('$250.00');
  house.sessions.clear();
  house.books.tell('balance', {}, address(0));
  await v.sees('Sign in again to see your balance. Bets still work: your wallet signs each.');
  await v.pickFirst();
  await v.page.getByLabel('Amount', { exact: true }).fill('10');
  await v.button(/^Place bet/).click();
  await v.sees('Filled');
  await v.button('Sign in', true).first().click();
  await v.page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  await v.page.waitForFunction(() => !document.body.textContent.includes('Sign in again'));
}, [401]));

test('a sign-in with a foreign domain or a used nonce is refused in words', story({}, async (v, house) => {
  house.refuse = (method, path) => (method === 'POST' && path === '/session' ? new Refusal(401, 'unauthorized') : undefined);
  await v.button('Connect', true).click();
  await v.button('Test wallet').click();
  await v.sees('Not signed in: the signature was not taken. Try again.');
}, [401]));

test('what belongs to others is not there: their ids are 404, in words', story({ wallets: [{ person: 1 }] }, async (v, house) => {
  rich(house, 0);
  const other = await visit(held.browser, house);
  await other.signIn();
  await other.pickFirst();
  await other.page.getByLabel('Amount', { exact: true }).fill('10');
  await other.button(/^Place bet/).click();
  await other.sees('Filled');
  await other.close();
  const [id] = house.books.user(address(0)).bets.keys();
  await v.signIn();
  await v.page.goto(`${house.url}/#/b/${id}`);
  await v.sees('There is nothing here for this account.');
}, [404]));

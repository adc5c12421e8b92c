import test from 'node:test';
import { address, assert, credit, furnished, posts, Refusal } from './support.mjs';

const held = furnished();
const { story } = held;
const balance = (house, n) => house.books.user(address(n)).balance;

/** Up to the signature. */
async function reviewed(v, amount) {
  await v.signIn();
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.button('Deposit', true).click();
  await v.page.getByLabel(/^Amount in/).fill(amount);
  await v.button('Review').click();
  await v.sees(`You pay exactly ${amount.includes('.') ? amount : `${amount}.00`} USDT0`);
}

test('a strict wallet that does not know Plasma is brought there, signs once, and the money can be bet', story({ wallets: [{ chainId: 1, known: [1], strict: true }] }, async (v, house) => {
  await reviewed(v, '250');
  await v.button('Switch to Plasma').click();
  await v.sees('Your wallet does not know Plasma yet.');
  await v.button('Add network').click();
  await v.button('Sign in wallet').click();
  await v.sees('You can bet $250.00 now');
  assert.equal(balance(house, 0), 250_000_000n);
  assert.deepEqual((await v.calls()).filter((c) => c !== 'eth_chainId'), ['eth_requestAccounts', 'personal_sign', 'wallet_switchEthereumChain 4902', 'wallet_addEthereumChain', 'eth_signTypedData_v4']);
}));

test('a lost answer repeats the same header, also after a reload, and is credited once', story({ wallets: [{ person: 1, chainId: 9745, connected: true }] }, async (v, house) => {
  house.lose = (x) => x.path === '/deposit' && 'payment-signature' in x.headers;
  await reviewed(v, '40');
  await v.button('Sign in wallet').click();
  await v.sees('Checking with the chain. You will not be charged twice.');
  assert.equal(balance(house, 1), 40_000_000n); // it was taken; nobody heard
  await v.page.reload();
  await v.sees('checking what became of it');
  house.lose = () => false;
  await v.sees('you can bet $40.00 now');
  assert.equal(balance(house, 1), 40_000_000n);
  const sent = posts(house, '/deposit').filter((l) => l.paid);
  assert.ok(sent.length >= 2);
  assert.equal(new Set(sent.map((l) => l.key)).size, 1);
  assert.equal((await v.calls()).filter((c) => c.startsWith('eth_signTypedData')).length, 0); // since the reload
}, [402, 'ERR_EMPTY_RESPONSE', 'ERR_CONNECTION_RESET']));

test('a settlement that is not known is not called done', story({ wallets: [{ person: 2, chainId: 9745 }] }, async (v, house) => {
  house.settles = false;
  await reviewed(v, '7.50');
  await v.button('Sign in wallet').click();
  await v.sees('Waiting for the chain');
  assert.equal(await v.page.getByText('You can bet $7.50 now').count(), 0);
  credit(house, [...house.books.user(address(2)).deposits.values()].at(-1));
  await v.sees('You can bet $7.50 now');
}));

test('a refusal in the wallet, a silent one and one of the chain are words with a way on', story({ wallets: [{ person: 2, chainId: 9745 }] }, async (v, house) => {
  await reviewed(v, '5');
  await v.page.evaluate(() => (window.__made[0].o.reject = ['eth_signTypedData_v4']));
  await v.button('Sign in wallet').click();
  await v.sees('You said no in the wallet. Nothing was sent.');
  await v.page.evaluate(() => Object.assign(window.__made[0].o, { reject: [], silent: ['eth_signTypedData_v4'] }));
  await v.button('Try again').click();
  await v.button('Cancel').click();
  await v.sees('Stopped. Nothing was sent.');
  await v.page.evaluate(() => (window.__made[0].o.silent = []));
  house.refuse = (method, path, x) => ('payment-signature' in x.headers ? { status: 402, body: { x402Version: 1, error: 'invalid_exact_evm_insufficient_balance', accepts: [] } } : undefined);
  await v.button('Try again').click();
  await v.sees('Your wallet holds less USDT0 on Plasma than that.');
  assert.equal(posts(house, '/deposit').filter((l) => l.paid).length, 1);
  await v.button('Change amount').click();
  await v.page.getByLabel(/^Amount in/).waitFor();
}));

test('a busy service is asked again with the same payment', story({ wallets: [{ person: 2, chainId: 9745 }] }, async (v, house) => {
  const before = balance(house, 2);
  let times = 2;
  house.refuse = (method, path, x) => ('payment-signature' in x.headers && times-- > 0 ? new Refusal(503, 'overloaded', { headers: { 'Retry-After': '1' } }) : undefined);
  await reviewed(v, '9');
  await v.button('Sign in wallet').click();
  await v.sees('Busy. Your money is where it was. Trying again in 1 s.');
  await v.sees('You can bet $9.00 now');
  assert.equal(balance(house, 2) - before, 9_000_000n);
}, [402, 503]));

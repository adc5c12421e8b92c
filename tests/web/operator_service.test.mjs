// The operator's page and the real service: figures as its routes say them, a pause that stops bets and is in the books under the key
// that ordered it, and what a key may not.
import { after, before, test } from 'node:test';
import { run } from '../../sandbox/stack/process.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { NO_CONVERSION, startHouse, until } from '../e2e/support.mjs';
import { AT, closed, confirm, open, screen, signIn } from './operating.mjs';
import { assert, launch, visit } from './support.mjs';

let house, browser, user, market, key;

before(async () => {
  house = await startHouse({ opening: '1000', overrides: { conversion: NO_CONVERSION } });
  browser = await launch();
  [user] = house.users;
  [market] = house.markets;
  key = (await run(binaryPath(), ['keys', 'add', 'an operator', 'read,inspect,operate'], { env: house.service.env })).trim();
  await house.fund(user, '100.00');
});
after(async () => {
  await browser?.close();
  await house?.close();
});

/** Signed in with that key; in the end nobody may have complained, but for the 401 before the sign-in. */
const story = (keyText, tell, forgive = []) => async () => {
  const v = await visit(browser, house, AT);
  try {
    await until('the keys', async () => {
      await signIn(v, keyText()).catch(() => {});
      return (await v.page.getByRole('heading', { name: 'Overview' }).count()) > 0;
    });
    await tell(v);
    assert.deepEqual(await v.noise([401, ...forgive]), [], 'somebody complained');
  } finally {
    await v.close();
  }
};
const bet = () => house.bet({ user_address: user.address, token_id: market.token_id, amount: '5.00', max_price: '0.50' });

test('the page is one of its own, under the same policy', async () => {
  const [mine, theirs] = await Promise.all([fetch(`${house.url}/operator`), fetch(`${house.url}/`)]);
  assert.equal(mine.headers.get('content-security-policy'), theirs.headers.get('content-security-policy'));
  assert.match(await mine.text(), /<title>Operator · Headroom<\/title>/);
});

test('the overview shows what the routes say', story(() => key, async (v) => {
  const { usdc_balance } = await house.buffer();
  const [whole, cents] = usdc_balance.split('.');
  await v.sees(`$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents.slice(0, 2)}`);
  await v.sees('Solvent: the assets cover', 30_000);
  await v.page.getByRole('img', { name: /^Buffer level in a day/ }).waitFor(); // its first minute, and now
  for (const name of ['Conversions', 'Routes', 'Withdrawals', 'Markets', 'Alerts', 'Acts']) {
    await screen(v, name);
    await v.page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await v.page.getByText('Not shown').count(), 0, name);
  }
}));

test('bets are paused and resumed: bettors hear why, and the books say who', story(() => key, async (v) => {
  await open(v, 'Pause bets');
  await v.page.getByRole('region', { name: 'Dry run' }).getByText('no new bets are taken').waitFor();
  await confirm(v, 'Pause bets', 'pause bets', 'ticket 31');
  await v.sees('in the books under');
  await closed(v);
  await v.sees('ticket 31');
  const refused = await bet();
  assert.deepEqual([refused.status, refused.body.code], [503, 'paused']);
  assert.match(refused.body.detail, /ticket 31/);
  await open(v, 'Resume bets');
  await confirm(v, 'Resume bets', 'resume bets', 'ticket 31 is done');
  await v.sees('in the books under');
  await closed(v);
  await v.button('Pause bets …', true).waitFor();
  assert.equal((await bet()).status, 201);
  const acts = await house.json(`SELECT done_by, action FROM operator_actions WHERE detail::text LIKE '%ticket 31%' ORDER BY action_id`);
  assert.deepEqual(acts.map((a) => a.action), ['pause_bets', 'resume_bets']);
  assert.equal(new Set(acts.map((a) => a.done_by)).size, 1);
  await screen(v, 'Acts');
  const rows = v.page.getByRole('region', { name: 'What operators did, newest first' }).getByRole('row');
  for (const [reason, what] of [['ticket 31', 'Pause bets'], ['ticket 31 is done', 'Resume bets']]) {
    const row = rows.filter({ has: v.page.getByRole('cell', { name: reason, exact: true }) });
    await row.getByText(what, { exact: true }).waitFor();
    await row.getByText(acts[0].done_by, { exact: true }).waitFor();
  }
}));

test('what the service refuses is said in its words', story(() => key, async (v) => {
  await screen(v, 'Acts');
  await open(v, 'Resolve a bet');
  const window = v.page.getByRole('dialog');
  await window.getByLabel('Bet', { exact: true }).fill('00000000-0000-4000-8000-000000000001');
  await window.getByLabel('Outcome').selectOption('failed');
  await confirm(v, 'Resolve a bet', 'resolve');
  await v.sees(/Refused: |Not known: /, 30_000);
  assert.equal(await v.page.getByText('Done at').count(), 0);
}, [404, 409, 503]));

test('a key that reads sees no actions, and the service refuses its session as well', story(() => house.keys.read, async (v) => {
  await v.sees('Solvent: the assets cover', 30_000);
  assert.equal(await v.page.getByRole('button', { name: / …$/ }).count(), 0);
  const said = await v.page.evaluate(async () => {
    const order = (more) => fetch(`/operator/actions${more}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ action: 'pause_bets', reason: 'x' }) });
    const answers = await Promise.all([order(''), order('?dry_run=true'), ...['overview', 'alerts', 'audit', 'settlements'].map((what) => fetch(`/operator/${what}`))]);
    return answers.map((a) => a.status);
  });
  assert.deepEqual(said, [403, 403, 403, 403, 403, 403]);
  assert.equal((await bet()).status, 201);
}, [403]));

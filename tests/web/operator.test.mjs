// The operator's page: figures, orders with reason and confirmation, what each key may, refusals in words.
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { hash, now } from './house/books.mjs';
import { alertOf, ALL, AT, clear, closed, confirm, conversionOf, keyOf, open, operated, raise, routeOf, screen, signIn, unsettledOf } from './operating.mjs';
import { address, assert, furnished, Refusal } from './support.mjs';

const held = furnished();
const as = (scopes, story, options) => operated(held, scopes, story, options);
const orders = (house) => house.desk.acts.map(({ action, target, reason, done_by }) => ({ action, target, reason, done_by }));
const GAS = alertOf('wallet.no_gas', 'plasma', 'the native coin is low: 0.01 XPL');

test('the overview has the house’s figures, and moves when they do', as(ALL, async (v, house) => {
  house.books.setBuffer(100_226_880_000n);
  await v.sees('$100,226.88', 20_000); // it may have moved before the stream was open: then the page's next look has it
  for (const words of ['$1,240.00', '$23,520.00', 'Solvent: the assets cover', '41 completed, 0 failed', '$250.00 by usdt0_oft', '31 h', 'the native coin is low: 0.01 XPL', 'Alerts (1)', 'POST /bets', 'never, at this rate']) await v.sees(words);
  await v.page.locator('.chart canvas').nth(1).waitFor();
  house.books.setBuffer(90_000_000_000n);
  await v.sees('$90,000.00');
  raise(house, alertOf('buffer.low', '', 'below min_buffer_size'));
  await v.sees('Alerts (2)');
  clear(house, 'buffer.low', '');
  await v.sees('Alerts (1)');
  house.books.setBuffer(100_000_000_000n);
}, { desk: (d) => d.alerts.push({ ...GAS }) }));

test('the level is drawn by the service’s own history, as far back as somebody asks', as(ALL, async (v, house) => {
  const asked = () => house.log.filter((l) => l.path === '/operator/overview').map((l) => l.query);
  await v.page.getByRole('img', { name: /^Buffer level in a day: between .* now \$100,000\.00; minimum \$10,000\.00$/ }).waitFor();
  await v.button('30d', true).click();
  await v.page.getByRole('img', { name: /^Buffer level in 30 days/ }).waitFor();
  await v.page.getByRole('img', { name: 'Dollars an hour that came into the buffer and went out in 30 days' }).waitFor();
  assert.equal(await v.button('30d', true).getAttribute('aria-pressed'), 'true');
  assert.deepEqual([asked()[0], asked().at(-1)], ['?range=24h', '?range=30d']);
  house.desk.noHistory = true;
  await v.button('1h', true).click();
  await v.sees('The level is drawn from the second minute on.');
}));

test('an alert leads to its row of the operations manual, as this version has it', as(ALL, async (v) => {
  await v.page.getByRole('link', { name: 'Runbook of wallet.no_gas' }).click();
  await v.page.getByRole('heading', { name: 'Runbook: wallet.no_gas' }).waitFor();
  await v.sees('fund the account, or raise the limit');
  await v.page.getByRole('link', { name: 'What is final' }).click();
  await v.page.getByRole('heading', { name: 'What is final', level: 1 }).waitFor();
  await v.sees('says whose word makes a block final');
}, { desk: (d) => d.alerts.push({ ...GAS }) }));

test('pausing and resuming bets: a reason and the typed words are required, and who did it is kept', as(ALL, async (v, house) => {
  await open(v, 'Pause bets');
  const window = v.page.getByRole('dialog');
  const go = window.getByRole('button', { name: 'Pause bets', exact: true });
  await v.sees('No new bet is taken');
  await v.sees('Write why: it is kept with your key’s id.');
  assert.ok(await go.isDisabled());
  await window.getByLabel(/^Type /).fill('pause bets');
  await v.sees('Write why');
  assert.ok(await go.isDisabled(), 'without a reason');
  await window.getByLabel('Reason').fill('   ');
  assert.ok(await go.isDisabled(), 'a reason of blanks');
  await window.getByLabel('Reason').fill('ticket 7');
  await window.getByLabel(/^Type /).fill('pause deposits');
  await v.sees('Type “pause bets” to confirm.');
  assert.ok(await go.isDisabled(), 'other words');
  await window.getByLabel(/^Type /).press('Enter');
  assert.deepEqual(orders(house), []);
  await confirm(v, 'Pause bets', 'pause bets');
  await v.sees('in the books under key:ann');
  await closed(v);
  await v.sees('paused by key:ann: ticket 7');
  await open(v, 'Resume bets');
  await confirm(v, 'Resume bets', 'Resume  bets', 'the venue is back');
  await v.sees('in the books under key:ann');
  await closed(v);
  await v.button('Pause bets …', true).waitFor();
  assert.deepEqual(orders(house), [
    { action: 'pause_bets', target: null, reason: 'ticket 7', done_by: 'key:ann' }, { action: 'resume_bets', target: null, reason: 'the venue is back', done_by: 'key:ann' },
  ]);
  await screen(v, 'Acts');
  for (const words of ['ticket 7', 'the venue is back']) await v.page.getByRole('cell', { name: words }).first().waitFor();
}));

test('each order is tried first: what is, what would be, and what would be refused', as(ALL, async (v, house) => {
  await open(v, 'Pause bets');
  const tried = v.page.getByRole('region', { name: 'Dry run' });
  await tried.getByText('no new bets are taken; what runs goes on to its end').waitFor();
  await tried.getByText('taken', { exact: true }).waitFor();
  await tried.getByText('paused by key:ann: (your reason)').waitFor();
  await v.page.keyboard.press('Escape');
  await screen(v, 'Acts');
  await open(v, 'Resolve a bet');
  assert.equal(await tried.count(), 0, 'nothing is named yet');
  await v.page.getByRole('dialog').getByLabel('Bet', { exact: true }).fill(randomUUID());
  await v.page.getByRole('dialog').getByLabel('Outcome').selectOption('failed');
  await tried.getByText('what the chains say').waitFor();
  await v.page.keyboard.press('Escape');
  house.desk.conversions[0].status = 'completed';
  await v.page.goto(`${house.url}/operator#/conversions`);
  house.desk.conversions[0].status = 'running';
  await v.page.goto(`${house.url}/operator#/conversion/${house.desk.conversions[0].conversion_id}`);
  await v.button('Hold …', true).waitFor();
  house.desk.conversions[0].status = 'completed';
  await open(v, 'Hold');
  await tried.getByText('It would be refused: the conversion is over').waitFor();
  assert.deepEqual(house.desk.acts, [], 'a dry run did something');
}, { forgive: [409] }));

test('who did what comes from the books, the newest first, with what is older by a press', as(ALL, async (v, house) => {
  house.desk.past = Array.from({ length: 60 }, (_, i) => ({ at: now(), done_by: 'cli:root', action: 'replenish', target: 'buffer', reason: null, detail: { reference: `wire ${i + 1}` } }));
  await screen(v, 'Acts');
  const rows = v.page.getByRole('region', { name: 'What operators did, newest first' }).getByRole('row');
  await rows.filter({ hasText: 'reference wire 60' }).waitFor();
  assert.equal(await rows.count(), 51);
  await v.button('Older ones').click();
  await rows.filter({ hasText: 'wire 1' }).first().waitFor();
  await v.button('Older ones').waitFor({ state: 'detached' });
  assert.equal(await rows.count(), 61);
}));

test('markets that are not paid out: how long, what came, what is owed, and what is short', as(['inspect'], async (v, house) => {
  house.desk.unsettled = [unsettledOf(1, { short: true, owed: '45.00' }), unsettledOf(2)];
  await screen(v, 'Markets');
  const row = v.page.getByRole('row').filter({ hasText: 'number 1?' });
  for (const words of ['$100.00', '$60.00', '$45.00', 'Too little is here', 'open for 2 h']) await row.getByText(words).first().waitFor();
  assert.equal(await v.page.getByRole('row').filter({ hasText: 'Too little' }).count(), 1);
  house.desk.unsettled = [];
  await v.page.goto(`${house.url}/operator#/`);
  await screen(v, 'Markets');
  await v.sees('None: every resolved market is paid out.');
}));

test('deposits, conversions and withdrawals are paused by their own words', as(ALL, async (v, house) => {
  for (const work of ['deposits', 'conversions', 'withdrawals']) {
    await open(v, `Pause ${work}`);
    await confirm(v, `Pause ${work}`, `pause ${work}`);
    await v.sees('Done at');
    await closed(v);
    await v.button(`Resume ${work} …`, true).waitFor();
  }
  assert.deepEqual(orders(house).map((o) => o.action), ['pause_deposits', 'pause_conversions', 'pause_withdrawals']);
}));

test('a conversion: steps with their hashes; held, then its end by a transaction', as(ALL, async (v, house) => {
  const [c] = house.desk.conversions;
  await screen(v, 'Conversions');
  await v.page.getByRole('table').getByRole('link').first().click();
  await v.sees('1. bridge');
  await v.sees('the cheapest of 2');
  for (const s of c.steps) for (const t of s.transactions) assert.equal(await v.page.locator(`code[title="${t.tx_hash}"]`).count(), t.tx_hash === s.tx_hash ? 2 : 1);
  assert.equal(await v.button('Write off …', true).count(), 0, 'before it is held');
  for (const [name, words] of [['Look again', 'look again'], ['Retry', 'retry'], ['Hold', 'hold']]) {
    await open(v, name);
    await confirm(v, name, words);
    await v.sees('Done at');
    await closed(v);
  }
  await open(v, 'Settle by a transaction');
  const window = v.page.getByRole('dialog');
  await window.getByLabel(/^Transaction/).fill('0x12');
  await v.sees('Transaction that brought the money: 0x and 64 digits.');
  const brought = `0x${'ab'.repeat(32)}`;
  await window.getByLabel(/^Transaction/).fill(brought);
  await window.getByLabel('Reason').fill('came by hand');
  await window.getByLabel(/^Type /).fill('settle 25.00');
  assert.ok(await window.getByRole('button', { name: 'Settle by a transaction', exact: true }).isDisabled(), 'another amount');
  await confirm(v, 'Settle by a transaction', 'settle 250.00', 'came by hand');
  await v.sees('Done at');
  await closed(v);
  await v.sees('Settle by key:ann');
  assert.equal(await v.button('Retry …', true).count(), 0, 'it is over');
  assert.deepEqual(house.desk.acts.at(-1).body, { action: 'settle_conversion', target: c.conversion_id, tx_hash: brought, reason: 'came by hand' });
}, { forgive: [409] })); // tried out when it is over already

test('what the service refuses is said in its words, and nothing is called done', as(ALL, async (v, house) => {
  await v.page.goto(`${house.url}/operator#/conversion/${house.desk.conversions[0].conversion_id}`);
  await open(v, 'Retry');
  house.desk.conversions[0].status = 'completed'; // meanwhile
  await confirm(v, 'Retry', 'retry');
  await v.sees('Refused: the conversion is over, or its end is ordered already');
  await v.sees('order_refused');
  assert.equal(await v.page.getByText('Done at').count(), 0);
  assert.deepEqual(house.desk.acts, []);
}, { forgive: [409] }));

test('a lost answer is not known, and is asked for again by a press, in the same words', as(ALL, async (v, house) => {
  const pressed = []; // what the page asked for: a browser repeats by itself what broke on a connection that was used before
  v.page.on('request', (r) => r.method() === 'POST' && new URL(r.url()).pathname === '/operator/actions' && !r.url().includes('dry_run') && pressed.push(r.postData()));
  house.lose = (x) => x.path === '/operator/actions' && !x.query.has('dry_run');
  await open(v, 'Pause bets');
  await confirm(v, 'Pause bets', 'pause bets');
  await v.sees('No answer came. It may have been done.');
  house.lose = () => false;
  await v.button('Ask again').click();
  await v.sees('in the books under key:ann');
  assert.equal(pressed.length, 2);
  assert.equal(pressed[0], pressed[1]);
  for (const a of house.desk.acts) assert.deepEqual(a.body, JSON.parse(pressed[0]));
}, { forgive: ['ERR_EMPTY_RESPONSE', 'ERR_CONNECTION_RESET'] }));

const withdrawalOf = (n, amount, more = {}) => ({
  withdrawal_id: randomUUID(), user_address: address(n), to: address(n), amount, fee: '0.10', received: `${Number(amount) - 0.1}0`, status: 'requested', needs_approval: true, tx_hash: null, failure: null,
  created_at: now(), updated_at: now(), ...more,
});
const put = (house, n, w) => void house.books.user(address(n)).withdrawals.set(w.withdrawal_id, w);

test('withdrawals that wait: one is let go, one is given back, each by its own amount', as(ALL, async (v, house) => {
  const [a, b] = [withdrawalOf(0, '6000.00'), withdrawalOf(1, '7500.00', { to: address(2) })];
  put(house, 0, a);
  put(house, 1, b);
  put(house, 2, withdrawalOf(2, '10.00', { needs_approval: false, status: 'sent', tx_hash: hash() }));
  const before = house.books.user(address(1)).balance;
  await screen(v, 'Withdrawals');
  const row = (amount) => v.page.getByRole('region', { name: 'Withdrawals that wait for approval' }).getByRole('row').filter({ hasText: amount });
  await row('$7,500.00').getByText('another address').waitFor();
  await row('$6,000.00').getByRole('button', { name: 'Approve …' }).click();
  await v.page.getByRole('dialog').getByLabel('Reason').fill('known customer');
  await v.page.getByRole('dialog').getByLabel(/^Type /).fill('approve 7500.00');
  assert.ok(await v.page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).isDisabled(), 'the other one’s amount');
  await confirm(v, 'Approve', 'approve 6000.00', 'known customer');
  await v.sees('Done at');
  await closed(v);
  await row('$6,000.00').waitFor({ state: 'detached' });
  await row('$7,500.00').getByRole('button', { name: 'Refuse …' }).click();
  await confirm(v, 'Refuse', 'refuse 7500.00', 'not theirs');
  await v.sees('Done at');
  assert.equal(a.needs_approval, false);
  assert.deepEqual([b.status, b.failure], ['failed', 'not theirs']);
  assert.equal(house.books.user(address(1)).balance - before, 7_500_000_000n);
}));

test('routes say why they were chosen or not, and what waits', as(['read'], async (v, house) => {
  await screen(v, 'Routes');
  for (const words of ['Chosen', 'Dearer than the one chosen', 'Switched off in the settings', '$40.00 of 2 deposits', 'the fee cap is too tight']) await v.sees(words);
  await v.page.getByRole('cell', { name: '$3,400.00' }).waitFor();
}, { desk: (d) => d.waiting.push({ source: d.routes[0].source, deposits: 2, amount: '40.00', since: now(), why: 'the fee cap is too tight' }) }));

test('repairs name what they act on, and carry only what was filled in', as(ALL, async (v, house) => {
  await screen(v, 'Acts');
  await open(v, 'Cancel a transaction');
  await v.page.getByRole('dialog').getByLabel(/^Chain and nonce/).fill('polygon 17');
  await v.sees('Chain and nonce: like polygon/17.');
  await v.page.getByRole('dialog').getByLabel(/^Chain and nonce/).fill('polygon/17');
  await confirm(v, 'Cancel a transaction', 'cancel');
  await v.sees('cancel_nonce: as ordered');
  assert.deepEqual(house.desk.acts.at(-1).body, { action: 'cancel_nonce', target: 'polygon/17', reason: 'ticket 7' });
}));

test('a key that reads sees no actions and no alerts, and the service refuses it as well', as(['read'], async (v, house) => {
  await v.sees('Solvent: the assets cover');
  assert.equal(await v.page.getByRole('button', { name: / …$/ }).count(), 0);
  assert.equal(await v.page.getByRole('link', { name: /^Alerts/ }).count(), 0);
  await v.page.goto(`${house.url}/operator#/alerts`);
  await v.sees('This key’s scopes do not allow it.');
  await v.page.goto(`${house.url}/operator#/conversion/${house.desk.conversions[0].conversion_id}`);
  await v.sees('1. bridge');
  assert.equal(await v.page.getByRole('button', { name: / …$/ }).count(), 0);
  const said = await v.page.evaluate(async () => {
    const order = await fetch('/operator/actions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ action: 'pause_bets', reason: 'x' }) });
    const reads = await Promise.all(['overview', 'alerts', 'audit', 'settlements'].map((what) => fetch(`/operator/${what}`)));
    return [order.status, ...reads.map((r) => r.status)];
  });
  assert.deepEqual(said, [403, 403, 403, 403, 403]);
  assert.deepEqual(house.desk.acts, []);
}, { forgive: [403] }));

test('a key that only inspects sees alerts and no money of conversions', as(['inspect'], async (v, house) => {
  await v.sees('the native coin is low');
  await v.sees('Buffer');
  for (const name of ['Conversions', 'Routes', 'Withdrawals']) assert.equal(await v.page.getByRole('link', { name, exact: true }).count(), 0, name);
  assert.equal(house.log.filter((l) => l.status === 403).length, 0, 'it asked for what it may not see');
}, { desk: (d) => d.alerts.push({ ...GAS }) }));

test('names of strangers stay text', as(ALL, async (v, house) => {
  const evil = '<img src=x onerror="window.__evil=1"><script>window.__evil=2</script>';
  house.desk.keys.get('hr_ann_0').id = `key:${evil}`;
  house.desk.alerts.push(alertOf(evil, evil, evil), alertOf('work.paused', evil, `paused by ${evil}`));
  house.desk.conversions = [conversionOf(1, { route: evil, choice: evil, status: evil, order: { word: 'hold', by: evil, reason: evil, at: now() }, steps: [{ ...conversionOf(1).steps[1], name: evil, detail: evil }] })];
  house.desk.routes = [routeOf(evil, evil, { disabled: evil })];
  house.desk.past = [{ at: now(), done_by: `key:${evil}`, action: evil, target: evil, reason: evil, detail: { [evil]: evil } }];
  house.desk.unsettled = [unsettledOf(1, { question: evil })];
  const undocumented = house.breaches.length; // a state that no document knows, on purpose
  for (const to of ['', 'alerts', 'conversions', `conversion/${house.desk.conversions[0].conversion_id}`, 'routes', 'markets', 'acts', `runbook/${encodeURIComponent(evil)}`]) {
    await v.page.goto(`${house.url}/operator?${to.length}#/${to}`);
    await v.page.getByText('<img src=x').first().waitFor();
    assert.equal(await v.page.locator('img, main script').count(), 0, to);
  }
  assert.equal(await v.page.evaluate(() => window.__evil), undefined);
  house.breaches.length = undocumented;
}));

test('a wrong key, one that is revoked, and a bettor in the same browser', async () => {
  await held.story(AT, async (v, house) => {
    await v.page.getByLabel('Service key').fill('hr_nobody_1');
    await v.button('Sign in', true).click();
    await v.sees('Not signed in: the service does not know this key');
    assert.equal(await v.page.getByLabel('Service key').inputValue(), '');
    const key = keyOf(house, ALL);
    await signIn(v, key);
    assert.ok(!(await v.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).includes(key), 'the key is kept');
    house.sessions.clear();
    house.streams.forEach((s) => s.destroy());
    await v.sees('The session is over. Sign in again.');
    await v.context.addCookies([{ name: 'hr_session', value: house.newSession(address(0)), url: house.url, httpOnly: true, sameSite: 'Strict' }]);
    await v.page.reload();
    await v.sees('A bettor is signed in in this browser.');
    await signIn(v, key);
    await v.button('Sign out').click();
    await v.page.getByLabel('Service key').waitFor();
    assert.equal(house.sessions.size, 1, 'the bettor’s own, which another browser may hold');
  }, [401, 'ERR_'])();
});

test('the service dies and comes back: said, orders are off after ten seconds, and on again', as(ALL, async (v, house) => {
  await v.sees('live');
  await house.stop();
  await v.sees('Reconnecting.');
  await v.sees('nothing is ordered until we hear from Headroom', 20_000);
  await open(v, 'Pause bets');
  await v.sees('The numbers on this page are too old');
  held.house = await house.restart();
  await v.sees('Write why', 20_000);
}, { forgive: ['ERR_'] }));

test('a sign-in that the service is too busy for is words', async () => {
  await held.story(AT, async (v, house) => {
    house.refuse = (method, path) => (method === 'POST' && path === '/session' ? new Refusal(503, 'overloaded', { detail: 'too much to do' }) : undefined);
    await v.page.getByLabel('Service key').fill(keyOf(house, ALL));
    await v.button('Sign in', true).click();
    await v.sees('Not signed in: too much to do (overloaded).');
  }, [401, 503])();
});

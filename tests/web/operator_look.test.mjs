// The operator's page by machine's eyes on a desktop, a phone and in the dark, by keyboard; and what its first load weighs.
import fs from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { now } from './house/books.mjs';
import { alertOf, ALL, AT, confirm, conversionOf, deskOf, keyOf, open, operated, screen, signIn, unsettledOf } from './operating.mjs';
import { CSP } from './house/files.mjs';
import { address, assert, furnished, visit } from './support.mjs';

const held = furnished();
const shots = fileURLToPath(new URL('../../build/web-shots/', import.meta.url));
fs.mkdirSync(shots, { recursive: true });
const LIMIT_BYTES = 80 * 1024;

function furnish(d) {
  d.alerts.push(alertOf('wallet.no_gas', 'plasma', 'the native coin is low: 0.01 XPL'), alertOf('work.paused', 'deposits', 'paused by key:ann: the chain is silent'), alertOf('buffer.low', '', 'below min_buffer_size', { cleared_at: now() }));
  d.conversions.push(conversionOf(2, { status: 'held', order: { word: 'hold', by: 'key:ann', reason: 'looks odd', at: now() } }), conversionOf(3, { status: 'completed', received: '249.90', loss: '0.10', completed_at: now() }));
  d.unsettled.push(unsettledOf(1, { short: true, owed: '45.00' }), unsettledOf(2));
  d.waiting.push({ source: d.routes[0].source, deposits: 2, amount: '40.00', since: now(), why: 'the fee cap is too tight' });
}

for (const [name, options] of [['desktop', {}], ['phone', { device: 'Pixel 7' }], ['dark', { dark: true }]])
  test(`nothing is hard to read or to reach: ${name}`, operated(held, ALL, async (v, house) => {
    let n = 0;
    const look = async (what) => {
      await v.page.screenshot({ path: `${shots}operator-${name}-${String(++n).padStart(2, '0')}-${what}.png`, fullPage: true });
      const wide = await v.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!wide, `${what} is wider than the screen`);
      assert.deepEqual(await v.axe(), [], what);
    };
    const id = '00000000-0000-4000-8000-000000000009';
    house.books.user(address(0)).withdrawals.set(id, { withdrawal_id: id, user_address: address(0), to: address(1), amount: '6000.00', fee: '0.10', received: '5999.90', status: 'requested', needs_approval: true, tx_hash: null, failure: null, created_at: now(), updated_at: now() });
    await v.sees('Solvent: the assets cover');
    await v.page.locator('.chart canvas').nth(1).waitFor();
    await look('overview');
    await open(v, 'Pause bets');
    await v.page.getByRole('dialog').getByLabel('Reason').fill('ticket 7');
    await v.sees('no new bets are taken');
    await look('pause');
    await confirm(v, 'Pause bets', 'pause bets');
    await v.sees('Done at');
    await look('paused');
    await v.page.keyboard.press('Escape');
    await screen(v, 'Conversions');
    await v.page.getByRole('table').waitFor();
    await look('conversions');
    await v.page.goto(`${house.url}/operator#/conversion/${house.desk.conversions[1].conversion_id}`);
    await v.sees('1. bridge');
    await look('conversion');
    await open(v, 'Write off');
    await look('write-off');
    await v.page.keyboard.press('Escape');
    await screen(v, 'Routes');
    await v.sees('Dearer than the one chosen');
    await v.page.locator('.chart canvas').waitFor();
    await look('routes');
    await screen(v, 'Withdrawals');
    await v.sees('another address');
    await look('withdrawals');
    await screen(v, 'Markets');
    await v.sees('Too little is here');
    await look('markets');
    await screen(v, /^Alerts/);
    await v.page.getByRole('heading', { name: 'What ended last' }).waitFor();
    await look('alerts');
    await v.page.goto(`${house.url}/operator#/runbook/withdrawal.approval`);
    await v.sees('First step');
    await look('runbook');
    await v.page.goto(`${house.url}/operator#/runbook/alerts-worth-waking-up-for`);
    await v.page.getByRole('table').waitFor();
    await look('manual');
    await screen(v, 'Acts');
    await v.sees('Repairs');
    await v.page.getByRole('region', { name: 'What operators did, newest first' }).waitFor();
    await look('acts');
    await v.button('Sign out').click();
    await v.page.getByLabel('Service key').waitFor();
    await look('sign-in');
  }, { ...options, motion: false, desk: furnish }));

test('from the sign-in to a pause by keyboard alone', async () => {
  held.house.desk = deskOf(); // nothing is paused
  await held.story(AT, async (v, house) => {
    const { keyboard } = v.page;
    const focused = () => v.page.evaluate(() => `${document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? ''}`);
    const walkTo = async (pattern, most = 60) => {
      for (let i = 0; i < most; i++) {
        if (pattern.test(await focused())) return;
        await keyboard.press('Tab');
      }
      assert.fail(`Tab never came to ${pattern}`);
    };
    await v.page.getByLabel('Service key').waitFor();
    await walkTo(/^Service key/);
    await keyboard.type(keyOf(house, ALL));
    await keyboard.press('Enter');
    await v.page.getByRole('heading', { name: 'Overview' }).waitFor();
    await v.button('Pause bets …', true).waitFor();
    await walkTo(/^Pause bets …/);
    await keyboard.press('Enter');
    await walkTo(/^Reason/);
    await keyboard.type('ticket 8');
    await walkTo(/^Type /);
    await keyboard.type('pause bets');
    await keyboard.press('Enter');
    await v.sees('in the books under key:ann');
    await keyboard.press('Escape');
    await v.page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(house.desk.acts.map((a) => [a.action, a.reason]), [['pause_bets', 'ticket 8']]);
  }, [401])();
});

test('nothing is inline, the policy is kept, and the first load is light', async (t) => {
  const { house, browser } = held;
  house.desk = deskOf();
  const answer = await fetch(`${house.url}/operator`);
  const html = await answer.text();
  assert.ok(!/<script(?![^>]*\bsrc=)/.test(html) && !/<style|\sstyle=|\son[a-z]+=/.test(html), 'something is inline');
  assert.equal(answer.headers.get('content-security-policy'), CSP);
  const v = await visit(browser, house, AT);
  await signIn(v, keyOf(house, ALL));
  const page = await v.context.newPage(); // signed in, and nothing of it open
  const client = await v.context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  client.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength));
  await page.goto(`${house.url}/operator#/`);
  await page.getByText('Solvent: the assets cover').waitFor();
  await page.getByText('POST /bets').waitFor();
  await page.locator('.chart canvas').nth(1).waitFor();
  await page.waitForTimeout(500);
  t.diagnostic(`the operator's first load, a day of history and its drawing with it: ${bytes} bytes over the wire`);
  assert.ok(bytes < LIMIT_BYTES, `${bytes} bytes`);
  await v.close();
});

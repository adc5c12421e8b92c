// The package's own story: packed, installed into an empty project, used there against the running service, in Node 18, in Node 20 and in
// a browser: pay (the program dies, its answer is lost, it is repeated), sign in, listen, bet, sell, take out, verify a webhook.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { micro, NO_CONVERSION, startHouse } from '../e2e/support.mjs';
import { launch } from '../web/tools.mjs';
import { patience } from '../web/visit.mjs';
import { bounded, installed, nodeOf, packed } from './elsewhere.mjs';
import { require } from './support.mjs';

const { Webhook } = require('standardwebhooks');
const STORY_WITHIN_MS = 120_000;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-package-'));
const project = path.join(dir, 'project');
let names, house;

before(async () => {
  const made = await packed(dir);
  names = made.names;
  await installed(project, made.file);
  house = await startHouse({
    settles: true,
    opening: '1000',
    sandboxArgs: ['--users', '4'],
    overrides: { conversion: NO_CONVERSION, http: { web_root: path.join(project, 'dist') } },
  });
});
after(async () => {
  await house?.close(); // the books are clean
  fs.rmSync(dir, { recursive: true, force: true });
});

/** What a story is told about: the house's n-th user, and a webhook as a sender signs it while its secret is rotated. */
function given(n) {
  const [old, next] = ['old', 'next'].map((name) => `whsec_${Buffer.from(`${name} secret of a webhook's sender`).toString('base64')}`);
  const body = JSON.stringify({ type: 'bet.filled', timestamp: new Date().toISOString(), data: { bet_id: 'b-1' } });
  const at = new Date();
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(at / 1_000)), 'webhook-signature': new Webhook(old).sign('msg_1', at, body) };
  const [{ token_id: token, price }] = house.markets;
  const prices = { most: (Number(price) + 0.05).toFixed(2), least: (Number(price) - 0.1).toFixed(2) };
  return { url: house.url, secret: house.users[n].private_key, token, prices, webhook: { secrets: [next, old], headers, body } };
}

/** The story was told: each thing happened once, and the books say the same. `died`: the header that was sent before. */
async function holds(told, n, died) {
  const user = house.users[n];
  assert.deepEqual([...new Set(told.headers)], [died], 'a second payment was signed');
  assert.equal(told.headers.length, 2); // its answer lost, and heard
  const { deposits } = (await house.get(`/deposits?user_address=${user.address}`)).body;
  assert.deepEqual(deposits.map((d) => [d.deposit_id, d.amount]), [[told.deposit.id, '100.00']]);
  const { bets } = (await house.get(`/bets?user_address=${user.address}`)).body;
  assert.deepEqual(bets.map((b) => [b.bet_id, b.status]), [[told.bet.id, 'filled']]);
  assert.equal(told.bet.status, 'filled');
  assert.match(told.bet.heard, /^\d+$/); // an event of the books, by its number
  const { shares } = await house.position(user, house.markets[0]);
  assert.equal(told.sale.sold, '10.00');
  assert.equal(micro(shares), micro(told.bet.shares) - 10_000_000n);
  const { withdrawals } = (await house.get(`/withdrawals?user_address=${user.address}`)).body;
  assert.deepEqual(withdrawals.map((w) => [w.withdrawal_id, w.amount, w.to]), [[told.withdrawal.id, '5.00', user.address]]);
  assert.equal(told.user, user.address);
  assert.equal(micro(told.balance), await house.balance(user));
  assert.deepEqual(told.webhook, { type: 'bet.filled', forged: 'webhook_signature' });
  assert.equal(told.poor, 'insufficient_balance');
  assert.equal(told.kept, 0);
}

test('what is packed is what is built: types beside code, nothing of this tree', () => {
  assert.deepEqual(names.filter((name) => !/^(README\.md|package\.json|dist\/\w+(\.d)?\.(js|ts))$/.test(name)), []);
  for (const name of ['dist/index.js', 'dist/index.d.ts', 'dist/node.js', 'dist/node.d.ts', 'dist/openapi.d.ts']) assert.ok(names.includes(name), name);
  const text = fs.readdirSync(path.join(project, 'node_modules/@headroom/client/dist')).map((f) => fs.readFileSync(path.join(project, 'node_modules/@headroom/client/dist', f), 'utf8')).join('\n');
  assert.doesNotMatch(text, /\/(work|home|root)\//);
});

for (const [n, major] of [18, 20].entries())
  test(`in Node ${major}: it dies with its payment on the way, goes on, and ends by itself`, async (t) => {
    const { file, why } = await nodeOf(major);
    if (!file) {
      console.error(`\n  THERE IS NO NODE ${major} HERE: the package was not tried in it (${why}). HEADROOM_NODES=/path/to/node names one.\n`);
      return t.skip(`no Node ${major}`);
    }
    const run = (...args) => bounded(STORY_WITHIN_MS, file, ['--expose-gc', 'out/program.js', 'kept', ...args], { cwd: project, input: JSON.stringify(given(n)) });
    fs.rmSync(path.join(project, 'kept'), { recursive: true, force: true });
    const first = await run('dies');
    assert.equal(first.code, 17, first.errors);
    const { headers: [died] } = JSON.parse(first.out);
    const { code, out, errors } = await run();
    assert.equal(code, 0, `${out}${errors}`);
    assert.equal(errors, '');
    await holds(JSON.parse(out), n, died);
  });

test('in a browser: it is reloaded with its payment on the way, and goes on', async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const noise = [];
    page.setDefaultTimeout(STORY_WITHIN_MS * patience);
    page.on('console', (m) => m.type() === 'error' && !/status of (402|422)/.test(m.text()) && noise.push(m.text()));
    page.on('pageerror', (e) => noise.push(e.stack));
    const within = (promise) => Promise.race([promise, new Promise((_, late) => setTimeout(late, STORY_WITHIN_MS * patience, new Error('too late')).unref())]);
    await page.goto(house.url);
    const died = await within(page.evaluate((g) => window.die(g), given(2)));
    await page.reload();
    await holds(await within(page.evaluate((g) => window.tell(g), given(2))), 2, died);
    assert.match(await page.locator('#told').textContent(), new RegExp(house.users[2].address));
    assert.deepEqual(noise, []);
  } finally {
    await browser.close();
  }
});

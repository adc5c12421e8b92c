// The inspector's screens by machine's eyes on a desktop, a phone and in the dark, by keyboard alone, and what they weigh.
import fs from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { BET, betStory, childrenOf, endOf, go, inspecting, lintOf, longStory, refusedOf, shows, waitsOf } from './inspecting.mjs';
import { assert, furnished } from './support.mjs';

const held = furnished();
const shots = fileURLToPath(new URL('../../build/web-shots/', import.meta.url));
fs.mkdirSync(shots, { recursive: true });
const LONG = 'b0000000-0000-4000-8000-000000000100';

function furnish(it) {
  it.stories.set(`bet ${BET}`, betStory(BET));
  it.stories.set(`deposit ${LONG}`, longStory('deposit', LONG, 3_000));
  it.lints.push(lintOf(), lintOf({ code: 'bet_past_deadline', actor_id: 51, kind: 'bet', business_id: BET, text: 'its deadline was 4 min ago and it is not over', for_ms: null, count: 3 }));
  Object.assign(it, { refused: refusedOf(40), waits: waitsOf(), cycles: [[8, 3]], children: childrenOf(), ends: [endOf()] });
}

for (const [name, options] of [['desktop', {}], ['phone', { device: 'Pixel 7' }], ['dark', { dark: true }]])
  test(`nothing is hard to read or to reach: ${name}`, inspecting(held, async (v, house) => {
    let n = 0;
    const look = async (what) => {
      await v.page.screenshot({ path: `${shots}inspector-${name}-${String(++n).padStart(2, '0')}-${what}.png`, fullPage: true });
      const wide = await v.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!wide, `${what} is wider than the screen`);
      assert.deepEqual(await v.axe(), [], what);
    };
    await go(v, house, '#/actors');
    await shows(v, '1,000,000 actors');
    await look('actors');
    await v.page.getByLabel('Find').fill(BET);
    await shows(v, 'Its story');
    await v.page.getByLabel('Sort by').selectOption('rate');
    await look('found');
    await v.page.getByLabel('Find').fill('');
    await go(v, house, '#/actor/1');
    await shows(v, '2 holds');
    await look('actor');
    house.inspected.silent = true;
    await shows(v, 'It did not answer');
    await look('silent');
    await go(v, house, `#/bet/${BET}`);
    await shows(v, 'posting.bet_refund');
    await v.button('Draw who spoke after whom').click();
    await look('bet');
    await v.page.getByLabel('to scale').check();
    await look('to-scale');
    await go(v, house, `#/deposit/${LONG}`);
    await shows(v, 'Read all of it');
    await look('long');
    await v.page.evaluate(() => window.scrollTo(0, 0));
    await go(v, house, '#/live');
    await v.page.getByLabel('At most').fill('120');
    house.inspected.dropped = 7;
    await v.button('Watch', true).click();
    await shows(v, 'as many as were asked for');
    await look('live');
    await go(v, house, '#/waits');
    await shows(v, 'A circle');
    await look('waits');
    await go(v, house, '#/tree');
    await v.page.getByText('the exchange spoke nonsense').click();
    await look('tree');
    await go(v, house, '#/lints');
    await shows(v, 'its deadline was');
    await look('lints');
    await go(v, house, '#/refused');
    await shows(v, '422 exceeds_max_bet');
    await look('refused');
    await go(v, house, '#/file');
    await v.page.getByLabel('A file that was saved here').setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await shows(v, 'Not opened');
    await look('file');
  }, { ...options, motion: false, set: furnish }));

test('from the list to a story and its saved file by keyboard alone', inspecting(held, async (v, house) => {
  const { keyboard } = v.page;
  const focused = () => v.page.evaluate(() => { const e = document.activeElement; return `${e?.labels?.[0]?.textContent ?? e?.getAttribute('aria-label') ?? e?.textContent ?? ''}`; });
  const walkTo = async (pattern, most = 90) => {
    for (let i = 0; i < most; i++) {
      if (pattern.test(await focused())) return;
      await keyboard.press('Tab');
    }
    assert.fail(`Tab never came to ${pattern}, but to ${await focused()}`);
  };
  await walkTo(/^Inspector$/);
  await keyboard.press('Enter');
  await shows(v, '1,000,000 actors');
  await walkTo(/^Actors$/);
  await walkTo(/^Find$/);
  await keyboard.type(BET);
  await v.page.getByRole('link', { name: '51', exact: true }).waitFor();
  await walkTo(/^bet$/);
  await keyboard.press('Enter');
  await shows(v, 'It has ended');
  await walkTo(/^Events of the story/);
  await keyboard.press('PageDown'); // a long table is scrolled where it is
  await walkTo(/^Draw who spoke/);
  await keyboard.press('Enter');
  await v.page.getByRole('region', { name: 'Sequence diagram' }).waitFor();
  await v.page.evaluate(() => document.activeElement.blur());
  const saved = v.page.waitForEvent('download');
  await v.page.getByRole('button', { name: 'Save as file' }).focus();
  await keyboard.press('Enter');
  await saved;
}, { set: furnish }));

test('nothing of it is in the first load, and each screen is light', inspecting(held, async (v, house) => {
  const scripts = () => v.page.evaluate(() => performance.getEntriesByType('resource').map((r) => new URL(r.name).pathname).filter((p) => p.startsWith('/assets/')));
  const before = new Set(await scripts());
  assert.ok(![...before].some((p) => /actors|story|screens|live|lints/.test(p)), `the first load has ${[...before].join(', ')}`);
  const client = await v.context.newCDPSession(v.page);
  await client.send('Network.enable');
  let bytes = 0;
  const asked = new Set(); // from here on: the first load may still be under way
  client.on('Network.requestWillBeSent', (e) => asked.add(e.requestId));
  client.on('Network.loadingFinished', (e) => (bytes += asked.has(e.requestId) ? e.encodedDataLength : 0));
  await go(v, house, `#/bet/${BET}`);
  await shows(v, 'It has ended');
  assert.ok(bytes < 30 * 1024, `a story weighs ${bytes} bytes`);
}, { set: furnish }));

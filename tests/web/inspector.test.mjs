// The inspector's screens: a million actors, one of them, stories and files of them, the live stream; hostile names.
import fs from 'node:fs';
import test from 'node:test';
import { addressOf, BET, betStory, childrenOf, CROWD, endOf, go, inspecting, lintOf, longStory, refusedOf, rowsOf, scrollTo, shows, uuidOf, waitsOf } from './inspecting.mjs';
import { screen } from './operating.mjs';
import { assert, furnished } from './support.mjs';
import { patience } from './visit.mjs';

const held = furnished();
const as = (story, options) => inspecting(held, story, options);
const EVIL = '<img src=x onerror="window.__evil=1"><script>window.__evil=1</script>';
const harmless = async (v) => assert.equal(await v.page.evaluate(() => window.__evil ?? document.querySelectorAll('img, main script').length), 0, 'a name became more than text');
const asked = (house, path) => house.log.filter((l) => l.path === path);
const until = async (what, of, within = 5_000 * patience) => {
  for (const end = Date.now() + within; !(await of()); ) {
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
};

test('a million actors: kinds with totals, sorted, scrolled by pages; few rows stand in the page', as(async (v, house) => {
  await screen(v, 'Inspector');
  await shows(v, '1,000,000 actors, as of');
  await v.button(/^All 1,000,000/).waitFor();
  const first = await rowsOf(v, 'Actors').first().textContent();
  assert.match(first, /900/);
  for (let y = 5_000; y <= 40_000; y += 5_000) {
    await scrollTo(v, 'Actors', y);
    await until(`rows for ${y}`, async () => (await v.page.getByText(/[\d,]+ read/).textContent()).match(/([\d,]+) read/)[1].replaceAll(',', '') * 37 > y);
  }
  const read = Number((await v.page.getByText(/[\d,]+ read/).textContent()).match(/([\d,]+) read/)[1].replaceAll(',', ''));
  assert.ok(read >= 1_000 && read <= 2_000, `${read} were read`);
  assert.ok((await v.page.locator('.rows tr').count()) < 120, 'rows out of sight stand in the page');
  assert.ok(asked(house, '/inspector/actors').every((l) => l.query.includes('limit=200')));
  assert.ok(new Set(asked(house, '/inspector/actors').map((l) => new URLSearchParams(l.query).get('cursor'))).size >= 5, 'one page was asked for again and again');
  await v.page.getByRole('button', { name: 'Busy' }).click();
  await until('sorted by work', () => asked(house, '/inspector/actors').some((l) => l.query.includes('sort=busy')));
  assert.equal(await v.page.getByRole('columnheader', { name: 'Busy' }).getAttribute('aria-sort'), 'descending');
  await v.button(/^bet 19,999/).click();
  await shows(v, '19,999 of 1,000,000 actors of kind bet');
  await until('only bets', async () => (await rowsOf(v, 'Actors').nth(3).textContent()).includes('bet'));
  await v.page.getByLabel('Window').selectOption('60');
  await until('of a minute', () => asked(house, '/inspector/actors').some((l) => l.query.includes('window=60') && l.query.includes('kind=bet')));
}));

test('one of a million is found by address and by id within a second, and its story as well', (t) => as(async (v, house) => {
  house.inspected.stories.set(`bet ${uuidOf(50)}`, betStory(uuidOf(50)));
  await go(v, house, '#/actors');
  await shows(v, '1,000,000 actors');
  const find = v.page.getByLabel('Find');
  const started = Date.now();
  await find.fill(addressOf(777_777));
  await v.page.getByRole('link', { name: '777778', exact: true }).waitFor();
  const took = Date.now() - started;
  t.diagnostic(`found after ${took} ms`);
  assert.ok(took < 1_000 * patience, `found after ${took} ms`);
  assert.equal(await rowsOf(v, 'Actors').count(), 1);
  await find.fill('0x12');
  await shows(v, 'The first four digits');
  await find.fill('b000');
  await shows(v, '19 of 1,000,000 actors'); // the double looks among the first thousand
  await find.fill('777778');
  await v.page.getByRole('link', { name: '777778', exact: true }).waitFor();
  await find.fill(addressOf(CROWD));
  await shows(v, 'No live actor is that.');
  await find.fill(uuidOf(50));
  await v.page.getByRole('link', { name: '51', exact: true }).click();
  await v.page.getByRole('heading', { name: 'bet 51' }).waitFor();
  await v.page.getByRole('link', { name: uuidOf(50) }).click();
  await shows(v, 'It has ended, nothing of it is under way');
  await v.page.goBack();
  await v.page.goBack();
  await v.page.getByRole('link', { name: 'bet', exact: true }).waitFor(); // what was typed stays
})());

test('one actor: facts, mailbox by type, handlers with their times, its last messages, lints; silence is told', as(async (v, house) => {
  await go(v, house, '#/actor/1');
  for (const words of ['2 holds', '900, the oldest for 1.24 s', 'resume bet', 'not known', 'its mailbox has grown for a minute', 'Handlers']) await shows(v, words);
  const table = v.page.getByRole('region', { name: 'The last messages, newest first' });
  assert.equal(await table.locator('table').getAttribute('aria-rowcount'), '65');
  assert.equal(await table.locator('tr.bad').count(), 2);
  await shows(v, 'deduct, for 1.2 ms');
  assert.match(await v.page.getByRole('img', { name: /^Times of resume bet/ }).getAttribute('aria-label'), /400 below 32 µs/);
  house.inspected.silent = true;
  await shows(v, 'It did not answer within 250 ms');
  await go(v, house, '#/actor/99999999');
  await shows(v, 'No such actor lives here');
  await go(v, house, '#/actor/x');
  await shows(v, 'There is no such page.');
}, { set: (it) => (it.lints.push(lintOf()), it.names.set(1, { in_handler: 'deduct' })), forgive: [404] }));

test('the story of a bet that was in doubt: waits named, entries, operations, complete; copied, and drawn', as(async (v, house) => {
  await v.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await go(v, house, `#/bet/${BET}`);
  for (const words of ['Complete', 'waiting for venue 15 s', 'order.in_doubt', 'posting.bet_refund', '$0.18185', 'bet_refund', 'approve', 'user −$49.81815, buffer −$49.81815', 'Will it rain in Bergen']) await shows(v, words);
  const axis = v.page.getByRole('img', { name: /^11 events in 20.3 s, of http, balance, buffer, journal, ledger, venue/ });
  assert.equal(await axis.locator('.mark').count(), 11);
  assert.equal(await axis.locator('.mark.bad').count(), 1);
  const squeezed = Number(await axis.locator('.gap rect').first().getAttribute('width'));
  await v.page.getByLabel('to scale').check();
  await until('drawn to scale', async () => Number(await axis.locator('.gap rect').first().getAttribute('width')) > 2 * squeezed);
  await v.button('Draw who spoke after whom').click();
  assert.equal(await v.page.getByRole('region', { name: 'Sequence diagram' }).locator('.arrow').count(), 11);
  await v.button('Copy as JSON').click();
  await shows(v, 'Copied.');
  const { saved_at, ...copied } = JSON.parse(await v.page.evaluate(() => navigator.clipboard.readText()));
  const told = await (await v.context.request.get(`${house.url}/inspector/bets/${BET}/timeline`)).json();
  assert.deepEqual(copied, told, 'what is copied is what the service told');
  assert.ok(Date.parse(saved_at) > 0);
  for (const kind of ['sale', 'deposit', 'withdrawal', 'conversion']) {
    await go(v, house, `#/${kind}/${BET}`);
    await shows(v, kind === 'withdrawal' ? 'There is no withdrawal of this id in the books.' : 'Not complete');
  }
}, {
  forgive: [404],
  set: (it) => ['bet', 'sale', 'deposit', 'conversion'].forEach((kind) => it.stories.set(`${kind} ${BET}`, kind === 'bet' ? betStory(BET) : longStory(kind, BET, 30))),
}));

test('a story of 100,000 events opens within a second, by pages, and is read to its end', (t) => as(async (v, house) => {
  const cdp = await v.context.newCDPSession(v.page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' }); // of the page's own thread, whatever else the machine does
  const worked = async () => (await cdp.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration').value * 1_000;
  const before = await worked();
  const took = await v.page.evaluate(async (to) => {
    const from = performance.now();
    location.hash = to;
    const seen = () => document.querySelectorAll('.rows tbody tr:not(.gap)').length > 10 && document.querySelector('.axis .mark');
    while (!seen()) await new Promise((done) => requestAnimationFrame(done));
    return performance.now() - from;
  }, `#/deposit/${BET}`);
  const work = (await worked()) - before;
  t.diagnostic(`a story of 100,000 events opened after ${Math.round(took)} ms, ${Math.round(work)} ms of them the page's own work`);
  assert.ok(work < 1_000, `the page worked for ${work} ms`);
  assert.ok(took < 1_000 * patience, `opened after ${took} ms`);
  assert.equal(asked(house, `/inspector/deposits/${BET}/timeline`).length, 1, 'one page is enough to begin');
  await scrollTo(v, 'Events of the story', 37 * 1_000);
  await until('a second page', () => asked(house, `/inspector/deposits/${BET}/timeline`).length === 2);
  await v.button('Read all of it').click();
  await v.page.getByText('100,000 events in').waitFor({ timeout: 60_000 * patience });
  assert.equal(asked(house, `/inspector/deposits/${BET}/timeline`).length, 100);
  await scrollTo(v, 'Events of the story', 37 * 1_000_000);
  await shows(v, 'step.99999');
  assert.ok((await v.page.locator('.rows tr').count()) < 120);
  assert.ok((await v.page.locator('.axis .mark').count()) < 7_000, 'one mark a lane and pixel at most');
}, { set: (it) => it.stories.set(`deposit ${BET}`, longStory('deposit', BET, 100_000)) })());

test('a saved story opens with the network off and without a key, chosen and dragged', as(async (v, house) => {
  await go(v, house, `#/bet/${BET}`);
  await shows(v, 'Complete');
  const [download] = await Promise.all([v.page.waitForEvent('download'), v.button('Save as file').click()]);
  assert.equal(download.suggestedFilename(), `headroom-bet-${BET}.json`);
  const file = await download.path();
  const stored = JSON.parse(fs.readFileSync(file, 'utf8'));
  await v.button('Sign out').click();
  await v.page.getByRole('link', { name: 'Open a saved story' }).click();
  await v.page.getByLabel('A file that was saved here').waitFor();
  await v.context.setOffline(true);
  const before = house.log.length;
  await v.page.getByLabel('A file that was saved here').setInputFiles({ name: 'mail.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(stored)) });
  for (const words of ['mail.json', 'Complete', 'order.in_doubt', '$0.18185', 'waiting for venue 15 s']) await shows(v, words);
  await v.page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dragged.json', { type: 'application/json' }));
    for (const kind of ['dragover', 'drop']) document.querySelector('main').dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
  }, JSON.stringify({ ...stored, complete: false }));
  await shows(v, 'dragged.json');
  await shows(v, 'Not complete');
  assert.equal(house.log.length, before, 'the service was asked');
  await v.context.setOffline(false);
}, { set: (it) => it.stories.set(`bet ${BET}`, betStory(BET)), forgive: ['ERR_INTERNET_DISCONNECTED'] }));

test('a file is checked, and never run: whatever is wrong is named, and names stay text', as(async (v, house) => {
  await go(v, house, '#/file');
  const give = (body) => v.page.getByLabel('A file that was saved here').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });
  const good = { ...betStory(BET), next_cursor: null };
  const spoilt = (change) => {
    const copy = structuredClone(good);
    change(copy);
    return copy;
  };
  for (const [body, words] of [
    [`<script>window.__evil=1</script>`, 'The file is not JSON'], ['[]', 'The story is not an object'], ['{"subject":{}}', 'subject.kind is not a text'],
    [spoilt((s) => (s.subject.id = '../../x')), 'subject.id is not an id'], [spoilt((s) => (s.subject.kind = 'javascript')), 'subject.kind is not a kind of story'],
    [spoilt((s) => (s.events[3].at = 'yesterday')), 'events[3].at is not a time'], [spoilt((s) => (s.events[3].at_us = 1.5)), 'events[3].at_us is not a whole number'], [spoilt((s) => (s.events[2].took_us = -1)), 'events[2].took_us is not a whole number'],
    [spoilt((s) => (s.postings[0].amount = '1e9')), 'postings[0].amount is not an amount'], [spoilt((s) => (s.complete = 'yes')), 'complete is neither true nor false'],
    [spoilt((s) => (s.events[0].what = 'x'.repeat(5_000))), 'events[0].what is longer than 4000 characters'], [spoilt((s) => delete s.operations), 'operations is not a list'],
  ]) {
    await give(body);
    await shows(v, `Not opened: ${words}.`);
  }
  await give(spoilt((s) => {
    Object.assign(s.events[1], { lane: EVIL, what: EVIL, actor: EVIL, detail: EVIL });
    Object.assign(s.subject, { status: EVIL, question: EVIL, user_address: EVIL });
    s.gaps[0].named = EVIL;
    s.postings[0].kind = EVIL;
    Object.assign(s.operations[0], { purpose: EVIL, tx_hash: EVIL, service: EVIL });
  }));
  await shows(v, EVIL);
  await v.button('Draw who spoke after whom').click();
  await harmless(v);
}));

test('hostile names of actors, messages, facts, lints and refusals stay text', as(async (v, house) => {
  const { inspected } = house;
  inspected.names.set(1, { name: EVIL, business_id: EVIL, message: EVIL, facts: { [EVIL]: EVIL } });
  inspected.lints.push(lintOf({ code: EVIL, text: EVIL, kind: EVIL, business_id: 'javascript:alert(1)' }));
  inspected.refused = refusedOf(2, { type: EVIL, kind: EVIL, route: EVIL, code: EVIL, field: EVIL, caller: EVIL });
  inspected.waits = waitsOf().map((w) => ({ ...w, request: EVIL, waiter: { id: 1, kind: EVIL, business_id: EVIL } }));
  inspected.children = childrenOf().map((c) => ({ ...c, name: EVIL }));
  for (const at of ['#/actors', '#/actor/1', '#/lints', '#/refused', '#/waits', '#/tree']) {
    await go(v, house, at);
    await shows(v, EVIL);
    await harmless(v);
  }
  await go(v, house, '#/live');
  await v.button('Watch', true).click();
  await shows(v, EVIL);
  await harmless(v);
}));

test('the stream wants both limits, passes the filters on, tells of drops, and ends by itself', as(async (v, house) => {
  await go(v, house, '#/live');
  const [most, seconds] = [v.page.getByLabel('At most'), v.page.getByLabel('Seconds')];
  for (const wrong of ['', '0', '10001', 'x']) {
    await most.fill(wrong);
    assert.ok(await v.button('Watch', true).isDisabled(), `“${wrong}” was taken`);
  }
  await most.fill('50');
  await seconds.fill('301');
  assert.ok(await v.button('Watch', true).isDisabled());
  await seconds.fill('30');
  await v.page.getByLabel('Kind').fill('bet');
  await v.page.getByLabel('Find').fill(BET);
  await v.page.getByLabel('Message').fill('resume bet');
  house.inspected.dropped = 12;
  await v.button('Watch', true).click();
  await shows(v, 'Over: as many as were asked for.');
  await shows(v, '50 messages');
  await shows(v, '12 dropped');
  const [watched] = asked(house, '/inspector/stream');
  assert.deepEqual({ ...watched, method: 0, path: 0, status: 0 }, { method: 0, path: 0, status: 0, kind: 'bet', find: BET, type: 'resume bet', limit: 50, seconds: 30 });
  await most.fill('10000');
  await seconds.fill('1');
  await v.button('Watch', true).click();
  await shows(v, 'Over: the time is over.');
  house.inspected.burst = 500;
  await seconds.fill('30');
  await v.button('Watch', true).click();
  await shows(v, '10,000 messages');
  assert.ok((await v.page.locator('.rows tr').count()) < 120);
  assert.equal(house.inspected.watching.size, 0);
}));

test('the stream ends when somebody stops it, leaves the screen, or closes the page', as(async (v, house) => {
  const { watching } = house.inspected;
  const begin = async () => {
    await go(v, house, '#/live');
    await v.page.getByLabel('At most').fill('10000');
    await v.page.getByLabel('Seconds').fill('300');
    await v.button('Watch', true).click();
    await shows(v, /[1-9]\d* messages/);
    assert.equal(watching.size, 1);
  };
  await begin();
  await v.button('Stop', true).click();
  await shows(v, 'Over: you stopped it.');
  await until('stopped', () => watching.size === 0);
  await begin();
  await go(v, house, '#/lints');
  await shows(v, 'Nothing looks odd.');
  await until('left', () => watching.size === 0);
  await begin();
  await v.page.close();
  await until('closed', () => watching.size === 0);
}));

test('lints lead to their actor; what was refused is counted and listed', as(async (v, house) => {
  await go(v, house, '#/lints');
  await v.page.getByRole('link', { name: 'buffer 1' }).click();
  await v.page.getByRole('heading', { name: 'buffer 1' }).waitFor();
  await go(v, house, '#/refused');
  await shows(v, 'its receiver had ended');
  await shows(v, '422 exceeds_max_bet');
  for (const name of ['The last messages that nobody took', 'The last refused requests'])
    assert.equal(await v.page.getByRole('region', { name }).locator('table').getAttribute('aria-rowcount'), '301', name);
}, { set: (it) => (it.lints.push(lintOf()), (it.refused = refusedOf(300))) }));

test('who waits for whom, with circles; who watches over whom, with the last messages before an end', as(async (v, house) => {
  await go(v, house, '#/waits');
  await shows(v, 'A circle, in which nobody goes on: actor 8 → actor 3 → actor 8');
  const row = rowsOf(v, 'Who waits for whom').first();
  assert.match(await row.textContent(), /bet 51 .*venue 3 .*submit order61 ms/);
  await go(v, house, '#/tree');
  await shows(v, 'started again 2 times');
  await v.page.getByText('the exchange spoke nonsense').click();
  assert.equal(await v.page.getByRole('region', { name: 'Its last messages, newest first' }).locator('tbody tr').count(), 12);
  await shows(v, 'unhandled_exception');
}, { set: (it) => Object.assign(it, { waits: waitsOf(), cycles: [[8, 3]], children: childrenOf(), ends: [endOf()] }) }));

test('a key without the scope sees nothing of it, and the service refuses it as well', as(async (v, house) => {
  for (const at of ['#/actors', '#/actor/1', `#/bet/${BET}`, '#/live', '#/waits', '#/tree', '#/lints', '#/refused']) {
    await go(v, house, at);
    await v.page.getByRole('heading', { name: 'Not for this key' }).waitFor();
  }
  assert.equal(await v.page.getByRole('link', { name: 'Inspector' }).count(), 0);
  for (const path of ['actors', 'actors/1', `bets/${BET}/timeline`, 'stream?limit=1&seconds=1', 'waits', 'tree', 'lints', 'refused']) assert.equal((await v.context.request.get(`${house.url}/inspector/${path}`)).status(), 403, path);
}, { scopes: ['read', 'operate'] }));

test('everything is read: nothing that the inspector sends changes anything', as(async (v, house) => {
  for (const at of ['#/actors', '#/actor/1', `#/bet/${BET}`, `#/conversion/${BET}`, '#/live', '#/waits', '#/tree', '#/lints', '#/refused', '#/file']) {
    await go(v, house, at);
    await v.page.getByRole('navigation', { name: 'Inspector' }).waitFor();
  }
  assert.deepEqual(house.log.filter((l) => l.method !== 'GET' && l.path !== '/session'), []);
}, { set: (it) => it.stories.set(`bet ${BET}`, betStory(BET)), forgive: [404] }));

// Whether the page hears the service, and what it does when not.
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { address, assert, furnished, rich, visit } from './support.mjs';

const held = furnished();
const { story } = held;
const streams = (house) => house.streams.size;
const until = async (what, check, ms = 15_000) => {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) if (await check()) return;
  assert.fail(`${what}: not within ${ms} ms`);
};

test('eight tabs share one stream, all hear, and the next takes over when its tab closes', story({}, async (v, house) => {
  rich(house, 0);
  await v.signIn();
  const tabs = [v];
  while (tabs.length < 8) tabs.push(await visit(held.browser, house, { context: v.context }));
  for (const t of tabs) await t.sees('$250.00');
  assert.equal(streams(house), 1);
  const all = async (text) => {
    for (const t of tabs) await t.sees(text);
  };
  house.books.user(address(0)).balance = 260_000_000n;
  house.books.tell('balance', {}, address(0));
  await all('$260.00');
  const asked = house.log.filter((l) => l.path === '/events').length;
  await tabs.shift().page.close();
  await until('a new stream', () => house.log.filter((l) => l.path === '/events').length > asked && streams(house) === 1);
  house.books.user(address(0)).balance = 270_000_000n;
  house.books.tell('balance', {}, address(0));
  await all('$270.00');
}));

test('the service dies and comes back: said, greyed, off after ten seconds, and resumed where it was', story({}, async (v, house) => {
  rich(house, 0);
  await v.signIn();
  await v.sees('$250.00');
  await v.pickFirst();
  await v.page.getByLabel('Amount', { exact: true }).fill('10');
  await v.sees('Pays if Yes');
  house.books.user(address(0)).balance = 251_000_000n;
  house.books.tellOf('deposit.credited', randomUUID(), address(0), '1.00');
  await v.sees('$251.00');
  await house.stop();
  await v.sees('Reconnecting.');
  await v.sees('buttons are off until we hear from Headroom', 20_000);
  assert.ok(await v.button(/^Place bet/).isDisabled());
  assert.equal(await v.page.getByLabel('Amount', { exact: true }).inputValue(), '10');
  held.house = await house.restart();
  held.house.books.user(address(0)).balance = 300_000_000n;
  await v.sees('$300.00', 20_000);
  await until('the line is live', async () => (await v.page.getByText('Reconnecting').count()) === 0);
  const again = held.house.log.find((l) => l.path === '/events');
  assert.ok(again.last > 0, 'the stream did not say where it was');
}, ['ERR_']));

test('a service that says it stops is believed', story({}, async (v) => {
  const { house } = held;
  rich(house, 0);
  await v.signIn();
  await v.sees('$250.00');
  house.books.tell('bye', {});
  await v.sees('Headroom is restarting. Your money is where it was');
}));

test('a pushed price is shown, and an old one has its age', story({}, async (v) => {
  const { house } = held;
  await v.signIn();
  await v.pickFirst();
  const [m] = house.markets;
  await until('prices are asked for', () => house.log.some((l) => l.topics?.includes(`market:${m.outcomes[0].token_id}`)));
  house.books.tell('price', { token_id: m.outcomes[0].token_id, ask: '0.61', bid: '0.60', as_of: new Date(Date.now() + 1_000).toISOString() });
  await v.sees('61¢');
  for (const x of house.markets) x.as_of_kept = new Date(Date.now() - 60_000).toISOString();
  await v.page.reload();
  await v.sees(/prices 1 min ago/);
  for (const x of house.markets) delete x.as_of_kept;
}));

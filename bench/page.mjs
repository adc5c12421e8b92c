// The page's budgets, against the whole service and its sandbox: a press until it is seen in headless Chromium, GET /me, and how long
// an event takes from its commit to whoever listens while many do.
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { ethers, NO_CONVERSION, startHouse, until } from '../tests/e2e/support.mjs';
import { launch, visit } from '../tests/web/support.mjs';

const percentile = (xs, p) => [...xs].sort((a, b) => a - b)[Math.min(xs.length - 1, Math.floor(xs.length * p))];

/** @param tools  of run.mjs: {full, build, report, atMost, note}. */
export async function measurePage({ full, build, report, atMost, note }) {
  process.env.HEADROOM_BINARY ??= path.join(build, 'headroom');
  const streams = full ? 2_000 : 500;
  const house = await startHouse({
    opening: '100000',
    sandboxArgs: ['--users', '2'],
    overrides: {
      log_level: 'warning',
      conversion: NO_CONVERSION,
      http: { session_rate: 0, max_connections: 2 * streams + 512, max_streams: streams + 64, max_streams_per_caller: streams },
    },
  });
  const browser = await launch();
  const say = (what, limit, ms) => {
    const [middle, p95] = [percentile(ms, 0.5), percentile(ms, 0.95)];
    report(what, `p95 ${p95.toFixed(1)} ms`, `p50 ${middle.toFixed(1)} ms of ${ms.length}`, atMost(limit, p95, `p95 <= ${limit} ms`));
  };
  try {
    const [user, reader] = house.users;
    note('  presses');
    const presses = await pressing(house, browser, user, full ? 30 : 8);
    say('a deposit, from the signature to its credit on the screen', 1_000, presses.credited);
    say('a bet, from the press to "Filled" on the screen', 200, presses.filled);
    say('GET /me', 20, await mine(house, reader, full ? 1_000 : 200));
    note(`  ${streams} streams`);
    const heard = await listening(house, streams, full ? 40 : 10);
    say(`an event of the books to its user, ${streams} streams open`, 250, heard.own);
    say(`the buffer's word, to the last of ${streams} streams`, 250, heard.last);
  } finally {
    await browser.close();
    await house.close();
  }
  const began = performance.now();
  execFileSync(process.execPath, ['web/build.mjs'], { stdio: 'ignore' });
  say('building the page, nothing changed', 1_000, [performance.now() - began]);
}

/** In the page itself: a press until words are there, as its own clock says. */
const presses = (page, button, words) =>
  page.evaluate(
    ([button, words]) =>
      new Promise((done) => {
        const found = () => document.body.innerText.includes(words);
        const watch = new MutationObserver(() => {
          if (!found()) return;
          watch.disconnect();
          done(performance.now() - began);
        });
        watch.observe(document.body, { subtree: true, childList: true, characterData: true });
        const began = performance.now();
        [...document.querySelectorAll('button')].find((b) => b.textContent.startsWith(button) && !b.disabled).click();
      }),
    [button, words],
  );

async function pressing(house, browser, user, n) {
  const out = { credited: [], filled: [] };
  const v = await visit(browser, house, { wallets: [{ key: user.private_key }] });
  await v.signIn();
  for (let i = 0; i < n; ++i) {
    await v.page.goto(`${house.url}/#/money`);
    await v.button('Deposit', true).click();
    await v.page.getByLabel(/^Amount in USDT0/).fill('20');
    await v.button('Review').click();
    await v.sees('You pay exactly 20.00 USDT0');
    if (await v.button('Switch to Plasma').count()) await v.button('Switch to Plasma').click();
    await v.button('Sign in wallet').waitFor();
    out.credited.push(await presses(v.page, 'Sign in wallet', 'You can bet $20.00 now'));
    await v.page.keyboard.press('Escape');
  }
  const { markets } = (await house.call('GET', '/markets?limit=100')).body;
  const token = house.markets[0].token_id;
  const market = markets.find((m) => m.outcomes.some((o) => o.token_id === token));
  const { name } = market.outcomes.find((o) => o.token_id === token);
  for (let i = 0; i < n; ++i) {
    await v.page.goto('about:blank');
    await v.page.goto(`${house.url}/#/m/${market.condition_id}`);
    await v.page.locator('.head').getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await v.page.getByLabel('Amount', { exact: true }).fill('2');
    await v.page.waitForFunction(() => [...document.querySelectorAll('button')].some((b) => b.textContent.startsWith('Place bet') && !b.disabled));
    out.filled.push(await presses(v.page, 'Place bet', 'Filled'));
  }
  await v.close();
  return out;
}

async function mine(house, user, n) {
  const headers = { authorization: `Bearer ${await house.session(user)}` };
  const ms = [];
  for (let i = 0; i < n; ++i) {
    const began = performance.now();
    const answer = await fetch(`${house.url}/me`, { headers });
    await answer.text();
    if (answer.status !== 200) throw new Error(`/me answered ${answer.status}`);
    ms.push(performance.now() - began);
  }
  return ms;
}

/** One stream; `hear(event)` is called with its name and data. */
function stream(url, token, topics, hear) {
  return new Promise((open, fail) => {
    const asked = http.get(`${url}/events?topics=${topics}`, { agent: false, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      if (answer.statusCode !== 200) return fail(new Error(`/events answered ${answer.statusCode}`));
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        const parts = (text + chunk).split('\n\n');
        text = parts.pop();
        for (const part of parts) {
          const name = /^event: ?(.*)$/m.exec(part)?.[1];
          if (name) hear(name, JSON.parse(/^data: ?(.*)$/m.exec(part)[1]));
        }
      });
      answer.on('error', () => {});
      open(() => asked.destroy());
    });
    asked.on('error', fail);
  });
}

/** Milliseconds from a time that the service wrote before it committed: never less than from the commit. */
async function listening(house, streams, n) {
  const [market] = house.markets;
  const [bettor] = house.users;
  let round = { began: 0, told: 0, last: 0 };
  const ends = [];
  const out = { own: [], last: [] };
  const own = new Map(); // bet -> ms
  const listen = () => {
    let heard; // the round of the last word: each stream counts once in a round
    const user = ethers.Wallet.createRandom().address;
    return stream(house.url, house.keys.read, `me,buffer&user_address=${user}`, (name) => {
      if (name !== 'buffer' || heard === round) return;
      heard = round;
      ++round.told;
      round.last = performance.now() - round.began;
    });
  };
  while (ends.length < streams)
    ends.push(...(await Promise.all(Array.from({ length: Math.min(50, streams - ends.length) }, listen))));
  ends.push(await stream(house.url, await house.session(bettor), 'me', (_, data) => {
    if (data.event === 'bet.filled') own.set(data.bet_id, Date.now() - Date.parse(data.at));
  }));
  for (let i = 0; i < n; ++i) {
    await new Promise((done) => setTimeout(done, 300));
    round = { began: performance.now(), told: 0, last: 0 };
    const { body } = await house.bet({ user_address: bettor.address, token_id: market.token_id, amount: '2', max_price: '0.50' });
    await until('the fill', () => own.has(body.bet_id), 20_000);
    await until('the buffer', () => round.told >= streams, 20_000);
    out.own.push(own.get(body.bet_id));
    out.last.push(round.last);
  }
  for (const end of ends) end();
  return out;
}

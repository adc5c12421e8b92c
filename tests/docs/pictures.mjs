// The pictures of the pages: `./dev pictures` writes them into docs/pictures, the test makes them too and throws them away.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, until } from '../../sandbox/stack/process.mjs';
import { binaryPath, startStack } from '../../sandbox/stack/stack.mjs';
import { AT, signIn } from '../web/operating.mjs';
import { launch } from '../web/tools.mjs';
import { visit } from '../web/visit.mjs';

const SIZE = { width: 1000, height: 880 };
const QUESTION = 'Will it rain in Lisbon on Sunday?';

async function venueDoes({ venue }, name, body) {
  const answer = await fetch(`${venue.control_url}/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the venue's ${name}: ${await answer.text()}`);
  return answer.json();
}

/** Pictures of the pages of that ready object's service, in `folder`: Bob's first visit, then an operator's. Answers what the pages complained about. */
export async function picturesOf(ready, folder) {
  const [market] = await venueDoes(ready, 'markets', { slug: 'rain-on-sunday', question: QUESTION });
  const browser = await launch();
  try {
    return [...(await bobs(browser, ready, market, folder)), ...(await operators(browser, ready, folder))];
  } finally {
    await browser.close();
  }
}

const shooter = (v, folder) => (name) => v.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });

/** markets.png, deposit.png, money.png */
async function bobs(browser, ready, market, folder) {
  const v = await visit(browser, ready, { wallets: [{ key: ready.users[1].private_key }], motion: false });
  await v.page.setViewportSize(SIZE);
  const shot = shooter(v, folder);
  await v.signIn();
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.button('Deposit', true).click();
  await v.page.getByLabel(/^Amount in USDT0/).fill('250');
  await v.button('Review').click();
  await v.button('Switch to Plasma').click();
  await v.button('Sign in wallet').click();
  await v.sees('You can bet $250.00 now', 30_000);
  await shot('deposit');
  await v.page.keyboard.press('Escape');
  await v.button('Dismiss').click();
  await v.page.goto(`${ready.url}/#/m/${market.condition_id}`);
  await v.page.locator('.head').getByRole('button', { name: /^Yes/ }).click();
  await v.page.getByLabel('Amount', { exact: true }).fill('25');
  await v.page.waitForFunction(() => [...document.querySelectorAll('button')].some((b) => b.textContent.startsWith('Place bet') && !b.disabled));
  await shot('markets');
  await v.button(/^Place bet/).click();
  await v.sees('Filled', 30_000);
  await v.page.getByRole('link', { name: 'Money' }).click();
  await v.sees('worth');
  await shot('money');
  const noise = await v.noise();
  await v.close();
  return noise;
}

/** overview.png, actors.png, and story.png of Bob's bet. */
async function operators(browser, ready, folder) {
  const key = (await run(binaryPath(), ['keys', 'add', 'ann', 'read,inspect,operate'], { env: { ...process.env, HEADROOM_DATABASE_URL: ready.database_url } })).trim();
  const of = async (route) => (await fetch(`${ready.url}${route}`, { headers: { authorization: `Bearer ${key}` } })).json();
  await until('the key', async () => (await of('/inspector/tree')).root === 'guardian');
  const v = await visit(browser, ready, { ...AT, motion: false });
  await v.page.setViewportSize(SIZE);
  const shot = shooter(v, folder);
  await signIn(v, key);
  await v.sees('Solvent: the assets cover', 30_000);
  await v.page.locator('.chart canvas').nth(1).waitFor();
  await shot('overview');
  await v.page.goto(`${ready.url}/operator#/actors`);
  await v.page.getByRole('table').first().waitFor();
  await shot('actors');
  const { bets: [{ bet_id: bet }] } = await of(`/bets?user_address=${ready.users[1].address}&limit=1`);
  await v.page.goto(`${ready.url}/operator#/bet/${bet}`);
  await v.sees('Complete');
  await shot('story');
  const noise = await v.noise([401]); // before anybody was signed in
  await v.close();
  return noise;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
  fs.mkdirSync(folder, { recursive: true });
  const stack = await startStack({ settles: true });
  try {
    const noise = await picturesOf(stack.ready(), folder);
    if (noise.length) throw new Error(`the page complained: ${noise.join('; ')}`);
    console.log(fs.readdirSync(folder).filter((n) => n.endsWith('.png')).map((n) => path.join(folder, n)).join('\n'));
  } finally {
    await stack.stop();
  }
}

// The pictures of the pages: `./dev pictures` writes them into docs/pictures, the test makes them too and throws them away.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStack } from '../../sandbox/stack/stack.mjs';
import { launch } from '../web/tools.mjs';
import { visit } from '../web/visit.mjs';

const SIZE = { width: 1000, height: 880 };
const QUESTION = 'Will it rain in Lisbon on Sunday?';

async function venueDoes({ venue }, name, body) {
  const answer = await fetch(`${venue.control_url}/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the venue's ${name}: ${await answer.text()}`);
  return answer.json();
}

/** Bob's first visit to the service of that ready object: markets.png, deposit.png, money.png in `folder`. Answers what the page complained about. */
export async function picturesOf(ready, folder) {
  const [market] = await venueDoes(ready, 'markets', { slug: 'rain-on-sunday', question: QUESTION });
  const browser = await launch();
  try {
    const v = await visit(browser, ready, { wallets: [{ key: ready.users[1].private_key }], motion: false });
    await v.page.setViewportSize(SIZE);
    const shot = (name) => v.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
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
  } finally {
    await browser.close();
  }
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

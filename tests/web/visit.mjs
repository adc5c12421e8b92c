// A visitor: a browser context with wallets, and words for what people do.
import fs from 'node:fs';
import { ethers } from '../../sandbox/stack/clients.mjs';
import { axeSource, devices } from './tools.mjs';

const injected = fs.readFileSync(new URL('wallet.js', import.meta.url), 'utf8');
/** A busy machine needs more of it. */
export const patience = Number(process.env.HEADROOM_PATIENCE) || 1;
/** Keys of nobody, with their addresses. */
export const PEOPLE = [1, 2, 3].map((n) => new ethers.Wallet(ethers.id(`headroom page ${n}`)));
export const address = (n) => PEOPLE[n].address;
const others = new Map(); // wallets of a house that has users of its own

async function sign(kind, who, text) {
  const wallet = others.get(who.toLowerCase()) ?? PEOPLE.find((w) => w.address.toLowerCase() === who.toLowerCase());
  if (kind === 'message') return wallet.signMessage(ethers.getBytes(text));
  const { domain, types, message } = JSON.parse(text);
  const { EIP712Domain: _, ...rest } = types;
  return wallet.signTypedData(domain, rest, message);
}

/**
 * `wallets`: options of wallet.js, `person` or `key` instead of accounts. Answers {page, noise(), ...}: noise is what the console,
 * the policy and the page complained about; failed answers in `forgive` are expected.
 */
export async function visit(browser, house, { wallets = [{}], device = null, dark = false, context = null, at = '#/', motion = true } = {}) {
  const place = context ?? (await browser.newContext({ ...(device ? devices[device] : { viewport: { width: 1280, height: 900 } }), colorScheme: dark ? 'dark' : 'light', reducedMotion: motion ? 'no-preference' : 'reduce' }));
  const page = await place.newPage();
  page.setDefaultTimeout(10_000 * patience);
  const noise = [];
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && noise.push(m.text()));
  page.on('pageerror', (e) => noise.push(`pageerror ${e.stack}`));
  const accountOf = (person, key) => {
    const wallet = key ? new ethers.Wallet(key) : PEOPLE[person];
    others.set(wallet.address.toLowerCase(), wallet);
    return wallet.address;
  };
  const made = wallets.map(({ person = 0, key, ...o }) => ({ accounts: [accountOf(person, key)], chainId: 137, known: [1, 137, 9745], connected: true, ...o }));
  await page.exposeFunction('__sign', sign);
  await page.addInitScript({ content: `window.__wallets=${JSON.stringify(made)};${injected}` });
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => (window.__csp ??= []).push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`)));
  await page.goto(house.url + '/' + at);
  const v = {
    page, context: place,
    /** Complaints, without those about answers that the test wanted. */
    noise: async (forgive = [402]) => [...noise.filter((t) => !forgive.some((s) => t.includes(`status of ${s}`) || t.includes(s))), ...((page.isClosed() ? null : await page.evaluate(() => window.__csp)) ?? [])],
    button: (name, exact = false) => page.getByRole('button', { name, exact }),
    sees: (text, timeout = 10_000) => page.getByText(text).first().waitFor({ timeout: timeout * patience }),
    async signIn(name = 'Test wallet') {
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('button', { name }).click();
      await page.getByRole('button', { name: /^Account/ }).waitFor();
    },
    async pickFirst(outcome = 'Yes') {
      await page.getByRole('button', { name: new RegExp(`^${outcome}`) }).first().click();
    },
    calls: (i = 0) => page.evaluate((n) => window.__made[n].log.map((e) => e.method + (e.error ? ` ${e.error}` : '')), i),
    wallet: (f, arg, i = 0) => page.evaluate(([f, arg, i]) => window.__made[i][f](arg), [f, arg, i]),
    async axe() {
      await page.evaluate(`${axeSource};0`);
      return page.evaluate(async () => (await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations.map((x) => `${x.id}: ${x.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')} ${x.nodes[0]?.failureSummary ?? ''}`));
    },
    close: () => place.close(),
  };
  return v;
}

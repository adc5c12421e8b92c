// Words for what operators do, for the tests of their page.
import { deskOf, keyOf } from './house/desk.mjs';

export { alertOf, clear, conversionOf, deskOf, keyOf, raise, routeOf } from './house/desk.mjs';
export { unsettledOf } from './house/overlook.mjs';
export const ALL = ['read', 'inspect', 'operate'];
/** What visit() needs to open the operator's page: no wallet. */
export const AT = { wallets: [], at: 'operator#/' };

/** A story of somebody with such a key, on a desk of its own. Before anybody is signed in the service says 401. */
export const operated = (held, scopes, story, { forgive = [], desk = () => {}, ...options } = {}) => async () => {
  held.house.desk = deskOf();
  desk(held.house.desk);
  await held.story({ ...AT, ...options }, async (v, house) => {
    await signIn(v, keyOf(house, scopes));
    await story(v, house);
  }, [401, ...forgive])();
};

export async function signIn(v, key) {
  await v.page.getByLabel('Service key').fill(key);
  await v.button('Sign in', true).click();
  await v.page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** Fills in the window that is open, and orders. */
export async function confirm(v, name, words, reason = 'ticket 7') {
  const window = v.page.getByRole('dialog');
  await window.getByLabel('Reason').fill(reason);
  await window.getByLabel(/^Type /).fill(words);
  await window.getByRole('button', { name, exact: true }).click();
}
export const open = (v, name) => v.button(`${name} …`, true).first().click();
export const closed = (v) => v.page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
export const screen = (v, name) => v.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();

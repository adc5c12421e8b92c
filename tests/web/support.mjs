// One house and one browser for a file of tests, and what every test ends with: no complaint of the console, of the policy,
// of the OpenAPI document.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startHouse } from './house/house.mjs';
import { launch } from './tools.mjs';
import { address, visit } from './visit.mjs';

export { credit } from './house/routes.mjs';
export { fill } from './house/orders.mjs';
export { Refusal, startHouse } from './house/house.mjs';
export { micro, usd } from './house/books.mjs';
export { address, assert, launch, visit };

export function furnished(options) {
  const held = {};
  before(async () => {
    held.house = await startHouse(options);
    held.browser = await launch();
  });
  after(async () => {
    await held.browser?.close();
    await held.house?.stop();
  });
  /** Runs `story` with a fresh visitor; then nothing may have complained, but for answers in `forgive`. */
  held.story = (options, story, forgive) => async () => {
    Object.assign(held.house, { lose: () => false, refuse: () => undefined, delay: 0, fillsWith: {}, settles: true, thin: null });
    held.house.log.length = 0;
    held.house.sessions.clear();
    const v = await visit(held.browser, held.house, options);
    try {
      await story(v, held.house);
      assert.deepEqual(await v.noise(forgive), [], 'somebody complained');
      assert.deepEqual(held.house.breaches, [], 'the double broke the contract');
    } catch (e) {
      await v.page.screenshot({ path: fileURLToPath(new URL('../../build/web-failed.png', import.meta.url)), timeout: 5_000 }).catch(() => {});
      throw e;
    } finally {
      await v.close();
    }
  };
  return held;
}

/** Gives a user money, as a deposit long ago would have. */
export const rich = (house, n, amount = 250_000_000n) => {
  house.books.user(address(n)).balance = amount;
};
export const posts = (house, path) => house.log.filter((l) => l.method === 'POST' && l.path === path);

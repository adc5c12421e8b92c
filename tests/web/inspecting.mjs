// Words for what somebody does who inspects, for the tests of the inspector's screens.
import { handledOf, inspectedOf } from './house/inspector.mjs';
import { operated } from './operating.mjs';

export { addressOf, CROWD, uuidOf } from './house/crowd.mjs';
export { betStory, longStory } from './house/stories.mjs';
export const BET = 'b0000000-0000-4000-8000-000000000050';

/** A story of somebody with a key that may inspect, in a house of its own. */
export const inspecting = (held, story, { scopes = ['inspect'], set = () => {}, ...options } = {}) => operated(held, scopes, story, {
  ...options,
  desk: () => {
    held.house.inspected = inspectedOf();
    set(held.house.inspected);
  },
});
export const go = (v, house, hash) => v.page.evaluate((to) => void (location.hash = to), hash);
/** Where it can be read: not in a drawing's hidden title. */
export const shows = (v, text) => v.page.getByText(text).filter({ visible: true }).first().waitFor();
/** The rows of a long table that stand in the page. */
export const rowsOf = (v, label) => v.page.getByRole('region', { name: label }).locator('tbody tr:not(.gap)');
export const scrollTo = (v, label, y) => v.page.getByRole('region', { name: label }).evaluate((box, to) => void (box.scrollTop = to), y);
export const lintOf = (more = {}) => ({ code: 'mailbox_grows', kind: 'buffer', actor_id: 1, business_id: null, text: 'its mailbox has grown for a minute: 1,240 messages wait', for_ms: 60_000, count: 1, ...more });
/** `n` messages that came too late, and as many requests that were refused. */
export const refusedOf = (n, more = {}) => {
  const at = (i) => new Date(Date.now() - 1_000 * i).toISOString();
  return {
    messages: { counts: [{ kind: 'bet', type: 'resume bet', fate: 'to_the_dead', count: n }], last: Array.from({ length: n }, (_, i) => ({ at: at(i), kind: 'bet', actor_id: 51, type: `resume ${i}`, from: i % 2 ? 4 : null, fate: 'to_the_dead', ...more })) },
    requests: { counts: [{ code: 'exceeds_max_bet', status: 422, count: n, last: at(0) }], last: Array.from({ length: n }, (_, i) => ({ at: at(i), method: 'POST', route: '/bets', status: 422, code: 'exceeds_max_bet', field: 'amount', caller: 'key:shop', ...more })) },
  };
};
const someone = (id, kind, business_id = null) => ({ id, kind, business_id });
export const waitsOf = () => [
  { waiter: someone(51, 'bet', BET), waits_for: someone(3, 'venue'), request: 'submit order', for_ms: 61 },
  { waiter: someone(8, 'wallet'), waits_for: null, request: 'send', for_ms: 4 },
];
export const childrenOf = () => [
  { name: 'buffer', actor_id: 1, alive: true, restarts: 0, last_end: null },
  { name: 'venue', actor_id: 3, alive: true, restarts: 2, last_end: { at: new Date(Date.now() - 600_000).toISOString(), reason: 'runtime_error: the exchange spoke nonsense', in_handler: 'submit order', last_messages: handledOf(['submit order', 'tick', 'status']).slice(0, 12) } },
];
export const endOf = (more = {}) => ({ at: new Date(Date.now() - 60_000).toISOString(), kind: 'bet', actor_id: 77, reason: 'unhandled_exception', in_handler: 'resume bet', ...more });

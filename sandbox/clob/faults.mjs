// Switchable failures of POST /order and of the look-ups. A seeded generator decides where a
// probability is given.
import { Refusal } from '../http.mjs';
import { unauthorized } from './auth.mjs';

export const FAULTS = {
  order: [
    'drop_before_accept',
    'drop_after_accept',
    'delay',
    'error_500_after_accept',
    'error_500_before_accept',
    'fok_not_filled',
    'rate_limited',
    'unauthorized_401',
    'restarting_425',
    'post_only_503',
    'matched_delayed',
    'stays_live',
    'live_then_matched', // after delay_ms
    'trade_failed', // on the chain too
    'trade_failed_but_filled', // on the chain it stands
    'matched_sticks', // in the sum of matched orders, until the balance is updated
    'matched_stuck', // the same for ever
    'html_403',
    'success_with_error',
    'answer_without_status', // errorMsg null too; the order stands
    'answer', // {status, body, headers?}: exactly this, before anything is looked at
  ],
  lookup: ['drop', 'error_500', 'delay', 'null', 'lag', 'unauthorized_401', 'rate_limited'],
};
const DEFAULT_DELAY_MS = 1000;
const RETRY_AFTER = ['seconds', 'date', 'body', 'none'];

/** Kinds that refuse before anything is looked at: [status, body, where Retry-After stands]. */
const REFUSALS = {
  error_500: [500, { error: 'internal server error' }, 'none'],
  error_500_before_accept: [500, { error: 'could not insert order' }, 'none'],
  rate_limited: [429, { error: 'Too Many Requests' }, 'seconds'],
  restarting_425: [425, { error: 'matching engine is restarting' }, 'none'],
  post_only_503: [
    503,
    {
      error: 'post-only mode: only post-only orders and cancels are allowed',
      code: 'post_only_mode',
    },
    'body',
  ],
};

/** What a fault refuses with, undefined if it is of another kind. */
export function refusalOf(fault) {
  if (fault?.kind === 'unauthorized_401') return unauthorized();
  const known = REFUSALS[fault?.kind];
  if (!known) return undefined;
  const [status, body, usual] = known;
  const { retry_after_s: wait, retry_after: form = usual } = fault;
  return new Refusal(status, body.error, {
    body: form === 'body' ? { ...body, retry_after_seconds: wait } : body,
    headers: {
      ...(form === 'seconds' ? { 'retry-after': String(wait) } : {}),
      ...(form === 'date'
        ? { 'retry-after': new Date(Date.now() + 1000 * wait).toUTCString() }
        : {}),
    },
  });
}

export class Faults {
  #list = [];
  #random = generator(1);

  /**
   * {kind, on?: order|lookup, times?, delay_ms?, probability?, seed?, token_id?, answer?,
   * retry_after?: seconds|date|body|none, retry_after_s?}; times is 1, or endless with a
   * probability. With a token_id it strikes that token's orders only.
   */
  add({
    kind,
    on = 'order',
    times,
    delay_ms: delayMs = DEFAULT_DELAY_MS,
    probability,
    seed,
    token_id: tokenId,
    answer,
    retry_after: retryAfter,
    retry_after_s: retryAfterS = 1,
  } = {}) {
    if (!FAULTS[on]) throw new Refusal(400, 'on must be order or lookup');
    if (!FAULTS[on].includes(kind)) throw new Refusal(400, `kind must be one of ${FAULTS[on]}`);
    const count = times ?? (probability === undefined ? 1 : null);
    if (count !== null && !(Number.isSafeInteger(count) && count > 0))
      throw new Refusal(400, 'times must be a positive integer');
    if (!(Number.isSafeInteger(delayMs) && delayMs >= 0))
      throw new Refusal(400, 'delay_ms must be an integer of at least 0');
    if (probability !== undefined && !(probability > 0 && probability <= 1))
      throw new Refusal(400, 'probability must be in (0, 1]');
    if ((kind === 'answer') !== Number.isSafeInteger(answer?.status))
      throw new Refusal(400, 'answer must be {status, body, headers?}, and kind answer');
    if (retryAfter !== undefined && !RETRY_AFTER.includes(retryAfter))
      throw new Refusal(400, `retry_after must be one of ${RETRY_AFTER}`);
    if (!(Number.isSafeInteger(retryAfterS) && retryAfterS >= 0))
      throw new Refusal(400, 'retry_after_s must be an integer of at least 0');
    if (seed !== undefined) this.#random = generator(seed);
    this.#list.push({
      kind,
      on,
      left: count,
      delay_ms: delayMs,
      probability: probability ?? 1,
      token_id: tokenId,
      answer,
      retry_after: retryAfter,
      retry_after_s: retryAfterS,
      fired: 0,
    });
    return this.list();
  }

  list() {
    return { faults: this.#list };
  }

  clear() {
    this.#list = [];
    return this.list();
  }

  /** The first fault that strikes this request, if any; it is used up by that. */
  strike(on, body = '') {
    for (const fault of this.#list) {
      if (fault.on !== on || fault.left === 0) continue;
      if (fault.token_id && !body.includes(`"${fault.token_id}"`)) continue;
      if (fault.probability < 1 && this.#random() >= fault.probability) continue;
      fault.fired += 1;
      if (fault.left !== null) fault.left -= 1;
      return fault;
    }
    return undefined;
  }
}

/** mulberry32: small, seeded, in [0, 1). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

// The test side of Across: POST /across for the relayer, /across/api for the HTTP API. Without a query
// both only show how things stand.
import { Refusal } from '../http.mjs';
import { address, applied, integer, money, oneOf, orOff } from '../query.mjs';
import { ANSWERS, API_FAULTS } from './across_api.mjs';
import { FILL_MODES, FILLS, REFUND_MODES } from './fills.mjs';

const RELAYER = {
  mode: oneOf(FILL_MODES),
  delay_ms: integer(),
  stock: orOff(money()),
  slow_bps: integer(20_000),
  refunds: oneOf(REFUND_MODES),
  refund_delay_ms: integer(),
};

const API = {
  fault: oneOf(API_FAULTS),
  fault_count: orOff(integer()),
  auth: oneOf(['required', 'optional']),
  fee_bps: integer(10_000),
  too_low: oneOf(['off', 'error', 'flag']),
  max_instant: orOff(money()),
  spoke_pool: orOff(address()),
  output_bps: orOff(integer(20_000)),
  quote_ahead_s: integer(),
  exclusive_s: integer(),
  lag_ms: integer(),
};

export async function switchAcross({ across }, { refund, recheck, ...query }, name) {
  if (!across) throw new Refusal(409, 'the sandbox was started with --no-conversion');
  if (name === 'api') return applied(across.api, ANSWERS, API, query);
  if (name !== undefined) throw new Refusal(404, `no such call: /across/${name}`);
  for (const word of [refund, recheck])
    if (word !== undefined && word !== '1') throw new Refusal(400, 'refund and recheck must be 1');
  const now = applied(across.relayer, FILLS, RELAYER, query);
  if (refund) return across.relayer.refundExpired();
  return recheck ? across.relayer.recheck() : now;
}

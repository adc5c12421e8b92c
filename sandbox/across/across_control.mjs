// The test side of Across: POST /across for the relayer, /across/api for the HTTP API. Without a query
// both only show how things stand.
import { Refusal } from '../http.mjs';
import { address, changes, integer, money, oneOf, orOff } from '../query.mjs';
import { API_FAULTS } from './across_api.mjs';
import { FILL_MODES, REFUND_MODES } from './fills.mjs';

const RELAYER = {
  mode: oneOf(FILL_MODES),
  delay_ms: integer(),
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

export async function switchAcross({ across }, { refund, ...query }, name) {
  if (!across) throw new Refusal(409, 'the sandbox was started with --no-conversion');
  if (name === 'api') return across.api.set(changes(API, query));
  if (name !== undefined) throw new Refusal(404, `no such call: /across/${name}`);
  const change = changes(RELAYER, query);
  if (refund !== undefined && refund !== '1') throw new Refusal(400, 'refund must be 1');
  across.relayer.set(change);
  return refund ? across.relayer.refundExpired() : across.relayer.status();
}

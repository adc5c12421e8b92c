// The test side of CCTP: POST /cctp for the attesters, /cctp/iris for their HTTP API. Without a query
// both only show how things stand.
import { Refusal } from '../http.mjs';
import { applied, flag, integer, oneOf, orOff } from '../query.mjs';
import { ATTEST_MODES, ATTESTING } from './attestations.mjs';
import { IRIS_FAULTS, TELLING, UNATTESTED } from './iris.mjs';

const ATTESTERS = {
  mode: oneOf(ATTEST_MODES),
  delay_ms: integer(),
  steal: flag(),
  expired: flag(),
  fast_fee_bps: integer(10_000),
};

const IRIS = {
  fault: oneOf(IRIS_FAULTS),
  fault_count: orOff(integer()),
  unattested: oneOf(UNATTESTED),
};

export function switchCctp({ cctp }, query, name) {
  if (!cctp) throw new Refusal(409, 'the sandbox was started with --no-conversion');
  if (name === 'iris') return applied(cctp.iris, TELLING, IRIS, query);
  if (name !== undefined) throw new Refusal(404, `no such call: /cctp/${name}`);
  return applied(cctp.attestations, ATTESTING, ATTESTERS, query);
}

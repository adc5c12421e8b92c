// The Data API's word on resolutions: payouts in millionths of a dollar a share, one an outcome.
import { micro } from '../clob/amounts.mjs';
import { shareOf } from '../clob/markets.mjs';
import { Refusal } from '../http.mjs';

const MAX_IDS = 20;
const UNSET = '69'; // the price that stands for none
const PRICE = { '0,1': '0', '1,0': '1' };
const STATUS = {
  requested: 'posed',
  proposed: 'proposed',
  disputed: 'disputed',
  resolved: 'resolved',
};

/** GET /v2/resolutions?condition=0x..,0x.. (at most 20), or question_id. Unknown ids have no row. */
export function dataApi({ venue }, path, query) {
  if (path !== '/v2/resolutions') throw new Refusal(404, 'not found');
  const [name] = ['condition', 'question_id'].filter((n) => query.get(n));
  if (!name) throw new Refusal(400, 'condition, event_id or question_id must be non-empty');
  const ids = query.get(name).toLowerCase().split(',');
  if (ids.length > MAX_IDS) throw new Refusal(400, `at most ${MAX_IDS} ids`);
  const by = name === 'condition' ? 'conditionId' : 'questionId';
  return {
    data: venue.markets
      .all()
      .filter((m) => ids.includes(m[by]))
      .map(row),
  };
}

const price = (payouts) => (payouts ? (PRICE[String(payouts)] ?? '0.5') : UNSET);

function row(market) {
  const { resolution } = market;
  const shown = Boolean(resolution?.final?.shown);
  const updated = resolution?.updatedAt;
  return {
    question_id: market.questionId,
    condition_id: market.conditionId,
    status: resolution?.stage ? STATUS[resolution.stage] : 'initialized',
    extended_review: false,
    was_disputed: resolution?.disputed ?? false,
    new_version_q: false,
    proposed_price: price(resolution?.proposals[0]),
    reproposed_price: price(resolution?.proposals[1]),
    price: price(shown ? resolution.final.payouts : undefined),
    transaction_hash: (shown && resolution.final.reported?.txHash) || '',
    log_index: shown && resolution.final.reported ? String(resolution.final.reported.logIndex) : '',
    last_update_timestamp: String(Math.floor((updated ?? 0) / 1000)),
    market_type: market.negRisk ? 'INCREMENTAL_NEGRISK' : 'BINARY',
    ...(shown ? finalOf(market) : {}),
  };
}

function finalOf(market) {
  const { final, updatedAt } = market.resolution;
  return {
    payouts: [0, 1].map((i) => Number(micro(shareOf(market, i)))),
    resolution_source: 'reported',
    reporter: 'UMA_OO',
    was_arbitrated: false,
    ...(final.reported ? { resolved_block: final.reported.block } : {}),
    resolved_at: new Date(updatedAt).toISOString(),
  };
}

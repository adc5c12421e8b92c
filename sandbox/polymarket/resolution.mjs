// How a market ends: the stages of its resolution as the APIs show them, and the payouts that the oracle
// reports to the Conditional Tokens.
import { setTimeout as sleep } from 'node:timers/promises';
import { reportPayouts } from '../chains/conditional_tokens.mjs';
import { Refusal } from '../http.mjs';

export const STAGES = ['requested', 'proposed', 'disputed', 'resolved'];
const MAX_LAG_S = 3600;

const bad = (text) => new Refusal(400, text);

/**
 * POST /resolve {condition_id, payouts, stage?, lag_s?, chain_lag_s?}. The stages before `resolved` only
 * show in Gamma and the Data API, with `payouts` as the proposal if given; the market goes on trading.
 * `resolved`, the default, reports `payouts` (numerators, [1, 1] for 50-50) on the chain `chain_lag_s`
 * seconds from now and shows the market closed and resolved `lag_s` seconds from now: 0 is before the
 * answer. Asked again with the same payouts it answers the same.
 */
export async function resolve(app, input) {
  const market = app.venue.markets.byCondition(input.condition_id);
  if (!market) throw new Refusal(404, 'no such condition_id');
  const stage = input.stage ?? 'resolved';
  if (!STAGES.includes(stage)) throw bad(`stage must be one of ${STAGES}`);
  const payouts = numerators(input.payouts, stage === 'resolved');
  const [lag, chainLag] = ['lag_s', 'chain_lag_s'].map((name) => lagOf(name, input[name] ?? 0));
  market.resolution ??= { stage: null, disputed: false, proposals: [] };
  if (market.resolution.final) return again(market, payouts);
  if (stage !== 'resolved') return show(market, stage, payouts);

  const final = (market.resolution.final = { payouts, reported: null, shown: false });
  const steps = [
    [chainLag, () => report(app.chain(), market)],
    [lag, () => conclude(app.venue, market)],
  ];
  for (const [seconds, step] of steps) {
    if (seconds === 0) await step();
    else
      sleep(seconds * 1000, undefined, { ref: false })
        .then(step)
        .catch(complain);
  }
  return view(market, final);
}

const complain = (e) => console.error(`[sandbox] resolution: ${e.message}`);

function again(market, payouts) {
  const { final } = market.resolution;
  if (payouts && String(payouts) !== String(final.payouts))
    throw new Refusal(409, `resolved already, with ${final.payouts}`);
  return view(market, final);
}

function show(market, stage, payouts) {
  const { resolution } = market;
  resolution.stage = stage;
  resolution.disputed ||= stage === 'disputed';
  if (stage === 'proposed' && payouts) resolution.proposals.push(payouts);
  resolution.updatedAt = Date.now();
  return { condition_id: market.conditionId, stage };
}

/** What was filled before is settled first; without chains nothing is reported. */
async function report(chain, market) {
  if (!chain) return;
  const { final } = market.resolution;
  await chain.settlement.idle();
  const { transactionHash, blockNumber, logs } = await reportPayouts(chain, market, final.payouts);
  final.reported = {
    txHash: transactionHash,
    block: Number(blockNumber),
    logIndex: Number(logs.at(-1).logIndex),
  };
}

function conclude(venue, market) {
  const { resolution } = market;
  market.payouts = resolution.final.payouts;
  resolution.stage = 'resolved';
  resolution.updatedAt = Date.now();
  resolution.final.shown = true;
  venue.close(market);
  venue.events.emit('resolved', market);
}

const view = ({ conditionId }, { payouts, reported, shown }) => ({
  condition_id: conditionId,
  stage: 'resolved',
  payouts: payouts.map(Number),
  shown,
  tx_hash: reported?.txHash ?? null,
  block: reported?.block ?? null,
});

function numerators(list, needed) {
  if (list === undefined && !needed) return undefined;
  const fine = Array.isArray(list) && list.length === 2;
  if (!fine || !list.every((n) => Number.isSafeInteger(Number(n)) && Number(n) >= 0))
    throw bad('payouts must be two whole numbers of at least 0');
  const payouts = list.map(BigInt);
  if (payouts[0] + payouts[1] === 0n) throw bad('payouts must not both be 0');
  return payouts;
}

function lagOf(name, seconds) {
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MAX_LAG_S))
    throw bad(`${name} must be from 0 to ${MAX_LAG_S}`);
  return seconds;
}

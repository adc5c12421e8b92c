// The test side of everything beside the CLOB: more calls of its /control.
import { ethers } from 'ethers';
import { holdings, setRedeem } from '../chains/conditional_tokens.mjs';
import { EXCHANGE, NEG_RISK_EXCHANGE } from '../clob/markets.mjs';
import { Refusal } from '../http.mjs';
import { resolve } from './resolution.mjs';

/** "METHOD name" -> (app, {input, query}) -> value or its promise. */
export const SWITCHES = {
  'POST markets': ({ venue }, { input }) => [input].flat().flatMap((m) => addMarket(venue, m)),
  'POST resolve': (app, { input }) => resolve(app, input),
  'POST sockets': ({ hosts }, { input }) => hosts.sockets.set(input),
  'GET sockets': ({ hosts }) => hosts.sockets.status(),
  'POST relayer': ({ hosts }, { input }) => setRelayer(hosts.relayer, input),
  'GET relayer': ({ hosts }) => hosts.relayer.list(),
  'POST deposit-wallet': ({ hosts }, { input }) => hosts.relayer.place(input.owner, input.wallet),
  'POST redeem': async (app, { input }) => {
    await setRedeem(chainOf(app), redeemChange(input));
    return input;
  },
  'POST exchange': (app, { input }) => setExchange(app, input),
  'GET chain': async (app, { query }) => onChain(app, query.address),
  'POST sync': async (app, { input }) => {
    const held = await onChain(app, input.address);
    for (const [asset, amount] of Object.entries({ pusd: held.pusd, ...held.shares }))
      app.venue.ledger.set(input.address, asset, amount);
    return held;
  },
};

function addMarket(venue, market) {
  try {
    return venue.markets.add(market);
  } catch (e) {
    throw new Refusal(400, e.message);
  }
}

function chainOf(app) {
  const chain = app.chain();
  if (!chain) throw new Refusal(409, 'the sandbox was started with --no-chains');
  return chain;
}

/** What an account holds on the chain once all fills are settled, in millionths. */
async function onChain(app, address) {
  if (!ethers.isAddress(address)) throw new Refusal(400, 'address must be an address');
  const chain = chainOf(app);
  await chain.settlement.idle();
  const ids = app.venue.markets
    .all()
    .flatMap((m) => m.tokens)
    .map((t) => t.tokenId);
  return holdings(chain, address, ids);
}

function setRelayer(relayer, input) {
  const fine = {
    step_ms: (x) => Number.isSafeInteger(x) && x >= 0,
    max_deadline_s: (x) => Number.isSafeInteger(x) && x > 0,
    denied: (x) => Array.isArray(x) && x.every((a) => ethers.isAddress(a)),
  };
  check(fine, input);
  return Object.assign(relayer.settings, input);
}

/** One token's orders, or all trading of an exchange: what its view functions say of orders, no more. */
async function setExchange(app, input) {
  const flag = (x) => typeof x === 'boolean';
  const text = (x) => typeof x === 'string';
  check({ token_id: text, refused: flag, neg_risk: flag, paused: flag }, input);
  const chain = chainOf(app);
  const { abi } = chain.polymarket.exchange;
  const at = (negRisk) => ({ address: negRisk ? NEG_RISK_EXCHANGE : EXCHANGE, abi });
  if (input.token_id !== undefined) {
    const token = app.venue.markets
      .all()
      .flatMap((m) => m.tokens)
      .find((t) => t.tokenId === input.token_id);
    if (!token) throw new Refusal(404, 'no such token');
    const args = [token.tokenId, input.refused ?? true];
    await chain.deployer.call(at(token.market.negRisk), 'setRefused', args);
  } else {
    const name = (input.paused ?? true) ? 'pauseTrading' : 'unpauseTrading';
    await chain.deployer.call(at(input.neg_risk ?? false), name, []);
  }
  return input;
}

function redeemChange(input) {
  const flag = (x) => typeof x === 'boolean';
  check(
    {
      standard: flag,
      neg_risk_whole: flag,
      neg_risk_amounts: flag,
      short_bps: (x) => Number.isSafeInteger(x) && x >= 0 && x <= 10_000,
    },
    input,
  );
  return input;
}

function check(rules, input) {
  for (const [name, value] of Object.entries(input))
    if (!rules[name]?.(value)) throw new Refusal(400, `bad setting: ${name}`);
}

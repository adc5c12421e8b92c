// The test side of everything beside the CLOB: more calls of its /control.
import { ethers } from 'ethers';
import { holdings, setRedeem } from '../chains/conditional_tokens.mjs';
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

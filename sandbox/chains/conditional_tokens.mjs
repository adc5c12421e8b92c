// Polymarket's contracts on the local Polygon chain, at the real addresses: collateral, conditional
// tokens, adapters, exchanges; and the oracles that report to them.
import { ethers } from 'ethers';
import { EXCHANGE, NEG_RISK_EXCHANGE, ORACLES } from '../clob/markets.mjs';
import { compiled } from './compile.mjs';
import { placeToken } from './tokens.mjs';

export const AT = {
  pusd: '0xC011a7E12a19f7B1f670d46F03B03f3342E82DFB',
  usdce: '0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174',
  wcol: '0x3A3BD7bb9528E159577F7C2e685CC81A765002E2',
  conditionalTokens: '0x4D97DCd97eC945f40cF65F87097ACe5EA0476045',
  ctfAdapter: '0xAdA100Db00Ca00073811820692005400218FcE1f',
  negRiskAdapter: '0xadA2005600Dec949baf300f4C6120000bDB6eAab',
  onramp: '0x93070a847efEf7F70739046A929D47a521F5B8ee',
  offramp: '0x2957922Eb93258b93368531d39fAcCA3B4dC5854',
  factory: '0x00000000000Fb5C9ADea0298D729A0CB3823Cc07',
};
const CODE = {
  [AT.conditionalTokens]: 'TestConditionalTokens',
  [AT.ctfAdapter]: 'TestCtfAdapter',
  [AT.negRiskAdapter]: 'TestNegRiskAdapter',
  [AT.onramp]: 'TestOnramp',
  [AT.offramp]: 'TestOfframp',
  [EXCHANGE]: 'TestExchange',
  [NEG_RISK_EXCHANGE]: 'TestExchange',
};
const REDEEM = {
  whole: ethers.id('redeemPositions(address,bytes32,bytes32,uint256[])').slice(0, 10),
  amounts: ethers.id('redeemPositions(bytes32,uint256[])').slice(0, 10),
};
const COINS = ethers.toQuantity(ethers.parseEther('1000'));

/** Starts compiling; hand it to placePolymarket. */
export const polymarketArtifacts = () => compiled('TestPolymarket.sol');

/**
 * Places everything on `chain` (its USDC.e stands already) and answers nothing: the parts are
 * `chain.polymarket` = {conditionalTokens, exchange, ctfAdapter, negRiskAdapter, wallet (an artifact)}.
 */
export async function placePolymarket(chain, tokens, artifacts) {
  const { rpc, deployer: me } = chain;
  await Promise.all(
    Object.entries(CODE).map(([address, name]) =>
      rpc.call('anvil_setCode', [address, artifacts[name].runtime]),
    ),
  );
  chain.token.pusd = await placeToken(rpc, me, AT.pusd, tokens.TestPUSD);
  const wcol = await placeToken(rpc, me, AT.wcol, tokens.TestWrappedCollateral);
  const minters = [
    [
      chain.token.pusd,
      [EXCHANGE, NEG_RISK_EXCHANGE, AT.onramp, AT.offramp, AT.ctfAdapter, AT.negRiskAdapter],
    ],
    [chain.token.usdce, [AT.conditionalTokens, AT.onramp, AT.offramp, AT.ctfAdapter]],
    [wcol, [AT.conditionalTokens, AT.negRiskAdapter]],
  ];
  for (const [token, addresses] of minters)
    for (const address of addresses) await me.call(token, 'setMinter', [address, true]);
  for (const address of [...ORACLES, AT.factory]) {
    await rpc.call('anvil_impersonateAccount', [address]);
    await rpc.call('anvil_setBalance', [address, COINS]);
  }
  const part = (address, name) => ({ address, abi: new ethers.Interface(artifacts[name].abi) });
  chain.polymarket = {
    conditionalTokens: part(AT.conditionalTokens, 'TestConditionalTokens'),
    exchange: part(EXCHANGE, 'TestExchange'),
    ctfAdapter: part(AT.ctfAdapter, 'TestCtfAdapter'),
    negRiskAdapter: part(AT.negRiskAdapter, 'TestNegRiskAdapter'),
    wallet: artifacts.TestDepositWallet,
    registered: new Map(), // condition id -> promise of its registration
  };
}

/** Prepares the condition of `market` and says which tokens are its positions; once. */
export function registerMarket(chain, market) {
  const { registered } = chain.polymarket;
  if (!registered.has(market.conditionId))
    registered.set(market.conditionId, register(chain, market));
  return registered.get(market.conditionId);
}

async function register({ deployer: me, polymarket: { conditionalTokens } }, market) {
  await me.call(conditionalTokens, 'prepareCondition', [market.oracle, market.questionId, 2]);
  await me.call(conditionalTokens, 'register', [
    market.conditionId,
    market.negRisk ? AT.wcol : AT.usdce,
    market.tokens.map((t) => t.tokenId),
  ]);
}

/** The oracle of `market` reports `payouts` (numerators, one an outcome). Answers the receipt. */
export async function reportPayouts(chain, market, payouts) {
  await registerMarket(chain, market);
  const { conditionalTokens } = chain.polymarket;
  const data = conditionalTokens.abi.encodeFunctionData('reportPayouts', [
    market.questionId,
    payouts,
  ]);
  return sendAs(chain.rpc, market.oracle, conditionalTokens.address, data);
}

/**
 * Sends as an account that anvil impersonates and waits for the receipt. Throws when it cannot succeed;
 * `onHash` hears of the hash before that.
 */
export function sendAs(rpc, from, to, data, onHash = () => {}) {
  const before = sending.get(from) ?? Promise.resolve();
  const sent = before.then(() => sendNow(rpc, from, to, data, onHash));
  sending.set(
    from,
    sent.catch(() => {}),
  );
  return sent;
}

const sending = new Map(); // account -> its last send: anvil gives two at once the same nonce

async function sendNow(rpc, from, to, data, onHash) {
  const hash = await rpc.call('eth_sendTransaction', [{ from, to, data }]);
  onHash(hash);
  const receipt = await rpc.receipt(hash);
  if (receipt.status !== '0x1') throw new Error(`transaction ${hash} reverted`);
  return receipt;
}

/** {pusd, shares: {token id: amount}} that `address` holds on the chain, in millionths. */
export async function holdings(chain, address, tokenIds) {
  const { token, polymarket, rpc } = chain;
  const [pusd] = await rpc.read(token.pusd, 'balanceOf', [address]);
  const owners = tokenIds.map(() => address);
  const [amounts] = await rpc.read(polymarket.conditionalTokens, 'balanceOfBatch', [
    owners,
    tokenIds,
  ]);
  return { pusd, shares: Object.fromEntries(tokenIds.map((id, i) => [id, amounts[i]])) };
}

/**
 * Switches how the adapters redeem: {neg_risk_whole?, neg_risk_amounts?, standard?: boolean (the selector
 * answers), short_bps?: part of each payout that is held back}.
 */
export async function setRedeem(chain, wanted) {
  const { ctfAdapter, negRiskAdapter } = chain.polymarket;
  const off = (adapter, selector, on) =>
    on === undefined ? undefined : chain.deployer.call(adapter, 'setOff', [selector, !on]);
  await off(ctfAdapter, REDEEM.whole, wanted.standard);
  await off(negRiskAdapter, REDEEM.whole, wanted.neg_risk_whole);
  await off(negRiskAdapter, REDEEM.amounts, wanted.neg_risk_amounts);
  if (wanted.short_bps === undefined) return;
  for (const adapter of [ctfAdapter, negRiskAdapter])
    await chain.deployer.call(adapter, 'setShort', [wanted.short_bps]);
}

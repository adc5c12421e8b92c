// What Across offers for an amount: limits, fees, deadlines. Only pairs that relayers list have a route.
import { ethers } from 'ethers';
import { apiError } from './api_error.mjs';

const ONE = 10n ** 18n; // of a *Pct
const BPS = 10_000n;
const FILL_WINDOW_S = 7200;
const QUOTE_AGE_S = 1; // the API quotes a block behind its head
const INSTANT_S = 10;
const REBALANCE_S = { 137: 1800, default: 900 };
/** What relayers trade, chain by chain, with the symbols of the API. */
const LISTED = {
  plasma: { usdt0: 'USDT' },
  polygon: { usdc: 'USDC', usdce: 'USDC.e', usdt0: 'USDT' },
  base: { usdc: 'USDC' },
};
const LIMITS = {
  minDeposit: 100_000n,
  maxDepositInstant: 25_000_000_000n,
  maxDepositShortDelay: 100_000_000_000n,
  maxDeposit: 1_000_000_000_000n,
};

/** The answer of GET /limits. */
export function limitsFor(app, query) {
  routeOf(app, query); // refuses an unknown one
  const amount = query.amount === undefined ? 1_000_000n : amountIn(query);
  const { capital, gas } = feesOf(app.settings, amount);
  return {
    ...limitTexts(limitsOf(app.settings, amount)),
    relayerFeeDetails: {
      relayFeeTotal: String(capital + gas),
      relayFeePercent: pctOf(capital + gas, amount),
      gasFeeTotal: String(gas),
      gasFeePercent: pctOf(gas, amount),
      capitalFeeTotal: String(capital),
      capitalFeePercent: pctOf(capital, amount),
    },
  };
}

/** The answer of GET /suggested-fees. */
export async function suggestedFees(app, query) {
  const { settings } = app;
  const amount = amountIn(query);
  const { origin, destination, input, output } = routeOf(app, query);
  const limits = limitsOf(settings, amount);
  const { capital, gas, lp, total } = feesOf(settings, amount);
  if (amount > limits.maxDeposit) {
    const most = ethers.formatUnits(limits.maxDeposit, 6);
    const message = `Amount exceeds max. deposit limit: ${most} ${input.symbol}`;
    throw apiError(400, 'AMOUNT_TOO_HIGH', message);
  }
  const tooLow = amount < limits.minDeposit;
  if (tooLow && settings.too_low !== 'flag' && query.skipAmountLimit !== 'true')
    throw apiError(400, 'AMOUNT_TOO_LOW', 'Sent amount is too low relative to fees');
  const [here, there] = await Promise.all([latestBlock(origin), latestBlock(destination)]);
  const exclusive = settings.exclusive_s > 0;
  const fees = {
    totalRelayFee: { pct: pctOf(total, amount), total: String(total) },
    relayerCapitalFee: { pct: pctOf(capital, amount), total: String(capital) },
    relayerGasFee: { pct: pctOf(gas, amount), total: String(gas) },
    lpFee: { pct: pctOf(lp, amount), total: String(lp) },
  };
  return {
    estimatedFillTimeSec:
      amount > limits.maxDepositInstant
        ? (REBALANCE_S[destination.chainId] ?? REBALANCE_S.default)
        : INSTANT_S,
    capitalFeePct: fees.relayerCapitalFee.pct,
    capitalFeeTotal: fees.relayerCapitalFee.total,
    relayGasFeePct: fees.relayerGasFee.pct,
    relayGasFeeTotal: fees.relayerGasFee.total,
    relayFeePct: fees.totalRelayFee.pct,
    relayFeeTotal: fees.totalRelayFee.total,
    lpFeePct: '0', // part of relayFeePct
    timestamp: query.timestamp ?? String(here.timestamp - QUOTE_AGE_S + settings.quote_ahead_s),
    isAmountTooLow: tooLow,
    quoteBlock: String(here.number),
    exclusiveRelayer: exclusive ? destination.filler.address : ethers.ZeroAddress,
    exclusivityDeadline: settings.exclusive_s,
    spokePoolAddress: settings.spoke_pool ?? origin.spokePool.address,
    destinationSpokePoolAddress: destination.spokePool.address,
    ...fees,
    limits: limitTexts(limits),
    fillDeadline: String(there.timestamp + FILL_WINDOW_S),
    outputAmount: String(
      settings.output_bps === null ? amount - total : (amount * BigInt(settings.output_bps)) / BPS,
    ),
    inputToken: input,
    outputToken: output,
  };
}

function amountIn({ amount }) {
  if (/^[1-9]\d{0,40}$/.test(amount ?? '')) return BigInt(amount);
  throw invalid('amount');
}

const invalid = (param) =>
  apiError(
    400,
    'INVALID_PARAM',
    `Invalid parameter at path '${param}'. Expected type 'string'`,
    param,
  );

function routeOf({ chains }, query) {
  const [origin, destination] = ['originChainId', 'destinationChainId'].map((name) => {
    const chain = chains.find((c) => String(c.chainId) === query[name]);
    if (!chain) throw invalid(name);
    return chain;
  });
  const [input, output] = [
    ['inputToken', origin],
    ['outputToken', destination],
  ].map(([name, chain]) => {
    if (!ethers.isAddress(query[name])) throw invalid(name);
    return tokenOf(chain, query[name]);
  });
  if (!input || !output || origin === destination)
    throw apiError(400, 'ROUTE_NOT_ENABLED', 'Route is not enabled.');
  return { origin, destination, input, output };
}

function tokenOf(chain, address) {
  for (const [name, symbol] of Object.entries(LISTED[chain.name])) {
    const token = chain.token[name];
    if (token?.address === ethers.getAddress(address))
      return { address: token.address, symbol, decimals: 6, chainId: chain.chainId };
  }
  return undefined;
}

/** In the token's smallest unit, rounded up. One basis point of `fee_bps` is the pool's. */
function feesOf({ fee_bps: bps }, amount) {
  const part = (n) => (amount * BigInt(n) + BPS - 1n) / BPS;
  const lp = part(Math.min(bps, 1));
  const capital = part(Math.max(bps - 1, 0));
  const gas = 0n;
  return { lp, capital, gas, total: lp + capital + gas };
}

/** `max_instant` and `too_low` move them. */
function limitsOf({ max_instant: most, too_low: tooLow }, amount) {
  const limits = { ...LIMITS };
  if (most !== null) limits.maxDepositInstant = most;
  if (tooLow !== 'off') limits.minDeposit = amount + 1n;
  return limits;
}

const limitTexts = (limits) => ({
  minDeposit: String(limits.minDeposit),
  maxDeposit: String(limits.maxDeposit),
  maxDepositInstant: String(limits.maxDepositInstant),
  maxDepositShortDelay: String(limits.maxDepositShortDelay),
  recommendedDepositInstant: String(limits.maxDepositInstant),
});

const pctOf = (fee, amount) => String((fee * ONE) / amount);

async function latestBlock({ rpc }) {
  const { number, timestamp } = await rpc.call('eth_getBlockByNumber', ['latest', false]);
  return { number: Number(number), timestamp: Number(timestamp) };
}

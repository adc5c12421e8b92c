// The deposit chain (Plasma) and the bet chain (Polygon): tokens, bridge, pool, and who owns what
// at the start.
import { ethers } from 'ethers';
import { startAnvil } from './anvil.mjs';
import { compiled } from './compile.mjs';
import { AT, placePolymarket, polymarketArtifacts, registerMarket } from './conditional_tokens.mjs';
import { Settlement } from './exchange.mjs';
import { connectLayerZero, deployLayerZero, LayerZeroRelay } from './layerzero.mjs';
import { startProxy } from './proxy.mjs';
import { Rpc, Sender } from './rpc.mjs';
import { mint, placeToken } from './tokens.mjs';
import { deployUniswap, POOL_FEE } from './uniswap.mjs';

// public: never use elsewhere
const MNEMONIC = 'test test test test test test test test test test test junk';
const FIRST_USER = 10; // anvil gives gas to 0..9 only, and tests use those
// apart, so that no contract has one address on both chains
const FIRST_OPERATOR = { plasma: 100, polygon: 110 };
const EID = { plasma: 30383, polygon: 30109 };
const REAL = {
  polygonUsdc: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359',
  polygonUsdce: '0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174',
  polygonUsdt0: '0xc2132D05D31c914a87C6611C10748AEb04B58e8F',
};
const NATIVE_COINS = ethers.parseEther('1000');
const USER_USDT0 = 10_000;

const root = ethers.HDNodeWallet.fromPhrase(MNEMONIC, undefined, "m/44'/60'/0'/0");
const wallet = (index) => new ethers.Wallet(root.deriveChild(index).privateKey);

/** `count` accounts without any gas coin: an x402 payer needs none. */
export const users = (count) => Array.from({ length: count }, (_, i) => wallet(FIRST_USER + i));

/**
 * Starts and fills both chains as `options` say, with the conditions of the venue's `markets`;
 * `onExit(reason)` is called when an anvil ends by itself.
 */
export async function startChains(options, markets, onExit) {
  // compile while the anvils start
  const artifacts = Promise.all([compiled('TestTokens.sol'), polymarketArtifacts()]);
  const [plasma, polygon] = await Promise.all([
    startChain('plasma', options.depositChainId, onExit),
    startChain('polygon', 137, onExit),
  ]);
  const [tokens, contracts] = await artifacts;
  await Promise.all([
    placeTokens(plasma, { usdt0: [options.depositToken, tokens.TestUSDT0] }),
    placeTokens(polygon, {
      usdc: [REAL.polygonUsdc, tokens.TestUSDC],
      usdce: [REAL.polygonUsdce, tokens.TestUSDCe],
      usdt0: [REAL.polygonUsdt0, tokens.TestUSDT0],
    }),
  ]);
  await placePolymarket(polygon, tokens, contracts);
  polygon.settlement = new Settlement(polygon, polygon.settler);
  await Promise.all([fundUsers(plasma, options.users), fundService(plasma, polygon, options)]);
  await Promise.all(markets.map((market) => registerMarket(polygon, market)));
  const relay = options.conversion ? await openConversion(plasma, polygon) : null;
  if (options.blockTime) {
    for (const c of [plasma, polygon])
      await c.rpc.call('evm_setIntervalMining', [options.blockTime]);
  }
  return {
    plasma,
    polygon,
    relay,
    stop() {
      relay?.stop();
      for (const c of [plasma, polygon]) c.stop();
    },
  };
}

async function startChain(name, chainId, onExit) {
  const anvil = await startAnvil({ chainId, mnemonic: MNEMONIC, onExit });
  const proxy = await startProxy(anvil.url);
  const rpc = new Rpc(anvil.url); // ours bypasses the proxy: faults are for the service
  await rpc.call('anvil_setLoggingEnabled', [false]);
  const [deployer, relayer, settler] = [0, 1, 2].map(
    (i) => new Sender(rpc, chainId, wallet(FIRST_OPERATOR[name] + i)),
  );
  for (const { address } of [deployer, relayer, settler]) await giveCoins(rpc, address);
  const stop = () => {
    proxy.close();
    anvil.stop();
  };
  return { name, chainId, eid: EID[name], rpc, proxy, deployer, relayer, settler, token: {}, stop };
}

const giveCoins = (rpc, address) =>
  rpc.call('anvil_setBalance', [address, ethers.toQuantity(NATIVE_COINS)]);

async function placeTokens(chain, wanted) {
  for (const [name, [address, artifact]] of Object.entries(wanted)) {
    chain.token[name] = await placeToken(chain.rpc, chain.deployer, address, artifact);
  }
}

async function fundUsers(plasma, count) {
  for (const { address } of users(count))
    await mint(plasma.deployer, plasma.token.usdt0, address, USER_USDT0);
}

async function fundService(plasma, polygon, { serviceAddress, serviceUsdc }) {
  if (!serviceAddress) return;
  for (const { rpc } of [plasma, polygon]) await giveCoins(rpc, serviceAddress);
  await mint(polygon.deployer, polygon.token.usdc, serviceAddress, serviceUsdc);
}

async function openConversion(plasma, polygon) {
  await Promise.all([deployLayerZero(plasma), deployLayerZero(polygon)]);
  await Promise.all([connectLayerZero(plasma, polygon), connectLayerZero(polygon, plasma)]);
  await deployUniswap(polygon);
  return new LayerZeroRelay(plasma, polygon);
}

/** The public description of a chain; addresses of parts that were not deployed are null. */
export function describe(chain) {
  const at = (contract) => contract?.address ?? null;
  const common = {
    rpc: chain.proxy.url,
    direct_rpc: chain.rpc.url,
    chain_id: chain.chainId,
    eid: chain.eid,
    usdt0: at(chain.token.usdt0),
    oft: at(chain.oft),
    endpoint: at(chain.endpoint),
  };
  if (chain.name === 'plasma') return common;
  return {
    ...common,
    usdc: at(chain.token.usdc),
    usdce: at(chain.token.usdce),
    pusd: at(chain.token.pusd),
    conditional_tokens: AT.conditionalTokens,
    ctf_adapter: AT.ctfAdapter,
    neg_risk_ctf_adapter: AT.negRiskAdapter,
    onramp: AT.onramp,
    offramp: AT.offramp,
    wallet_factory: AT.factory,
    swap_router: at(chain.router),
    quoter: at(chain.quoter),
    factory: at(chain.factory),
    pool_fee: POOL_FEE,
  };
}

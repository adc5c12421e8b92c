// The deposit chains (Plasma, Base) and the bet chain (Polygon): tokens, bridge, pool, and who owns
// what at the start.
import { ethers } from 'ethers';
import { startAcrossApi } from '../across/across_api.mjs';
import { AcrossRelayer } from '../across/fills.mjs';
import { placeSpokePool } from '../across/spoke_pools.mjs';
import { Attestations } from '../cctp/attestations.mjs';
import { circleArtifacts, DOMAIN, placeCircle } from '../cctp/circle.mjs';
import { startIris } from '../cctp/iris.mjs';
import { startAnvil } from './anvil.mjs';
import { compiled } from './compile.mjs';
import { AT, placePolymarket, polymarketArtifacts, registerMarket } from './conditional_tokens.mjs';
import { Settlement } from './exchange.mjs';
import { Events } from './events.mjs';
import { connectLayerZero, deployLayerZero, layerZeroArtifacts } from './layerzero.mjs';
import { LayerZeroRelay } from './packets.mjs';
import { startProxy } from './proxy.mjs';
import { Rpc, Sender } from './rpc.mjs';
import { mint, placeToken } from './tokens.mjs';
import { deployUniswap, POOL_FEE } from './uniswap.mjs';

// public: never use elsewhere
const MNEMONIC = 'test test test test test test test test test test test junk';
const FIRST_USER = 10; // anvil gives gas to 0..9 only, and tests use those
// apart, so that no contract has one address on two chains
const FIRST_OPERATOR = { plasma: 100, polygon: 110, base: 120 };
const ATTESTERS = [130, 131];
const FILLER = 140; // one account on all chains, as Across' relayers have
const EID = { plasma: 30383, polygon: 30109, base: 30184 };
const POLYGON = 137;
const BASE = 8453;
const REAL = {
  plasmaUsdc: '0x2d661C89D812261039AF9764eceaAee884f5F67F',
  polygonUsdc: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359',
  polygonUsdce: '0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174',
  polygonUsdt0: '0xc2132D05D31c914a87C6611C10748AEb04B58e8F',
  baseUsdc: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
};
/** What users may pay with: one token a chain. */
const SOURCES = { plasma: 'usdt0', polygon: 'usdc', base: 'usdc' };
const NATIVE_COINS = ethers.parseEther('1000');
const USER_MONEY = 10_000; // of each source's token

const root = ethers.HDNodeWallet.fromPhrase(MNEMONIC, undefined, "m/44'/60'/0'/0");
const wallet = (index) => new ethers.Wallet(root.deriveChild(index).privateKey);

/** `count` accounts without any gas coin: an x402 payer needs none. */
export const users = (count) => Array.from({ length: count }, (_, i) => wallet(FIRST_USER + i));

/**
 * Starts and fills the chains as `options` say, with the conditions of the venue's `markets`;
 * `onExit(reason)` is called when an anvil ends by itself.
 */
export async function startChains(options, markets, onExit) {
  // compile while the anvils start
  const artifacts = Promise.all([compiled('TestTokens.sol'), polymarketArtifacts()]);
  const bridging = options.conversion && Promise.all([circleArtifacts(), layerZeroArtifacts()]);
  const [plasma, polygon, base] = await Promise.all([
    startChain('plasma', options.depositChainId, onExit),
    startChain('polygon', POLYGON, onExit),
    startChain('base', BASE, onExit),
  ]);
  const all = [plasma, polygon, base];
  const [tokens, contracts] = await artifacts;
  await Promise.all([
    placeTokens(plasma, {
      usdt0: [options.depositToken, tokens.TestUSDT0],
      usdc: [REAL.plasmaUsdc, tokens.TestUSDC],
    }),
    placeTokens(polygon, {
      usdc: [REAL.polygonUsdc, tokens.TestUSDC],
      usdce: [REAL.polygonUsdce, tokens.TestUSDCe],
      usdt0: [REAL.polygonUsdt0, tokens.TestUSDT0],
    }),
    placeTokens(base, { usdc: [REAL.baseUsdc, tokens.TestUSDC] }),
  ]);
  await placePolymarket(polygon, tokens, contracts);
  polygon.settlement = new Settlement(polygon, polygon.settler);
  await Promise.all([...all.map((c) => fundUsers(c, options.users)), fundService(all, options)]);
  await Promise.all(markets.map((market) => registerMarket(polygon, market)));
  const bridges = options.conversion ? await openConversion(all, await bridging) : null;
  for (const c of all) c.events.start();
  if (options.blockTime) {
    for (const c of all) await c.rpc.call('evm_setIntervalMining', [options.blockTime]);
  }
  return {
    plasma,
    polygon,
    base,
    relay: bridges?.relay,
    across: bridges?.across,
    cctp: bridges?.cctp,
    stop() {
      bridges?.stop();
      for (const c of all) c.stop();
    },
  };
}

async function startChain(name, chainId, onExit) {
  const anvil = await startAnvil({ chainId, mnemonic: MNEMONIC, onExit });
  const [proxy, second] = [await startProxy(anvil.url), await startProxy(anvil.url)];
  const rpc = new Rpc(anvil.url); // ours bypasses the proxy: faults are for the service
  await rpc.call('anvil_setLoggingEnabled', [false]);
  const first = FIRST_OPERATOR[name];
  const [deployer, relayer, settler, filler] = [first, first + 1, first + 2, FILLER].map(
    (i) => new Sender(rpc, chainId, wallet(i)),
  );
  for (const { address } of [deployer, relayer, settler, filler]) await giveCoins(rpc, address);
  const events = new Events(rpc);
  const stop = () => {
    events.stop();
    proxy.close();
    second.close();
    anvil.stop();
  };
  return {
    name,
    chainId,
    eid: EID[name],
    rpc,
    proxy,
    second, // another node before the same chain
    events,
    deployer,
    relayer, // of LayerZero's packets, and whoever else meddles
    settler,
    filler, // of Across
    token: {},
    stop,
  };
}

const giveCoins = (rpc, address) =>
  rpc.call('anvil_setBalance', [address, ethers.toQuantity(NATIVE_COINS)]);

async function placeTokens(chain, wanted) {
  for (const [name, [address, artifact]] of Object.entries(wanted)) {
    chain.token[name] = await placeToken(chain.rpc, chain.deployer, address, artifact);
  }
}

async function fundUsers({ name, deployer, token }, count) {
  for (const { address } of users(count))
    await mint(deployer, token[SOURCES[name]], address, USER_MONEY);
}

async function fundService(all, { serviceAddress, serviceUsdc, gasAddresses }) {
  for (const address of [serviceAddress, ...gasAddresses].filter(Boolean))
    await Promise.all(all.map(({ rpc }) => giveCoins(rpc, address)));
  if (!serviceAddress) return;
  const { deployer, token } = all.find(({ name }) => name === 'polygon');
  await mint(deployer, token.usdc, serviceAddress, serviceUsdc);
}

/** LayerZero and the pool between Plasma and Polygon; Across and CCTP between all. */
async function openConversion(all, [circle, layerZero]) {
  const [plasma, polygon] = all;
  const attesters = ATTESTERS.map(wallet).sort((a, b) => (a.address < b.address ? -1 : 1));
  const signing = attesters.map((a) => a.address);
  await Promise.all([
    bridge(plasma, polygon, layerZero),
    deployUniswap(polygon),
    ...all.map((chain) => placeSpokePool(chain)),
    ...all.map((chain) => placeCircle(chain, all, circle, signing)),
  ]);
  const relay = new LayerZeroRelay(plasma, polygon);
  const relayer = new AcrossRelayer(all);
  const attestations = new Attestations(all, attesters);
  const [api, iris] = await Promise.all([startAcrossApi(all, relayer), startIris(attestations)]);
  return {
    relay,
    across: { relayer, api },
    cctp: { attestations, iris },
    stop() {
      for (const part of [relay, relayer, attestations]) part.stop();
      for (const host of [api, iris]) host.close();
    },
  };
}

async function bridge(left, right, artifacts) {
  await Promise.all([left, right].map((chain) => deployLayerZero(chain, artifacts)));
  await Promise.all([connectLayerZero(left, right), connectLayerZero(right, left)]);
}

/** The public description of a chain; addresses of parts that were not deployed are null. */
export function describe(chain) {
  const at = (contract) => contract?.address ?? null;
  const common = {
    rpc: chain.proxy.url,
    second_rpc: chain.second.url,
    direct_rpc: chain.rpc.url,
    chain_id: chain.chainId,
    usdc: at(chain.token.usdc),
    spoke_pool: at(chain.spokePool),
    token_messenger: at(chain.tokenMessenger),
    message_transmitter: at(chain.messageTransmitter),
    cctp_domain: DOMAIN[chain.name],
  };
  if (chain.name === 'base') return common;
  const bridged = {
    ...common,
    eid: chain.eid,
    usdt0: at(chain.token.usdt0),
    oft: at(chain.oft),
    endpoint: at(chain.endpoint),
  };
  if (chain.name === 'plasma') return bridged;
  return {
    ...bridged,
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

/** What users may pay with, as `ready.json` lists it. */
export const sources = (chains) =>
  Object.entries(SOURCES).map(([name, token]) => ({
    network: `eip155:${chains[name].chainId}`,
    chain_id: chains[name].chainId,
    rpc: chains[name].proxy.url,
    token: chains[name].token[token].address,
  }));

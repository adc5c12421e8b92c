// The treasury's contracts on the local chains, at the addresses of the real ones where those are known.
import { ethers } from 'ethers';
import { compiled } from '../chains/compile.mjs';
import { mint } from '../chains/tokens.mjs';

export const AT = {
  router: '0x111111125421cA6dc452d289314280a0f8842A65', // 1inch v6
  executor: ethers.getAddress('0x5141b82f5ffda4c6fe1e372978f1c5427640a190'),
  depository: '0x4cD00E387622C35bDDB9b4c962C136462338BC31', // Relay, the same on every chain
  usdt0Feed: '0xdBbB0b5DD13E7AC9C56624834ef193df87b022c3', // Plasma
  usdcFeed: '0xfE4A8cc5b5B2366C1B58Bea3858e81843581b2F7', // Polygon
  // none exists on Plasma: an address of our own, so that the route can be run at all
  plasmaPool: ethers.getAddress('0x57a26a7e00000000000000000000000000009745'),
  polygonPoolUsdt: '0xd47b03ee6d86Cf251ee7860FB2ACf9f91B9fD4d7',
  polygonPoolUsdc: '0x9Aa02D4Fae7F58b8E8f34c66E756cC734DAc7fe4',
  basePoolUsdc: ethers.getAddress('0x27a16dc786820b16e5c9028b75b99f6f604b5d26'),
};
const POOL_USD = 5_000_000;

/** Starts compiling; hand it to placeTreasury. */
export const treasuryArtifacts = () => compiled('TestTreasury.sol');

/**
 * Places everything on the chains there are (Base only where it was started) and answers
 * {router, executor, depository, feeds: {name: {chain, contract}}, pools: [{name, chain, other, contract}]}.
 */
export async function placeTreasury({ plasma, polygon, base }, artifacts) {
  const put = async (chain, address, name) => {
    await chain.rpc.call('anvil_setCode', [address, artifacts[name].runtime]);
    return { address, abi: new ethers.Interface(artifacts[name].abi) };
  };
  const sources = [plasma, base].filter((chain) => chain?.token.usdt0 ?? chain?.token.usdc);
  const [router, executor] = [
    await put(polygon, AT.router, 'TestAggregationRouter'),
    await put(polygon, AT.executor, 'TestAggregationExecutor'),
  ];
  for (const token of ['usdt0', 'usdc', 'usdce'])
    await polygon.deployer.call(polygon.token[token], 'setMinter', [AT.executor, true]);
  let depository;
  for (const chain of sources) depository = await put(chain, AT.depository, 'TestRelayDepository');
  return {
    router,
    executor,
    depository,
    sources,
    feeds: {
      usdt0_usd: { chain: plasma, contract: await put(plasma, AT.usdt0Feed, 'TestUsdt0Feed') },
      usdc_usd: { chain: polygon, contract: await put(polygon, AT.usdcFeed, 'TestUsdcFeed') },
    },
    pools: await openPools({ plasma, polygon, base }, put),
  };
}

/** Pools in pairs: what is paid into one comes out of the other. */
async function openPools({ plasma, polygon, base }, put) {
  const pairs = [
    [plasma, 'plasma_usdt0', AT.plasmaPool, 'usdt0', polygon, 'polygon_usdt0', AT.polygonPoolUsdt],
    [base, 'base_usdc', AT.basePoolUsdc, 'usdc', polygon, 'polygon_usdc', AT.polygonPoolUsdc],
  ];
  const pools = [];
  for (const [from, fromName, fromAt, token, to, toName, toAt] of pairs) {
    if (!from?.token[token]) continue;
    const source = {
      name: fromName,
      chain: from,
      contract: await put(from, fromAt, 'TestStargatePool'),
    };
    const target = { name: toName, chain: to, contract: await put(to, toAt, 'TestStargatePool') };
    await open(source, target, token);
    await open(target, source, token);
    Object.assign(source, { other: target });
    Object.assign(target, { other: source });
    pools.push(source, target);
  }
  return pools;
}

async function open({ chain, contract }, { chain: far, contract: peer }, token) {
  const held = chain.token[token];
  const credit = ethers.parseUnits(String(POOL_USD), 6);
  await chain.deployer.call(contract, 'open', [
    held.address,
    chain.eid,
    far.eid,
    peer.address,
    credit,
  ]);
  await mint(chain.deployer, held, contract.address, POOL_USD);
}

// Uniswap V3 from its npm bytecode, with one USDT0/USDC pool.
import { ethers } from 'ethers';
import { realArtifact } from './compile.mjs';
import { mint, usd } from './tokens.mjs';

export const POOL_FEE = 100; // 1 bp
const TICK_SPACING = 1;
const RANGE_TICKS = 100; // +-1 %
const POOL_USD = 5_000_000;
const SQRT_PRICE_1_TO_1 = 2n ** 96n; // equal decimals
const FAR_FUTURE = 4_102_444_800;
// named in the constructors, never called: no native swaps
const WPOL = '0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270';

export async function deployUniswap(chain) {
  const { deployer: me } = chain;
  const factory = await me.deploy(realArtifact('UniswapV3Factory'));
  const [positions, router, quoter] = [
    await me.deploy(realArtifact('NonfungiblePositionManager'), [
      factory.address,
      WPOL,
      ethers.ZeroAddress,
    ]),
    await me.deploy(realArtifact('SwapRouter'), [factory.address, WPOL]),
    await me.deploy(realArtifact('QuoterV2'), [factory.address, WPOL]),
  ];
  // not among the tiers of the constructor
  await me.call(factory, 'enableFeeAmount', [POOL_FEE, TICK_SPACING]);
  await fillPool(chain, positions, [chain.token.usdt0, chain.token.usdc]);
  Object.assign(chain, { factory, router, quoter });
}

async function fillPool({ deployer: me }, positions, tokens) {
  const [t0, t1] = tokens.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  await me.call(positions, 'createAndInitializePoolIfNecessary', [
    t0.address,
    t1.address,
    POOL_FEE,
    SQRT_PRICE_1_TO_1,
  ]);
  for (const token of [t0, t1]) {
    await mint(me, token, me.address, POOL_USD);
    await me.call(token, 'approve', [positions.address, ethers.MaxUint256]);
  }
  await me.call(positions, 'mint', [
    [
      t0.address,
      t1.address,
      POOL_FEE,
      -RANGE_TICKS,
      RANGE_TICKS,
      usd(POOL_USD),
      usd(POOL_USD),
      0,
      0,
      me.address,
      FAR_FUTURE,
    ],
  ]);
}

// Everything the treasury's routes meet beside the chains themselves: 1inch, OKX, Relay, Stargate, price feeds, the
// collateral's ramps, an external signer. One control call each, see switches.mjs.
import { ethers } from 'ethers';
import { Sender } from '../chains/rpc.mjs';
import { startOkx } from './okx.mjs';
import { startOneInch } from './oneinch.mjs';
import { AT, placeTreasury, treasuryArtifacts } from './place.mjs';
import { startRelay } from './relay.mjs';
import { startSigner } from './signer.mjs';
import { startStargate } from './stargate.mjs';

const COINS = ethers.toQuantity(ethers.parseEther('1000'));
// accounts of the doubles; public: never use elsewhere
const HOT_WALLETS = ethers.id('headroom sandbox hot wallets');
const OKX_DEPOSITS = ethers.getAddress(
  ethers.dataSlice(ethers.id('headroom sandbox okx deposits'), 12),
);

export { treasuryArtifacts };

/**
 * Places the contracts on `chains` and starts the hosts. Answers {describe(), close(), and each part by its name}.
 */
export async function startDoubles(chains, artifacts) {
  const { plasma, polygon, base } = chains;
  const at = await placeTreasury(chains, artifacts);
  const all = [plasma, polygon, base].filter(Boolean);
  const hot = await openHotWallets(all);
  const [oneinch, okx, relay, signer] = await Promise.all([
    startOneInch(polygon, at),
    startOkx({
      plasma,
      polygon,
      hot: hot.get(polygon),
      depositAddress: OKX_DEPOSITS,
    }),
    startRelay({
      sources: at.sources,
      polygon,
      depository: at.depository,
      hot: (chain) => hot.get(chain),
    }),
    startSigner(all),
  ]);
  const stargate = startStargate(at.pools);
  for (const { rpc } of all) await rpc.call('anvil_setBalance', [signer.address, COINS]);
  return {
    polygon,
    feeds: at.feeds,
    oneinch,
    okx,
    relay,
    stargate,
    signer,
    describe: () => ({
      oneinch: oneinch.describe(),
      okx: okx.describe(),
      relay: relay.describe(),
      stargate: stargate.describe(),
      chainlink: { usdt0_usd: AT.usdt0Feed, usdc_usd: AT.usdcFeed },
      signer: signer.describe(),
    }),
    close() {
      for (const part of [okx, relay, stargate]) part.close();
      for (const { host } of [oneinch, signer]) host.close();
    },
  };
}

/** A sender with gas on each chain, apart from the sandbox's own. */
async function openHotWallets(chains) {
  const wallet = new ethers.Wallet(HOT_WALLETS);
  const open = async ({ rpc, chainId }) => {
    await rpc.call('anvil_setBalance', [wallet.address, COINS]);
    return new Sender(rpc, chainId, wallet);
  };
  return new Map(await Promise.all(chains.map(async (chain) => [chain, await open(chain)])));
}

// Circle's CCTP v2 contracts at their real addresses, the same on every chain.
import { ethers } from 'ethers';
import { compiled } from '../chains/compile.mjs';

export const TOKEN_MESSENGER = '0x28b5a0e9C621a5BadaA536219b3a228C8168cf5d';
export const MESSAGE_TRANSMITTER = '0x81D40F21F12A8F0E3252Bccb954D722d4c464B64';
export const DOMAIN = { plasma: 33, polygon: 7, base: 6 };
const BURN_LIMIT = ethers.parseUnits('10000000', 6);
const FEE_RECIPIENT = '0x00000000000000000000000000000000000cc79f'; // nobody's

/** Starts compiling; hand it to placeCircle. */
export const circleArtifacts = () => compiled('TestCctp.sol');

/**
 * Places `chain.tokenMessenger` and `chain.messageTransmitter` beside its USDC, open to all others of
 * `all`; `attesters` (addresses, increasing) sign.
 */
export async function placeCircle(chain, all, artifacts, attesters) {
  const { rpc, deployer: me, token } = chain;
  const placed = async (address, { abi, runtime }) => {
    await rpc.call('anvil_setCode', [address, runtime]);
    return { address, abi: new ethers.Interface(abi) };
  };
  const transmitter = await placed(MESSAGE_TRANSMITTER, artifacts.TestMessageTransmitterV2);
  const messenger = await placed(TOKEN_MESSENGER, artifacts.TestTokenMessengerV2);
  const others = all.filter((c) => c !== chain);
  await me.call(transmitter, 'initialize', [DOMAIN[chain.name], attesters]);
  await me.call(messenger, 'initialize', [
    transmitter.address,
    FEE_RECIPIENT,
    token.usdc.address,
    BURN_LIMIT,
    others.map((c) => DOMAIN[c.name]),
    others.map((c) => c.token.usdc.address),
  ]);
  await me.call(token.usdc, 'setMinter', [messenger.address, true]);
  Object.assign(chain, { tokenMessenger: messenger, messageTransmitter: transmitter });
}

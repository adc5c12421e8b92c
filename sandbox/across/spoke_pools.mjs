// Across SpokePools: the npm bytecode behind the npm proxy, at the real addresses.
import { ethers } from 'ethers';
import { realArtifact } from '../chains/compile.mjs';

export const SPOKE_POOL = {
  plasma: '0x50039fAEfebef707cFD94D6d462fE6D10B39207a',
  polygon: '0x9295ee1d8C5b022Be115A2AD3c30C72E34e7F096',
  base: '0x09aea4b2242abC8bb4BB78D537A67a245A7bEC64',
};
const QUOTE_BUFFER_S = 3600; // both as deployed
const FILL_BUFFER_S = 21_600;
// keccak256("eip1967.proxy.implementation") - 1
const IMPLEMENTATION = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
// named in the constructor, never called: no native coin is deposited
const WRAPPED = '0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270';

/** Places `chain.spokePool`; who deploys owns it and may relay root bundles. */
export async function placeSpokePool(chain) {
  const { rpc, deployer: me } = chain;
  const pool = realArtifact('SpokePool');
  const code = await me.deploy(pool, [WRAPPED, QUOTE_BUFFER_S, FILL_BUFFER_S, ethers.ZeroAddress]);
  const address = SPOKE_POOL[chain.name];
  await rpc.call('anvil_setCode', [address, await proxyRuntime(rpc, code.address)]);
  const where = ethers.zeroPadValue(code.address, 32);
  await rpc.call('anvil_setStorageAt', [address, IMPLEMENTATION, where]);
  chain.spokePool = { address, abi: code.abi };
  await me.call(chain.spokePool, 'initialize', [0, me.address]);
}

/** npm has the proxy's creation code only: running it answers the code that stays. */
function proxyRuntime(rpc, implementation) {
  const { abi, bytecode } = realArtifact('ERC1967Proxy');
  const args = new ethers.Interface(abi).encodeDeploy([implementation, '0x']);
  return rpc.call('eth_call', [{ data: ethers.concat([bytecode, args]) }, 'latest']);
}

/** The relay data of a FundsDeposited event, in the order of the contract's V3RelayData. */
export const relayOf = (args, originChainId) => ({
  depositor: args.depositor,
  recipient: args.recipient,
  exclusiveRelayer: args.exclusiveRelayer,
  inputToken: args.inputToken,
  outputToken: args.outputToken,
  inputAmount: args.inputAmount,
  outputAmount: args.outputAmount,
  originChainId: BigInt(originChainId),
  depositId: args.depositId,
  fillDeadline: args.fillDeadline,
  exclusivityDeadline: args.exclusivityDeadline,
  message: args.message,
});

/** The address in a bytes32. */
export const addressIn = (word) => ethers.getAddress(ethers.dataSlice(word, 12));

const RELAY =
  'tuple(bytes32 depositor,bytes32 recipient,bytes32 exclusiveRelayer,bytes32 inputToken,bytes32 outputToken,' +
  'uint256 inputAmount,uint256 outputAmount,uint256 originChainId,uint256 depositId,uint32 fillDeadline,' +
  'uint32 exclusivityDeadline,bytes message)';
const SLOW_LEAF = `tuple(${RELAY} relayData,uint256 chainId,uint256 updatedOutputAmount)`;
const REFUND_LEAF =
  'tuple(uint256 amountToReturn,uint256 chainId,uint256[] refundAmounts,uint32 leafId,address l2TokenAddress,' +
  'address[] refundAddresses)';
const rootOf = (type, leaf) =>
  ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode([type], [leaf])); // a tree of one leaf

/** Relays a bundle of the given roots as the hub would; answers its id. */
async function relayBundle({ deployer: me, spokePool }, refundRoot, slowRoot) {
  const receipt = await me.call(spokePool, 'relayRootBundle', [refundRoot, slowRoot]);
  const logs = receipt.logs.map((log) => spokePool.abi.parseLog(log));
  return logs.find((log) => log?.name === 'RelayedRootBundle').args.rootBundleId;
}

/** Gives back the input of a deposit on its origin chain. Answers the transaction. */
export async function refund(origin, relay) {
  const leaf = {
    amountToReturn: 0n,
    chainId: origin.chainId,
    refundAmounts: [relay.inputAmount],
    leafId: 0,
    l2TokenAddress: addressIn(relay.inputToken),
    refundAddresses: [addressIn(relay.depositor)],
  };
  const id = await relayBundle(origin, rootOf(REFUND_LEAF, leaf), ethers.ZeroHash);
  return origin.deployer.call(origin.spokePool, 'executeRelayerRefundLeaf', [id, leaf, []]);
}

/** Pays a requested slow fill out of the destination's pool. Answers the transaction. */
export async function slowFill(destination, relay, updatedOutputAmount) {
  const leaf = { relayData: relay, chainId: destination.chainId, updatedOutputAmount };
  const id = await relayBundle(destination, ethers.ZeroHash, rootOf(SLOW_LEAF, leaf));
  return destination.deployer.call(destination.spokePool, 'executeSlowRelayLeaf', [leaf, id, []]);
}

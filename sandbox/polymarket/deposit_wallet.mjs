// Deposit wallets: where an owner's wallet stands, what its owner signs, and putting one there.
import { ethers } from 'ethers';
import { AT } from '../chains/conditional_tokens.mjs';

const CHAIN_ID = 137;
const BEACON = '0x7A18EDfe055488A3128f01F563e5B479D92ffc3a';
// Solady's LibClone.initCodeHashERC1967Beacon: prefix (with the length of the arguments in it), beacon,
// the proxy's code, arguments
const PREFIX = 0x6100523d8160233d3973n;
const PROXY_CODE = [
  '0x60195155f3363d3d373d3d363d602036600436635c60da',
  '0x1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6c',
  '0xb3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3',
];
const BATCH = {
  Batch: [
    { name: 'wallet', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
    { name: 'calls', type: 'Call[]' },
  ],
  Call: [
    { name: 'target', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'data', type: 'bytes' },
  ],
};

/** The (beacon) deposit wallet of `owner`. */
export function walletOf(owner) {
  const args = ethers.AbiCoder.defaultAbiCoder().encode(
    ['address', 'bytes32'],
    [AT.factory, ethers.zeroPadValue(owner, 32)],
  );
  const prefix = PREFIX + (BigInt(ethers.dataLength(args)) << 56n);
  const code = ethers.concat([ethers.toBeHex(prefix, 10), BEACON, ...PROXY_CODE, args]);
  return ethers.getCreate2Address(AT.factory, ethers.keccak256(args), ethers.keccak256(code));
}

/** Who signed this batch, or null. */
export function batchSigner({ wallet, nonce, deadline, calls, signature }) {
  const domain = {
    name: 'DepositWallet',
    version: '1',
    chainId: CHAIN_ID,
    verifyingContract: wallet,
  };
  try {
    return ethers.verifyTypedData(domain, BATCH, { wallet, nonce, deadline, calls }, signature);
  } catch {
    return null;
  }
}

/** A wallet of the chain; null where none stands. `nonce` is that of its next batch. */
export async function readWallet(chain, address) {
  if ((await chain.rpc.call('eth_getCode', [address, 'latest'])) === '0x') return null;
  const wallet = { address, abi: new ethers.Interface(chain.polymarket.wallet.abi) };
  try {
    const [owner] = await chain.rpc.read(wallet, 'owner');
    const [nonce] = await chain.rpc.read(wallet, 'nonce');
    return { ...wallet, owner, nonce };
  } catch {
    return null; // another contract
  }
}

/** Puts a wallet of `owner` at `address`, unless there is one. */
export async function placeWallet(chain, owner, address) {
  if (await readWallet(chain, address)) return;
  await chain.rpc.call('anvil_setCode', [address, chain.polymarket.wallet.runtime]);
  const slot = ethers.ZeroHash; // of `owner`
  await chain.rpc.call('anvil_setStorageAt', [address, slot, ethers.zeroPadValue(owner, 32)]);
}

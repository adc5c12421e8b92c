// Test tokens at the addresses of the real ones.
import { ethers } from 'ethers';

export const usd = (amount) => ethers.parseUnits(String(amount), 6);

/** Places `artifact`'s code at `address` and makes `sender` its owner and first minter. */
export async function placeToken(rpc, sender, address, artifact) {
  await rpc.call('anvil_setCode', [address, artifact.runtime]);
  const token = { address: ethers.getAddress(address), abi: new ethers.Interface(artifact.abi) };
  await sender.call(token, 'initialize', [sender.address]);
  return token;
}

export const mint = (sender, token, to, amount) => sender.call(token, 'mint', [to, usd(amount)]);

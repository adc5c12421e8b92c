import { HeadroomError, request } from '@headroom/client';
import type { Chain } from '../data/contract';
import { account, type Account } from './wallets';

const hex = (id: number) => `0x${id.toString(16)}`;

async function check(a: Account, id: number) {
  const now = Number(await request(a.wallet.provider, 'eth_chainId', [], undefined, 5_000));
  const shown = account.peek();
  if (shown?.address === a.address) account.value = { ...shown, chain: now };
  if (now !== id) throw new HeadroomError({ code: 'wrong_chain' });
}

/** Asks the wallet to go to `chain`, and looks whether it did: some say yes and stay. 4902 when it does not know it. */
export async function switchTo(a: Account, id: number, given?: AbortSignal): Promise<void> {
  await request(a.wallet.provider, 'wallet_switchEthereumChain', [{ chainId: hex(id) }], given);
  await check(a, id);
}

export async function addChain(a: Account, chain: Chain, given?: AbortSignal): Promise<void> {
  await request(a.wallet.provider, 'wallet_addEthereumChain', [{
    chainId: hex(chain.chain_id), chainName: chain.name, rpcUrls: chain.rpc_urls, nativeCurrency: chain.native_currency,
    ...(chain.explorer ? { blockExplorerUrls: [chain.explorer] } : {}),
  }], given);
  const now = Number(await request(a.wallet.provider, 'eth_chainId', [], undefined, 5_000));
  if (now === chain.chain_id) await check(a, chain.chain_id);
  else await switchTo(a, chain.chain_id, given); // adding does not always go there
}

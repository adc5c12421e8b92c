// Which wallets there are (EIP-6963; `window.ethereum` only when none announces itself), which one is used, and what it does
// behind our back: another account, another chain, locked.
import { computed, signal } from '@preact/signals';
import { checksummed, fail, HeadroomError, type Provider, providerSigner, request, type Signer } from '@headroom/client';
import { forget, read, write } from '../data/notes';

export interface Wallet { id: string; name: string; icon: string | null; rdns: string; provider: Provider }
export interface Account { wallet: Wallet; address: string; chain: number }

export const wallets = signal<Wallet[]>([]);
export const account = signal<Account | null>(null);
export const connecting = signal<string | null>(null); // the wallet's id
export const locked = signal(false);
export const address = computed(() => account.value?.address ?? null);

const listeners = new Set<(address: string | null) => void>();
/** Called before anything else when the account in front of the page is another one, or none. */
export const onAccount = (f: (address: string | null) => void): void => void listeners.add(f);

let stopListening = () => {};

function show(next: Account | null) {
  const before = account.peek()?.address ?? null;
  const after = next?.address ?? null;
  account.value = next;
  if (before !== after) listeners.forEach((f) => f(after));
}

const firstOf = (accounts: unknown): string | null =>
  Array.isArray(accounts) && typeof accounts[0] === 'string' && /^0x[0-9a-fA-F]{40}$/.test(accounts[0]) ? checksummed(accounts[0]) : null;
const chainFrom = (id: unknown): number => Number(id as string) || 0;

async function chainNow(p: Provider): Promise<number> {
  return chainFrom(await request(p, 'eth_chainId', [], undefined, 5_000).catch(() => 0));
}

function follow(wallet: Wallet) {
  stopListening();
  const p = wallet.provider;
  const accounts = (all: never) => {
    const next = firstOf(all);
    locked.value = next === null;
    const now = account.peek();
    show(next === null ? null : { wallet, address: next, chain: now?.chain ?? 0 });
  };
  const chain = (id: never) => {
    const now = account.peek();
    if (now) account.value = { ...now, chain: chainFrom(id) };
  };
  const gone = () => show(null);
  p.on?.('accountsChanged', accounts);
  p.on?.('chainChanged', chain);
  p.on?.('disconnect', gone);
  stopListening = () => {
    p.removeListener?.('accountsChanged', accounts);
    p.removeListener?.('chainChanged', chain);
    p.removeListener?.('disconnect', gone);
  };
}

async function use(wallet: Wallet, accounts: unknown) {
  const address = firstOf(accounts);
  if (address === null) throw new HeadroomError({ code: 'wallet_locked' });
  const chain = await chainNow(wallet.provider);
  locked.value = false;
  follow(wallet);
  write('wallet', wallet.rdns);
  show({ wallet, address, chain });
}

/** Asks the wallet to show itself. */
export async function connect(wallet: Wallet, given?: AbortSignal): Promise<string> {
  connecting.value = wallet.id;
  try {
    await use(wallet, await request(wallet.provider, 'eth_requestAccounts', [], given));
    return account.peek()!.address;
  } finally {
    connecting.value = null;
  }
}

export function disconnect(): void {
  stopListening();
  stopListening = () => {};
  forget('wallet');
  locked.value = false;
  show(null);
}

/** Looks, without a window, whether a wallet that was used before still shows its account. */
async function comeBack(wallet: Wallet) {
  if (account.peek() || connecting.peek() || read<string>('wallet') !== wallet.rdns) return;
  const accounts = await request(wallet.provider, 'eth_accounts', [], undefined, 5_000).catch(() => []);
  if (account.peek() || connecting.peek()) return;
  if (firstOf(accounts)) await use(wallet, accounts).catch(() => {});
  else locked.value = true;
}

const cleanIcon = (icon: unknown) => (typeof icon === 'string' && /^data:image\/(svg\+xml|png|webp|gif|jpeg)[;,]/.test(icon) && icon.length < 100_000 ? icon : null);

export function discover(): void {
  const add = (wallet: Wallet) => {
    if (wallets.peek().some((w) => w.id === wallet.id) || wallets.peek().length >= 30) return;
    wallets.value = [...wallets.peek(), wallet];
    void comeBack(wallet);
  };
  window.addEventListener('eip6963:announceProvider', (e) => {
    const { info, provider } = ((e as CustomEvent).detail ?? {}) as { info?: Record<string, unknown>; provider?: Provider };
    if (!info || typeof provider?.request !== 'function') return;
    add({ id: String(info['uuid']), name: String(info['name'] ?? 'Wallet').slice(0, 60), icon: cleanIcon(info['icon']), rdns: String(info['rdns'] ?? info['uuid']), provider });
  });
  window.dispatchEvent(new Event('eip6963:requestProvider'));
  setTimeout(() => {
    const old = (window as { ethereum?: Provider }).ethereum;
    if (wallets.peek().length === 0 && old && typeof old.request === 'function')
      add({ id: 'window.ethereum', name: 'Browser wallet', icon: null, rdns: 'window.ethereum', provider: old });
  }, 300);
}

/** The account that signs now; it must be the one that the page shows, also after the wallet's window was open. */
export function sameAccount(before: Account): void {
  const now = account.peek();
  if (!now) fail('wallet_locked');
  else if (now.address !== before.address) fail('wallet_changed');
}

/** Who signs with that account; `given` ends the waiting for a human. */
export const signerOf = (a: Account, given?: AbortSignal): Signer =>
  providerSigner(a.wallet.provider, a.address, { chain: a.chain, given, check: () => sameAccount(a) });

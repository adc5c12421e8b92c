// Sign-In with Ethereum (EIP-4361): one attempt for each press, never by itself. The session is a cookie that scripts cannot
// read; what is kept here is only whose it is and when it ends.
import { computed, signal } from '@preact/signals';
import { api, ask } from '../data/api';
import type { Session } from '../data/contract';
import { checksummed, toHex, utf8 } from '../data/hex';
import { same } from '../data/same';
import { forget, read, write } from '../data/notes';
import { now } from '../data/time';
import { fail } from '../data/trouble';
import { request } from '../wallet/provider';
import { account, address, onAccount, sameAccount } from '../wallet/wallets';
import { config } from './config';

const LIFETIME_MS = 12 * 3_600_000;

export const session = signal<Session | null>(read<Session>('session'));
export const signing = signal(false);
/** There was one, and it ended by itself: reads stop, bets go on, for they carry their own signature. */
export const expired = signal(false);

/** The session of the account in front of the page. */
export const signedIn = computed(() => {
  const s = session.value;
  return s !== null && address.value !== null && same(s.address, address.value) && Date.parse(s.expires_at) > now.value;
});

const listeners = new Set<() => void>();
export const onSession = (f: () => void): void => void listeners.add(f);

function set(next: Session | null) {
  session.value = next;
  if (next) write('session', next);
  else forget('session');
  listeners.forEach((f) => f());
}

/** As docs/page.md spells it. */
export function messageOf(host: string, origin: string, who: string, chain: number, nonce: string, at: number): string {
  return [
    `${host} wants you to sign in with your Ethereum account:`, who, '',
    'See your balance, bets and deposits at Headroom. This moves no money.', '',
    `URI: ${origin}`, 'Version: 1', `Chain ID: ${chain}`, `Nonce: ${nonce}`,
    `Issued At: ${new Date(at).toISOString()}`, `Expiration Time: ${new Date(at + LIFETIME_MS).toISOString()}`,
  ].join('\n');
}

export async function signIn(given?: AbortSignal): Promise<void> {
  const a = account.peek() ?? fail('wallet_locked');
  const chains = config.peek()?.bet.domain.chain_ids ?? [];
  if (signing.peek()) return;
  signing.value = true;
  try {
    const { nonce } = await ask(api.GET('/session/nonce'));
    const chain = chains.includes(a.chain) ? a.chain : (chains[0] ?? a.chain);
    const message = messageOf(location.host, location.origin, a.address, chain, nonce, Date.now());
    const signature = await request(a.wallet.provider, 'personal_sign', [toHex(utf8(message)), a.address], given);
    sameAccount(a);
    if (typeof signature !== 'string' || !signature.startsWith('0x')) fail('wallet_unreadable');
    const made = await ask(api.POST('/session', { body: { message, signature: signature as string } }));
    sameAccount(a);
    expired.value = false;
    set({ address: checksummed(made.address ?? fail('unreadable')), expires_at: made.expires_at ?? fail('unreadable') });
  } finally {
    signing.value = false;
  }
}

/** The service does not know it any more. */
export function sessionEnded(): void {
  if (!session.peek()) return;
  expired.value = true;
  set(null);
}

export async function signOut(): Promise<void> {
  const had = session.peek() !== null;
  expired.value = false;
  set(null);
  if (had) await ask(api.DELETE('/session', { body: {} as never })).catch(() => {});
}

/** Another tab has signed in or out, in this browser's name. */
export function adopt(): void {
  session.value = read<Session>('session');
}

// Another account in front of the page: the session of the one before it ends, at once and for all tabs.
onAccount((who) => {
  const s = session.peek();
  expired.value = false;
  if (s && (who === null || !same(s.address, who))) void signOut();
});

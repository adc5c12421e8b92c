// Sign-In with Ethereum (EIP-4361): one attempt for each press, never by itself. The session is a cookie that scripts cannot
// read; what is kept here is only whose it is and when it ends.
import { computed, signal } from '@preact/signals';
import { fail, signIn as signInBy, signOut as endSession } from '@headroom/client';
import { client } from '../data/api';
import type { Session } from '../data/contract';
import { same } from '../data/same';
import { forget, read, write } from '../data/notes';
import { now } from '../data/time';
import { account, address, onAccount, sameAccount, signerOf } from '../wallet/wallets';

export const session = signal<Session | null>(read<Session>('session'));
export const signing = signal(false);
/** There was one, and it ended by itself: reads stop, bets go on, for they carry their own signature. */
export const expired = signal(false);

/** The session of the account in front of the page. */
export const signedIn = computed(() => {
  const s = session.value;
  return s !== null && address.value !== null && same(s.address, address.value) && Date.parse(s.expires_at) > now.value;
});

client.mayRead = () => signedIn.peek(); // the cookie says who asks

const listeners = new Set<() => void>();
export const onSession = (f: () => void): void => void listeners.add(f);

function set(next: Session | null) {
  session.value = next;
  if (next) write('session', next);
  else forget('session');
  listeners.forEach((f) => f());
}

export async function signIn(given?: AbortSignal): Promise<void> {
  const a = account.peek() ?? fail('wallet_locked');
  if (signing.peek()) return;
  signing.value = true;
  try {
    const made = await signInBy(client, signerOf(a, given));
    sameAccount(a);
    expired.value = false;
    set(made);
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
  if (had) await endSession(client).catch(() => {});
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

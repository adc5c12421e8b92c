// Sign-In with Ethereum (EIP-4361): for reads of what is one's own. It moves no money.
import type { Client } from './client.js';
import { domainOf } from './domain.js';
import { checksummed } from './hex.js';
import { signatureIn, type Signer } from './signer.js';
import { fail } from './trouble.js';

const LIFETIME_MS = 12 * 3_600_000;

export interface Session { address: string; expires_at: string }

/** As the service reads it, line by line. `url`: where browsers see the service. */
export function signInMessage(url: string, address: string, chain: number, nonce: string, at: number): string {
  return [
    `${new URL(url).host} wants you to sign in with your Ethereum account:`, address, '',
    'See your balance, bets and deposits at Headroom. This moves no money.', '',
    `URI: ${url}`, 'Version: 1', `Chain ID: ${chain}`, `Nonce: ${nonce}`,
    `Issued At: ${new Date(at).toISOString()}`, `Expiration Time: ${new Date(at + LIFETIME_MS).toISOString()}`,
  ].join('\n');
}

/** The client reads as this user from then on: by the token, or by the cookie that a page of the service's own gets instead. */
export async function signIn(client: Client, signer: Signer): Promise<Session> {
  const { chainId } = domainOf(await client.config(), signer.chain);
  const { nonce } = await client.ask(client.api.GET('/session/nonce'));
  const message = signInMessage(client.url, checksummed(signer.address), chainId, nonce, Date.now());
  const signature = signatureIn(await signer.signMessage({ message }));
  const made = await client.ask(client.api.POST('/session', { body: { message, signature } }));
  client.token = made.token ?? client.token;
  return { address: checksummed(made.address ?? fail('unreadable')), expires_at: made.expires_at ?? fail('unreadable') };
}

export async function signOut(client: Client): Promise<void> {
  await client.ask(client.api.DELETE('/session', { body: {} as never }));
  client.token = null;
}

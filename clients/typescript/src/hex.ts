import { crypto } from '@noble/hashes/crypto';
import { keccak_256 } from '@noble/hashes/sha3';

/** WebCrypto: a global everywhere but in Node 18. */
export const webCrypto: Crypto = crypto;

export const toHex = (bytes: Uint8Array): `0x${string}` => `0x${[...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const keccak = (bytes: Uint8Array): Uint8Array => keccak_256(bytes);

export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/^0x/, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

export const random32 = (): `0x${string}` => toHex(webCrypto.getRandomValues(new Uint8Array(32)));

/** EIP-55. */
export function checksummed(address: string): string {
  const plain = address.slice(2).toLowerCase();
  const hash = toHex(keccak(utf8(plain))).slice(2);
  return `0x${[...plain].map((c, i) => (parseInt(hash[i]!, 16) >= 8 ? c.toUpperCase() : c)).join('')}`;
}

/** An address as somebody wrote it: null when it is none, or when its capitals say it was mistyped. */
export function readAddress(text: string): string | null {
  const t = text.trim();
  if (!/^0x[0-9a-fA-F]{40}$/.test(t)) return null;
  const right = checksummed(t);
  const plain = t.slice(2);
  return plain === plain.toLowerCase() || plain === plain.toUpperCase() || t === right ? right : null;
}

/** Addresses are the same whatever their capitals. */
export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

// EIP-712: what a wallet is asked to sign, and the digest of it.
import type { Domain } from './domain.js';
import { fromHex, keccak, toHex, utf8 } from './hex.js';

/** By the service's own words (http/openapi.json); the first is EIP-3009's. */
export const TYPES = {
  TransferWithAuthorization: 'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce',
  BetIntent: 'address user,uint256 tokenId,uint256 amount,uint256 maxPrice,bytes32 idempotencyKey,uint256 deadline',
  SellIntent: 'address user,uint256 tokenId,uint256 shares,uint256 minPrice,bytes32 idempotencyKey,uint256 deadline',
  WithdrawIntent: 'address user,address to,uint256 amount,bytes32 idempotencyKey,uint256 deadline',
  BetDelegation: 'address user,bytes publicKey,uint256 perBet,uint256 total,uint256 expires,bytes32 salt',
} as const;
const DOMAIN = 'string name,string version,uint256 chainId,address verifyingContract';

export interface Field { name: string; type: string }
/** As viem's accounts take it. Integers are bigints, bytes are hex. */
export interface TypedData {
  domain: Domain;
  types: Record<string, Field[]>;
  primaryType: string;
  message: Record<string, string | bigint>;
}

const fieldsOf = (text: string): Field[] => text.split(',').map((f) => ({ type: f.split(' ')[0]!, name: f.split(' ')[1]! }));

export const typedData = (primaryType: keyof typeof TYPES, domain: Domain, message: TypedData['message']): TypedData =>
  ({ domain, types: { [primaryType]: fieldsOf(TYPES[primaryType]) }, primaryType, message });

/** For `eth_signTypedData_v4`. The domain's type is spelled out and big integers are decimal text: what all wallets take. */
export function textOf({ domain, types, primaryType, message }: TypedData): string {
  const text = Object.fromEntries(Object.entries(message).map(([k, v]) => [k, v.toString()]));
  return JSON.stringify({ types: { EIP712Domain: fieldsOf(DOMAIN), ...types }, domain, primaryType, message: text });
}

function word(type: string, value: string | bigint | number): Uint8Array {
  if (type === 'string') return keccak(utf8(value as string));
  if (type === 'bytes') return keccak(fromHex(value as string));
  if (type === 'uint256') return fromHex(BigInt(value).toString(16).padStart(64, '0'));
  return fromHex((value as string).replace(/^0x/, '').padStart(64, '0'));
}

function hashed(name: string, fields: Field[], values: Record<string, string | bigint | number>): Uint8Array {
  const type = `${name}(${fields.map((f) => `${f.type} ${f.name}`).join(',')})`;
  const words = [keccak(utf8(type)), ...fields.map((f) => word(f.type, values[f.name]!))];
  return keccak(Uint8Array.from(words.flatMap((w) => [...w])));
}

export function digest(t: TypedData): Uint8Array {
  const domain = hashed('EIP712Domain', fieldsOf(DOMAIN), { ...t.domain });
  return keccak(Uint8Array.from([0x19, 0x01, ...domain, ...hashed(t.primaryType, t.types[t.primaryType]!, t.message)]));
}

/** What a signed message says of an Idempotency-Key. */
export const keyHash = (key: string): `0x${string}` => toHex(keccak(utf8(key)));

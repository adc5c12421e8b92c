// EIP-712: what a wallet is asked to sign, and the digest that the browser's own key signs.
import { fromHex, keccak, toHex, utf8 } from '../data/hex';
import { fail } from '../data/trouble';
import { request } from './provider';
import { type Account, sameAccount } from './wallets';

type Field = readonly [name: string, type: 'address' | 'uint256' | 'bytes32' | 'bytes' | 'string'];
export interface Domain { name: string; version: string; chainId: number; verifyingContract: string }
export interface Typed { primaryType: string; fields: readonly Field[]; message: Record<string, string | bigint>; domain: Domain }

const DOMAIN: readonly Field[] = [['name', 'string'], ['version', 'string'], ['chainId', 'uint256'], ['verifyingContract', 'address']];

export const TransferWithAuthorization: readonly Field[] = [
  ['from', 'address'], ['to', 'address'], ['value', 'uint256'], ['validAfter', 'uint256'], ['validBefore', 'uint256'], ['nonce', 'bytes32']];
export const BetIntent: readonly Field[] = [
  ['user', 'address'], ['tokenId', 'uint256'], ['amount', 'uint256'], ['maxPrice', 'uint256'], ['idempotencyKey', 'bytes32'], ['deadline', 'uint256']];
export const SellIntent: readonly Field[] = [
  ['user', 'address'], ['tokenId', 'uint256'], ['shares', 'uint256'], ['minPrice', 'uint256'], ['idempotencyKey', 'bytes32'], ['deadline', 'uint256']];
export const WithdrawIntent: readonly Field[] = [
  ['user', 'address'], ['to', 'address'], ['amount', 'uint256'], ['idempotencyKey', 'bytes32'], ['deadline', 'uint256']];
export const BetDelegation: readonly Field[] = [
  ['user', 'address'], ['publicKey', 'bytes'], ['perBet', 'uint256'], ['total', 'uint256'], ['expires', 'uint256'], ['salt', 'bytes32']];

const named = (fields: readonly Field[]) => fields.map(([name, type]) => ({ name, type }));

/** The domain's type is spelled out and big integers are decimal text: what all wallets take. */
export function textOf(t: Typed): string {
  const message = Object.fromEntries(Object.entries(t.message).map(([k, v]) => [k, v.toString()]));
  const { domain, primaryType } = t;
  return JSON.stringify({ types: { EIP712Domain: named(DOMAIN), [primaryType]: named(t.fields) }, domain, primaryType, message });
}

/** Asks the wallet; the account must still be the same when it has answered. */
export async function sign(a: Account, t: Typed, given?: AbortSignal): Promise<`0x${string}`> {
  const answer = await request(a.wallet.provider, 'eth_signTypedData_v4', [a.address, textOf(t)], given);
  sameAccount(a);
  if (typeof answer !== 'string' || !/^0x([0-9a-fA-F]{2}){64,}$/.test(answer)) return fail('wallet_unreadable');
  return answer as `0x${string}`;
}

function word(type: Field[1], value: string | bigint): Uint8Array {
  if (type === 'string') return keccak(utf8(value as string));
  if (type === 'bytes') return keccak(fromHex(value as string));
  if (type === 'uint256') return fromHex(BigInt(value).toString(16).padStart(64, '0'));
  return fromHex((value as string).replace(/^0x/, '').padStart(64, '0'));
}

function hashed(name: string, fields: readonly Field[], values: Record<string, string | bigint | number>): Uint8Array {
  const type = `${name}(${fields.map(([n, t]) => `${t} ${n}`).join(',')})`;
  const words = [keccak(utf8(type)), ...fields.map(([n, t]) => word(t, typeof values[n] === 'number' ? BigInt(values[n]) : values[n]!))];
  return keccak(Uint8Array.from(words.flatMap((w) => [...w])));
}

export function digest(t: Typed): Uint8Array {
  const domain = hashed('EIP712Domain', DOMAIN, { ...t.domain });
  const message = hashed(t.primaryType, t.fields, t.message);
  return keccak(Uint8Array.from([0x19, 0x01, ...domain, ...message]));
}

/** What a signed message says of an Idempotency-Key. */
export const keyHash = (key: string): `0x${string}` => toHex(keccak(utf8(key)));

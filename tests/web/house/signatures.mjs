// What users sign, checked as the service checks it.
import { ethers } from '../../../sandbox/stack/clients.mjs';

const uint = (...names) => names.map((name) => ({ name, type: 'uint256' }));
const key = { name: 'idempotencyKey', type: 'bytes32' };
const user = { name: 'user', type: 'address' };
export const TYPES = {
  BetIntent: [user, ...uint('tokenId', 'amount', 'maxPrice'), key, ...uint('deadline')],
  SellIntent: [user, ...uint('tokenId', 'shares', 'minPrice'), key, ...uint('deadline')],
  WithdrawIntent: [user, { name: 'to', type: 'address' }, ...uint('amount'), key, ...uint('deadline')],
  BetDelegation: [user, { name: 'publicKey', type: 'bytes' }, ...uint('perBet', 'total', 'expires'), { name: 'salt', type: 'bytes32' }],
  TransferWithAuthorization: [{ name: 'from', type: 'address' }, { name: 'to', type: 'address' }, ...uint('value', 'validAfter', 'validBefore'), { name: 'nonce', type: 'bytes32' }],
};
export const keyHash = (text) => ethers.keccak256(ethers.toUtf8Bytes(text));
export const seconds = (time) => BigInt(Date.parse(time) / 1_000);

const signer = (domain, type, message, signature) => {
  try {
    return ethers.verifyTypedData(domain, { [type]: TYPES[type] }, message, signature);
  } catch {
    return null;
  }
};
const same = (a, b) => a?.toLowerCase() === b?.toLowerCase();

/** Under any of the accepted chain ids. */
export const signedBy = (who, domain, chains, type, message, signature) => chains.some((chainId) => same(signer({ ...domain, chainId }, type, message, signature), who));
export const paidBy = (who, domain, message, signature) => same(signer(domain, 'TransferWithAuthorization', message, signature), who);

export async function signedByBrowser(publicKey, domain, chainId, message, signature) {
  const digest = ethers.getBytes(ethers.TypedDataEncoder.hash({ ...domain, chainId }, { BetIntent: TYPES.BetIntent }, message));
  const imported = await crypto.subtle.importKey('raw', ethers.getBytes(publicKey), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, ethers.getBytes(signature), digest);
}

/** EIP-4361 as docs/page.md spells it; answers the address, or why not. */
export function signInOf(text, signature, { host, origin, chains, nonce }) {
  const lines = text.split('\n');
  const field = (name) => lines.find((l) => l.startsWith(`${name}: `))?.slice(name.length + 2);
  if (lines[0] !== `${host} wants you to sign in with your Ethereum account:`) return { why: 'domain' };
  if (field('URI') !== origin || field('Version') !== '1' || !chains.includes(Number(field('Chain ID')))) return { why: 'uri, version or chain' };
  if (field('Nonce') !== nonce) return { why: 'nonce' };
  if (Math.abs(Date.now() - Date.parse(field('Issued At'))) > 300_000 || !(Date.parse(field('Expiration Time')) <= Date.now() + 86_400_000)) return { why: 'time' };
  const address = ethers.getAddress(lines[1]);
  if (lines[1] !== address) return { why: 'address' };
  return same(ethers.verifyMessage(text, signature), address) ? { address } : { why: 'signature' };
}

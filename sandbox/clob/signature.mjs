// EIP-712 of orders and of the login message. Hashing is ethers; only the curve operation of orders
// is libsecp256k1 (as WebAssembly), because ethers alone would keep the double under 500 orders per
// second.
import { ethers } from 'ethers';
import { recover } from 'tiny-secp256k1';
import { EXCHANGE, NEG_RISK_EXCHANGE } from './markets.mjs';

const CHAIN_ID = 137;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

const fields = (text) =>
  text.split(', ').map((field) => {
    const [type, name] = field.split(' ');
    return { type, name };
  });

const ORDER = ethers.TypedDataEncoder.from({
  Order: fields(
    'uint256 salt, address maker, address signer, uint256 tokenId, uint256 makerAmount, uint256 takerAmount, ' +
      'uint8 side, uint8 signatureType, uint256 timestamp, bytes32 metadata, bytes32 builder',
  ),
});
const CLOB_AUTH = {
  ClobAuth: fields('address address, string timestamp, uint256 nonce, string message'),
};
const CLOB_AUTH_DOMAIN = { name: 'ClobAuthDomain', version: '1', chainId: CHAIN_ID };
const CLOB_AUTH_MESSAGE = 'This message attests that I control the given wallet';

const domain = (exchange) =>
  ethers.TypedDataEncoder.hashDomain({
    name: 'Polymarket CTF Exchange',
    version: '2',
    chainId: CHAIN_ID,
    verifyingContract: exchange,
  });
const DOMAIN = { false: domain(EXCHANGE), true: domain(NEG_RISK_EXCHANGE) };

/**
 * The order id: the EIP-712 hash for the exchange that trades the token. `order.side` is 0 or 1
 * here.
 */
export function orderHash(order, negRisk) {
  return ethers.keccak256(ethers.concat(['0x1901', DOMAIN[negRisk], ORDER.hash(order)]));
}

/**
 * Who signed `digest`, lower case; null unless 65 bytes, v in {27, 28}, low s, and a point on the
 * curve.
 */
export function recoverSigner(digest, signature) {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) return null;
  const bytes = Buffer.from(signature.slice(2), 'hex');
  const v = bytes[64];
  if (v !== 27 && v !== 28) return null;
  if (BigInt(`0x${bytes.toString('hex', 32, 64)}`) > HALF_ORDER) return null;
  try {
    const key = recover(Buffer.from(digest.slice(2), 'hex'), bytes.subarray(0, 64), v - 27, false);
    return key && ethers.dataSlice(ethers.keccak256(key.subarray(1)), 12);
  } catch {
    return null; // r or s out of range
  }
}

/** Does `signature` prove control of `address` at `timestamp` (seconds, as text)? */
export function provesControl({ address, timestamp, nonce, signature }) {
  try {
    const message = { address, timestamp, nonce, message: CLOB_AUTH_MESSAGE };
    const signer = ethers.verifyTypedData(CLOB_AUTH_DOMAIN, CLOB_AUTH, message, signature);
    return signer.toLowerCase() === address.toLowerCase();
  } catch {
    return false;
  }
}

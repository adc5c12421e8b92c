// EIP-712 of orders and of the login message. Hashing is ethers; only the curve operation of orders
// is libsecp256k1 (as WebAssembly), because ethers alone would keep the double under 500 orders per
// second.
import { ethers } from 'ethers';
import { recover } from 'tiny-secp256k1';
import { EXCHANGE, EXCHANGE_V3, NEG_RISK_EXCHANGE } from './markets.mjs';

const CHAIN_ID = 137;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

const fields = (text) =>
  text.split(', ').map((field) => {
    const [type, name] = field.split(' ');
    return { type, name };
  });

const ORDER_FIELDS =
  'uint256 salt, address maker, address signer, uint256 tokenId, uint256 makerAmount, uint256 takerAmount, ' +
  'uint8 side, uint8 signatureType, uint256 timestamp, bytes32 metadata, bytes32 builder';
const ORDER_TYPE = `Order(${ORDER_FIELDS.replaceAll(', ', ',')})`;
const ORDER = ethers.TypedDataEncoder.from({ Order: fields(ORDER_FIELDS) });
const CLOB_AUTH = {
  ClobAuth: fields('address address, string timestamp, uint256 nonce, string message'),
};
const CLOB_AUTH_DOMAIN = { name: 'ClobAuthDomain', version: '1', chainId: CHAIN_ID };
const CLOB_AUTH_MESSAGE = 'This message attests that I control the given wallet';

const domain = (verifyingContract, version) =>
  ethers.TypedDataEncoder.hashDomain({
    name: 'Polymarket CTF Exchange',
    version,
    chainId: CHAIN_ID,
    verifyingContract,
  });
const DOMAIN = {
  [EXCHANGE]: domain(EXCHANGE, '2'),
  [NEG_RISK_EXCHANGE]: domain(NEG_RISK_EXCHANGE, '2'),
  [EXCHANGE_V3]: domain(EXCHANGE_V3, '3'),
};

/** The EIP-712 struct hash of an order; `order.side` is 0 or 1 here. */
export const structHash = (order) => ORDER.hash(order);

const digestOf = (exchange, struct) =>
  ethers.keccak256(ethers.concat(['0x1901', DOMAIN[exchange], struct]));

/** The order id, whatever its signature type: the EIP-712 hash for the exchange of its token. */
export const orderId = (contents, exchange) => digestOf(exchange, contents);

// ---- ERC-7739: a deposit wallet's signature names what was signed, and for which application

const utf8 = (text) => ethers.hexlify(ethers.toUtf8Bytes(text));
const WRAPPED_TYPE = ethers.id(
  'TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)' +
    ORDER_TYPE,
);
const WALLET_NAME = ethers.id('DepositWallet');
const WALLET_VERSION = ethers.id('1');
const TYPE_BYTES = utf8(ORDER_TYPE);
const TYPE_LENGTH = ethers.toBeHex(ethers.dataLength(TYPE_BYTES), 2);
const INNER_BYTES = 65;

/**
 * Who signed an order for `wallet`, lower case; null unless the 317 bytes are the inner signature,
 * the domain of `exchange`, the hash of `contents`, the order's type and its length.
 */
export function wrappedSigner(contents, exchange, wallet, signature) {
  const tail = ethers.concat([DOMAIN[exchange], contents, TYPE_BYTES, TYPE_LENGTH]);
  if (ethers.dataLength(signature) !== INNER_BYTES + ethers.dataLength(tail)) return null;
  if (ethers.dataSlice(signature, INNER_BYTES) !== tail) return null;
  const words = ['bytes32', 'bytes32', 'bytes32', 'bytes32', 'uint256', 'address', 'bytes32'];
  const struct = ethers.keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(words, [
      WRAPPED_TYPE,
      contents,
      WALLET_NAME,
      WALLET_VERSION,
      CHAIN_ID,
      wallet,
      ethers.ZeroHash,
    ]),
  );
  return recoverSigner(digestOf(exchange, struct), ethers.dataSlice(signature, 0, INNER_BYTES));
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

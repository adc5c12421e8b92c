// L1 (wallet signature) and L2 (HMAC) authentication, and the API keys they make and use.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../http.mjs';
import { provesControl } from './signature.mjs';

const CLOCK_WINDOW_S = 60;
export const unauthorized = () => new Refusal(401, 'Unauthorized/Invalid api key');

export class ApiKeys {
  #seed = randomBytes(32); // keys are a function of (address, nonce), until they are revoked
  #byKey = new Map();
  #refusedUntil = 0; // ms: all keys
  #newKeyWaitMs = 0;

  /** For so long every key answers 401. */
  refuseFor(seconds) {
    this.#refusedUntil = Date.now() + 1000 * seconds;
  }

  /** Each key made from now on answers 401 for its first `seconds`. */
  newKeysWait(seconds) {
    this.#newKeyWaitMs = 1000 * seconds;
  }

  /** POST /auth/api-key */
  create(headers) {
    const credential = this.#derived(headers);
    if (this.#byKey.has(credential.key)) throw new Refusal(400, 'Could not create api key');
    credential.validFrom = Date.now() + this.#newKeyWaitMs;
    this.#byKey.set(credential.key, credential);
    return wire(credential);
  }

  /** GET /auth/derive-api-key */
  derive(headers) {
    const known = this.#byKey.get(this.#derived(headers).key);
    if (!known) throw new Refusal(400, 'Could not derive api key!');
    return wire(known);
  }

  list(credential) {
    return {
      apiKeys: [...this.#byKey.values()]
        .filter((k) => k.address === credential.address)
        .map((k) => k.key),
    };
  }

  /** All keys are void, and the next ones are others. */
  revokeAll() {
    const revoked = this.#byKey.size;
    this.#seed = randomBytes(32);
    this.#byKey.clear();
    return { revoked };
  }

  remove(credential) {
    this.#byKey.delete(credential.key);
    return 'OK';
  }

  /**
   * The credential behind a request's L2 headers; `body` are the exact bytes sent. Refuses with
   * 401.
   */
  authenticate(req, path, body) {
    const {
      poly_address: address,
      poly_api_key: key,
      poly_passphrase: passphrase,
      poly_timestamp: timestamp,
      poly_signature: signature,
    } = req.headers;
    const credential = this.#byKey.get(key);
    if (!credential || credential.passphrase !== passphrase || !signature) throw unauthorized();
    if (Date.now() < Math.max(this.#refusedUntil, credential.validFrom)) throw unauthorized();
    if (credential.address !== address?.toLowerCase() || !inWindow(timestamp)) throw unauthorized();
    const expected = createHmac('sha256', credential.secretBytes)
      .update(timestamp + req.method + path)
      .update(body)
      .digest();
    const given = Buffer.from(signature, 'base64'); // takes both alphabets
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw unauthorized();
    return credential;
  }

  #derived({
    poly_address: address,
    poly_signature: signature,
    poly_timestamp: timestamp,
    poly_nonce: nonce,
  }) {
    const wellFormed =
      /^0x[0-9a-fA-F]{40}$/.test(address) && /^\d{1,15}$/.test(nonce) && inWindow(timestamp);
    if (!wellFormed || !provesControl({ address, timestamp, nonce, signature })) {
      throw new Refusal(401, 'Invalid L1 Request headers');
    }
    const part = (what) =>
      createHmac('sha256', this.#seed).update(`${what}:${address.toLowerCase()}:${nonce}`).digest();
    const secretBytes = part('secret');
    return {
      address: address.toLowerCase(),
      key: uuid(part('key')),
      passphrase: part('passphrase').toString('hex'),
      secretBytes,
    };
  }
}

function inWindow(timestamp) {
  return (
    /^\d{1,12}$/.test(timestamp) &&
    Math.abs(Date.now() / 1000 - Number(timestamp)) <= CLOCK_WINDOW_S
  );
}

function wire({ key, secretBytes, passphrase }) {
  // url-safe, padded
  const secret = secretBytes.toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
  return { apiKey: key, secret, passphrase };
}

function uuid(bytes) {
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

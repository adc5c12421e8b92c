// Who may call OKX's private endpoints: key, passphrase, a fresh timestamp, and a signature over all of the request.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../http.mjs';

export const CREDENTIALS = {
  key: 'sandbox-okx-key',
  secret: 'sandbox-okx-secret',
  passphrase: 'sandbox-okx-passphrase',
};
const MAX_AGE_MS = 30_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** OKX's body of a refusal. */
export const body = (code, msg, data = []) => ({ code: String(code), msg, data });

/** Refuses with OKX's code; most of them come with HTTP 200. */
export function refuse(code, msg, { status = 200, data } = {}) {
  throw new Refusal(status, msg, { body: body(code, msg, data) });
}

/** Checks the headers of one request. Refusal 401 with the code of what is wrong. */
export function requireSigned({ method, target, headers, body: text }) {
  const header = (name, code) =>
    headers[`ok-access-${name}`] ||
    refuse(code, `Request header "OK-ACCESS-${name.toUpperCase()}" cannot be empty.`, {
      status: 401,
    });
  const key = header('key', 50103);
  const passphrase = header('passphrase', 50104);
  const signature = header('sign', 50106);
  const timestamp = header('timestamp', 50107);
  if (key !== CREDENTIALS.key) refuse(50111, 'Invalid OK-ACCESS-KEY', { status: 401 });
  if (!ISO.test(timestamp)) refuse(50112, 'Invalid OK-ACCESS-TIMESTAMP', { status: 401 });
  if (Math.abs(Date.now() - Date.parse(timestamp)) > MAX_AGE_MS)
    refuse(50102, 'Timestamp request expired', { status: 401 });
  if (passphrase !== CREDENTIALS.passphrase)
    refuse(50105, 'Request header "OK-ACCESS-PASSPHRASE" incorrect.', { status: 401 });
  const right = createHmac('sha256', CREDENTIALS.secret)
    .update(timestamp + method + target + text)
    .digest();
  const given = Buffer.from(signature, 'base64');
  if (given.length !== right.length || !timingSafeEqual(given, right))
    refuse(50113, 'Invalid Sign', { status: 401 });
}

// Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md): HMAC-SHA256 over
// "<id>.<timestamp>.<body>", compared in constant time by WebCrypto.
import { utf8, webCrypto } from './hex.js';
import { fail } from './trouble.js';

const PREFIX = /^whsec_/;
const TOLERANCE_S = 300;
/** A sender that rotates its secret signs with two; more are somebody who wants us to compute. */
const MOST_SIGNATURES = 16;
const MOST_SECRETS = 8;

export interface WebhookEvent<T = Record<string, unknown>> { type: string; timestamp: string; data: T }
/** Of `fetch`, or as Node's `request.headers`. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;
export interface WebhookOptions {
  /** How far its clock and ours may differ; 5 minutes. */
  toleranceS?: number;
  /** Milliseconds since 1970, for tests. */
  now?: number;
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const found = typeof headers.get === 'function' ? (headers as Headers).get(name)
    : Object.entries(headers as Record<string, string | string[] | undefined>).find(([n]) => n.toLowerCase() === name)?.[1];
  return typeof found === 'string' && found !== '' ? found : fail('webhook_header', `${name} is missing, or there more than once`);
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = typeof secret === 'string' ? bytesOf(secret.replace(PREFIX, '')) : null; // as settings have it: perhaps not at all
  if (!bytes?.length) return fail('webhook_secret', 'a secret is whsec_ and base64');
  return webCrypto.subtle.importKey('raw', bytes as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function checkTime(text: string, { toleranceS = TOLERANCE_S, now = Date.now() }: WebhookOptions): void {
  if (!/^\d{1,12}$/.test(text)) fail('webhook_header', 'webhook-timestamp is not a number of seconds');
  const age = Math.floor(now / 1_000) - Number(text);
  if (age > toleranceS) fail('webhook_too_old');
  if (age < -toleranceS) fail('webhook_too_new');
}

function joined(head: string, body: Uint8Array): Uint8Array {
  const start = utf8(head);
  const all = new Uint8Array(start.length + body.length);
  all.set(start);
  all.set(body, start.length);
  return all;
}

/**
 * The event in a delivery that this service has signed; throws `webhook_header`, `webhook_too_old`, `webhook_too_new`, `webhook_signature`,
 * `webhook_secret` or `webhook_unreadable`. `body` is what came, byte for byte: not parsed and written again. Give both secrets while
 * they are rotated. An event comes at least once: `webhook-id` names it.
 */
export async function verifyWebhook<T = Record<string, unknown>>(
  secrets: string | string[], headers: WebhookHeaders, body: string | Uint8Array, options: WebhookOptions = {},
): Promise<WebhookEvent<T>> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature').split(' ').filter((s) => s.startsWith('v1,')).slice(0, MOST_SIGNATURES);
  const keys = await Promise.all([secrets].flat().slice(0, MOST_SECRETS).map(keyOf));
  if (keys.length === 0) fail('webhook_secret', 'there is none');
  const bytes = typeof body === 'string' ? utf8(body) : body;
  const signed = joined(`${id}.${timestamp}.`, bytes) as BufferSource;
  let good = false;
  for (const key of keys)
    for (const signature of signatures) {
      const given = bytesOf(signature.slice(3));
      if (given && (await webCrypto.subtle.verify('HMAC', key, given as BufferSource, signed))) good = true;
    }
  if (!good) fail('webhook_signature');
  checkTime(timestamp, options);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as WebhookEvent<T>;
  } catch {
    return fail('webhook_unreadable');
  }
}

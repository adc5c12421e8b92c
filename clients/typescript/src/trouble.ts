// Everything that goes wrong has a code: the service's, x402's, a wallet's (its number as text), or one of ours.
import type { Code } from './codes.js';

export interface Trouble {
  code: Code;
  detail?: string;
  /** Seconds after which to come back. */
  retryAfter?: number;
  status?: number;
  field?: string;
  /** Of the bet, sale, deposit or withdrawal that it is about, or of the request. */
  id?: string;
  /** With `quote_expired`. */
  quote?: unknown;
  limiting?: string;
}

export class HeadroomError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.detail ?? trouble.code);
    this.name = 'HeadroomError';
  }
  /** Stable; what programs should look at. */
  get code(): Code {
    return this.trouble.code;
  }
}

export const fail = (code: Code, detail?: string): never => {
  throw new HeadroomError(detail === undefined ? { code } : { code, detail });
};

/** Of whatever was thrown. */
export function troubleOf(e: unknown): Trouble {
  if (e instanceof HeadroomError) return e.trouble;
  return { code: 'client_error', detail: e instanceof Error ? e.message : String(e) };
}

/** Nothing is known of what the request did: it is asked again, as it was. */
const UNKNOWN = new Set<Code>(['no_answer', 'overloaded', 'unavailable', 'shutting_down', 'timed_out', 'in_doubt', 'rate_limited', 'request_timeout']);
export const isUnknown = (t: Trouble): boolean => UNKNOWN.has(t.code) || (t.status !== undefined && t.status >= 502 && t.status <= 504 && t.code === 'unreadable');

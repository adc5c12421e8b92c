// The error body of Across' API.
import crypto from 'node:crypto';
import { Refusal } from '../http.mjs';

/** `code` is undefined where the API gives none. */
export function apiError(status, code, message, param) {
  const id = crypto.randomUUID();
  const body = { type: 'AcrossApiError', code, status, message, param, id };
  const headers = status === 429 ? { 'retry-after': '1' } : {};
  return new Refusal(status, message, { body, headers });
}

// The package as it is built, and what its tests share.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createClient, ethersSigner } from '../../clients/typescript/dist/index.js';
import { address, PEOPLE } from '../web/visit.mjs';

export * from '../../clients/typescript/dist/index.js';
export { fileStore } from '../../clients/typescript/dist/node.js';
export { address, assert };
export const folder = fileURLToPath(new URL('../../clients/typescript/', import.meta.url));
/** Of the package's own development. */
export const require = createRequire(new URL('../../clients/typescript/package.json', import.meta.url));

export const signerOf = (n) => ethersSigner(PEOPLE[n]);
/**
 * A client whose requests are written down in `sent` ({path, header, key}). `lose(path, times it was asked)`: the service has answered, and
 * nobody hears it.
 */
export function watched(url, { lose = () => false, ...options } = {}) {
  const sent = [];
  const client = createClient({
    url,
    ...options,
    async fetch(request, how) {
      const entry = { path: new URL(request.url).pathname, method: request.method, header: request.headers.get('payment-signature'), key: request.headers.get('idempotency-key'), token: request.headers.get('authorization') };
      sent.push(entry);
      const answer = await fetch(request, how);
      if (lose(entry, sent.filter((s) => s.path === entry.path && s.method === entry.method && !!s.header === !!entry.header).length)) throw new TypeError('fetch failed');
      return answer;
    },
  });
  return { client, sent };
}

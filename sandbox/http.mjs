// What both HTTP servers of the sandbox share: bounded bodies, JSON answers, listening on loopback.
import http from 'node:http';

const MAX_BODY_BYTES = 1 << 20;

/** A refusal with its HTTP status; `body` defaults to {error: message}. */
export class Refusal extends Error {
  constructor(status, message, { body, headers } = {}) {
    super(message);
    this.status = status;
    this.body = body ?? { error: message };
    this.headers = headers ?? {};
  }
}

/** The request's bytes. Refusal 413 above 1 MiB. */
export function readBody(req) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let size = 0;
    req.on('data', (part) => {
      size += part.length;
      if (size <= MAX_BODY_BYTES) return parts.push(part);
      req.pause().removeAllListeners('data');
      reject(new Refusal(413, 'body too large', { headers: { connection: 'close' } }));
    });
    req.on('end', () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)));
    req.on('error', reject);
    req.on('close', () => reject(new Refusal(400, 'request aborted'))); // without effect after end
  });
}

export function parseJson(bytes, message = 'body is not JSON') {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refusal(400, message);
  }
}

export function sendJson(res, status, value, headers = {}) {
  const body = Buffer.from(
    JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
  );
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  });
  res.end(body);
}

/** Answers `error` if it is a Refusal; anything else is our own mistake: logged, 500. */
export function sendError(res, error) {
  if (res.headersSent || res.destroyed) return;
  if (error instanceof Refusal) return sendJson(res, error.status, error.body, error.headers);
  console.error('[sandbox]', error);
  sendJson(res, 500, { error: 'internal error of the sandbox' });
}

/**
 * Serves `handle(req, res)` on a free loopback port; keeps connections open for 65 s. Answers {url,
 * server, close()}.
 */
export async function serve(handle) {
  const server = http.createServer((req, res) => {
    Promise.resolve(handle(req, res)).catch((error) => sendError(res, error));
  });
  server.keepAliveTimeout = 65_000;
  await new Promise((resolve, reject) =>
    server.once('error', reject).listen(0, '127.0.0.1', resolve),
  );
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    server,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

// Delivers build/web as the service does: precompressed, with ETag, and the policy of docs/page.md.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../../build/web', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' };
export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

export function filesOf(folder = built) {
  const files = new Map();
  for (const inner of ['', 'assets'])
    for (const name of fs.readdirSync(path.join(folder, inner)).filter((n) => TYPES[path.extname(n)])) {
      const full = path.join(folder, inner, name);
      const body = fs.readFileSync(full);
      files.set(`/${path.posix.join(inner, name)}`, {
        body, br: fs.readFileSync(`${full}.br`), gzip: fs.readFileSync(`${full}.gz`), type: TYPES[path.extname(name)],
        etag: `"${crypto.createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      });
    }
  return files;
}

/** True when it was a file. */
export function deliver(files, request, answer) {
  const asked = request.url.split('?')[0];
  const name = { '/': '/index.html', '/operator': '/operator.html', '/operator/': '/operator.html' }[asked] ?? asked;
  const file = request.method === 'GET' ? files.get(name) : undefined;
  if (!file) return false;
  const takes = request.headers['accept-encoding'] ?? '';
  const encoding = /\bbr\b/.test(takes) ? 'br' : /\bgzip\b/.test(takes) ? 'gzip' : null;
  const body = encoding ? file[encoding] : file.body;
  const headers = {
    'Content-Type': file.type, ETag: file.etag, Vary: 'Accept-Encoding', 'X-Content-Type-Options': 'nosniff',
    'Cache-Control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(name.endsWith('.html') ? { 'Content-Security-Policy': CSP } : {}),
  };
  if (request.headers['if-none-match'] === file.etag) answer.writeHead(304, headers).end();
  else answer.writeHead(200, { ...headers, 'Content-Length': body.length, ...(encoding ? { 'Content-Encoding': encoding } : {}) }).end(body);
  return true;
}

// What ends a request ends it also when the garbage collector has been there: Node's fetch holds signals by weak references.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient, events, sleep } from './support.mjs';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const PATIENCE_MS = 800;
let server, url;
const closed = new Map(); // path -> when its connection was

before(async () => {
  server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    response.on('close', () => closed.set(pathname, Date.now()));
    if (pathname === '/app/config') return; // never answered
    response.writeHead(200, { 'Content-Type': pathname === '/events' ? 'text/event-stream' : 'application/json' });
    response.write(pathname === '/events' ? 'event: bet\nid: 1\ndata: {}\n\n' : '{"balance":'); // never the rest
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => (server.closeAllConnections(), server.close()));

async function collected() {
  for (let i = 0; i < 5; i++) {
    await sleep(20);
    collect();
  }
}
/** How it ends, or "for ever". */
const ending = (promise) => Promise.race([promise.then(() => 'fulfilled', (e) => e.code ?? e.name), sleep(10 * PATIENCE_MS).then(() => 'for ever')]);

test('who aborts a stream hears no more of it, and its connection is closed', async () => {
  const given = new AbortController();
  const words = events(createClient({ url }), { topics: ['me'], given: given.signal });
  assert.equal((await words.next()).value.name, 'bet');
  const next = words.next();
  await collected();
  given.abort();
  assert.equal(await ending(next), 'fulfilled');
  assert.equal((await next).done, true);
  for (let i = 0; i < 100 && !closed.has('/events'); i++) await sleep(20);
  assert.ok(closed.has('/events'), 'its connection is open');
});

test('who aborts before a stream has begun is done', async () => {
  const given = new AbortController();
  const asked = createClient({ url }).send('/app/config', { signal: given.signal }, { patienceMs: Infinity });
  const end = ending(asked);
  await collected();
  given.abort();
  assert.equal(await end, 'no_answer');
});

test('patience ends a question without an answer, one whose answer stops half-way, and what was signed', async () => {
  const client = createClient({ url, patienceMs: PATIENCE_MS });
  const ends = [ending(client.config()), ending(client.ask(client.api.GET('/me'))), ending(client.send('/app/config', { method: 'POST', body: '{}' }))];
  await collected();
  assert.deepEqual(await Promise.all(ends), ['no_answer', 'no_answer', 'no_answer']);
});

test('who aborts a question of the API is told so', async () => {
  const client = createClient({ url });
  const given = new AbortController();
  const end = ending(client.ask(client.api.GET('/app/config', { signal: given.signal })));
  await collected();
  given.abort();
  assert.equal(await end, 'given_up');
});

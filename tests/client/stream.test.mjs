// The stream: comes back with the last id it heard, waits between, and nothing piles up. A server that says what the test tells it.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { createClient, events, listen } from './support.mjs';

let server, url, asked, answer; // `answer(response, n)` of the n-th connection, from 1
const head = { 'Content-Type': 'text/event-stream' };
const refusal = (status, code, headers = {}) => (response) =>
  response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers }).end(JSON.stringify({ type: 't', title: code, status, code, detail: code, instance: '/' }));
const write = (response, ...all) => all.forEach(([id, name, data]) => response.write(`${id ? `id: ${id}\n` : ''}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));

before(async () => {
  server = http.createServer((request, response) => {
    asked.push({ url: request.url, last: request.headers['last-event-id'], token: request.headers.authorization, at: Date.now() });
    answer(response, asked.length);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => (server.closeAllConnections(), server.close()));
beforeEach(() => (asked = []));
const client = (options) => createClient({ url, token: 'hs_1', ...options });
/** The first `n` events. */
async function first(n, how) {
  const heard = [];
  for await (const e of events(client(), how)) if (heard.push(e) === n) break;
  return heard;
}

test('events are heard with their ids and data; the token goes along, topics are readable', async () => {
  answer = (response) => {
    response.writeHead(200, head);
    response.write(': hello\n\n');
    write(response, [7, 'bet', { bet_id: 'b' }], [null, 'price', { ask: '0.5' }]);
  };
  const heard = await first(2, { topics: ['me', 'market:123'] });
  assert.deepEqual(heard, [{ name: 'bet', id: '7', data: { bet_id: 'b' } }, { name: 'price', id: '7', data: { ask: '0.5' } }]);
  assert.deepEqual(asked.map(({ url: u, last, token }) => [u, last, token]), [['/events?topics=me,market:123', undefined, 'Bearer hs_1']]);
});

test('after a break it comes back with the last id, and the caller’s own `last` moves along', async () => {
  answer = (response, n) => {
    response.writeHead(200, head);
    write(response, [n * 10, 'bet', { n }]);
    if (n < 3) setImmediate(() => response.destroy());
  };
  const last = { id: '5' };
  const heard = await first(3, { topics: ['me'], last });
  assert.deepEqual(heard.map((e) => e.data.n), [1, 2, 3]);
  assert.deepEqual(asked.map((a) => a.last), ['5', '10', '20']);
  assert.equal(last.id, '30');
});

test('whoever stops listening closes the connection', async () => {
  let closed;
  const gone = new Promise((done) => (closed = done));
  answer = (response) => {
    response.on('close', closed);
    response.writeHead(200, head);
    write(response, [1, 'bet', {}]);
  };
  await first(1, { topics: ['me'] });
  await gone;
});

test('whoever aborts is done at once, also while it waits to come back', async () => {
  answer = (response) => (response.writeHead(200, head), write(response, [1, 'bet', {}]));
  const given = new AbortController();
  for await (const _ of events(client(), { topics: ['me'], given: given.signal })) given.abort();
  answer = refusal(503, 'overloaded', { 'Retry-After': '30' });
  const again = new AbortController();
  const words = [];
  for await (const w of listen(client(), { topics: ['me'], given: again.signal })) (words.push(w.is), setTimeout(() => again.abort()));
  assert.deepEqual(words, ['break']);
});

test('a refusal is thrown with its code; a busy service is asked again after its time', async () => {
  answer = refusal(401, 'unauthorized');
  await assert.rejects(first(1, { topics: ['me'] }), (e) => e.code === 'unauthorized' && e.trouble.status === 401);
  answer = refusal(400, 'invalid_field');
  await assert.rejects(first(1, { topics: ['nonsense'] }), { code: 'invalid_field' });
  asked = [];
  answer = (response, n) => (n === 1 ? refusal(429, 'rate_limited', { 'Retry-After': '1' })(response) : (response.writeHead(200, head), write(response, [1, 'bet', {}])));
  assert.equal((await first(1, { topics: ['me'] })).length, 1);
  assert.ok(asked[1].at - asked[0].at >= 750, `after ${asked[1].at - asked[0].at} ms`);
});

test('without a connection for as long as its patience it gives up, by a code', async () => {
  answer = (response) => response.destroy();
  await assert.rejects(first(1, { topics: ['me'], patienceMs: 700 }), { code: 'no_answer' });
  assert.ok(asked.length >= 2 && asked.length < 10, `${asked.length} times`);
});

test('an event without end is cut off, and so is a line', async () => {
  for (const text of ['data: ', 'data: x\n']) {
    answer = (response) => {
      response.writeHead(200, head);
      const more = () => {
        while (!response.destroyed && response.write(text.includes('\n') ? text.repeat(8_192) : (response.begun ? 'x'.repeat(65_536) : ((response.begun = true), text))));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await assert.rejects(first(1, { topics: ['me'] }), { code: 'stream_too_large' });
  }
});

test('who is slow reads nothing ahead: the service feels it, and can drop what is old', async () => {
  let written = 0;
  answer = (response) => {
    response.writeHead(200, head);
    const more = () => {
      while (!response.destroyed && response.write(`event: price\ndata: ${JSON.stringify({ pad: 'x'.repeat(10_000) })}\n\n`)) written += 10_000;
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  const words = events(client(), { topics: ['me'] });
  await words.next();
  let before;
  for (before = -1; before !== written; await new Promise((done) => setTimeout(done, 300))) before = written; // until nobody takes more
  assert.ok(written < 64_000_000, `${written} bytes were taken from a server whose reader had read one event`);
  await words.return();
});

// A double of the service for the page's tests: delivery, sessions, /me, events, delegations by docs/page.md, the rest by
// http/openapi.json, against which every answer is held. It checks signatures; it has no chain, no venue and no database.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import { contractOf } from '../../e2e/contract.mjs';
import { booksOf, marketsOf, now } from './books.mjs';
import { deskOf } from './desk.mjs';
import { deliver, filesOf } from './files.mjs';
import { inspectedOf } from './inspector.mjs';
import { routes } from './routes.mjs';

const document = JSON.parse(fs.readFileSync(new URL('../../../http/openapi.json', import.meta.url), 'utf8'));
const HEARTBEAT_MS = 15_000;
const PAY_TO = '0x1111111111111111111111111111111111111111';

const chain = (chain_id, name, symbol) => ({ chain_id, name, rpc_urls: [`http://127.0.0.1:1/${chain_id}`], native_currency: { name: symbol, symbol, decimals: 18 }, explorer: null });
const PLASMA = chain(9745, 'Plasma', 'XPL');
const POLYGON = chain(137, 'Polygon', 'POL');
export const SOURCES = [
  { name: 'plasma', network: 'eip155:9745', asset: '0xB8CE59FC3717ada4C02eaDF9682A9e934F625ebb', token_name: 'USDT0', token_version: '1', pay_to: PAY_TO, min: '1.00', max: '10000.00', rate_bps: 10_000, chain: PLASMA },
  { name: 'polygon', network: 'eip155:137', asset: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', token_name: 'USD Coin', token_version: '2', pay_to: PAY_TO, min: '1.00', max: '10000.00', rate_bps: 10_000, chain: null },
];
const CONFIG = {
  name: 'Headroom', profile: 'sandbox', version: '0.0.0',
  deposit: { network: SOURCES[0].network, asset: SOURCES[0].asset, token_name: 'USDT0', pay_to: PAY_TO, min: '1.00', max: '10000.00', fee: { bps: 0, min: '0.00', max: null }, chain: PLASMA, sources: SOURCES },
  bet: { domain: { name: 'Headroom', version: '1', chain_ids: [137, 9745], verifying_contract: PAY_TO }, longest_deadline_s: 86_400 },
  withdrawal: { network: 'eip155:137', asset: SOURCES[1].asset, chain: POLYGON, min: '1.00', max: '10000.00', fee: '0.10', fee_bps: 0, per_user_per_day: '25000.00', approval_above: '5000.00' },
  features: { markets: true, withdraw: true, sell: true, delegations: true },
};

export class Refusal {
  constructor(status, code, { detail = code, headers = {}, ...extra } = {}) {
    Object.assign(this, { status, headers, body: { type: `urn:problem-type:headroom:${code}`, title: code, status, code, detail, instance: '/', ...extra } });
  }
}

/**
 * Starts one. `questions` are its markets'. Answers {url, books, log, ..}; what tests turn:
 *   lose(request): the answer is made and never arrives;  refuse: (method, path) => Refusal | undefined
 *   delay: ms before each bet's and deposit's answer;  fillsWith: {status, fee, part} of the next bets
 */
export async function startHouse({ questions = ['Will it rain in Bergen on Friday?', 'Will the bill pass before July?', 'Will the team win the cup?'], port = 0 } = {}) {
  const files = filesOf();
  const contract = contractOf(document);
  const house = {
    books: booksOf(), desk: deskOf(), inspected: inspectedOf(), config: structuredClone(CONFIG), markets: marketsOf(questions), sessions: new Map(), nonces: new Map(), answered: new Map(),
    log: [], breaches: [], streams: new Set(), lose: () => false, refuse: () => undefined, delay: 0, fillsWith: {}, settles: true, thin: null, quoteTtl: 5_000,
    nameOf(token) {
      const m = house.markets.find((x) => x.outcomes.some((o) => o.token_id === token));
      return { condition_id: m?.condition_id ?? null, outcome: m?.outcomes.find((o) => o.token_id === token)?.name ?? null, question: m?.question ?? null };
    },
  };

  function judge(method, path, answer, sent) {
    if (!Object.keys(document.paths).some((p) => new RegExp(`^${p.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)) || answer.undocumented) return;
    try {
      contract.check({ method, path, status: answer.status, type: answer.type, body: answer.body, requestId: 'double', sent });
    } catch (e) {
      house.breaches.push(`${method} ${path} ${answer.status}: ${e.message.slice(0, 400)}`);
    }
  }

  async function handle(request, response) {
    if (deliver(files, request, response)) return;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url, house.url);
    const origin = request.headers.origin;
    const cookies = Object.fromEntries((request.headers.cookie ?? '').split(/;\s*/).map((c) => c.split('=')));
    const session = house.sessions.get(cookies.hr_session);
    const isGood = session && session.until > Date.now() && (origin === undefined || origin === house.url);
    const x = {
      method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, cookies, origin, body: text ? JSON.parse(text) : undefined,
      user: isGood ? session.address : null, key: isGood ? session.key : undefined, until: session?.until, response,
    };
    const planned = house.refuse(x.method, x.path, x);
    let answer;
    try {
      answer = planned ?? (await routes(house, x));
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      answer = e;
    }
    if (answer === undefined) return; // a stream
    const type = answer.status >= 400 && answer.status !== 402 ? 'application/problem+json' : (answer.type ?? 'application/json');
    house.log.push({ method: x.method, path: x.path, query: url.search, status: answer.status, key: x.headers['idempotency-key'], paid: 'payment-signature' in x.headers, at: now() });
    judge(x.method, x.path, { ...answer, body: answer.text ?? answer.body ?? '', type, undocumented: answer.undocumented || planned !== undefined }, x.body);
    if (house.lose(x, answer)) return request.socket.destroy();
    const body = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
    response.writeHead(answer.status, { 'Request-Id': 'double', ...(body ? { 'Content-Type': type } : {}), 'Content-Length': Buffer.byteLength(body), ...answer.headers }).end(body);
  }

  const server = http.createServer((request, response) => {
    handle(request, response).catch((e) => {
      house.breaches.push(`${request.method} ${request.url}: ${e.stack}`);
      request.socket.destroy();
    });
  });
  const heartbeat = setInterval(() => house.streams.forEach((s) => s.write(':\n\n')), HEARTBEAT_MS);
  const sockets = new Set();
  server.on('connection', (s) => (sockets.add(s), s.on('close', () => sockets.delete(s))));
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  house.port = server.address().port;
  house.url = `http://127.0.0.1:${house.port}`;
  house.host = `127.0.0.1:${house.port}`;
  /** Of a user, or of a service key. */
  house.newSession = (address, key) => {
    const token = randomUUID();
    house.sessions.set(token, { address, key, until: Date.now() + 43_200_000 });
    return token;
  };
  /** Nobody answers any more; connections break, as when a process dies. */
  house.stop = () => {
    clearInterval(heartbeat);
    sockets.forEach((s) => s.destroy());
    return new Promise((done) => server.close(done));
  };
  /** The same house again, on the same address. */
  house.restart = async () => {
    const again = await startHouse({ questions, port: house.port });
    for (const kept of ['books', 'desk', 'inspected', 'sessions', 'answered', 'markets', 'config']) again[kept] = house[kept];
    return again;
  };
  return house;
}

// The double's routes. Each answers {status, body, headers?, text?, type?} or throws a Refusal.
import { randomBytes } from 'node:crypto';
import { hash, later, micro, now, usd } from './books.mjs';
import { bufferOf, desk } from './desk.mjs';
import { cookie, fromUs, refuseStranger } from './guards.mjs';
import { inspector } from './inspector.mjs';
import { bet, delegations, quote, sell, withdraw } from './orders.mjs';
import { Refusal } from './house.mjs';
import { signInOf } from './signatures.mjs';
import * as x402 from './x402.mjs';
import { randomUUID } from 'node:crypto';

export const me = (x) => x.user ?? refuseStranger();
const ownOf = (x, address) => {
  if (me(x).toLowerCase() !== address?.toLowerCase()) throw new Refusal(404, 'not_found');
};
const own = (house, x, kind, id) => house.books.user(me(x))[kind].get(id) ?? notFound();
const notFound = () => {
  throw new Refusal(404, 'not_found');
};
const page = (name, list) => ({ status: 200, body: { [name]: list, next_cursor: null } });

function sessions(house, x) {
  if (x.path === '/session/nonce') {
    const nonce = randomBytes(12).toString('hex');
    const browser = randomUUID();
    house.nonces.set(browser, { nonce, until: Date.now() + 600_000 });
    return { status: 200, body: { nonce, expires_at: later(600_000) }, headers: { 'Set-Cookie': cookie('hr_before_session', browser, 600) } };
  }
  fromUs(house, x);
  if (x.method === 'DELETE') {
    house.sessions.delete(x.cookies.hr_session);
    return { status: 204, headers: { 'Set-Cookie': cookie('hr_session', '', 0) } };
  }
  const expected = house.nonces.get(x.cookies.hr_before_session);
  house.nonces.delete(x.cookies.hr_before_session); // once
  const { address, why } = signInOf(x.body.message, x.body.signature, { host: house.host, origin: house.url, chains: house.config.bet.domain.chain_ids, nonce: expected?.nonce });
  if (!address) throw new Refusal(401, 'unauthorized', { detail: `not signed in: ${why}` });
  const token = house.newSession(address);
  return { status: 201, body: { kind: 'user', address, scopes: [], expires_at: later(43_200_000), token }, headers: { 'Set-Cookie': cookie('hr_session', token, 43_200) } };
}

function events(house, x) {
  const who = x.key ? null : me(x).toLowerCase(); // a key hears of no user here
  const topics = x.query.get('topics').split(',');
  if (topics.includes('alerts') && !x.key?.scopes.includes('inspect')) throw new Refusal(403, 'forbidden', { detail: 'the key lacks scope `inspect`' });
  if (topics.includes('buffer') && x.key && !x.key.scopes.includes('read')) throw new Refusal(403, 'forbidden', { detail: 'the key lacks scope `read`' });
  x.response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  x.response.write('retry: 1000\n\n');
  const wants = (e) => (who && e.address === who && topics.includes('me')) || (e.name === 'alert' && topics.includes('alerts')) || (e.name === 'buffer' && topics.includes('buffer')) || (e.name === 'price' && topics.includes(`market:${e.data.token_id}`)) || e.name === 'bye';
  const write = (e) => wants(e) && x.response.write(`${e.id ? `id: ${e.id}\n` : ''}event: ${e.name}\ndata: ${JSON.stringify(e.data)}\n\n`);
  const last = Number(x.headers['last-event-id'] ?? 0);
  if (last) house.books.since(last).forEach(write);
  house.books.listeners.add(write);
  house.streams.add(x.response);
  house.log.push({ method: 'GET', path: '/events', last, topics, status: 200 });
  x.response.on('close', () => {
    house.books.listeners.delete(write);
    house.streams.delete(x.response);
  });
}

function depositOf(house, source, payer, amount) {
  const d = {
    deposit_id: randomUUID(), user_address: payer, amount: usd(amount), fee: '0.00', credited: usd(amount), network: source.network, asset: source.asset, status: 'settling', tx_hash: hash(),
    failure: null, created_at: now(), credited_at: null, updated_at: now(), conversion_id: null, waiting: null,
  };
  house.books.user(payer).deposits.set(d.deposit_id, d);
  return d;
}

export function credit(house, d) {
  if (d.credited_at) return;
  Object.assign(d, { status: 'pending', credited_at: now(), updated_at: now() });
  house.books.user(d.user_address).balance += micro(d.credited);
  house.books.tellOf('deposit.credited', d.deposit_id, d.user_address, d.credited);
}

async function deposit(house, x) {
  const amount = micro(x.body.amount);
  const refuse = (error) => ({ status: 402, body: x402.demandBody(error), headers: { 'PAYMENT-REQUIRED': x402.demand(house.config.deposit.sources, amount, 0n, error) } });
  const header = x.headers['payment-signature'];
  if (!header) return refuse('');
  const p = x402.read(header, house.config.deposit.sources, amount);
  if (p.error) return refuse(p.error);
  const name = `pay ${p.authorization.from} ${p.authorization.nonce}`.toLowerCase();
  const known = house.answered.get(name);
  const d = known ?? depositOf(house, p.source, p.authorization.from, amount);
  house.answered.set(name, d);
  await new Promise((done) => setTimeout(done, house.delay));
  if (house.settles && d.status === 'settling') credit(house, d);
  const headers = { Location: `/deposits/${d.deposit_id}`, ...(known ? { 'Idempotent-Replayed': 'true' } : {}) };
  if (d.status === 'settling') return { status: 202, body: d, headers: { ...headers, 'Retry-After': '1' } };
  return { status: 201, body: d, headers: { ...headers, 'PAYMENT-RESPONSE': x402.paid(d.tx_hash, d.user_address, amount) } };
}

const receiptOf = ({ deposit_id, amount, fee, credited, status, tx_hash, failure, credited_at, waiting }) => ({ deposit_id, amount, fee, credited, status, tx_hash, failure, credited_at, waiting });
function oneDeposit(house, x, id) {
  const found = [...house.books.users.values()].map((u) => u.deposits.get(id)).find(Boolean) ?? notFound();
  const whose = x.user?.toLowerCase() === found.user_address.toLowerCase();
  return { status: 200, body: whose ? { ...found, conversion: found.conversion ?? null } : receiptOf(found) };
}

const COLUMNS = ['at', 'kind', 'id', 'status', 'amount', 'token_id', 'condition_id', 'outcome', 'question', 'tx_hash'];
const cell = (v) => `"${/^[=+\-@\t\r]/.test(v) && !/^-?[0-9.]+$/.test(v) ? "'" : ''}${v.replaceAll('"', '""')}"`;
const csv = (rows) => [COLUMNS.join(','), ...rows.map((r) => COLUMNS.map((name) => cell(r[name] ?? '')).join(','))].map((line) => `${line}\r\n`).join('');

export async function routes(house, x) {
  const { books } = house;
  const operated = desk(house, x);
  if (operated) return operated;
  const [, first, second] = x.path.split('/');
  if (first === 'inspector') return inspector(house, x);
  switch (`${x.method} /${first}`) {
    case 'GET /app': return { status: 200, body: house.config, headers: { 'Cache-Control': 'public, max-age=60' } };
    case 'GET /session': case 'POST /session': case 'DELETE /session': return sessions(house, x);
    case 'GET /me': return { status: 200, body: books.me(books.user(me(x))) };
    case 'GET /history': return { status: 200, body: { entries: books.history(books.user(me(x)), house.nameOf), next_cursor: null } };
    case 'GET /history.csv': return { status: 200, type: 'text/csv; charset=utf-8', text: csv(books.history(books.user(me(x)), house.nameOf)), headers: { 'Content-Disposition': 'attachment; filename="headroom-history.csv"' } };
    case 'GET /events': return events(house, x);
    case 'GET /buffer': return { status: 200, body: bufferOf(books) };
    case 'GET /markets': {
      const fresh = (m) => ({ ...m, as_of: m.as_of_kept ?? now() });
      if (second) return { status: 200, body: fresh(house.markets.find((m) => m.condition_id === second) ?? notFound()) };
      const words = (x.query.get('query') ?? '').toLowerCase();
      return page('markets', house.markets.filter((m) => m.question.toLowerCase().includes(words)).map(fresh));
    }
    case 'POST /bets': return second === 'quote' ? quote(house, x) : bet(house, x);
    case 'GET /bets': return second ? { status: 200, body: own(house, x, 'bets', second) } : (ownOf(x, x.query.get('user_address')), page('bets', [...books.user(me(x)).bets.values()]));
    case 'GET /sales': return { status: 200, body: own(house, x, 'sales', second) };
    case 'GET /positions': ownOf(x, x.query.get('user_address')); return page('positions', [...books.user(me(x)).positions.values()]);
    case 'POST /positions': return sell(house, x, second);
    case 'POST /withdrawals': return withdraw(house, x);
    case 'GET /withdrawals': return second ? { status: 200, body: own(house, x, 'withdrawals', second) } : (ownOf(x, x.query.get('user_address')), page('withdrawals', [...books.user(me(x)).withdrawals.values()].reverse()));
    case 'POST /deposit': return deposit(house, x);
    case 'GET /deposits': return oneDeposit(house, x, second);
    case 'GET /delegations': case 'POST /delegations': case 'DELETE /delegations': return delegations(house, x, second, fromUs);
    default: throw new Refusal(404, 'not_found');
  }
}

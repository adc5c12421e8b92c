// The operator's side of the double: service keys with their scopes, alerts, conversions, routes, and what operators order. It keeps who
// ordered what in `desk.acts`, as the service does in its books.
import { hash, later, micro, now, usd } from './books.mjs';
import { cookie, fromUs, refuseStranger } from './guards.mjs';
import { Refusal } from './house.mjs';
import { auditOf, overviewOf, triedOf } from './overlook.mjs';

const source = { network: 'eip155:9745', chain_id: 9745, token: '0xB8CE59FC3717ada4C02eaDF9682A9e934F625ebb' };
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export function transactionOf(n, more = {}) {
  return { purpose: 'bridge', chain_id: 9745, tx_hash: hash(), nonce: n, attempt: 1, status: 'confirmed', block_number: 1_000 + n, fee_wei: '1230000000000000', created_at: later(-240_000), ...more };
}
/** One that runs: its first step is done, its second is in flight. */
export function conversionOf(n, more = {}) {
  const step = { amount_out: null, tx_hash: null, attempt: 1, detail: null, started_at: null, finished_at: null, transactions: [] };
  return {
    conversion_id: id(n), status: 'running', route: 'usdt0_oft', amount: '250.00', received: '0.00', loss: '0.00', attempts: 1, failure: null, deposits: [id(900 + n)],
    created_at: later(-300_000), updated_at: now(), completed_at: null, source, expected: '249.90', expected_seconds: 180, choice: 'the cheapest of 2', order: null, replaced_by: null,
    steps: [
      { ...step, name: 'bridge', state: 'done', amount_in: '250.00', amount_out: '250.00', tx_hash: hash(), started_at: later(-290_000), finished_at: later(-120_000), transactions: [transactionOf(n)] },
      { ...step, name: 'swap', state: 'in_flight', amount_in: '250.00', started_at: later(-110_000), transactions: [transactionOf(n + 1, { chain_id: 137, purpose: 'swap', status: 'stored', block_number: null, fee_wei: null })] },
    ],
    ...more,
  };
}
export function routeOf(name, code, more = {}) {
  return {
    name, source, enabled: true, disabled: null, steps: ['bridge', 'swap'], expected_seconds: 180,
    quote: { amount: '250.00', cost: '0.10', cost_bps: 4, seconds: 180, least: '1.00', most: null, refusal: null, at: now() },
    in_flight: { conversions: 1, amount: '250.00', seen: { readable: true, moves: 1, amount: '250.00', problem: null } },
    cap: { fee_bps: 50, slippage_bps: null, size: '10000.00', in_flight: null }, choice: { code, detail: null, at: now() }, ...more,
  };
}
export const alertOf = (kind, subject, text, more = {}) => ({ kind, subject, since: later(-1_320_000), last: now(), cleared_at: null, text, ...more });

export function deskOf() {
  return {
    keys: new Map(), acts: [], past: [{ at: later(-86_400_000), done_by: 'cli:root', action: 'key_added', target: 'key-ann', reason: null, detail: { name: 'ann' } }], alerts: [], unsettled: [], noHistory: false, waiting: [], solvent: true, conversions: [conversionOf(1)],
    routes: [routeOf('usdt0_oft', 'chosen'), routeOf('across', 'dearer'), routeOf('okx', 'not_enabled', { enabled: false, quote: null, disabled: null })],
  };
}

/** A key like the service's, for the page's sign-in: its text. */
export function keyOf(house, scopes, name = 'ann') {
  const text = `hr_${name}_${house.desk.keys.size}`;
  house.desk.keys.set(text, { id: `key:${name}`, scopes });
  return text;
}

function raise(house, alert) {
  house.desk.alerts = [alert, ...house.desk.alerts.filter((a) => a.kind !== alert.kind || a.subject !== alert.subject)];
  house.books.tell('alert', { event: 'alert.raised', ...alert });
}
function clear(house, kind, subject) {
  const found = house.desk.alerts.find((a) => a.kind === kind && a.subject === subject && a.cleared_at === null);
  if (!found) return;
  found.cleared_at = now();
  house.books.tell('alert', { event: 'alert.cleared', ...found });
}
export { clear, raise };

const scoped = (x, scope) => {
  if (!x.key) refuseStranger();
  if (!x.key.scopes.includes(scope)) throw new Refusal(403, 'forbidden', { detail: `the key lacks scope \`${scope}\`` });
  return x.key;
};
const refused = (detail) => new Refusal(409, 'order_refused', { detail });
const notFound = () => {
  throw new Refusal(404, 'not_found');
};
const WORDS = { look_again: 'look', retry_conversion: 'retry', hold_conversion: 'hold', release_conversion: 'release', settle_conversion: 'settle', fail_conversion: 'write_off' };

/** Each answers how it stands before and after, and does it unless it is only tried. */
function orderConversion(house, body, by, tried) {
  const c = house.desk.conversions.find((one) => one.conversion_id === body.target) ?? notFound();
  const ends = ['settle_conversion', 'fail_conversion'].includes(body.action);
  if (!['running', 'held'].includes(c.status) || (ends && c.order?.word !== 'hold'))
    throw refused('the conversion is over, or its end is ordered already; an end wants it on hold, and nothing of it that may be mined yet');
  const stood = { before: c.order ? `${c.status}, last order ${c.order.word} by ${c.order.by}` : c.status, after: ends ? (body.action === 'fail_conversion' ? 'failed' : 'completed') : body.action === 'hold_conversion' ? 'running, on hold' : 'running' };
  if (tried) return stood;
  c.order = { word: WORDS[body.action], by, reason: body.reason, at: now() };
  if (ends) Object.assign(c, { status: stood.after, completed_at: now() });
  return stood;
}

function decideWithdrawal(house, body, tried) {
  const w = [...house.books.users.values()].map((u) => u.withdrawals.get(body.target)).find(Boolean) ?? notFound();
  const approves = body.action === 'approve_withdrawal';
  if (w.status !== 'requested' || !w.needs_approval) throw refused(approves ? 'the withdrawal is over, or needs no approval' : 'the withdrawal is on its way, or over');
  const stood = { before: 'requested, waits for approval', after: approves ? 'requested, approved' : 'failed' };
  if (tried) return stood;
  w.needs_approval = false;
  if (approves) return stood;
  Object.assign(w, { status: 'failed', failure: body.reason });
  house.books.user(w.user_address).balance += micro(w.amount);
  return stood;
}

function switchWork(house, word, work, key, reason, tried) {
  const found = house.desk.alerts.find((a) => a.kind === 'work.paused' && a.subject === work && a.cleared_at === null);
  const text = `paused by ${key.id}: ${reason}`;
  if (!tried && word === 'pause') raise(house, alertOf('work.paused', work, text, { since: now() }));
  if (!tried && word === 'resume') clear(house, 'work.paused', work);
  return { paused: found?.text, after: word === 'pause' ? text : 'taken' };
}

function act(house, x) {
  const key = scoped(x, 'operate');
  fromUs(house, x);
  const { action, target = null, reason } = x.body;
  const dry_run = x.query.get('dry_run') === 'true';
  if (!reason?.trim()) throw new Refusal(400, 'invalid_field', { detail: 'must not be empty', field: 'reason' });
  const [, word, work] = /^(pause|resume)_(bets|deposits|conversions|withdrawals)$/.exec(action) ?? [];
  let stood = {};
  if (word) stood = switchWork(house, word, work, key, reason, dry_run);
  else if (action in WORDS) stood = orderConversion(house, x.body, key.id, dry_run);
  else if (action.endsWith('_withdrawal')) stood = decideWithdrawal(house, x.body, dry_run);
  const done = !dry_run && !word && !(action in WORDS) && !action.endsWith('_withdrawal') ? `${action}: as ordered` : null;
  const tried = dry_run ? triedOf(action, stood) : { effect: null, before: null, after: null };
  const answer = { action, target, reason, done_by: key.id, at: now(), dry_run, ...tried, done };
  if (!dry_run) house.desk.acts.push({ ...answer, body: x.body });
  return { status: 200, body: answer };
}

export function bufferOf(books) {
  const forecast = {
    level: books.buffer < books.low ? 'low' : 'fine', low: usd(books.low), target: '50000.00', high: '200000.00', outflow_per_hour: '1240.00', outflow_day: '20000.00', arriving: '250.00', arrived_day: '23520.00',
    seconds_to_low: 111_600, seconds_to_empty: null, slowest_route_seconds: 180, recommended_by_outflow: '62.00',
  };
  return {
    buffer_id: 'global', usdc_balance: usd(books.buffer), available: usd(books.buffer), reserve: '0.00', min_buffer_size: usd(books.low), max_buffer_size: null, total_deposited: usd(books.buffer), total_withdrawn: '0.00',
    utilization_rate: 0, is_low: books.buffer < books.low, recommended_min_size: '0.00', last_replenished_at: null, updated_at: now(), forecast,
  };
}

function solvencyOf({ books, desk }) {
  const zero = (...names) => Object.fromEntries(names.map((n) => [n, '0.00']));
  const buffer = usd(books.buffer);
  const running = desk.conversions.filter((c) => c.status === 'running' || c.status === 'held');
  return {
    trial_balance: { ...zero('reserve', 'in_transit', 'users', 'capital', 'conversion_loss', 'venue_loss', 'revenue', 'wagered', 'outgoing'), buffer, user_count: 3 },
    assets: { ...zero('reserve', 'in_transit', 'at_venue', 'outgoing'), buffer, total: buffer }, liabilities: { ...zero('at_venue', 'outgoing'), users: '250.00', total: '250.00' },
    on_chain: { ...zero('plasma_usdt0', 'polygon_usdt0', 'polygon_collateral', 'other_sources', 'shortfall'), polygon_usdc: buffer },
    positions: { checked: true, tokens: 0, differences: [], checked_at: now() },
    explained: { ...zero('arrived', 'at_venue', 'unsent', 'paid_with_usdc', 'missing', 'unexplained', 'waiting', 'not_sent', 'under_way', 'sources_missing', 'sources_unexplained'), booked: buffer },
    conversions: running.map((c) => ({ conversion_id: c.conversion_id, route: c.route, step: 'swap', state: 'in_flight', amount: c.amount, where: 'under_way', since: c.created_at })),
    difference: usd(books.buffer - 250_000_000n), solvent: desk.solvent, insolvent_since: desk.solvent ? null : later(-600_000), checked_at: now(),
  };
}

const RATES = { completed: 41, failed: 0, average_seconds: 171, p95_seconds: 240, p99_seconds: 300, success_rate: 1, realised_rate: 0.9996, total_in: '10250.00', total_received: '10245.90', total_loss: '4.10', bridge_fee: '0.00', swap_fee: '4.10', slippage: '0.20', replenished_per_hour: '980.00' };
const metricsOf = ({ desk }) => ({ ...RATES, running: desk.conversions.filter((c) => c.status === 'running').length, fees: { usdc: '4.10', native: [{ chain_id: 9745, wei: '50430000000000000' }] }, routes: [{ ...RATES, running: 1, route: 'usdt0_oft', source }] });
const pricingOf = () => ({ days: [0, 1, 2].map((n) => ({ day: later(-n * 86_400_000).slice(0, 10), route: 'usdt0_oft', conversions: 14 - n, amount: `${3_400 - 100 * n}.00`, charged: '3.40', cost: '1.36', margin: '2.04' })) });

function withdrawals({ books }, x) {
  const status = x.query.get('status');
  const all = [...books.users.values()].flatMap((u) => [...u.withdrawals.values()]).filter((w) => !status || w.status === status);
  return { status: 200, body: { withdrawals: all.reverse(), next_cursor: null } };
}

function session(house, x) {
  const { user, key, until } = x;
  if (!user && !key) refuseStranger();
  return { status: 200, body: { kind: key ? 'service_key' : 'user', address: user, scopes: key?.scopes ?? [], expires_at: new Date(until).toISOString() } };
}

function signIn(house, x) {
  fromUs(house, x);
  const key = house.desk.keys.get(x.body.service_key);
  if (!key) throw new Refusal(401, 'unauthorized', { detail: 'the service key is not known or was revoked', field: 'service_key' });
  const token = house.newSession(null, key);
  return { status: 201, body: { kind: 'service_key', address: null, scopes: key.scopes, expires_at: later(43_200_000) }, headers: { 'Set-Cookie': cookie('hr_session', token, 43_200) } };
}

/** Undefined: it is none of the operator's. */
export function desk(house, x) {
  const { desk: it } = house;
  const [, first, second] = x.path.split('/');
  const answer = (scope, body) => (scoped(x, scope), { status: 200, body: body() });
  switch (`${x.method} ${x.path}`) {
    case 'GET /session': return session(house, x);
    case 'POST /session': return x.body?.service_key === undefined ? undefined : signIn(house, x);
    case 'GET /operator/overview': return answer('inspect', () => overviewOf(house, x.query.get('range') ?? '24h', bufferOf(house.books)));
    case 'GET /operator/audit': return answer('inspect', () => auditOf(house, x.query));
    case 'GET /operator/settlements': return answer('inspect', () => ({ total: it.unsettled.length, markets: it.unsettled.slice(0, Number(x.query.get('limit') ?? 50)) }));
    case 'GET /operator/alerts': return answer('inspect', () => ({ alerts: it.alerts }));
    case 'POST /operator/actions': return act(house, x);
    case 'GET /audit/solvency': return answer('read', () => solvencyOf(house));
    case 'GET /conversions': return answer('read', () => ({ conversions: it.conversions, next_cursor: null }));
    case 'GET /conversions/metrics': return answer('read', () => metricsOf(house));
    case 'GET /pricing': return answer('read', pricingOf);
    case 'GET /routes': return answer('read', () => ({ routes: it.routes, waiting: it.waiting }));
    case 'GET /withdrawals': return x.key ? (scoped(x, 'read'), withdrawals(house, x)) : undefined;
    default: return first === 'conversions' && x.method === 'GET' ? answer('read', () => it.conversions.find((c) => c.conversion_id === second) ?? notFound()) : undefined;
  }
}

// The inspector's side of the double: actors, stories, the stream, lints, what was refused.
import { now } from './books.mjs';
import { cardOf, CROWD, kinds, pageOf, rowOf } from './crowd.mjs';
import { refuseStranger } from './guards.mjs';
import { Refusal } from './house.mjs';
import { cut, longStory } from './stories.mjs';

const SORTS = ['mailbox', 'wait', 'busy', 'rate', 'age'];
const STREAM_MS = 20;

/** `silent`: actors do not answer; `names`: hostile ones, by id; `stories`: by "<kind> <id>"; `watching`: streams that are open. */
export const inspectedOf = () => ({
  silent: false, names: new Map(), stories: new Map(), lints: [], waits: [], cycles: [], children: [], ends: [], watching: new Set(), burst: 1, dropped: 0,
  refused: { messages: { counts: [], last: [] }, requests: { counts: [], last: [] } },
});

function allowed(x) {
  if (!x.key) refuseStranger();
  if (!x.key.scopes.includes('inspect')) throw new Refusal(403, 'forbidden', { detail: 'the key lacks scope `inspect`' });
}
const notFound = () => {
  throw new Refusal(404, 'not_found');
};
const bad = (field, detail) => {
  throw new Refusal(400, 'invalid_field', { detail, field });
};
function count(x, field, least, most, fallback) {
  const text = x.query.get(field);
  if (text === null) return fallback ?? bad(field, 'is required');
  return /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : bad(field, `must be ${least} to ${most}`);
}
function known(x, ...names) {
  for (const name of x.query.keys()) if (!names.includes(name)) bad(name, 'is not known here');
}

function actors({ inspected }, x) {
  known(x, 'kind', 'find', 'sort', 'window', 'cursor', 'limit');
  const sort = x.query.get('sort') ?? 'mailbox';
  if (!SORTS.includes(sort)) bad('sort', `must be one of ${SORTS.join(', ')}`);
  const seconds = count(x, 'window', 1, 60, 10);
  const { numbers, next, matched } = pageOf({ kind: x.query.get('kind'), find: x.query.get('find'), sort, from: Number(x.query.get('cursor')?.split('.')[1] ?? 0), limit: count(x, 'limit', 1, 200, 100) });
  return { status: 200, body: { as_of: new Date(Date.now() - 600).toISOString(), total: CROWD, matched, window_ms: 1_000 * seconds, kinds: kinds(), actors: numbers.map((n) => rowOf(n, inspected.names)), next_cursor: next === null ? null : `${sort}.${next}` } };
}

const bucketsOf = (from) => Array.from({ length: 25 }, (_, i) => ({ below_us: i === 24 ? null : 2 ** i, count: Math.max(0, 400 - 90 * Math.abs(i - from)) })).filter((b) => b.count > 0);
export const handledOf = (types) => Array.from({ length: 64 }, (_, i) => ({ at: new Date(Date.now() - 137 * i).toISOString(), type: types[i % 3], from: i % 4 ? 1 + (i % 7) : null, wait_us: i % 9 ? 40 + i : null, took_us: 12 + 3 * i, outcome: i === 5 ? 'crashed' : i === 11 ? 'dropped' : 'handled' }));

function actor({ inspected }, id) {
  const n = Number(id) - 1;
  if (!(n >= 0 && n < CROWD)) notFound();
  const card = cardOf(n, inspected.names);
  const named = inspected.names.get(card.id);
  const types = card.name === 'balance' ? ['deduct', 'refund', 'credit'] : ['resume bet', 'answer: order_outcome', named?.message ?? 'tick'];
  const waits = card.mailbox > 0;
  return {
    status: 200,
    body: {
      card: { ...card, handler_us: card.in_handler === null ? null : 1_200 }, facts: inspected.silent ? null : { balance: '250.00', 'held by': '2 holds', 'last committed': now(), ...named?.facts }, no_facts: inspected.silent ? 'no answer' : null,
      mailbox: { length: card.mailbox, oldest_ms: waits ? 1_240 : null, by_type: waits ? [{ type: types[0], count: Math.ceil(card.mailbox * 0.8) }, { type: types[1], count: Math.floor(card.mailbox * 0.1) }, { type: '?', count: Math.floor(card.mailbox * 0.1) }] : [] },
      handlers_of: n < 10 ? 'actor' : 'kind',
      handlers: types.map((type, i) => ({ type, count: 4_000 - 900 * i, total_us: 90_000, p50_us: 18 + i, p99_us: 700 * (i + 1), max_us: 90_000 + i, wait_p50_us: 20, wait_p99_us: i ? 900 : null, wait_max_us: 1_000, buckets: bucketsOf(5 + 3 * i) })),
      recent: handledOf(types), lints: inspected.lints.filter((l) => l.actor_id === card.id),
    },
  };
}

function stream(house, x) {
  known(x, 'limit', 'seconds', 'kind', 'find', 'type');
  const [limit, seconds] = [count(x, 'limit', 1, 10_000), count(x, 'seconds', 1, 300)];
  const { inspected } = house;
  const { response } = x;
  const watched = { kind: x.query.get('kind'), find: x.query.get('find'), type: x.query.get('type'), limit, seconds };
  inspected.watching.add(watched);
  house.log.push({ method: 'GET', path: x.path, ...watched, status: 200 });
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const say = (name, data) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  let [shown, dropped] = [0, 0];
  const end = (reason) => {
    say('end', { reason, sent: shown, dropped });
    response.end();
  };
  const timer = setInterval(() => {
    for (let i = 0; i < inspected.burst && shown < limit; i++, shown++) {
      const a = cardOf((shown * 7) % CROWD, inspected.names);
      say('message', { at: now(), type: watched.type ?? 'deduct', from: 3, wait_us: 20 + (shown % 90), took_us: 8 + (shown % 40), outcome: 'handled', actor_id: a.id, kind: watched.kind ?? a.name, business_id: watched.find ?? a.business_id });
    }
    if (inspected.dropped > 0) {
      say('dropped', { messages: inspected.dropped });
      dropped += inspected.dropped;
      inspected.dropped = 0;
    }
    if (shown >= limit) end('limit');
  }, STREAM_MS);
  const over = setTimeout(() => end('seconds'), seconds * 1_000);
  response.on('close', () => {
    clearInterval(timer);
    clearTimeout(over);
    inspected.watching.delete(watched);
  });
}

const KINDS = { bets: 'bet', sales: 'sale', deposits: 'deposit', conversions: 'conversion', withdrawals: 'withdrawal' };
/** What is there has a story. */
const plain = ({ desk }, kind, id) => (kind === 'conversion' && desk.conversions.some((c) => c.conversion_id === id) ? longStory(kind, id, 6) : notFound());
function timeline(house, x, kind, id) {
  known(x, 'cursor', 'limit');
  const story = house.inspected.stories.get(`${kind} ${id}`) ?? plain(house, kind, id);
  return { status: 200, body: cut(story, x.query.get('cursor'), count(x, 'limit', 1, 1_000, 200)) };
}

/** Undefined: a stream. */
export function inspector(house, x) {
  allowed(x);
  const [, , what, id, more] = x.path.split('/');
  if (x.method !== 'GET') throw new Refusal(405, 'method_not_allowed');
  if (KINDS[what] && id && more === 'timeline') return timeline(house, x, KINDS[what], id);
  switch (what) {
    case 'actors': return id ? actor(house, id) : actors(house, x);
    case 'stream': return stream(house, x);
    case 'lints': return { status: 200, body: { looked_at: CROWD, lints: house.inspected.lints } };
    case 'refused': return { status: 200, body: house.inspected.refused };
    case 'waits': return { status: 200, body: { total: house.inspected.waits.length, not_known: 0, waits: house.inspected.waits, cycles: house.inspected.cycles } };
    case 'tree': return { status: 200, body: { root: 'guardian', children: house.inspected.children, other_ends: house.inspected.ends } };
    default: return notFound();
  }
}

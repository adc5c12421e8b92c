// Runs every measurement against a private PostgreSQL, samples interleaved, and prints one table. See README.md.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '../sandbox/stack/postgres.mjs';
import { end, firstLine, run, spawnGuarded } from '../sandbox/stack/process.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'bets,http,socket,orders,settlement,beside,memory,inspector,conversions,page,webhooks' },
    seed: { type: 'string', default: '20261121' },
    build: { type: 'string', default: path.join(here, '..', 'build', 'bench') },
  },
});
const full = !options.quick;
const users = 100_000;
const rows = []; // of the table
const running = new Set(); // children to end
let postgres;

const median = (xs) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];
const number = (x) => Math.round(x).toLocaleString('en-US');
const note = (text) => process.stderr.write(`${text}\n`);

/** One line of the table; `target` is {text, met}. */
const report = (what, value, compared = '', target = { text: '', met: '' }) =>
  rows.push([what, value, compared, target.text, target.met]);
const atLeast = (limit, x, text) => ({ text, met: x >= limit ? 'yes' : 'NO' });
const atMost = (limit, x, text) => ({ text, met: x <= limit ? 'yes' : 'NO' });

/** Several samples under each name; ratios are medians of the ratios within one round. */
class Samples {
  #taken = new Map();
  add(name, value) {
    note(`  ${name}: ${number(value)}`);
    if (!this.#taken.has(name)) this.#taken.set(name, []);
    this.#taken.get(name).push(value);
  }
  of = (name) => this.#taken.get(name);
  shown = (name) => `${number(median(this.of(name)))} (${number(Math.min(...this.of(name)))}-${number(Math.max(...this.of(name)))})`;
  ratio = (a, b) => median(this.of(a).map((x, i) => x / this.of(b)[i]));
}

function launch(command, args, stdio) {
  const child = spawnGuarded(command, args, { stdio });
  running.add(child);
  child.ended.then(() => running.delete(child));
  return child;
}
const program = (name, args, stdio) => launch(path.join(options.build, 'bench', `headroom_${name}`), args, stdio);

async function database(name) {
  await run('psql', ['-q', '-c', `CREATE DATABASE ${name}`, postgres.url]);
  return postgres.url.replace(/headroom$/, name);
}

/** Says "limit 1000 50" to a server of samples and reads what it answers. */
class Sampler {
  static stdio = ['pipe', 'pipe', 'inherit'];
  constructor(child) {
    this.child = child;
    this.lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }
  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.child.spawnargs.slice(3).join(' ')} ended early`); // behind setpriv
    return value;
  }
  async say(text) {
    this.child.stdin.write(`${text}\n`);
    return this.line();
  }
  ask = async (text) => Number(await this.say(text));
  end() {
    this.child.stdin.end();
    return end(this.child);
  }
}

/** The naive design on a database of its own: answers a function that takes one sample at so many clients. */
async function naiveDesign(name) {
  const url = await database(name);
  await run('psql', ['-q', '-v', `users=${users}`, '-f', path.join(here, 'naive.sql'), url]);
  return async (clients) => {
    const args = ['-n', '-M', 'prepared', '-D', `users=${users}`, '-c', clients, '-j', Math.min(clients, 2)];
    const out = await run('pgbench', [...args, '-T', 1, '-f', path.join(here, 'naive.pgbench'), url]);
    return Number(/tps = ([\d.]+)/.exec(out)[1]);
  };
}

async function bets() {
  const [ours, limit] = [await database('bets'), await database('bets_limit')];
  const pgbench = await naiveDesign('naive');
  const bench = new Sampler(program('bets_bench', [ours, limit, users, options.seed], Sampler.stdio));
  await bench.line(); // ready
  const ms = full ? 1000 : 400; // of one sample
  const actors = (kind, inFlight) => () => bench.ask(`${kind} ${inFlight} ${ms}`);
  const plan = {
    'naive, 1 client': () => pgbench(1),
    'accepted, 1 in flight': actors('accept', 1),
    'naive, 8 clients': () => pgbench(8),
    'accepted, 8 in flight': actors('accept', 8),
    'accepted, 64 in flight': actors('accept', 64),
    'naive, 32 clients': () => pgbench(32),
    'accepted, 512 in flight': actors('accept', 512),
    'PostgreSQL alone, batches of 1,000': () => bench.ask(`limit 1000 ${ms}`),
    'accepted, 4096 in flight': actors('accept', 4096),
    'filled, 1 in flight': actors('fill', 1),
    'filled, 64 in flight': actors('fill', 64),
    'filled, 512 in flight': actors('fill', 512),
    'PostgreSQL alone, 1,000 bets and ends': () => bench.ask(`cycle 1000 ${ms}`),
  };
  const s = new Samples();
  for (const [name, take] of Object.entries(plan)) note(`  warm up, ${name}: ${number(await take())}`);
  for (let round = 0; round < (full ? 5 : 3); ++round)
    for (const [name, take] of Object.entries(plan)) s.add(name, await take());

  const targets = {
    'accepted, 1 in flight': ['naive, 1 client', 0.6],
    'accepted, 8 in flight': ['naive, 8 clients'],
    'accepted, 512 in flight': ['naive, 32 clients', 12],
  };
  const top = 'PostgreSQL alone, batches of 1,000';
  for (const name of Object.keys(plan)) {
    const [base, least] = targets[name] ?? [];
    const x = base ? s.ratio(name, base) : 0;
    const target = least ? atLeast(least, x, `>= ${least} x`) : undefined;
    report(`bets/s ${name}`, s.shown(name), base ? `${x.toFixed(2)} x ${base}` : '', target);
  }
  const share = s.ratio('accepted, 512 in flight', top);
  report('bets/s accepted, 512 in flight', '', `${share.toFixed(2)} x ${top}`, atLeast(0.5, share, '>= 0.5 x'));
  const wrong = await bench.ask('verify');
  report('differences in the books afterwards', number(wrong), '', atMost(0, wrong, '0'));
  await bench.end();
}

/** Runs wrk against the bench's server: answers requests a second and latencies in microseconds. */
function loadOf(port, key, known) {
  let runs = 0;
  return async (mode, seconds, connections = 64) => {
    const script = [path.join(here, 'load.lua'), `http://127.0.0.1:${port}`, '--', mode, key, known, `${options.seed}-${++runs}`];
    const out = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', ...script]);
    const [requests, us, p50, p99, refused, broken] = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(out).slice(1).map(Number);
    const expected = mode === 'stranger' ? requests : 0;
    if (broken > 0 || refused !== expected) throw new Error(`${mode}: of ${requests} requests ${refused} were refused and ${broken} broke`);
    return { rate: (requests * 1e6) / us, p50, p99 };
  };
}

async function http() {
  const server = program('bench_server', [await database('http'), users, options.seed], ['ignore', 'pipe', 'inherit']);
  const { port, key } = await firstLine(server, (line) => JSON.parse(line), 120_000);
  const pgbench = await naiveDesign('naive_beside_http');
  const wrk = loadOf(port, key, users);
  const s = new Samples();
  for (const mode of ['bets', '/buffer/max-bet', '/healthz']) await wrk(mode, 1); // warm up
  for (let round = 0; round < (full ? 5 : 3); ++round) {
    const placed = await wrk('bets', full ? 4 : 2);
    for (const name of ['rate', 'p50', 'p99']) s.add(name, placed[name]);
    for (const n of [1, 32]) s.add(`naive, ${n}`, await pgbench(n));
    for (const mode of ['/buffer/max-bet', '/healthz']) s.add(mode, (await wrk(mode, full ? 2 : 1)).rate);
  }
  await end(server);
  const share = s.ratio('/buffer/max-bet', '/healthz');
  const spread = `p50 ${(median(s.of('p50')) / 1000).toFixed(2)} ms, p99 ${(median(s.of('p99')) / 1000).toFixed(2)} ms`;
  report('POST /bets per second, 64 connections, filled', s.shown('rate'), spread, atLeast(15_000, median(s.of('rate')), '>= 15,000'));
  // No target of their own: they tell this machine from the one for which 15,000 were named.
  for (const clients of [1, 32]) {
    const naive = `naive, ${clients}`;
    report('  beside the naive design', '', `${s.ratio('rate', naive).toFixed(2)} x naive, ${clients} client(s) (${number(median(s.of(naive)))})`);
  }
  report('GET /healthz per second, 64 connections', s.shown('/healthz'));
  report('GET /buffer/max-bet per second, 64 connections', s.shown('/buffer/max-bet'), `${share.toFixed(2)} x /healthz`, atLeast(0.8, share, '>= 0.8 x'));
}

/** Orders on the wire: ours beside the official client's, each by what a core does of them: orders in a second of its CPU. */
async function orders() {
  const venue = program('orders_bench', ['venue'], ['ignore', 'pipe', 'inherit']);
  const url = await firstLine(venue, (line) => line, 10_000);
  const senders = {
    ours: new Sampler(program('orders_bench', ['send', url], Sampler.stdio)),
    theirs: new Sampler(launch(process.execPath, [path.join(here, 'orders_client.mjs'), url], Sampler.stdio)),
  };
  const kinds = { 0: 'a plain key', 3: 'a deposit wallet' };
  const s = new Samples();
  const rounds = full ? 5 : 3;
  for (let round = -1; round < rounds; ++round) // the first one warms up
    for (const kind of Object.keys(kinds))
      for (const [name, sender] of Object.entries(senders)) {
        const [sent, ns, cpu] = (await sender.say(`send ${kind} ${full ? 1000 : 500}`)).split(' ').map(Number);
        if (round < 0) continue;
        s.add(`${name} ${kind}`, (sent * 1e9) / cpu);
        s.add(`${name} ${kind}, by the clock`, (sent * 1e9) / ns);
      }
  await Promise.all([...Object.values(senders).map((x) => x.end()), end(venue)]);
  for (const [kind, name] of Object.entries(kinds)) {
    const x = s.ratio(`ours ${kind}`, `theirs ${kind}`);
    const clock = (who) => number(median(s.of(`${who} ${kind}, by the clock`)));
    const theirs = `${x.toFixed(1)} x the official client (${s.shown(`theirs ${kind}`)}); by the clock ${clock('ours')} and ${clock('theirs')}`;
    report(`orders per core and second, of ${name}`, s.shown(`ours ${kind}`), theirs, atLeast(10, x, '>= 10 x'));
  }
}

/** POST /bets until its POST /order has arrived; beside it one transaction of the naive design. */
async function socket() {
  const bench = new Sampler(program('socket_bench', [await database('socket'), 10_000, options.seed], Sampler.stdio));
  await bench.line(); // ready
  const pgbench = await naiveDesign('naive_beside_socket');
  const bets = { 1: full ? 1000 : 400, 32: 2000 };
  const s = new Samples();
  for (let round = -1; round < (full ? 5 : 3); ++round) // the first one warms up
    for (const [clients, n] of Object.entries(bets)) {
      const [p50, p99] = JSON.parse(await bench.say(`${clients} ${n}`));
      const naive = (clients * 1e6) / (await pgbench(clients));
      if (round >= 0) for (const [name, us] of Object.entries({ p50, p99, naive })) s.add(`${clients}, ${name} us`, us);
    }
  await bench.end();
  const ms = (name) => (median(s.of(name)) / 1000).toFixed(2);
  for (const n of Object.keys(bets)) {
    const naive = `${n}, naive us`;
    const compared = `p50 ${s.ratio(`${n}, p50 us`, naive).toFixed(2)} x, p99 ${s.ratio(`${n}, p99 us`, naive).toFixed(2)} x a naive transaction (${ms(naive)} ms)`;
    report(`POST /bets to the venue's socket, ${n} client(s)`, `p50 ${ms(`${n}, p50 us`)} ms, p99 ${ms(`${n}, p99 us`)} ms`, compared);
  }
}

/** Events told to receivers on loopback: the program, its receiver too, on one core. */
async function webhooks() {
  const s = new Samples();
  for (let round = 0; round < (full ? 5 : 3); ++round) {
    const args = [await database(`webhooks_${round}`), full ? 20_000 : 5_000, 2];
    const name = path.join(options.build, 'bench', 'headroom_webhooks_bench');
    const out = JSON.parse(await run('taskset', ['-c', '0', name, ...args.map(String)]));
    s.add('by the clock', out.per_second);
    s.add('by the core', out.per_cpu_second);
  }
  const rate = median(s.of('by the clock'));
  report('webhook deliveries a second, one core, the receiver on it too', s.shown('by the clock'),
    `${s.shown('by the core')} for each second of its time`, atLeast(1000, rate, '>= 1,000'));
}

/** Bets alone, then beside the settlement of a market that every user holds. */
async function settlement() {
  const markets = full ? 3 : 1;
  const bench = new Sampler(program('settlement_bench', [await database('settlement'), users, markets, options.seed], Sampler.stdio));
  await bench.line(); // ready
  const s = new Samples();
  const keep = (when, x, ms) => {
    s.add(`${when} bets/s`, (x.bets * 1000) / ms);
    for (const what of ['accepted', 'answered'])
      ['p50', 'p99', 'most'].forEach((p, i) => s.add(`${what} ${when} ${p}`, x[what][i]));
  };
  await bench.say('quiet 1000'); // warm up
  for (let round = 0; round < markets; ++round) {
    const ms = 75_000; // nearly as long as a settlement: the longest of many waits grows with their number
    keep('quiet', JSON.parse(await bench.say(`quiet ${ms}`)), ms);
    const loud = JSON.parse(await bench.say('settle'));
    keep('loud', loud, loud.settled_ms);
    s.add('settled ms', loud.settled_ms);
    for (const what of ['accepted', 'answered'])
      s.add(`${what} held up us`, s.of(`${what} loud most`).at(-1) - s.of(`${what} quiet most`).at(-1));
  }
  const wrong = await bench.ask('verify');
  await bench.end();
  const ms = (name) => (median(s.of(name)) / 1000).toFixed(1);
  const spread = (what, when) => `p50 ${ms(`${what} ${when} p50`)}, p99 ${ms(`${what} ${when} p99`)}, longest ${ms(`${what} ${when} most`)} ms`;
  report(`${number(users)} positions of a condition settled, ms`, s.shown('settled ms'), `${number((users * 1000) / median(s.of('settled ms')))} a second, beside 64 bets in flight`);
  report('bets/s meanwhile', s.shown('loud bets/s'), `${s.ratio('loud bets/s', 'quiet bets/s').toFixed(2)} x quiet`);
  const held = median(s.of('accepted held up us')) / 1000;
  report('a bet until committed, meanwhile', spread('accepted', 'loud'), `quiet: ${spread('accepted', 'quiet')}`, atMost(50, held, 'longest <= 50 ms more'));
  report('a bet until answered, meanwhile', spread('answered', 'loud'), `quiet: ${spread('answered', 'quiet')}`);
  report('differences in the books afterwards', number(wrong), '', atMost(0, wrong, '0'));
}

/** Answers `compare(s, name, mode, connections, noise)`: `mode` alone, then beside `noise(seconds)`, which is started first and waited for. */
const quietAndLoud = (wrk, seconds) => async (s, name, mode, connections, noise) => {
  const quiet = await wrk(mode, seconds, connections);
  const other = noise(seconds + 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const loud = await wrk(mode, seconds, connections);
  for (const [when, x] of Object.entries({ quiet, loud })) for (const p of ['p50', 'p99']) s.add(`${name} ${when} ${p}`, x[p]);
  return other;
};
/** [compared, target] of a line of the table. */
const besideQuiet = (s, name, p, most) => {
  const ratio = s.ratio(`${name} loud ${p}`, `${name} quiet ${p}`);
  return [`${ratio.toFixed(2)} x quiet (${(median(s.of(`${name} quiet ${p}`)) / 1000).toFixed(2)} ms)`, atMost(most, ratio, `<= ${most} x`)];
};

/** What one kind of load costs another. Quiet and loud samples take turns, and the ratio is within one round. */
async function beside() {
  const crowd = full ? 1_000_000 : 200_000;
  const server = program('bench_server', [await database('beside'), crowd, options.seed], ['ignore', 'pipe', 'inherit']);
  const { port, key } = await firstLine(server, (line) => JSON.parse(line), 300_000);
  const url = `http://127.0.0.1:${port}`;
  const wrk = loadOf(port, key, crowd);
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'beside' };
  const body = JSON.stringify({ user_address: `0x${'1'.padStart(40, '0')}`, token_id: '7', amount: '1.00', max_price: '0.50' });
  const { bet_id } = await (await fetch(`${url}/bets`, { method: 'POST', headers, body })).json();
  const seconds = full ? 4 : 2;
  const scrape = async () => {
    const started = performance.now();
    const answer = await fetch(`${url}/metrics`);
    await answer.text();
    if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
    return performance.now() - started;
  };
  const compare = quietAndLoud(wrk, seconds);
  const scrapeFor = async (s) => {
    for (const until = performance.now() + s * 1000; performance.now() < until; ) {
      await scrape();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const s = new Samples();
  for (const mode of ['bets', '/balance', `plain:/bets/${bet_id}`]) await wrk(mode, 1, 8); // warm up
  for (let round = 0; round < (full ? 5 : 3); ++round) {
    const strangers = await compare(s, 'bets', 'bets', 8, (n) => wrk('stranger', n, 64));
    s.add('strangers', strangers.rate);
    const audits = await compare(s, 'a bet', `plain:/bets/${bet_id}`, 4, (n) => wrk('plain:/audit/solvency', n, 40));
    s.add('audits', audits.rate);
    await compare(s, 'balance', '/balance', 8, scrapeFor);
    for (let i = 0; i < 10; ++i) s.add('scrape', (await scrape()) * 1000);
  }
  await end(server);
  report('anonymous POST /bets refused per second', s.shown('strangers'));
  report('POST /bets p99 meanwhile', '', ...besideQuiet(s, 'bets', 'p99', 1.5));
  report(`audits per second over ${number(crowd)} balances`, s.shown('audits'));
  report('GET /bets/{id} p50 meanwhile', '', ...besideQuiet(s, 'a bet', 'p50', 3));
  report(`GET /metrics at ${number(crowd)} actors, microseconds`, s.shown('scrape'), '', atMost(5000, median(s.of('scrape')), '<= 5,000'));
  report('GET /balance p99, scraped 4 times a second', '', ...besideQuiet(s, 'balance', 'p99', 1.2));
}

async function memory() {
  const known = full ? 1_000_000 : 200_000;
  const child = program('memory_bench', [await database('memory'), known, 100_000], ['ignore', 'pipe', 'inherit']);
  const m = await firstLine(child, (line) => JSON.parse(line), 180_000);
  await end(child);
  const mib = (kib) => `${(kib / 1024).toFixed(1)} MiB`;
  report('RSS per idle balance actor', `${number(m.bytes_per_actor)} bytes`, '', atMost(2048, m.bytes_per_actor, '<= 2,048'));
  report(`RSS of a node, ${number(m.users)} users, ${number(m.awake)} awake`, mib(m.rss_kib), `peak ${mib(m.peak_kib)}, before they woke ${mib(m.rss_before_kib)}`, atMost(512 * 1024, m.peak_kib, '<= 512 MiB'));
}

/** What it costs to look: at a million actors, at one message, and at the bets' throughput with it off, on and traced. */
async function inspector() {
  const count = full ? 1_000_000 : 200_000;
  const child = program('inspector_bench', [count, full ? 400_000 : 100_000], ['ignore', 'pipe', 'inherit']);
  const m = await firstLine(child, (line) => JSON.parse(line), 180_000);
  await end(child);
  const page = Math.max(...['mailbox', 'wait', 'busy', 'rate', 'age'].map((sort) => m[`top100_${sort}_ms`]));
  report(`list and top 100 over ${number(m.actors)} actors`, `${(m.walk_ms + page).toFixed(0)} ms`, `the walk ${m.walk_ms.toFixed(0)}, find ${m.find_ms.toFixed(0)} ms`, atMost(200, m.walk_ms + page, '<= 200 ms'));
  const { off, on, all_traced: traced } = m.ns_per_message;
  report('what is noted of a message', `${number(on - off)} ns`, `its counters and delivery ${number(off)}, traced ${number(traced)} ns`, atMost(100, on - off, '<= 100 ns'));
  const bench = new Sampler(program('bets_bench', [await database('watched'), await database('watched_limit'), users, options.seed], Sampler.stdio));
  await bench.line(); // ready
  const s = new Samples();
  const levels = ['off', 'on', 'traced'];
  await bench.ask('accept 512 400');
  for (let round = 0; round < (full ? 18 : 6); ++round)
    for (let n = 0; n < levels.length; ++n) {
      const level = (n + round) % levels.length; // none is always the first
      await bench.ask(`watch ${level} 0`);
      s.add(levels[level], await bench.ask('work 512 500'));
    }
  await bench.end();
  report('bets for each second of CPU, 512 in flight, the inspector on', s.shown('on'), `${s.ratio('on', 'off').toFixed(3)} x off`, atLeast(0.99, s.ratio('on', 'off'), '>= 0.99 x'));
  report('the same, every message traced', s.shown('traced'), `${s.ratio('traced', 'off').toFixed(3)} x off`, atLeast(0.97, s.ratio('traced', 'off'), '>= 0.97 x (of 1 %)'));
  await watchedBalances();
}

/** GET /balance while somebody has the inspector's screens open: the list and one actor each second, lints, and a live trace. */
async function watchedBalances() {
  const server = program('bench_server', [await database('looked_at'), users, options.seed], ['ignore', 'pipe', 'inherit']);
  const { port, key } = await firstLine(server, (line) => JSON.parse(line), 300_000);
  const headers = { authorization: `Bearer ${key}` };
  const read = async (path) => {
    const answer = await fetch(`http://127.0.0.1:${port}/inspector/${path}`, { headers });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text;
  };
  const look = async (seconds) => {
    const trace = read(`stream?limit=10000&seconds=${seconds}&kind=buffer`);
    for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
      const { actors: [{ id }] } = JSON.parse(await read('actors?sort=busy&limit=100'));
      await Promise.all([read(`actors/${id}`), read('lints')]);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return (await trace).length;
  };
  const wrk = loadOf(port, key, users);
  const compare = quietAndLoud(wrk, full ? 6 : 4);
  const s = new Samples();
  await wrk('/balance', 1, 8);
  for (let round = 0; round < (full ? 5 : 3); ++round) await compare(s, 'balance', '/balance', 8, look);
  await end(server);
  report(`GET /balance p99 at ${number(users)} actors, while the inspector is watched`, '', ...besideQuiet(s, 'balance', 'p99', 1.2));
}

/** Deposits and conversions against the local chains: its own file, which needs the sandbox's packages. */
async function conversions() {
  const { measureConversions } = await import('./conversions.mjs');
  return measureConversions({ full, build: options.build, report, atMost, note, Samples });
}

/** The page's budgets, in headless Chromium: likewise, and the page has to be built. */
async function page() {
  const { measurePage } = await import('./page.mjs');
  return measurePage({ full, build: options.build, report, atMost, note });
}

function table() {
  const head = ['measured', 'median (min-max)', 'compared', 'target', 'met'];
  const all = [head, ...rows];
  const width = head.map((_, i) => Math.max(...all.map((r) => r[i].length)));
  const line = (r) => `| ${r.map((cell, i) => cell.padEnd(width[i])).join(' | ')} |`;
  return [line(head), line(width.map((w) => '-'.repeat(w))), ...rows.map(line)].join('\n');
}

function machine() {
  const ask = (command, args) => {
    try {
      return execFileSync(command, args, { cwd: here, stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
    } catch {
      return '?';
    }
  };
  const dirty = ask('git', ['status', '--porcelain', '--untracked-files=no']) ? ' with changes' : '';
  return [
    `machine: ${os.cpus()[0].model}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB; load ${os.loadavg()[0].toFixed(1)} at the start`,
    `commit: ${ask('git', ['rev-parse', '--short', 'HEAD'])}${dirty}; seed ${options.seed}; ${new Date().toISOString().slice(0, 10)}; ${ask('psql', ['--version'])}`,
  ].join('\n');
}

function needs() {
  for (const tool of ['psql', 'pgbench', 'setpriv', ...(/http|beside|inspector/.test(options.only) ? ['wrk'] : [])])
    if (!(process.env.PATH ?? '').split(':').some((dir) => fs.existsSync(path.join(dir, tool))))
      throw new Error(`${tool} is missing: apt-get install postgresql util-linux wrk`);
  if (/orders|conversions|page/.test(options.only) && !fs.existsSync(path.join(here, '..', 'sandbox', 'node_modules', '@polymarket')))
    throw new Error('npm packages are missing: npm install in sandbox/');
  if (!fs.existsSync(path.join(options.build, 'bench')))
    throw new Error(`nothing is built in ${options.build}: ./dev bench builds and runs`);
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-bench-'));
fs.chmodSync(scratch, 0o711); // the server's account passes through
let ending;
const stop = () => (ending ??= (async () => {
  await Promise.all([...running].map((child) => end(child, 3_000)));
  await postgres?.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
})());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop().then(() => process.exit(130)));

try {
  needs();
  note(machine());
  postgres = await startPostgres(path.join(scratch, 'postgres'), { settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
  for (const [name, measure] of Object.entries({ bets, http, socket, orders, settlement, beside, memory, inspector, conversions, page, webhooks })) {
    if (!options.only.split(',').includes(name)) continue;
    note(`measuring ${name} ...`);
    await measure();
  }
  console.log(`${machine()}\n\n${table()}`);
} catch (error) {
  if (!ending) note(`bench/run: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stop();
}

// What our orders say against what the official client's own functions say: 100,000 random ones, BUY
// and SELL, of every tick. They may differ by nothing but the cut at four decimals that the venue
// demands of immediate orders (facts of CLOB V2, 2.5).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const official = new URL(
  '../../sandbox/node_modules/@polymarket/clob-client-v2/dist/order-builder/helpers/',
  import.meta.url,
);
const { getMarketOrderRawAmounts } = await import(new URL('getMarketOrderRawAmounts.js', official));
const { ROUNDING_CONFIG } = await import(new URL('roundingConfig.js', official));

const CASES = 100_000;
const SEED = 20261129;
const MICRO = 1_000_000;
const TICKS = Object.keys(ROUNDING_CONFIG);
/** Our binary's tools stand beside the tests of the same build. */
const binary = process.env.HEADROOM_BINARY ?? path.join(root, 'build/release/headroom');
const tool = path.join(path.dirname(binary), 'tests', 'order_amounts');

/** mulberry32: the same cases in every run. */
function dice(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The client rounds up four decimals further on the way, which forgives what a division of floats
 * loses only while a float has a digit more: of a larger taker amount it errs by a millionth (to it
 * $81,800.51 at 0.01 are 8,180,050.999999 shares). Ours are integers.
 */
const largestTaker = (tick) => 2 ** 52 / 10 ** (ROUNDING_CONFIG[tick].amount + 5);

/** One of 1 to 100,000 dollars or shares, many of them small, with up to six decimals. */
function randomCase(random, n) {
  const tick = TICKS[n % TICKS.length];
  const step = Math.round(Number(tick) * MICRO);
  const price = step * (1 + Math.floor(random() * (MICRO / step - 1)));
  const stepOfSize = [1, 100, 10_000][Math.floor(random() * 3)];
  const side = random() < 0.5 ? 'BUY' : 'SELL';
  const drawn = Math.floor(MICRO * 10 ** (random() * 5));
  const most = Math.floor(largestTaker(tick) * (side === 'BUY' ? price : MICRO));
  const micro = Math.min(drawn, most);
  const size = Math.max(MICRO, micro - (micro % stepOfSize));
  return { tick, price, size, side };
}

/** As the client writes them into an order: parseUnits(amount.toString(), 6). */
function inMicro(value) {
  const [whole, fraction = ''] = value.toString().split('.');
  assert.match(`${whole}.${fraction}`, /^\d+\.\d{0,6}$/, `no amount: ${value}`);
  return BigInt(whole + fraction.padEnd(6, '0'));
}

function ask(lines) {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.on('error', reject);
    child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
    child.on('close', (code) =>
      code === 0 ? resolve(text.trim().split('\n')) : reject(new Error(`${tool}: ${code}`)),
    );
    child.stdin.on('error', reject).end(lines.join('\n'));
  });
}

/** What the client's taker amount becomes at the venue, and what ours must therefore be. */
function agrees(ours, client, c) {
  if (ROUNDING_CONFIG[c.tick].amount >= 4) return ours === client - (client % 100n);
  return ours - (ours % 1000n) === client && ours % 100n === 0n; // the client cuts at three there
}

test('100,000 random orders say what the official client says, cut at four decimals', async () => {
  const random = dice(SEED);
  const cases = Array.from({ length: CASES }, (_, n) => randomCase(random, n));
  const answers = await ask(cases.map((c) => `${c.side} ${c.size} ${c.price}`));
  assert.equal(answers.length, CASES);
  const cut = { BUY: 0, SELL: 0 };
  cases.forEach((c, n) => {
    const raw = getMarketOrderRawAmounts(
      c.side,
      c.size / MICRO,
      c.price / MICRO,
      ROUNDING_CONFIG[c.tick],
    );
    const [maker, taker] = answers[n].split(' ').map((part) => (part === '-' ? null : BigInt(part)));
    const story = `${JSON.stringify(c)}: ours ${answers[n]}, the client's ${JSON.stringify(raw)}`;
    assert.equal(maker, inMicro(raw.rawMakerAmt), story);
    assert.ok(agrees(taker, inMicro(raw.rawTakerAmt), c), story);
    if (taker !== inMicro(raw.rawTakerAmt)) cut[c.side] += 1;
  });
  assert.ok(cut.BUY > CASES / 10 && cut.SELL > CASES / 10, `nothing was cut: ${JSON.stringify(cut)}`);
});

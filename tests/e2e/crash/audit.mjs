// The books against everything that was acknowledged, and at the end against the venue and the chain.
import assert from 'node:assert/strict';
import { collect, spawnGuarded } from '../../../sandbox/stack/process.mjs';
import { binaryPath } from '../../../sandbox/stack/stack.mjs';
import { micro } from '../support.mjs';

const hex = (column) => `'0x' || encode(${column}, 'hex')`;
const BETS = `SELECT bet_id, ${hex('user_address')} AS user, amount::text, status, shares::text, spent::text, fee::text,
  refunded::text, ${hex('order_hash')} AS order_hash FROM bets`;
const DEPOSITS = `SELECT d.deposit_id, ${hex('user_address')} AS user, amount::text, status, ${hex('nonce')} AS nonce,
  ${hex('tx_hash')} AS tx_hash, credited_at IS NOT NULL AS credited FROM deposits d`;

/** `headroom verify`; throws with its words when the books do not replay. */
export async function verifyBooks({ service }) {
  const child = spawnGuarded(binaryPath(), ['verify'], { env: service.env });
  const [out, err, { code }] = await Promise.all([collect(child.stdout), collect(child.stderr), child.ended]);
  assert.equal(code, 0, `headroom verify: ${out}${err}`);
}

async function rowsOf(house) {
  const [bets, deposits] = await Promise.all([house.json(BETS), house.json(DEPOSITS)]);
  const by = (rows, key) => new Map(rows.map((row) => [row[key], row]));
  return { bets: by(bets, 'bet_id'), deposits: by(deposits, 'deposit_id') };
}

/** After a start: the books replay, and everything acknowledged before it is in them, unchanged. */
export async function checkAcknowledged(house, operations) {
  const known = operations.filter((o) => o.outcome && o.outcome.status !== 'refused').map((o) => ({ ...o }));
  const [rows] = await Promise.all([rowsOf(house), verifyBooks(house)]);
  for (const operation of known) CHECKS[operation.kind](operation, rows);
  return known.length;
}

const CHECKS = {
  bet({ user, send, outcome: { status, body } }, { bets }) {
    const row = bets.get(body.bet_id);
    const say = `bet ${body.bet_id} ${status}: ${JSON.stringify(row)}`;
    assert.ok(row, `an acknowledged bet is lost: ${say}`);
    assert.deepEqual([row.user, BigInt(row.amount)], [user.toLowerCase(), micro(send.body.amount)], say);
    if (body.order_hash) assert.equal(row.order_hash, body.order_hash, say);
    if (status !== 'placing') assert.equal(row.status, status, say);
    if (status === 'filled')
      for (const field of ['shares', 'spent', 'fee', 'refunded']) assert.equal(BigInt(row[field]), micro(body[field]), `${field} of ${say}`);
  },
  deposit({ user, amount, nonce, outcome: { status, body } }, { deposits }) {
    const row = deposits.get(body.deposit_id);
    const say = `deposit ${body.deposit_id} ${status}: ${JSON.stringify(row)}`;
    assert.ok(row, `an acknowledged deposit is lost: ${say}`);
    assert.deepEqual([row.user, BigInt(row.amount), row.nonce], [user.toLowerCase(), amount, nonce], say);
    assert.notEqual(row.status, 'failed', say);
    if (status === 'paid') assert.deepEqual([row.tx_hash, row.status !== 'settling'], [body.tx_hash, true], say);
  },
};

const sum = (list, of) => list.reduce((total, x) => total + of(x), 0n);
const only = (operations, kind, ...statuses) => operations.filter((o) => o.kind === kind && statuses.includes(o.outcome?.status));
const same = (a, b, what) => assert.deepEqual([...a].sort(), [...b].sort(), what);

/** At the end, when everything is final: nothing lost, nothing doubled, and every balance computed anew from outside. */
export async function checkEverything(house, operations, { opening, usdcBefore }) {
  await checkAcknowledged(house, operations);
  const rows = await rowsOf(house);
  const filled = only(operations, 'bet', 'filled');
  const failed = only(operations, 'bet', 'failed');
  const paid = only(operations, 'deposit', 'paid');

  // each row of the books is one operation, and each operation at most one row
  same(rows.bets.keys(), [...filled, ...failed].map((o) => o.outcome.body.bet_id), 'the bets in the books');
  same(rows.deposits.keys(), paid.map((o) => o.outcome.body.deposit_id), 'the deposits in the books');
  for (const row of rows.bets.values()) assert.ok(['filled', 'failed'].includes(row.status), JSON.stringify(row));
  for (const row of rows.deposits.values()) assert.ok(row.credited, JSON.stringify(row));
  const credits = await house.json("SELECT reference, count(*)::int AS n, sum(amount)::text AS amount FROM postings WHERE kind = 2 GROUP BY 1");
  assert.equal(credits.length, paid.length, 'credits');
  for (const { reference, n, amount } of credits) assert.deepEqual([n, amount], [1, rows.deposits.get(reference).amount], `credit of ${reference}`);

  const transfers = await checkChain(house, rows.deposits);
  const orders = await checkVenue(house, rows.bets, filled);

  // each user: what was paid in less what the answers said was spent
  const cost = ({ outcome: { body } }) => micro(body.spent) + micro(body.fee);
  for (const user of new Set(operations.map((o) => o.user))) {
    const mine = (o) => o.user === user;
    const expected = sum(paid.filter(mine), (o) => o.amount) - sum(filled.filter(mine), cost);
    assert.equal(await house.balance(user), expected, `the balance of ${user}`);
  }
  const arrived = (await house.token('polygon', house.polygon.usdc).balanceOf(house.pay_to)) - usdcBefore;
  const buffer = micro((await house.buffer()).usdc_balance);
  assert.equal(buffer, opening + arrived - sum(filled, cost), 'the buffer');
  return { filled: filled.length, failed: failed.length, paid: paid.length, transfers, ...orders, arrived };
}

/** Every transfer of the token to us is one deposit, and the other way round. */
async function checkChain(house, deposits) {
  const token = house.token('plasma', house.plasma.usdt0);
  const logs = await token.queryFilter(token.filters.Transfer(null, house.pay_to), 0, 'latest');
  const key = (tx, from, value) => `${tx} ${from.toLowerCase()} ${value}`;
  same(logs.map((l) => key(l.transactionHash, l.args.from, l.args.value)),
    [...deposits.values()].map((d) => key(d.tx_hash, d.user, d.amount)), 'transfers on chain');
  return logs.length;
}

/** Every fill is one filled bet's, whole and once; the venue never saw an order that is not in the books. */
async function checkVenue(house, bets, filled) {
  const { orders } = await house.venue('state');
  const byHash = new Map([...bets.values()].map((b) => [b.order_hash, b]));
  assert.equal(byHash.size, bets.size, 'two bets share an order');
  for (const order of orders) assert.ok(byHash.has(order.id), `an order that no bet knows: ${JSON.stringify(order)}`);
  const hit = orders.filter((o) => o.fills.length > 0);
  same(hit.map((o) => o.id), filled.map((o) => o.outcome.body.order_hash), 'the filled orders');
  for (const order of hit) {
    const bet = byHash.get(order.id);
    const say = `${JSON.stringify(order)} ${JSON.stringify(bet)}`;
    assert.equal(order.accepted, 1, `taken twice: ${say}`);
    // a market BUY spends its dollars: it gets what it asked for, or more at a better price
    assert.ok(micro(order.size) >= micro(order.taker_amount) && micro(order.cost) <= micro(order.maker_amount), `not exactly once: ${say}`);
    assert.deepEqual([micro(order.size), micro(order.cost)], [BigInt(bet.shares), BigInt(bet.spent)], say);
    assert.equal(BigInt(bet.fee), micro(order.fee), `fee: ${say}`);
  }
  return { orders: orders.length, posts: orders.reduce((n, o) => n + o.posts, 0) };
}

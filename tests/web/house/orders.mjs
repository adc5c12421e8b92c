// Bets, sales, withdrawals and delegations of the double: one answer for each user and Idempotency-Key.
import { randomUUID } from 'node:crypto';
import { hash, later, micro, now, usd } from './books.mjs';
import { Refusal } from './house.mjs';
import { me } from './routes.mjs';
import { keyHash, seconds, signedBy, signedByBrowser } from './signatures.mjs';

const unprocessable = (code, extra) => new Refusal(422, code, extra);
const notSigned = () => new Refusal(401, 'unauthorized', { detail: 'the signature is not user_address’s over this intent', headers: { 'WWW-Authenticate': 'Bearer' } });
const ms = (n) => new Promise((done) => setTimeout(done, n));
const domainOf = (house) => {
  const { chain_ids, verifying_contract, name, version } = house.config.bet.domain;
  return { domain: { name, version, verifyingContract: verifying_contract }, chains: chain_ids };
};

function outcomeOf(house, token) {
  const market = house.markets.find((m) => m.outcomes.some((o) => o.token_id === token));
  if (!market) throw unprocessable('unknown_market');
  return { market, outcome: market.outcomes.find((o) => o.token_id === token) };
}
/** floor(amount / (price + fee a share)): the fee is inside the amount. */
function bought(amount, price, rate) {
  const each = price + (price * (1_000_000n - price) * rate) / 1_000_000_000_000n;
  const shares = ((amount * 1_000_000n) / each / 10_000n) * 10_000n;
  const spend = (shares * price) / 1_000_000n;
  return { shares, spend, fee: (shares * price * (1_000_000n - price) * rate) / 10n ** 18n };
}

export function quote(house, x) {
  const { market, outcome } = outcomeOf(house, x.body.token_id);
  if (market.status !== 'open') throw unprocessable('market_closed');
  const amount = micro(x.body.amount);
  if (amount < 1_000_000n) throw unprocessable('amount_too_small');
  const who = x.body.user_address ?? x.user;
  if (who && me(x).toLowerCase() !== who.toLowerCase()) throw new Refusal(404, 'not_found');
  const price = micro(outcome.ask);
  const { shares, spend, fee } = bought(amount, price, micro(market.fee.rate));
  const max = who ? house.books.maxBet(house.books.user(who)) : { max_bet: null, limiting_factor: null };
  return {
    status: 200,
    body: {
      token_id: x.body.token_id, amount: usd(amount), spend: usd(spend), shares: usd(shares), average_price: usd(price), worst_price: usd(price + 10_000n), fee: usd(fee), payout: usd(shares),
      fills_whole: house.thin === null || amount <= house.thin, good_until: later(house.quoteTtl), quote_id: randomUUID(), ...max,
    },
  };
}

/** The first answer under this key, or undefined; another body is refused. */
function repeated(house, x, kind) {
  const name = `${kind} ${x.body.user_address} ${x.headers['idempotency-key']}`.toLowerCase();
  const known = house.answered.get(name);
  if (known && known.text !== JSON.stringify(x.body)) throw new Refusal(409, 'key_reused');
  return { known: known?.value, keep: (value) => (house.answered.set(name, { text: JSON.stringify(x.body), value }), value) };
}

async function mayBet(house, x, u) {
  const b = x.body;
  const { domain, chains } = domainOf(house);
  const message = { user: b.user_address, tokenId: BigInt(b.token_id), amount: micro(b.amount), maxPrice: micro(b.max_price), idempotencyKey: keyHash(x.headers['idempotency-key']), deadline: seconds(b.deadline) };
  if (!b.delegation_id) {
    if (!signedBy(b.user_address, domain, chains, 'BetIntent', message, b.signature)) throw notSigned();
    return null;
  }
  const d = u.delegations.get(b.delegation_id);
  if (!d || !(await signedByBrowser(d.public_key, domain, chains[0], message, b.signature))) throw notSigned();
  if (d.revoked_at || Date.parse(d.expires_at) < Date.now()) throw new Refusal(403, 'delegation_ended');
  if (micro(b.amount) > micro(d.per_bet) || micro(d.spent) + micro(b.amount) > micro(d.total)) throw unprocessable('exceeds_delegation');
  return d;
}

export function fill(house, b, { part = 1, fails = null } = {}) {
  const u = house.books.user(b.user_address);
  const { market, outcome } = outcomeOf(house, b.token_id);
  if (fails) {
    Object.assign(b, { status: 'failed', failure: fails, refunded: b.amount, updated_at: now() });
    u.balance += micro(b.amount);
    house.books.buffer += micro(b.amount);
  } else {
    const { shares, spend, fee } = bought(BigInt(Math.floor(Number(micro(b.amount)) * part)), micro(outcome.ask), micro(market.fee.rate));
    const back = micro(b.amount) - spend - fee;
    Object.assign(b, { status: 'filled', shares: usd(shares), average_price: outcome.ask, spent: usd(spend), fee: usd(fee), refunded: usd(back), updated_at: now() });
    u.balance += back;
    house.books.buffer += back;
    const p = u.positions.get(b.token_id) ?? { user_address: b.user_address, token_id: b.token_id, condition_id: market.condition_id, outcome: outcome.name, shares: '0.00', selling: '0.00', cost: '0.00', value: null, status: 'open', result: null, payout: null, updated_at: now() };
    const held = micro(p.shares) + shares;
    u.positions.set(b.token_id, { ...p, shares: usd(held), cost: usd(micro(p.cost) + spend + fee), value: usd((held * micro(outcome.bid)) / 1_000_000n) });
  }
  house.books.tellOf(fails ? 'bet.failed' : 'bet.filled', b.bet_id, b.user_address, b.amount);
}

export async function bet(house, x) {
  const b = x.body;
  const u = house.books.user(b.user_address);
  const { known, keep } = repeated(house, x, 'bet');
  const answer = (bet, replayed) => ({ status: bet.status === 'placing' ? 202 : 201, body: bet, headers: { ...(x.user ? { Location: `/bets/${bet.bet_id}` } : {}), ...(bet.status === 'placing' ? { 'Retry-After': '1' } : {}), ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}) } });
  if (known) return answer(known, true);
  const delegation = await mayBet(house, x, u);
  const amount = micro(b.amount);
  const { market } = outcomeOf(house, b.token_id);
  if (market.status !== 'open') throw unprocessable('market_closed');
  if (Date.parse(b.deadline) < Date.now()) throw unprocessable('deadline_passed');
  if (amount > u.balance) throw unprocessable('insufficient_balance', { detail: `the balance is $${usd(u.balance)}` });
  if (amount > house.books.buffer) throw unprocessable('exceeds_max_bet', { detail: `Bet amount exceeds global maximum: $${usd(amount)} USDC. Maximum bet is $${usd(house.books.buffer)} USDC (buffer balance: $${usd(house.books.buffer)} USDC)` });
  u.balance -= amount;
  house.books.buffer -= amount;
  if (delegation) delegation.spent = usd(micro(delegation.spent) + amount);
  const made = keep({
    bet_id: randomUUID(), user_address: b.user_address, token_id: b.token_id, amount: usd(amount), max_price: usd(micro(b.max_price)), status: 'placing', shares: '0.00', average_price: '0.00', spent: '0.00', fee: '0.00', refunded: '0.00',
    order_hash: hash(), failure: null, deadline: b.deadline, created_at: now(), updated_at: now(), result: null, payout: null, progress: null,
  });
  u.bets.set(made.bet_id, made);
  await ms(house.delay);
  if (house.fillsWith.fails) {
    fill(house, made, house.fillsWith);
    throw unprocessable('venue_rejected', { detail: house.fillsWith.fails, bet_id: made.bet_id });
  }
  if (!house.fillsWith.never) fill(house, made, house.fillsWith);
  return answer(made, false);
}

export async function sell(house, x, token) {
  const b = x.body;
  const u = house.books.user(b.user_address);
  const { known, keep } = repeated(house, x, 'sale');
  if (known) return { status: 201, body: known, headers: { Location: `/sales/${known.sale_id}` } };
  const { domain, chains } = domainOf(house);
  const message = { user: b.user_address, tokenId: BigInt(token), shares: micro(b.shares), minPrice: micro(b.min_price), idempotencyKey: keyHash(x.headers['idempotency-key']), deadline: seconds(b.deadline) };
  if (!signedBy(b.user_address, domain, chains, 'SellIntent', message, b.signature)) throw notSigned();
  const p = u.positions.get(token);
  if (!p || micro(p.shares) < micro(b.shares)) throw unprocessable('insufficient_shares');
  const { outcome } = outcomeOf(house, token);
  const shares = micro(b.shares);
  const proceeds = (shares * micro(outcome.bid)) / 1_000_000n;
  const left = micro(p.shares) - shares;
  if (left === 0n) u.positions.delete(token);
  else u.positions.set(token, { ...p, shares: usd(left), cost: usd((micro(p.cost) * left) / micro(p.shares)), value: usd((left * micro(outcome.bid)) / 1_000_000n) });
  u.balance += proceeds;
  const made = keep({
    sale_id: randomUUID(), user_address: b.user_address, token_id: token, status: 'filled', shares: usd(shares), min_price: usd(micro(b.min_price)), sold: usd(shares), average_price: outcome.bid, proceeds: usd(proceeds), fee: '0.00', credited: usd(proceeds),
    order_hash: hash(), failure: null, deadline: b.deadline, created_at: now(), updated_at: now(), progress: null,
  });
  u.sales.set(made.sale_id, made);
  house.books.tellOf('position.sold', made.sale_id, b.user_address, made.credited);
  return { status: 201, body: made, headers: { Location: `/sales/${made.sale_id}` } };
}

export async function withdraw(house, x) {
  const b = x.body;
  const u = house.books.user(b.user_address);
  const { known, keep } = repeated(house, x, 'withdrawal');
  const answer = (w) => ({ status: 202, body: w, headers: { Location: `/withdrawals/${w.withdrawal_id}`, 'Retry-After': '2' } });
  if (known) return answer(known);
  const { domain, chains } = domainOf(house);
  const amount = micro(b.amount);
  const message = { user: b.user_address, to: b.to, amount, idempotencyKey: keyHash(x.headers['idempotency-key']), deadline: seconds(b.deadline) };
  if (!signedBy(b.user_address, domain, chains, 'WithdrawIntent', message, b.signature)) throw notSigned();
  if (amount > u.balance) throw unprocessable('insufficient_balance', { limiting_factor: 'user_balance' });
  u.balance -= amount;
  const fee = micro(house.config.withdrawal.fee);
  const made = keep({ withdrawal_id: randomUUID(), user_address: b.user_address, to: b.to, amount: usd(amount), fee: usd(fee), received: usd(amount - fee), status: 'requested', needs_approval: false, tx_hash: null, failure: null, created_at: now(), updated_at: now() });
  u.withdrawals.set(made.withdrawal_id, made);
  house.books.tellOf('withdrawal.requested', made.withdrawal_id, b.user_address, made.amount);
  return answer(made);
}

export function delegations(house, x, id, fromUs) {
  if (x.method === 'GET') return { status: 200, body: { delegations: [...house.books.user(me(x)).delegations.values()] } };
  if (x.method === 'DELETE') {
    fromUs(house, x);
    const d = house.books.user(me(x)).delegations.get(id);
    if (!d) throw new Refusal(404, 'not_found');
    d.revoked_at ??= now();
    return { status: 200, body: d };
  }
  const b = x.body;
  fromUs(house, x);
  if (me(x).toLowerCase() !== b.user_address.toLowerCase()) throw new Refusal(404, 'not_found');
  const { domain, chains } = domainOf(house);
  const message = { user: b.user_address, publicKey: b.public_key, perBet: micro(b.per_bet), total: micro(b.total), expires: seconds(b.expires_at), salt: b.salt };
  if (!signedBy(b.user_address, domain, chains, 'BetDelegation', message, b.signature)) throw notSigned();
  const made = { delegation_id: randomUUID(), user_address: b.user_address, public_key: b.public_key, per_bet: b.per_bet, total: b.total, spent: '0.00', expires_at: b.expires_at, revoked_at: null, created_at: now() };
  house.books.user(b.user_address).delegations.set(made.delegation_id, made);
  return { status: 201, body: made };
}

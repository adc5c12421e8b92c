// The double's books: what users have, by the rules that the page relies on and no others.
import { randomUUID } from 'node:crypto';
import { micro } from '../../../sandbox/clob/amounts.mjs';

export { micro };
export const usd = (value) => {
  const digits = (value < 0n ? -value : value).toString().padStart(7, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6).replace(/0{1,4}$/, '')}`;
};
export const hash = () => `0x${randomUUID().replaceAll('-', '').repeat(2)}`;
export const later = (ms) => new Date(Date.now() + ms).toISOString();
export const now = () => later(0);

const CONDITION = (n) => `0x${n.toString(16).padStart(64, '0')}`;
const TOKEN = (n) => `${10n ** 76n + BigInt(n)}`;

export function marketsOf(questions) {
  return questions.map((question, i) => ({
    condition_id: CONDITION(i + 1), question, closes_at: later(86_400_000 * (i + 2)), status: 'open', tick_size: '0.01', min_order: '5.00', neg_risk: false,
    fee: { rate: '0.02', exponent: 1 }, delay_seconds: 0, as_of: now(),
    outcomes: [['Yes', 50 + i], ['No', 51 - i]].map(([name, cents], o) => ({ token_id: TOKEN(2 * i + o + 1), name, ask: `0.${cents}`, bid: `0.${cents - 2}` })),
  }));
}

export function booksOf() {
  const users = new Map();
  const events = [];
  const listeners = new Set();
  let next = 1;
  const books = {
    buffer: 100_000_000_000n, low: 10_000_000_000n, inflow: null, venueStopped: false, users,
    user(address) {
      const key = address.toLowerCase();
      if (!users.has(key)) users.set(key, { address, balance: 0n, bets: new Map(), deposits: new Map(), sales: new Map(), withdrawals: new Map(), positions: new Map(), delegations: new Map() });
      return users.get(key);
    },
    /** To the streams of one user, or of all. What is not of the books has no number and is not repeated. */
    tell(name, data, address = null) {
      const e = { id: 0, name, data, address: address?.toLowerCase() ?? null };
      listeners.forEach((f) => f(e));
    },
    /** An event of the books, and the balance that it left. */
    tellOf(type, subject, address, amount) {
      const [topic] = type.split('.');
      const name = topic === 'position' ? 'sale_id' : `${topic}_id`;
      const e = { id: next++, name: topic, data: { event: type, [name]: subject, user_address: address.toLowerCase(), amount, at: now() }, address: address.toLowerCase() };
      events.push(e);
      listeners.forEach((f) => f(e));
      books.tell('balance', { user_address: address.toLowerCase(), balance: usd(books.user(address).balance) }, address);
    },
    since: (id) => events.filter((e) => e.id > id),
    listeners,
    setBuffer(value) {
      books.buffer = value;
      books.tell('buffer', { available: usd(value), is_low: value < books.low });
    },
    maxBet(u) {
      if (books.venueStopped) return { max_bet: '0.00', limiting_factor: 'venue' };
      const buffer = books.buffer < u.balance;
      return { max_bet: usd(buffer ? books.buffer : u.balance), limiting_factor: buffer ? 'buffer' : 'user_balance' };
    },
    me(u) {
      const open = [...u.bets.values()].filter((b) => b.status === 'placing' || b.status === 'filled').reverse().slice(0, 20);
      const placing = open.filter((b) => b.status === 'placing').reduce((s, b) => s + micro(b.amount), 0n);
      const cost = [...u.positions.values()].reduce((s, p) => s + micro(p.cost), 0n);
      const pending = [...u.deposits.values()].filter((d) => !['completed', 'failed'].includes(d.status)).reverse().slice(0, 20);
      return {
        address: u.address, balance: usd(u.balance), in_bets: usd(cost + placing),
        on_its_way: usd(pending.filter((d) => !d.credited_at).reduce((s, d) => s + micro(d.amount), 0n)), ...books.maxBet(u),
        buffer: { available: usd(books.buffer), is_low: books.buffer < books.low, next_inflow: books.inflow }, open, pending_deposits: pending,
        positions: [...u.positions.values()].slice(0, 20).map((p) => ({ ...p, value: null })),
      };
    },
    history(u, names) {
      const none = { token_id: null, condition_id: null, outcome: null, question: null, tx_hash: null };
      const rows = [
        ...[...u.deposits.values()].map((d) => ({ at: d.created_at, kind: 'deposit', id: d.deposit_id, status: d.status, amount: d.credited_at ? d.credited : '0.00', ...none, tx_hash: d.tx_hash })),
        ...[...u.bets.values()].map((b) => ({ at: b.created_at, kind: 'bet', id: b.bet_id, status: b.status, amount: usd(b.status === 'placing' ? -micro(b.amount) : -(micro(b.spent) + micro(b.fee))), ...none, token_id: b.token_id, ...names(b.token_id) })),
        ...[...u.sales.values()].map((s) => ({ at: s.created_at, kind: 'sale', id: s.sale_id, status: s.status, amount: s.credited, ...none, token_id: s.token_id, ...names(s.token_id) })),
        ...[...u.withdrawals.values()].map((w) => ({ at: w.created_at, kind: 'withdrawal', id: w.withdrawal_id, status: w.status, amount: w.status === 'failed' ? '0.00' : usd(-micro(w.amount)), ...none, tx_hash: w.tx_hash })),
      ];
      return rows.sort((a, b) => (a.at < b.at ? 1 : -1));
    },
  };
  return books;
}

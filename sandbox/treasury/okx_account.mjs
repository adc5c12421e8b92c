// One OKX account: what it owns, its deposits, orders and withdrawals. All amounts are in millionths.
import { randomInt } from 'node:crypto';
import { ethers } from 'ethers';
import { mint } from '../chains/tokens.mjs';
import { refuse } from './okx_auth.mjs';

export const FUNDING = '6';
export const TRADING = '18';
const PPM = 1_000_000n;
const KEPT = 10_000; // of each history
const DEPOSIT = { waiting: '0', credited: '1', successful: '2' };
const WITHDRAWAL = { canceled: '-2', failed: '-1', waiting: '0', withdrawing: '1', success: '2' };
/** What a withdrawal's `withdrawal` setting may be: `auto` sends it; the others stop it in a state of their own. */
export const WITHDRAWALS = {
  auto: null,
  review: '4', // manual review
  stick: '10', // waits for ever
  travel_rule: '17',
  fail: WITHDRAWAL.failed,
  cancel: WITHDRAWAL.canceled,
};
const ENDED_UNPAID = [WITHDRAWAL.failed, WITHDRAWAL.canceled];

let lastId = Date.now() * 1000 + randomInt(1000);
const nextId = () => String((lastId += 1));
const now = () => String(Date.now());

export class OkxAccount {
  #polygon;
  #hot; // pays withdrawals
  #settings;
  #balances = { [FUNDING]: { USDT: 0n, USDC: 0n }, [TRADING]: { USDT: 0n, USDC: 0n } };
  #head = 0;
  #timers = new Set();
  deposits = [];
  orders = [];
  transfers = [];
  withdrawals = [];
  paid = 0; // withdrawals sent on the chain

  constructor(polygon, hot, settings) {
    this.#polygon = polygon;
    this.#hot = hot;
    this.#settings = settings;
  }

  balance(account, ccy) {
    return this.#balances[account][ccy];
  }

  /** Gives the account money from nowhere. */
  fund(account, ccy, amount) {
    this.#balances[account][ccy] += amount;
  }

  #take(account, ccy, amount, otherwise) {
    if (this.#balances[account][ccy] < amount) otherwise();
    this.#balances[account][ccy] -= amount;
  }

  // -- deposits

  /** A transaction is one deposit: one that a reorganisation moves to another block is no second one. */
  deposited({ to, amount, txId, block }) {
    const known = this.deposits.find((d) => d.txId === txId);
    if (known) return void (known.block = block);
    keep(this.deposits, {
      depId: nextId(),
      ccy: 'USDT',
      chain: 'USDT-Plasma',
      amount,
      to,
      txId,
      block,
      ts: now(),
      state: DEPOSIT.waiting,
      credited: false,
    });
  }

  /** Confirms deposits up to the deposit chain's block `head`. */
  advance(head) {
    this.#head = Math.max(this.#head, head);
    const { deposit_state: held, arrival_blocks: arrival, unlock_blocks: unlock } = this.#settings;
    for (const d of this.deposits) {
      if (d.state === DEPOSIT.successful) continue;
      d.confirmations = Math.max(0, this.#head - d.block + 1);
      if (d.confirmations < arrival) continue;
      if (held !== 'auto' && !d.credited) {
        d.state = held;
        continue;
      }
      if (!d.credited) this.fund(FUNDING, d.ccy, d.amount);
      d.credited = true;
      d.state = d.confirmations >= unlock ? DEPOSIT.successful : DEPOSIT.credited;
    }
  }

  // -- between the two accounts

  transfer({ ccy, amount, from, to, clientId = '' }) {
    this.#take(from, ccy, amount, () => refuse(58350, 'Insufficient balance'));
    this.fund(to, ccy, amount);
    return keep(this.transfers, {
      transId: nextId(),
      ccy,
      amount,
      from,
      to,
      clientId,
      state: 'success',
    });
  }

  // -- USDC-USDT

  /** Fills at once what the price allows; what stays of a limit order is live. */
  order({ clOrdId, side, ordType, price, size, sizeIsQuote }) {
    const market = BigInt(side === 'buy' ? this.#settings.ask_ppm : this.#settings.bid_ppm);
    const crosses = price === undefined || (side === 'buy' ? price >= market : price <= market);
    const base = sizeIsQuote ? (size * PPM) / market : size;
    const part = (base * BigInt(this.#settings.fill_ppm)) / PPM;
    const whole = part === base;
    const filled = !crosses || (ordType === 'fok' && !whole) ? 0n : part;
    const [give, get] = side === 'buy' ? ['USDT', 'USDC'] : ['USDC', 'USDT'];
    const quote = (base * (price ?? market)) / PPM;
    const needed = side === 'buy' ? quote : base;
    if (this.balance(TRADING, give) < needed)
      rejected(clOrdId, 51008, `Order failed. Insufficient ${give} balance in account.`);
    const worth = (filled * market) / PPM;
    const [paid, gross] = side === 'buy' ? [worth, filled] : [filled, worth];
    const fee = (gross * BigInt(this.#settings.taker_ppm)) / PPM;
    this.#balances[TRADING][give] -= paid;
    this.#balances[TRADING][get] += gross - fee;
    return keep(this.orders, {
      ordId: nextId(),
      clOrdId,
      side,
      ordType,
      price,
      size,
      filled,
      market: filled > 0n ? market : undefined,
      fee,
      feeCcy: get,
      state:
        filled === base
          ? 'filled'
          : ordType === 'limit'
            ? filled > 0n
              ? 'partially_filled'
              : 'live'
            : 'canceled',
      ts: now(),
    });
  }

  // -- withdrawals

  withdraw({ ccy, chain, amount, fee, to, clientId }) {
    this.#take(FUNDING, ccy, amount + fee, () => refuse(58350, 'Insufficient balance'));
    const w = keep(this.withdrawals, {
      wdId: nextId(),
      ccy,
      chain,
      amount,
      fee,
      to,
      clientId,
      txId: '',
      ts: now(),
      state: WITHDRAWAL.waiting,
    });
    this.#later(() => this.#process(w));
    return w;
  }

  /** Sends, or ends, what a setting of before had stopped. */
  release() {
    for (const w of this.withdrawals) if (w.stopped) this.#later(() => this.#process(w));
  }

  cancel(w) {
    this.#end(w, WITHDRAWAL.canceled);
  }

  async #process(w) {
    if (ENDED_UNPAID.includes(w.state) || w.sending) return;
    const stop = WITHDRAWALS[this.#settings.withdrawal];
    if (ENDED_UNPAID.includes(stop)) return this.#end(w, stop);
    w.stopped = stop !== null;
    w.state = stop ?? WITHDRAWAL.withdrawing;
    if (w.stopped) return;
    w.sending = true;
    try {
      w.txId = await this.#pay(w.to, w.amount);
      w.state = WITHDRAWAL.success;
      this.paid += 1;
    } catch (e) {
      // it may be on its way: given back it could be paid twice
      console.error(`[sandbox] okx: withdrawal ${w.wdId} stays withdrawing: ${e.message}`);
    }
  }

  #end(w, state) {
    if (w.sending || ENDED_UNPAID.includes(w.state)) return;
    Object.assign(w, { state, stopped: false });
    this.fund(FUNDING, w.ccy, w.amount + w.fee);
  }

  async #pay(to, amount) {
    const { deployer, token } = this.#polygon;
    await mint(deployer, token.usdc, this.#hot.address, ethers.formatUnits(amount, 6));
    const { transactionHash } = await this.#hot.call(token.usdc, 'transfer', [to, amount]);
    return transactionHash;
  }

  #later(act) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, this.#settings.withdraw_ms);
    this.#timers.add(timer);
  }

  close() {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** An order's own refusal stands inside the data. */
export function rejected(clOrdId, sCode, sMsg) {
  const data = [
    { clOrdId: clOrdId ?? '', ordId: '', tag: '', ts: now(), sCode: String(sCode), sMsg },
  ];
  refuse(1, 'All operations failed', { data });
}

function keep(list, row) {
  list.push(row);
  if (list.length > KEPT) list.shift();
  return row;
}

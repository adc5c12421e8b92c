// The venue's state and its one decision: what becomes of a posted order.
import { EventEmitter } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import { Refusal } from '../http.mjs';
import { decimal, takerFee } from './amounts.mjs';
import { Ledger } from './ledger.mjs';
import { exchangeOf, Markets } from './markets.mjs';
import { isWhole, sum, take } from './matching.mjs';
import {
  checkAuthority,
  checkMarketable,
  checkTerms,
  IMMEDIATE,
  readPayload,
  verifiedId,
} from './orders.mjs';

const KILLED = {
  FOK: "order couldn't be fully filled. FOK orders are fully filled or killed.",
  FAK: 'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.',
};
const seconds = () => Math.floor(Date.now() / 1000);

export class Venue {
  markets = new Markets();
  ledger = new Ledger();
  orders = new Map(); // id -> record, for ever
  trades = new Map(); // id -> trade
  tradesOf = new Map(); // maker address -> its trades, oldest first
  reads = 0; // of /data/, by anybody
  events = new EventEmitter(); // 'order' (record) and 'trade' (trade): something changed

  /** `onFill(exchange, trade, settings)` hears of every fill that does not fail on chain. */
  constructor({ tradeDelayMs = 20, onFill = () => {} } = {}) {
    this.onFill = onFill;
    this.settings = {
      trade_delay_ms: tradeDelayMs,
      page_size: 100,
      page_repeats: 0,
      status_prefix: false,
      status_style: 'plain',
      exchange_events: false,
      on_chain_shortage: 'lend',
    };
  }

  /**
   * Judges one order and, if it stands, matches it. `twist` is a fault of the order kind
   * (faults.mjs) or undefined. Answers the body of a 200, or throws Refusal. An id once seen with a
   * valid signature stays taken, whatever became of it.
   */
  post(json, credential, twist) {
    const order = readPayload(json);
    checkAuthority(order, credential);
    const token = this.markets.token(order.signed.tokenId);
    if (!token) throw new Refusal(400, 'Invalid order payload');
    if (token.market.closed)
      throw new Refusal(400, `the orderbook ${order.signed.tokenId} does not exist`);
    const id = verifiedId(order, token);
    const known = this.orders.get(id);
    if (known) {
      known.posts += 1;
      throw new Refusal(400, `order ${id} is invalid. Duplicated.`);
    }
    const record = remember(id, order, token, credential);
    this.orders.set(id, record);
    try {
      return this.#decide(record, twist);
    } catch (e) {
      if (record.status !== 'KILLED') record.status = 'REFUSED'; // a killed order may be shown
      record.error = e.message;
      throw e;
    } finally {
      this.events.emit('order', record);
    }
  }

  #decide(record, twist) {
    const { order, token } = record;
    Object.assign(record, checkTerms(record.id, order, token, seconds()));
    const fills = take(order, record.shares, token);
    const crosses = fills.length > 0;
    if (crosses || IMMEDIATE.includes(order.type)) checkMarketable(order);
    if (order.postOnly && crosses)
      throw new Refusal(400, 'invalid post-only order: order crosses book');
    this.#checkFunds(record, fills);
    if (twist?.kind === 'success_with_error') {
      record.status = 'KILLED';
      return { ...answer(record, '', []), orderID: '', errorMsg: 'order not accepted' };
    }
    if (twist?.kind === 'stays_live') {
      record.status = 'LIVE';
      this.#hold(record, 1n);
      return answer(record, 'live', []);
    }
    if (twist?.kind === 'matched_delayed') {
      record.status = 'DELAYED';
      const later = () => {
        this.#execute(record, fills, twist, 'UNMATCHED');
        this.events.emit('order', record);
      };
      setTimeout(later, twist.delay_ms).unref();
      return answer(record, 'delayed', []);
    }
    if (!this.#execute(record, twist?.kind === 'fok_not_filled' ? [] : fills, twist, 'KILLED')) {
      throw new Refusal(400, KILLED[order.type]);
    }
    return answer(record, record.trades.length ? 'matched' : 'live', record.trades);
  }

  /**
   * Books `fills` and rests what may rest. False, and `whenKilled` as status, if the type forbids
   * the outcome.
   */
  #execute(record, fills, twist, whenKilled) {
    const { order, shares } = record;
    const got = sum(fills, 'size');
    const killed =
      order.type === 'FOK' ? !isWhole(order, shares, fills) : order.type === 'FAK' && got === 0n;
    if (killed || record.status === 'CANCELED') {
      if (killed) record.status = whenKilled;
      return false;
    }
    record.accepted += 1;
    for (const fill of fills) this.#book(record, fill, twist?.kind === 'trade_failed');
    const rests = !IMMEDIATE.includes(order.type) && got < shares;
    record.status = rests ? 'LIVE' : 'MATCHED';
    if (rests) this.#hold(record, 1n);
    return true;
  }

  #checkFunds({ order, shares, price, token }, fills) {
    const { maker } = order.signed;
    const buy = order.side === 'BUY';
    const { feeRate, feeExponent } = token.market;
    const fee = buy ? takerFee(shares, price, feeRate, feeExponent) : 0n;
    const atMatch = buy ? sum(fills, 'cost') + sum(fills, 'fee') : 0n;
    const needed = order.give + fee > atMatch ? order.give + fee : atMatch;
    if (needed > this.ledger.available(maker, buy ? 'pusd' : order.signed.tokenId)) {
      throw new Refusal(400, 'not enough balance / allowance');
    }
  }

  #book(record, fill, fails) {
    const { order, owner, token } = record;
    const { maker } = order.signed;
    const trade = {
      id: randomUUID(),
      orderId: record.id,
      owner,
      maker,
      side: order.side,
      token,
      builder: order.signed.builder,
      metadata: order.signed.metadata,
      ...fill,
      fails,
      matchedAt: Date.now(),
      delayMs: this.settings.trade_delay_ms,
      transactionHash: `0x${randomBytes(32).toString('hex')}`,
      counterOrder: `0x${randomBytes(32).toString('hex')}`,
    };
    this.trades.set(trade.id, trade);
    const mine = this.tradesOf.get(maker.toLowerCase());
    if (mine) mine.push(trade);
    else this.tradesOf.set(maker.toLowerCase(), [trade]);
    record.trades.push(trade);
    record.filled += fill.size;
    this.#move(trade, 1n);
    if (fails) setTimeout(() => this.#move(trade, -1n), 2 * trade.delayMs).unref();
    else this.onFill(exchangeOf(token), trade, this.settings);
    this.events.emit('trade', trade);
  }

  /** The chain refused to settle `trade`: it fails now, and its money and shares come back. */
  fail(trade) {
    trade.fails = true;
    this.#move(trade, -1n);
  }

  /** The market is over: nothing trades in it any more. */
  close(market) {
    market.closed = true;
    market.acceptingOrders = false;
    for (const record of this.orders.values()) {
      if (record.token.market !== market || record.status !== 'LIVE') continue;
      this.#hold(record, -1n);
      record.status = 'CANCELED_MARKET_RESOLVED';
      this.events.emit('order', record);
    }
  }

  /** Moves money and shares of a trade; -1 takes a failed one back. */
  #move({ maker, side, token, size, cost, fee }, sign) {
    const buy = side === 'BUY';
    this.ledger.add(maker, 'pusd', sign * (buy ? -(cost + fee) : cost - fee));
    this.ledger.add(maker, token.tokenId, sign * (buy ? size : -size));
  }

  /** What a resting order holds back: the unfilled part of what it gives. */
  #hold(record, sign) {
    const { order, shares, price, filled } = record;
    const rest = shares - filled;
    const [asset, amount] =
      order.side === 'BUY' ? ['pusd', (rest * price) / 1_000_000n] : [order.signed.tokenId, rest];
    this.ledger.hold(order.signed.maker, asset, sign * amount);
  }

  /** Cancels what `credential` owns among `ids`: {canceled: [], not_canceled: {id: reason}}. */
  cancel(ids, credential) {
    const result = { canceled: [], not_canceled: {} };
    for (const id of ids) {
      const record = this.orders.get(id);
      const mine = record && record.order.signed.maker.toLowerCase() === credential.address;
      if (mine && ['LIVE', 'DELAYED'].includes(record.status)) {
        if (record.status === 'LIVE') this.#hold(record, -1n);
        record.status = 'CANCELED';
        result.canceled.push(id);
        this.events.emit('order', record);
      } else {
        result.not_canceled[id] = mine
          ? `order can't be canceled: ${record.status.toLowerCase()}`
          : 'order not found';
      }
    }
    return result;
  }

  liveOrdersOf(credential) {
    return [...this.orders.values()].filter(
      (r) => r.status === 'LIVE' && r.order.signed.maker.toLowerCase() === credential.address,
    );
  }
}

function remember(id, order, token, credential) {
  return {
    id,
    order,
    token,
    owner: credential.key,
    posts: 1,
    accepted: 0,
    status: 'NEW',
    error: '',
    createdAt: seconds(),
    shares: 0n,
    price: 0n,
    filled: 0n,
    trades: [],
  };
}

/**
 * making/takingAmount are decimals, "" when nothing matched; transaction hashes come with the
 * trades only.
 */
function answer({ id, order }, status, trades) {
  const [money, shares] = [sum(trades, 'cost'), sum(trades, 'size')].map((x) =>
    trades.length ? decimal(x) : '',
  );
  const [makingAmount, takingAmount] = order.side === 'BUY' ? [money, shares] : [shares, money];
  return {
    errorMsg: '',
    orderID: id,
    takingAmount,
    makingAmount,
    status,
    success: true,
    ...(trades.length ? { tradeIDs: trades.map((t) => t.id) } : {}),
  };
}

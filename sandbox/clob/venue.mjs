// The venue's state and its one decision: what becomes of a posted order.
import { randomBytes, randomUUID } from 'node:crypto';
import { Refusal } from '../http.mjs';
import { decimal } from './amounts.mjs';
import { checkAuthority, checkKnownEoa, verifiedId } from './authority.mjs';
import { checkFunds, restOf, takenBy } from './funds.mjs';
import { Ledger } from './ledger.mjs';
import { exchangeOf, Markets } from './markets.mjs';
import { isWhole, sum, take } from './matching.mjs';
import { checkMarketable, checkTerms, IMMEDIATE, KILLED, readPayload } from './orders.mjs';
import { Wallets } from './wallets.mjs';

/** What becomes of a trade on the chain, where a fault of its order says something else than 'settles'. */
const FATE = { trade_failed: 'fails', trade_failed_but_filled: 'fails_but_filled' };
/** Trades that are real in the end, whatever the venue shows. */
export const isReal = ({ fate }) => fate === 'settles' || fate === 'fails_but_filled';
const seconds = () => Math.floor(Date.now() / 1000);

export class Venue {
  markets = new Markets();
  ledger = new Ledger();
  wallets = new Wallets();
  orders = new Map(); // id -> record, for ever
  trades = new Map(); // id -> trade
  tradesOf = new Map(); // address of the API key -> its trades, oldest first
  reads = 0; // of /data/, by anybody

  /**
   * `onFill(exchange, trade, events)` hears of every fill that is real on the chain; `events`: it
   * is to show as an event there.
   */
  constructor({ tradeDelayMs = 20, onFill = () => {} } = {}) {
    this.onFill = onFill;
    this.settings = {
      trade_delay_ms: tradeDelayMs,
      page_size: 100,
      page_repeats: 0,
      status_prefix: false,
      status_style: 'plain',
      exchange_events: false,
      hash_style: 'empty',
      order_sizes: 'decimal',
      consume_books: false,
      refuse_new_eoa: false,
      ignore_allowances: false,
      protocol_v2: false,
      unauthorized_for_s: 0,
      new_key_unauthorized_for_s: 0,
    };
  }

  /**
   * Judges one order and, if it stands, matches it. `twist` is a fault of the order kind
   * (faults.mjs) or undefined. Answers the body of a 200, or throws Refusal. An id once seen with a
   * valid signature stays taken, whatever became of it.
   */
  post(json, credential, twist) {
    const order = readPayload(json);
    checkAuthority(order, credential, this.wallets);
    if (this.settings.refuse_new_eoa)
      checkKnownEoa(order, credential, this.wallets, this.tradesOf.has(credential.address));
    const token = this.markets.token(order.signed.tokenId);
    if (!token) throw new Refusal(400, 'Invalid order payload');
    const id = verifiedId(order, token, credential);
    const known = this.orders.get(id);
    if (known) {
      known.posts += 1;
      throw new Refusal(400, `order ${id} is invalid. Duplicated.`);
    }
    const record = remember(id, order, token, credential);
    this.orders.set(id, record);
    try {
      const { status, ...rest } = this.#decide(record, twist);
      if (twist?.kind === 'answer_without_status') return { ...rest, errorMsg: null };
      return { ...rest, status };
    } catch (e) {
      if (record.status !== 'KILLED') record.status = 'REFUSED'; // a killed order may be shown
      record.error = e.message;
      throw e;
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
    const { ignore_allowances: ignore } = this.settings;
    record.settles = checkFunds(record, fills, this.ledger, ignore);
    if (twist?.kind === 'success_with_error') {
      record.status = 'KILLED';
      return { ...answer(record, '', []), orderID: '', errorMsg: 'order not accepted' };
    }
    const delayMs = delayOf(twist, token, crosses);
    if (delayMs !== undefined) {
      record.status = SHOWN_LIVE.includes(twist?.kind) ? 'LIVE' : 'DELAYED';
      this.#hold(record);
      if (delayMs !== Infinity) setTimeout(() => this.#afterDelay(record, twist), delayMs).unref();
      return answer(record, record.status.toLowerCase(), []);
    }
    if (!this.#execute(record, twist?.kind === 'fok_not_filled' ? [] : fills, twist, 'KILLED')) {
      throw new Refusal(400, KILLED[order.type]);
    }
    return answer(record, record.trades.length ? 'matched' : 'live', record.trades);
  }

  /** Matches what the book has by now, unless the order was cancelled meanwhile. */
  #afterDelay(record, twist) {
    const { order, shares, token, status } = record;
    if (status === 'CANCELED') return;
    this.#release(record);
    const kill = twist?.kind === 'fok_not_filled' || token.market.gone;
    this.#execute(record, kill ? [] : take(order, shares, token), twist, 'UNMATCHED');
  }

  /**
   * Books `fills` and rests what may rest. False, and `whenKilled` as status, if the type forbids
   * the outcome.
   */
  #execute(record, fills, twist, whenKilled) {
    const { order, shares, token } = record;
    const got = sum(fills, 'size');
    const killed =
      order.type === 'FOK' ? !isWhole(order, shares, fills) : order.type === 'FAK' && got === 0n;
    if (killed) {
      record.status = whenKilled;
      return false;
    }
    record.accepted += 1;
    for (const fill of fills) this.#book(record, fill, twist);
    if (this.settings.consume_books) this.markets.consume(token, order.side, fills);
    const rests = !IMMEDIATE.includes(order.type) && got < shares;
    record.status = rests ? 'LIVE' : 'MATCHED';
    if (rests) this.#hold(record);
    return true;
  }

  #book(record, fill, twist) {
    const { order, account, owner, token } = record;
    const trade = {
      id: randomUUID(),
      orderId: record.id,
      account,
      owner,
      maker: order.signed.maker,
      side: order.side,
      token,
      ...fill,
      feeRate: token.market.feeRate,
      fate: record.settles ? (FATE[twist?.kind] ?? 'settles') : 'stuck',
      matchedAt: Date.now(),
      delayMs: this.settings.trade_delay_ms,
      transactionHash: `0x${randomBytes(32).toString('hex')}`,
      counterOrder: `0x${randomBytes(32).toString('hex')}`,
    };
    this.trades.set(trade.id, trade);
    const mine = this.tradesOf.get(account);
    if (mine) mine.push(trade);
    else this.tradesOf.set(account, [trade]);
    record.trades.push(trade);
    record.filled += fill.size;
    this.#settle(trade, twist);
  }

  /** Money and shares move at once; of a failing trade they return, of a stuck one they wait. */
  #settle(trade, twist) {
    const { asset, amount } = takenBy(trade);
    if (trade.fate === 'stuck') return this.ledger.match(trade.maker, asset, amount);
    this.#move(trade, 1n);
    if (twist?.kind === 'matched_sticks') this.ledger.match(trade.maker, asset, amount, true);
    if (twist?.kind === 'matched_stuck') this.ledger.match(trade.maker, asset, amount);
    if (isReal(trade)) this.onFill(exchangeOf(trade.token), trade, this.settings.exchange_events);
    else setTimeout(() => this.#move(trade, -1n), 2 * trade.delayMs).unref();
    return undefined;
  }

  /** Moves money and shares of a trade; -1 takes a failed one back. */
  #move({ maker, side, token, size, cost, fee }, sign) {
    const buy = side === 'BUY';
    this.ledger.add(maker, 'pusd', sign * (buy ? -(cost + fee) : cost - fee));
    this.ledger.add(maker, token.tokenId, sign * (buy ? size : -size));
  }

  /** A resting or delayed order holds back what it may still give, until it is released. */
  #hold(record) {
    record.held = restOf(record);
    this.ledger.hold(record.order.signed.maker, record.held.asset, record.held.amount);
  }

  #release({ order, held }) {
    this.ledger.hold(order.signed.maker, held.asset, -held.amount);
  }

  /** Cancels what `credential` owns among `ids`: {canceled: [], not_canceled: {id: reason}}. */
  cancel(ids, credential) {
    const result = { canceled: [], not_canceled: {} };
    for (const id of ids) {
      const record = this.orders.get(id);
      const mine = record?.account === credential.address;
      if (mine && ['LIVE', 'DELAYED'].includes(record.status)) {
        this.#release(record);
        record.status = 'CANCELED';
        result.canceled.push(id);
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
      (r) => r.status === 'LIVE' && r.account === credential.address,
    );
  }
}

function remember(id, order, token, credential) {
  return {
    id,
    order,
    token,
    account: credential.address,
    owner: credential.key,
    posts: 1,
    accepted: 0,
    status: 'NEW',
    error: '',
    createdAt: seconds(),
    shares: 0n,
    price: 0n,
    filled: 0n,
    settles: true, // false: an approval is missing, its trades wait for ever
    trades: [],
  };
}

const DELAYING = ['matched_delayed', 'live_then_matched'];
const SHOWN_LIVE = ['stays_live', 'live_then_matched'];

/** After how many ms an order is matched, undefined: now. What can match waits in a slow market. */
function delayOf(twist, { market }, crosses) {
  if (twist?.kind === 'stays_live') return Infinity;
  if (DELAYING.includes(twist?.kind)) return twist.delay_ms;
  return crosses && market.secondsDelay > 0 ? market.secondsDelay * 1000 : undefined;
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

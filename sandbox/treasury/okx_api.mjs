// The calls of OKX's REST API V5 over one account.
import { ethers } from 'ethers';
import { parseJson } from '../http.mjs';
import { FUNDING, rejected, TRADING } from './okx_account.mjs';
import { body, refuse, requireSigned } from './okx_auth.mjs';
import {
  currencyRow,
  decimal,
  depositRow,
  INSTRUMENT,
  orderRow,
  withdrawalRow,
} from './okx_rows.mjs';

const CLIENT_ID = /^[A-Za-z0-9]{1,32}$/;
const MIN_ORDER = 1_000_000n;
const TICK = 100n; // 0.0001
const LISTED = { USDT: ['USDT-Plasma'], USDC: ['USDC-Polygon'] };
export const CHAINS = Object.values(LISTED).flat();

export class Okx {
  #c;

  constructor(context) {
    this.#c = context;
  }

  async answer(call) {
    const { method, path, query } = call;
    if (path === '/api/v5/public/time') return ok({ ts: String(Date.now()) });
    if (path === '/api/v5/market/books') return ok(this.#book(query));
    requireSigned(call);
    this.#c.account.advance(await this.#c.plasma.rpc.blockNumber());
    const routes = {
      'GET /api/v5/asset/currencies': () => this.#currencies(query),
      'GET /api/v5/asset/balances': () => this.#balances(FUNDING, query),
      'GET /api/v5/account/balance': () => ({ details: this.#balances(TRADING, query) }),
      'GET /api/v5/asset/deposit-address': () => this.#address(query),
      'GET /api/v5/asset/deposit-history': () => this.#deposits(query),
      'POST /api/v5/asset/transfer': (input) => this.#transfer(input),
      'GET /api/v5/asset/transfer-state': () => this.#transferState(query),
      'POST /api/v5/trade/order': (input) => this.#order(input),
      'GET /api/v5/trade/order': () => this.#orderBy(query),
      'GET /api/v5/trade/orders-history': () => this.#ordersEnded(query),
      'POST /api/v5/trade/cancel-order': (input) => this.#cancelOrder(input),
      'POST /api/v5/asset/withdrawal': (input) => this.#withdraw(input),
      'POST /api/v5/asset/cancel-withdrawal': (input) => this.#cancelWithdrawal(input),
      'GET /api/v5/asset/withdrawal-history': () => this.#withdrawals(query),
    };
    const route = routes[`${method} ${path}`] ?? refuse(404, 'Not Found', { status: 404 });
    return ok(await route(method === 'POST' ? parseJson(Buffer.from(call.body)) : undefined));
  }

  #book(query) {
    if (query.get('instId') !== INSTRUMENT) refuse(51001, "Instrument ID doesn't exist.");
    const { ask_ppm: ask, bid_ppm: bid } = this.#c.settings;
    const level = (ppm) => [[decimal(BigInt(ppm)), '1000000', '0', '10']];
    return { asks: level(ask), bids: level(bid), ts: String(Date.now()), seqId: 1 };
  }

  #currencies(query) {
    const wanted = query.get('ccy')?.split(',') ?? Object.keys(LISTED);
    const { settings, plasma, polygon } = this.#c;
    const token = { USDT: plasma.token.usdt0, USDC: polygon.token.usdc };
    return wanted.flatMap((ccy) =>
      (LISTED[ccy] ?? []).map((chain) => currencyRow(ccy, chain, token[ccy].address, settings)),
    );
  }

  #balances(where, query) {
    const wanted = query.get('ccy')?.split(',') ?? Object.keys(LISTED);
    return wanted
      .filter((ccy) => LISTED[ccy])
      .map((ccy) => {
        const held = decimal(this.#c.account.balance(where, ccy));
        return { ccy, bal: held, availBal: held, frozenBal: '0' };
      });
  }

  #address(query) {
    const ccy =
      query.get('ccy') ?? refuse(50014, 'Parameter ccy can not be empty.', { status: 400 });
    return (LISTED[ccy] ?? refuse(58301, 'Deposit-address not exist.')).map((chain) => ({
      ccy,
      chain,
      addr: this.#c.depositAddress.toLowerCase(),
      to: FUNDING,
      selected: true,
      ctAddr: '',
    }));
  }

  #deposits(query) {
    const { account, settings } = this.#c;
    return account.deposits
      .filter(
        (d) => matches(query, d, ['ccy', 'depId', 'state']) && sameTx(query.get('txId'), d.txId),
      )
      .map((d) => depositRow(d, settings.suspended_deposits))
      .reverse();
  }

  #transfer({ ccy, amt, from, to, clientId }) {
    if (!LISTED[ccy]) refuse(51000, 'Parameter ccy error', { status: 400 });
    const amount = amountOf('amt', amt);
    for (const [name, value] of Object.entries({ from, to }))
      if (value !== FUNDING && value !== TRADING)
        refuse(51000, `Parameter ${name} error`, { status: 400 });
    if (from === to) refuse(58123, 'Parameter from cannot equal to parameter to.');
    checkClientId('clientId', clientId);
    const t = this.#c.account.transfer({ ccy, amount, from, to, clientId });
    return { transId: t.transId, ccy, clientId: t.clientId, from, amt, to };
  }

  #transferState(query) {
    const found = this.#c.account.transfers.filter((t) =>
      byEither(query, t, ['transId', 'clientId']),
    );
    return found.map((t) => ({ ...t, amount: undefined, amt: decimal(t.amount), type: '0' }));
  }

  #order({ instId, tdMode, side, ordType, px, sz, clOrdId, tgtCcy }) {
    if (instId !== INSTRUMENT) rejected(clOrdId, 51001, "Instrument ID doesn't exist.");
    if (tdMode !== 'cash') rejected(clOrdId, 51000, 'Parameter tdMode error');
    if (!['buy', 'sell'].includes(side)) rejected(clOrdId, 51000, 'Parameter side error');
    if (!['market', 'limit', 'ioc', 'fok'].includes(ordType))
      rejected(clOrdId, 51000, 'Parameter ordType error');
    if (clOrdId !== undefined && !CLIENT_ID.test(clOrdId))
      rejected(clOrdId, 51000, 'Parameter clOrdId error');
    if (clOrdId && this.#c.account.orders.some((o) => o.clOrdId === clOrdId))
      rejected(clOrdId, 51016, 'Client order ID already exists.');
    const size = amountOf('sz', sz);
    const price = ordType === 'market' ? undefined : amountOf('px', px);
    if (price !== undefined && price % TICK !== 0n) rejected(clOrdId, 51000, 'Parameter px error');
    if (size < MIN_ORDER)
      rejected(clOrdId, 51020, 'Order amount should be greater than the min available amount.');
    const sizeIsQuote = ordType === 'market' && side === 'buy' && tgtCcy !== 'base_ccy';
    const o = this.#c.account.order({
      clOrdId: clOrdId ?? '',
      side,
      ordType,
      price,
      size,
      sizeIsQuote,
    });
    return {
      clOrdId: o.clOrdId,
      ordId: o.ordId,
      tag: '',
      ts: o.ts,
      sCode: '0',
      sMsg: 'Order placed',
    };
  }

  #orderBy(query) {
    if (query.get('instId') !== INSTRUMENT) refuse(51001, "Instrument ID doesn't exist.");
    const found = this.#c.account.orders.find((o) => byEither(query, o, ['ordId', 'clOrdId']));
    const hidden = this.#hides(query.get('clOrdId'));
    if (!found || hidden) refuse(51603, 'Order does not exist');
    return orderRow(found);
  }

  #ordersEnded(query) {
    if (query.get('instId') !== INSTRUMENT) refuse(51001, "Instrument ID doesn't exist.");
    if (this.#c.settings.not_found > 0) return [];
    return this.#c.account.orders
      .filter((o) => ['filled', 'canceled'].includes(o.state))
      .map(orderRow)
      .reverse();
  }

  #cancelOrder({ ordId, clOrdId }) {
    const o = this.#c.account.orders.find((x) =>
      ordId ? x.ordId === ordId : x.clOrdId === clOrdId,
    );
    if (!o) rejected(clOrdId, 51400, 'Cancellation failed as the order does not exist.');
    if (['filled', 'canceled'].includes(o.state))
      rejected(clOrdId, 51401, 'Cancellation failed as the order is already canceled or filled.');
    o.state = 'canceled';
    return { ordId: o.ordId, clOrdId: o.clOrdId, ts: String(Date.now()), sCode: '0', sMsg: '' };
  }

  #withdraw({ ccy, amt, dest, toAddr, chain, clientId }) {
    const { settings, account } = this.#c;
    if (!LISTED[ccy]) refuse(51000, 'Parameter ccy error', { status: 400 });
    if (dest !== '4') refuse(51000, 'Parameter dest error', { status: 400 });
    if (chain !== 'USDC-Polygon')
      refuse(
        58200,
        `Withdrawal from ${chain} to ${dest} is currently not supported for this currency.`,
      );
    if (settings.suspended_withdrawals.includes(chain)) refuse(58204, 'Withdrawal suspended.');
    if (!ethers.isAddress(toAddr ?? '')) refuse(58203, 'Please add a withdrawal address.');
    if (settings.allowed.length > 0 && !settings.allowed.includes(ethers.getAddress(toAddr)))
      refuse(58207, 'Withdrawal address is not in the verification-free whitelist.');
    checkClientId('clientId', clientId);
    const amount = amountOf('amt', amt);
    if (amount < settings.min_withdrawal)
      refuse(58206, 'Withdrawal amount is less than the lower limit.');
    const known = clientId && account.withdrawals.some((w) => w.clientId === clientId);
    if (known && settings.duplicate === 'refuse') refuse(51000, 'Parameter clientId error');
    const fee = settings.withdraw_fee;
    const w = account.withdraw({ ccy, chain, amount, fee, to: toAddr, clientId: clientId ?? '' });
    return { amt, wdId: w.wdId, ccy, clientId: w.clientId, chain };
  }

  #cancelWithdrawal({ wdId }) {
    const w = this.#c.account.withdrawals.find((x) => x.wdId === wdId);
    if (!w) refuse(58215, 'Withdrawal ID does not exist.');
    if (w.sending || w.state === '2') refuse(58216, 'Operation not allowed.');
    this.#c.account.cancel(w);
    return { wdId };
  }

  #withdrawals(query) {
    if (this.#hides(query.get('clientId'))) return [];
    return this.#c.account.withdrawals
      .filter(
        (w) =>
          matches(query, w, ['ccy', 'wdId', 'clientId', 'state']) &&
          sameTx(query.get('txId'), w.txId),
      )
      .map(withdrawalRow)
      .reverse();
  }

  /** Whether a look-up by client id still has to find nothing. */
  #hides(clientId) {
    if (!clientId || this.#c.settings.not_found === 0) return false;
    this.#c.settings.not_found -= 1;
    return true;
  }
}

const ok = (data) => ({ body: body(0, '', [data].flat()) });
const sameTx = (wanted, txId) => !wanted || wanted.toLowerCase() === txId.toLowerCase();
const matches = (query, row, names) =>
  names.every((name) => query.get(name) === null || query.get(name) === row[name]);
const byEither = (query, row, names) =>
  names.some((name) => query.get(name) && query.get(name) === row[name]);

function amountOf(name, text) {
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(text ?? '') || Number(text) === 0)
    refuse(51000, `Parameter ${name} error`, { status: 400 });
  return ethers.parseUnits(text, 6);
}

function checkClientId(name, id) {
  if (id !== undefined && !CLIENT_ID.test(id))
    refuse(51000, `Parameter ${name} error`, { status: 400 });
}

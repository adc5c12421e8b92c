// OKX's REST API V5, the part a treasury needs: USDT in on Plasma, USDC out on Polygon, the market between them.
import { Refusal } from '../http.mjs';
import { startHost } from './host.mjs';
import { FUNDING, OkxAccount, TRADING, WITHDRAWALS } from './okx_account.mjs';
import { CHAINS, Okx } from './okx_api.mjs';
import { body, CREDENTIALS } from './okx_auth.mjs';
import { decimal } from './okx_rows.mjs';
import { addresses, change, listOf, money, oneOf, read, whole } from './settings.mjs';
import { TRANSFER, transferOf } from './watcher.mjs';

const SETTINGS = {
  suspended_deposits: listOf(CHAINS),
  suspended_withdrawals: listOf(CHAINS),
  deposit_state: oneOf(['auto', '8', '11', '12', '13', '14', '17']), // of deposits not credited yet
  arrival_blocks: whole(),
  unlock_blocks: whole(),
  ask_ppm: whole(2e6),
  bid_ppm: whole(2e6),
  fill_ppm: whole(1e6),
  taker_ppm: whole(1e6),
  withdrawal: oneOf(Object.keys(WITHDRAWALS)),
  withdraw_ms: whole(3_600_000), // from each state to the next
  withdraw_fee: money,
  min_withdrawal: money,
  duplicate: oneOf(['accept', 'refuse']), // a withdrawal's client id that was used before
  not_found: whole(1000), // so many look-ups by client id still find nothing
  allowed: addresses, // to withdraw to; empty: any
};
const FAULTS = {
  rate_limited: { status: 429, body: body(50011, 'Too Many Requests') },
  timeout: { status: 400, body: body(50004, 'API endpoint request timeout'), after: true },
  ip: {
    status: 401,
    body: body(50110, "Your IP 127.0.0.1 is not included in your API key's IP whitelist."),
  },
  busy: {
    status: 503,
    body: body(50001, 'Service temporarily unavailable. Please try again later.'),
  },
  system: { status: 500, body: body(50026, 'System error. Please try again later.') },
};

/**
 * `source` is the deposit chain with its watcher, `hot` the sender that pays withdrawals on `polygon`. Answers
 * {describe(), set(query), fund(query), status(), host, close()}.
 */
export async function startOkx({ plasma, watcher, polygon, hot, depositAddress }) {
  const settings = {
    suspended_deposits: [],
    suspended_withdrawals: [],
    deposit_state: 'auto',
    arrival_blocks: 1,
    unlock_blocks: 2,
    ask_ppm: 1_000_100,
    bid_ppm: 999_900,
    fill_ppm: 1_000_000,
    taker_ppm: 100,
    withdrawal: 'auto',
    withdraw_ms: 200,
    withdraw_fee: 100_000n,
    min_withdrawal: 1_000_000n,
    duplicate: 'accept',
    not_found: 0,
    allowed: [],
  };
  const account = new OkxAccount(polygon, hot, settings);
  watcher.add({
    address: plasma.token.usdt0.address,
    topic: TRANSFER,
    found(log) {
      const { from, to, amount } = transferOf(log);
      const block = Number(log.blockNumber);
      if (to === depositAddress)
        account.deposited({ from, to, amount, txId: log.transactionHash, block });
    },
  });
  watcher.onHead((head) => account.advance(head));
  const api = new Okx({ settings, account, watcher, depositAddress, plasma, polygon });
  const host = await startHost((call) => api.answer(call), FAULTS);
  return {
    host,
    describe: () => ({ url: host.url, ...CREDENTIALS, deposit_address: depositAddress }),
    set(query) {
      change(settings, query, SETTINGS);
      if (query.withdrawal !== undefined) account.release();
      return settings;
    },
    fund(query) {
      const spec = {
        ccy: oneOf(['USDT', 'USDC']),
        amount: money,
        account: oneOf([FUNDING, TRADING]),
      };
      const { ccy, amount, account: where = FUNDING } = read(query, spec);
      if (!ccy || amount === undefined) throw new Refusal(400, 'ccy and amount are needed');
      account.fund(where, ccy, amount);
      return { ccy, account: where, balance: decimal(account.balance(where, ccy)) };
    },
    status: () => ({
      deposits: account.deposits.length,
      orders: account.orders.length,
      withdrawals: account.withdrawals.length,
      paid: account.paid,
    }),
    close() {
      account.close();
      host.close();
    },
  };
}

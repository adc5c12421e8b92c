// OKX's REST API V5, the part a treasury needs: USDT in on Plasma, USDC out on Polygon, the market between them.
import { Refusal } from '../http.mjs';
import { address, changes, integer, listOf, money, oneOf } from '../query.mjs';
import { startHost } from './host.mjs';
import { FUNDING, OkxAccount, TRADING, WITHDRAWALS } from './okx_account.mjs';
import { CHAINS, Okx } from './okx_api.mjs';
import { body, CREDENTIALS } from './okx_auth.mjs';
import { decimal } from './okx_rows.mjs';

const SETTINGS = {
  suspended_deposits: listOf(oneOf(CHAINS)),
  suspended_withdrawals: listOf(oneOf(CHAINS)),
  deposit_state: oneOf(['auto', '8', '11', '12', '13', '14', '17']), // of deposits not credited yet
  arrival_blocks: integer(),
  unlock_blocks: integer(),
  ask_ppm: integer(2e6),
  bid_ppm: integer(2e6),
  fill_ppm: integer(1e6),
  taker_ppm: integer(1e6),
  withdrawal: oneOf(Object.keys(WITHDRAWALS)),
  withdraw_ms: integer(3_600_000), // from each state to the next
  withdraw_fee: money(),
  min_withdrawal: money(),
  duplicate: oneOf(['accept', 'refuse']), // a withdrawal's client id that was used before
  not_found: integer(1000), // so many look-ups by client id still find nothing
  allowed: listOf(address()), // to withdraw to; empty: any
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
 * `hot` is the sender that pays withdrawals on `polygon`. Answers
 * {describe(), set(query), fund(query), status(), host, close()}.
 */
export async function startOkx({ plasma, polygon, hot, depositAddress }) {
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
  plasma.events.on(plasma.token.usdt0, 'Transfer', ({ args, log }) => {
    if (args.to !== depositAddress) return;
    const { transactionHash: txId, blockNumber } = log;
    account.deposited({ to: args.to, amount: args.value, txId, block: Number(blockNumber) });
  });
  const api = new Okx({ settings, account, depositAddress, plasma, polygon });
  const host = await startHost((call) => api.answer(call), FAULTS);
  return {
    host,
    describe: () => ({ url: host.url, ...CREDENTIALS, deposit_address: depositAddress }),
    set(query) {
      Object.assign(settings, changes(SETTINGS, query));
      if (query.withdrawal !== undefined) account.release();
      return settings;
    },
    fund(query) {
      const rules = {
        ccy: oneOf(['USDT', 'USDC']),
        amount: money(),
        account: oneOf([FUNDING, TRADING]),
      };
      const { ccy, amount, account: where = FUNDING } = changes(rules, query);
      if (!ccy || amount === undefined) throw new Refusal(400, 'ccy and amount are needed');
      account.fund(where, ccy, amount);
      return { ccy, account: where, balance: decimal(account.balance(where, ccy)) };
    },
    status: () => ({
      deposits: account.deposits.length,
      transfers: account.transfers.length,
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

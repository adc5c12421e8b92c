// What people read when something did not go: one table, code -> words -> what can be done. Every code of the service, of
// x402 and of wallets has a row (tests/web/words.test.mjs compares it with all three).
import type { Trouble } from '@headroom/client';
import { usdShort } from './data/money';

/** What the button beside the words does; none where there is nothing to press. */
export type Action =
  | 'again' | 'switch' | 'add_chain' | 'change_amount' | 'sign_again' | 'show_deposit' | 'use_max'
  | 'deposit' | 'refresh_price' | 'sign_in' | 'connect' | 'copy' | 'reload' | 'none';

/** What was being done: it says what is true of the money. */
export type Deed = 'bet' | 'sale' | 'deposit' | 'withdrawal' | 'read' | 'sign_in' | 'wallet' | 'delegation';

export interface Facts { deed: Deed; balance?: string; chain?: string }
export interface Said { words: string; action: Action }
type Row = [words: string | ((t: Trouble, f: Facts) => string), action: Action];

const NOT_DONE: Record<Deed, string> = {
  bet: 'Not placed', sale: 'Not sold', deposit: 'Not paid', withdrawal: 'Not sent',
  read: 'Not shown', sign_in: 'Not signed in', wallet: 'Not done', delegation: 'Not allowed',
};
const SAFE: Record<Deed, string> = {
  bet: 'Nothing was taken.', sale: 'Your shares are where they were.', deposit: 'Nothing was taken.', withdrawal: 'Your money is where it was.',
  read: '', sign_in: '', wallet: 'Nothing was sent.', delegation: 'Nothing changed.',
};

const sentence = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' ');
const refused = (why: string): Row[0] => (_, f) => sentence(`${NOT_DONE[f.deed]}: ${why}.`, SAFE[f.deed]);
/** With the service's own sentence, which names the numbers. */
const refusedAs = (t: Trouble, f: Facts) => sentence(`${NOT_DONE[f.deed]}: ${(t.detail ?? t.code).replace(/\.$/, '')}.`, SAFE[f.deed]);
const busy: Row[0] = (t) => `Busy. Your money is where it was. Trying again in ${t.retryAfter ?? 2} s.`;
const checking: Row = ['Checking with the chain. You will not be charged twice.', 'none'];
const poor: Row = [(_, f) => `Your wallet holds less ${f.chain ?? 'of this token'} than that.`, 'change_amount'];
const wrongNetwork: Row = ['Your wallet is on another network.', 'switch'];
const notTaken: Row = ['The payment does not fit what was asked for. Nothing was taken.', 'sign_again'];
const tokenRefuses: Row = ['The token refuses this transfer. Your wallet may be blocked there. Nothing was taken.', 'none'];
const badSignature: Row = ['The signature is not this account’s. Nothing was taken.', 'sign_again'];
const ours: Row = [(t) => `Something we do not know: ${t.code}${t.id ? `, ${t.id}` : ''}`, 'copy'];
const wallet = (words: string, action: Action = 'again'): Row => [words, action];

export const WORDS: Record<string, Row> = {
  // wallets (EIP-1193, EIP-1474), by number
  '4001': wallet('You said no in the wallet. Nothing was sent.'),
  '4100': wallet('Your wallet does not let this page use that account.', 'connect'),
  '4200': wallet('Your wallet cannot do this.', 'none'),
  '4900': wallet('Your wallet is not connected. It may be locked.', 'connect'),
  '4901': wrongNetwork,
  '4902': [(_, f) => `Your wallet does not know ${f.chain ?? 'this network'} yet.`, 'add_chain'],
  '-32002': wallet('Your wallet has a question open already. Answer it there.'),
  '-32003': wallet('Your wallet refused. Nothing was sent.'),
  '-32005': wallet('Your wallet is busy. Nothing was sent.'),
  '-32600': wallet('Your wallet did not understand this page. Nothing was sent.', 'copy'),
  '-32601': wallet('Your wallet cannot do this.', 'none'),
  '-32602': wallet('Your wallet did not understand this page. Nothing was sent.', 'copy'),
  '-32603': wallet('Your wallet failed. Nothing was sent.'),
  wrong_chain: wrongNetwork,
  wallet_silent: ['Your wallet has not answered for a minute. It may be locked, or on another network.', 'switch'],
  wallet_locked: wallet('Your wallet is locked. Open it, then connect.', 'connect'),
  wallet_changed: wallet('Your wallet shows another account now. Nothing was sent.', 'connect'),
  wallet_unreadable: wallet('Your wallet answered something that is no signature. Nothing was sent.', 'copy'),
  given_up: ['Stopped. Nothing was sent.', 'again'],

  // x402
  payment_required: notTaken,
  invalid_payment: notTaken,
  invalid_payload: notTaken,
  invalid_x402_version: notTaken,
  unsupported_payload_type: notTaken,
  unsupported_scheme: notTaken,
  invalid_payment_identifier: notTaken,
  invalid_payment_requirements: ['The terms have changed since you signed. Nothing was taken.', 'sign_again'],
  source_not_offered: ['This token does not take that amount now. Nothing was taken.', 'change_amount'],
  invalid_exact_evm_scheme: notTaken,
  invalid_exact_evm_network_mismatch: notTaken,
  invalid_network: notTaken,
  eip6492_factory_not_allowed: ['Your contract wallet is not deployed on this chain yet. Deploy it, then pay. Nothing was taken.', 'none'],
  invalid_exact_evm_signature: badSignature,
  invalid_exact_evm_payload_signature: badSignature,
  payer_is_payee: ['Headroom’s own account cannot pay. Nothing was taken.', 'none'],
  invalid_exact_evm_recipient_mismatch: notTaken,
  invalid_exact_evm_payload_recipient_mismatch: notTaken,
  invalid_exact_evm_payload_authorization_valid_before: ['The signature ran out before it arrived. Nothing was taken.', 'sign_again'],
  invalid_exact_evm_payload_authorization_valid_after: ['Your device’s clock is ahead. Set it, then sign again. Nothing was taken.', 'sign_again'],
  authorization_window_too_long: notTaken,
  invalid_exact_evm_payload_authorization_value_mismatch: notTaken,
  invalid_exact_evm_payload_authorization_value: notTaken,
  invalid_exact_evm_nonce_already_used: ['This payment was taken already.', 'show_deposit'],
  invalid_exact_evm_insufficient_balance: poor,
  insufficient_funds: poor,
  invalid_exact_evm_transaction_simulation_failed: tokenRefuses,
  invalid_transaction_state: ['The transfer failed on the chain. Nothing was taken.', 'sign_again'],
  settlement_pending: checking,

  // what is not known yet
  in_doubt: checking,
  timed_out: checking,
  no_answer: ['No answer came. Asking again: nothing is done twice.', 'none'],
  request_timeout: ['The connection is slow. Asking again: nothing is done twice.', 'none'],

  // money
  exceeds_max_bet: [(t) => t.detail ?? 'This is above your max bet.', 'use_max'],
  insufficient_balance: [(t, f) => (f.balance ? `Your balance is ${usdShort(f.balance)}.` : (t.detail ?? 'Your balance is too small.')), 'deposit'],
  insufficient_shares: [refused('you hold fewer free shares than that'), 'change_amount'],
  exceeds_max_withdrawal: [refusedAs, 'use_max'],
  exceeds_daily_limit: [refusedAs, 'change_amount'],
  address_refused: [refused('nothing is paid to this address'), 'none'],
  exceeds_delegation: ['That is more than you allowed for one-press betting. Sign this one in your wallet, or allow more.', 'sign_again'],
  delegation_ended: ['One-press betting is over: it ran out or was switched off. Sign this one in your wallet.', 'sign_again'],

  // the venue
  venue_rejected: [refusedAs, 'refresh_price'],
  unknown_market: [refused('the venue does not know this market'), 'refresh_price'],
  unsupported_market: [refused('this kind of market is not traded here'), 'none'],
  market_closed: [refused('the market takes no orders now'), 'refresh_price'],
  price_off_tick: [refused('the price is not one the market uses'), 'refresh_price'],
  amount_too_small: [refused('the venue takes no order that small'), 'change_amount'],
  deadline_passed: [refused('it arrived too late'), 'refresh_price'],
  quote_expired: ['The price has moved. Nothing was taken. Look at the new one.', 'refresh_price'],

  // the service
  overloaded: [busy, 'none'],
  unavailable: [busy, 'none'],
  shutting_down: [busy, 'none'],
  rate_limited: [(t) => `Too many requests from here. Trying again in ${t.retryAfter ?? 2} s.`, 'none'],
  paused: [(t, f) => sentence(`${NOT_DONE[f.deed]}: the operator has paused this${t.detail ? ` (${t.detail.replace(/\.$/, '')})` : ''}.`, SAFE[f.deed]), 'again'],
  unauthorized: [(t, f) => (f.deed === 'read' ? 'Sign in again to see your balance.'
    : f.deed === 'delegation' && t.field !== 'signature' ? 'Sign in first: only who is signed in may allow this.'
    : f.deed === 'sign_in' ? 'Not signed in: the signature was not taken. Try again.'
      : `${NOT_DONE[f.deed]}: the signature is not this account’s. ${SAFE[f.deed]}`), 'sign_in'],
  forbidden: [(_, f) => f.deed === 'sign_in' ? 'Not signed in: this page was opened under another address than Headroom’s own.' : sentence(`${NOT_DONE[f.deed]}: this account may not do that.`, SAFE[f.deed]), 'sign_in'],
  not_found: ['There is nothing here for this account.', 'none'],
  order_refused: [refusedAs, 'reload'],
  chain_contradicts: [refusedAs, 'reload'],
  duplicate: ['This was done already.', 'reload'],
  key_reused: ['This was sent before with other numbers. Nothing new was done.', 'reload'],
  invalid_field: [(t, f) => sentence(`${NOT_DONE[f.deed]}: ${t.field ?? 'a field'} ${(t.detail ?? 'is not right').replace(/\.$/, '')}.`, SAFE[f.deed]), 'change_amount'],
  bad_request: ours,
  idempotency_key_required: ours,
  method_not_allowed: ours,
  payload_too_large: ours,
  header_too_large: ours,
  unsupported_media_type: ours,
  expectation_failed: ours,
  internal: ours,
  invariant_violated: ours,

  // this page
  offline: ['No connection. Your money is where it was.', 'none'],
  not_kept: ['This browser keeps nothing for this page (a private window?). If you reload while paying, look for the deposit in your history.', 'none'],
  unreadable: ours,
  client_error: ours,
};

export function say(t: Trouble, facts: Facts): Said {
  const [words, action] = WORDS[t.code] ?? ours;
  return { words: typeof words === 'string' ? words : words(t, facts), action };
}

/** A stored refusal ("venue_rejected: not enough ..."): its code, with what stands behind it. */
export function failureOf(text: string | null): Trouble {
  const [, code, detail] = /^([a-z0-9_]+)(?::\s*(.*))?$/s.exec(text ?? '') ?? [];
  if (!code) return { code: 'unreadable', detail: text ?? '' };
  return detail ? { code, detail } : { code };
}

export const ACTIONS: Record<Action, string> = {
  again: 'Try again', switch: 'Switch network', add_chain: 'Add network', change_amount: 'Change amount', sign_again: 'Sign again',
  show_deposit: 'Show deposit', use_max: 'Use max', deposit: 'Deposit', refresh_price: 'Refresh price', sign_in: 'Sign in',
  connect: 'Connect', copy: 'Copy details', reload: 'Look again', none: '',
};

export const LIMITED_BY: Record<string, string> = { user_balance: 'balance', buffer: 'buffer', venue: 'venue' };

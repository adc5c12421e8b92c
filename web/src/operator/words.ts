// What operators read: of refusals the service's own words, of actions what they do.
import { isUnknown, type Trouble } from '@headroom/client';
import type { StateWords } from '../ui/status';
import type { Order } from './service';

/** The service's words, with its code: an operator looks it up. */
export function refusal(t: Trouble): string {
  const said = (t.detail ?? t.code).replace(/\.$/, '');
  const named = [t.code, t.field, t.id].filter(Boolean).join(', ');
  if (t.code === 'no_answer') return 'No answer came. It may have been done. Ask again: repeating it does no harm.';
  if (isUnknown(t)) return `Not known: ${said} (${named}). Ask again: repeating it does no harm.`;
  return `Refused: ${said} (${named}).`;
}

/** Of a question that changes nothing. */
export const notRead = (t: Trouble): string => (t.code === 'no_answer' ? 'No answer came.' : `Not shown: ${(t.detail ?? t.code).replace(/\.$/, '')} (${t.code}).`);

export type Action = Order['action'];
export interface Deed {
  /** What the button and the window are called. */
  name: string;
  does: string;
  /** What has to be typed: these words, then what is named by the caller. */
  type: string;
}

export const WORKS = ['bets', 'deposits', 'conversions', 'withdrawals'] as const;
export type Work = (typeof WORKS)[number];

const PAUSES: Record<Work, string> = {
  bets: 'No new bet is taken: whoever places one reads your reason. Bets that are being placed go on to their end. It holds over restarts, until somebody resumes it.',
  deposits: 'No new payment is taken: payers read your reason before they sign. Payments that are being settled go on, and are credited. It holds over restarts, until somebody resumes it.',
  conversions: 'No new conversion is opened, so nothing new comes into the buffer. Those that run go on to their end. It holds over restarts, until somebody resumes it.',
  withdrawals: 'No new withdrawal is taken, and what waits is not sent. What has a transaction goes on. It holds over restarts, until somebody resumes it.',
};
const RESUMES: Record<Work, string> = {
  bets: 'New bets are taken again, from now on.',
  deposits: 'New payments are taken again, from now on.',
  conversions: 'New conversions are opened again: what waits may go at once.',
  withdrawals: 'New withdrawals are taken again, and what waited is sent.',
};
const paused = (w: Work): Deed => ({ name: `Pause ${w}`, does: PAUSES[w], type: `pause ${w}` });
const resumed = (w: Work): Deed => ({ name: `Resume ${w}`, does: RESUMES[w], type: `resume ${w}` });

export const DEEDS: Record<Action, Deed> = {
  pause_bets: paused('bets'), resume_bets: resumed('bets'),
  pause_deposits: paused('deposits'), resume_deposits: resumed('deposits'),
  pause_conversions: paused('conversions'), resume_conversions: resumed('conversions'),
  pause_withdrawals: paused('withdrawals'), resume_withdrawals: resumed('withdrawals'),
  look_again: { name: 'Look again', does: 'Its route asks the chains and services now, instead of at its next turn. Nothing is sent.', type: 'look again' },
  retry_conversion: { name: 'Retry', does: 'Its route does what may be done once for a step that is stuck. It never makes a new attempt of what may be in flight.', type: 'retry' },
  hold_conversion: { name: 'Hold', does: 'Everything stops for it: nothing of it is sent any more until it is released. What is in flight stays in flight.', type: 'hold' },
  release_conversion: { name: 'Release', does: 'It goes on where it was held; failed attempts are counted anew.', type: 'release' },
  settle_conversion: { name: 'Settle by a transaction', does: 'Ends it: the money came by another way, by the transaction you name. Its receipt says how much, in a final block. It must be on hold.', type: 'settle' },
  fail_conversion: { name: 'Write off', does: 'Ends it: the money never comes. What it carries is booked as lost; its users keep their credit. It must be on hold. This cannot be taken back.', type: 'write off' },
  approve_withdrawal: { name: 'Approve', does: 'It is sent, once, to the address above. What has been sent cannot be called back.', type: 'approve' },
  refuse_withdrawal: { name: 'Refuse', does: 'Nothing is sent. The whole amount is the user’s again, and the user reads your reason.', type: 'refuse' },
  resolve_bet: { name: 'Resolve a bet', does: 'Ends a bet that stays open, as far as the exchange agrees: “failed” gives everything back, “filled” books what the exchange’s event says.', type: 'resolve' },
  adopt_transfer: { name: 'Adopt a transfer', does: 'Books USDC that came to our account on Polygon, and that nothing explains, into the reserve.', type: 'adopt' },
  cancel_nonce: { name: 'Cancel a transaction', does: 'Takes a nonce from a transaction that is not mined, by a transfer of nothing to ourselves with a higher fee. Whichever is mined says what became of it.', type: 'cancel' },
  resync_wallet: { name: 'Resync a wallet', does: 'Sends again, byte by byte, what is not mined on a chain, and fills nonces that nothing of ours fills.', type: 'resync' },
};

export const CONVERSION_WORDS: StateWords = {
  running: ['Running', 'moving'], held: ['Held', 'unknown'], completed: ['Completed', 'good'], failed: ['Failed', 'bad'], replaced: ['Replaced', 'moving'],
};
export const STEP_WORDS: StateWords = { waiting: ['Waiting', 'moving'], in_flight: ['In flight', 'moving'], held: ['Held', 'unknown'], done: ['Done', 'good'], failed: ['Failed', 'bad'] };
export const LEVEL_WORDS: StateWords = {
  unknown: ['Not measured yet', 'unknown'], low: ['Low', 'bad'], below_target: ['Below target', 'unknown'], fine: ['Fine', 'good'], high: ['High', 'good'],
};

/** Why a route was chosen or not, by the last choice. */
export const CHOICES: Record<string, string> = {
  not_asked: 'Not asked yet', chosen: 'Chosen', dearer: 'Dearer than the one chosen', slower: 'Slower than the one chosen', not_enabled: 'Switched off in the settings',
  missing: 'This process does not have it', unknown: 'Nothing is known of it', other_source: 'It takes another token', disabled: 'It takes nothing new, by its own word',
  unreadable: 'What is in flight on it cannot be read', late: 'A step on it lasts too long', busy: 'Busy', in_flight_full: 'As much is in flight as may be',
  silent: 'It did not answer', refused: 'It refused', too_small: 'The amount is too small', too_large: 'The amount is too large', fee_cap: 'Its fee is above the cap',
  slippage_cap: 'Its slippage is above the cap', short_of_money: 'Our account lacks what it needs', draining: 'The service stops',
};

export const ORDERS: Record<string, string> = { look: 'Look again', retry: 'Retry', hold: 'Hold', release: 'Release', settle: 'Settle', write_off: 'Write off' };

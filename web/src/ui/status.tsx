// States in words. A state that is not in its table is shown as unknown, never as done.
export type StateWords = Record<string, [words: string, tone: 'good' | 'bad' | 'unknown' | 'moving']>;

export const BET_WORDS: StateWords = { placing: ['Placing', 'unknown'], filled: ['Filled', 'good'], failed: ['Not placed', 'bad'], settled: ['Settled', 'good'] };
export const SALE_WORDS: StateWords = { placing: ['Selling', 'unknown'], filled: ['Sold', 'good'], failed: ['Not sold', 'bad'] };
export const DEPOSIT_WORDS: StateWords = {
  settling: ['Checking with the chain', 'unknown'], pending: ['Paid', 'moving'], converting: ['Converting', 'moving'], completed: ['Done', 'good'], failed: ['Failed', 'bad'],
};
export const WITHDRAWAL_WORDS: StateWords = { requested: ['Accepted', 'moving'], sent: ['On its way', 'moving'], confirmed: ['Arrived', 'good'], failed: ['Failed', 'bad'] };
export const PAYOUT_WORDS: StateWords = { settled: ['Paid out', 'good'] };

export function StatusBadge({ of, words }: { of: string; words: StateWords }) {
  const [text, tone] = words[of] ?? [`Not known: ${of}`, 'unknown'];
  return <span class={`status ${tone}`}>{text}</span>;
}

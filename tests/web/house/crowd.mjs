// A million actors of which none stands in memory: each order of the list is a walk through their numbers in steps of its own, so
// that any page, and any actor's figures, are known at once.
export const CROWD = 1_000_000;
const SINGLES = ['buffer', 'journal', 'venue', 'guardian', 'conversion', 'credit', 'settlement', 'wallet', 'wallet', 'inspector'];
const STEPS = { mailbox: 7, wait: 11, busy: 13, rate: 17, age: 3 };
const inverse = (step) => {
  for (let k = 1; ; k++) if ((k * CROWD + 1) % step === 0) return (k * CROWD + 1) / step;
};
const BACK = Object.fromEntries(Object.entries(STEPS).map(([sort, step]) => [sort, BigInt(inverse(step))]));
const numberAt = (sort, rank) => (rank * STEPS[sort]) % CROWD;
const rankOf = (sort, n) => Number((BigInt(n) * BACK[sort]) % BigInt(CROWD));

export const uuidOf = (n) => `b0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const addressOf = (n) => `0x${n.toString(16).padStart(40, '0')}`;
export const kindOf = (n) => SINGLES[n] ?? (n % 50 === 0 ? 'bet' : 'balance');
const businessOf = (n) => ({ bet: uuidOf, balance: addressOf })[kindOf(n)]?.(n) ?? null;

/** `names`: of some, by id, what stands there instead. */
export function cardOf(n, names = new Map()) {
  const mailbox = Math.max(0, 900 - rankOf('mailbox', n));
  const processed = 1_000 + ((n * 31) % 5_000);
  const { name = kindOf(n), business_id = businessOf(n), in_handler = null } = names.get(n + 1) ?? {};
  return { id: n + 1, name, business_id, mailbox, received: processed + mailbox, processed, busy_us: 2 * (CROWD - rankOf('busy', n)), age_ms: 10 * (CROWD - rankOf('age', n)), wait_us: CROWD - rankOf('wait', n), in_handler };
}
export const rowOf = (n, names) => ({ ...cardOf(n, names), rate: Math.round((CROWD - rankOf('rate', n)) / 1_000) / 10, busy_us_per_s: CROWD - rankOf('busy', n) });

const COUNTS = new Map();
for (let n = 0; n < CROWD; n++) {
  const k = COUNTS.get(kindOf(n)) ?? { live: 0, mailbox: 0 };
  k.live++;
  COUNTS.set(kindOf(n), k);
}
for (let rank = 0; rank < 900; rank++) COUNTS.get(kindOf(numberAt('mailbox', rank))).mailbox += 900 - rank;
export const kinds = () => [...COUNTS].map(([name, k]) => ({ name, ...k, processed: 3_000 * k.live, busy_us: 1_000 * k.live }));

/** By its number, its business id, or the first four digits of that or more. */
function found(text) {
  const whole = /^0x[0-9a-f]{40}$/i.test(text) ? parseInt(text, 16) : text.startsWith('b0000000-0000-4000-8000-') && text.length === 36 ? Number(text.slice(-12)) : /^\d+$/.test(text) ? Number(text) - 1 : -1;
  if (whole >= 0) return whole < CROWD && (businessOf(whole) === text.toLowerCase() || /^\d+$/.test(text)) ? [whole] : [];
  return Array.from({ length: 1_000 }, (_, n) => n).filter((n) => businessOf(n)?.startsWith(text.toLowerCase()));
}

/** One page: the numbers of its actors, and where the next one begins. */
export function pageOf({ kind, find, sort, from, limit }) {
  if (find) {
    const numbers = found(find).filter((n) => !kind || kindOf(n) === kind);
    return { numbers: numbers.slice(from, from + limit), next: from + limit < numbers.length ? from + limit : null, matched: numbers.length };
  }
  const numbers = [];
  let rank = from;
  for (; rank < CROWD && numbers.length < limit; rank++) {
    const n = numberAt(sort, rank);
    if (!kind || kindOf(n) === kind) numbers.push(n);
  }
  return { numbers, next: rank < CROWD ? rank : null, matched: kind ? (COUNTS.get(kind)?.live ?? 0) : CROWD };
}

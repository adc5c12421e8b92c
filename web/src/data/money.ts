// Money is a bigint of micro-USDC here, a decimal string on the wire, and dollars and cents for people.
import { decimal, micro, type Micro, parse } from '@headroom/client';

export { decimal, micro, type Micro, parse };
export const DOLLAR = 1_000_000n;
const CENT = 10_000n;

/** What somebody typed: also "1,250", "25." and ".5". */
export const parseTyped = (text: string): Micro | null =>
  parse(text.trim().replace(/^\$\s*/, '').replace(/,(?=\d{3})/g, '').replace(/\.$/, '').replace(/^\./, '0.').replace(/^0+(?=\d)/, ''));

const grouped = (whole: string) => whole.replace(/\B(?=(\d{3})+$)/g, ',');

/** "$1,250.00", and all decimals when there are more than cents: nothing is rounded away. */
export function usd(value: Micro | string): string {
  const [whole, cents] = decimal(typeof value === 'string' ? micro(value) : value).replace('-', '').split('.');
  const negative = typeof value === 'string' ? value.startsWith('-') : value < 0n;
  return `${negative ? '−' : ''}$${grouped(whole!)}.${cents}`;
}

/** Whole cents, rounded down: for figures of which nobody pays anything. */
export const usdShort = (value: Micro | string): string => {
  const v = typeof value === 'string' ? micro(value) : value;
  return usd(v - (((v % CENT) + CENT) % CENT));
};

/** To the nearest cent: for fees and what came back, which are exact on the thing's own page. */
export const usdNear = (value: string): string => {
  const v = micro(value);
  return v > 0n && v < CENT / 2n ? 'less than $0.01' : usdShort(v + CENT / 2n);
};

/** With its sign, for what came and went. */
export const signed = (value: string): string => (micro(value) > 0n ? `+${usd(value)}` : usd(value));

/** A price of a share: "50.4¢". */
export function cents(price: string): string {
  const tenths = micro(price) / 1_000n;
  return `${(tenths / 10n).toString()}${tenths % 10n ? `.${tenths % 10n}` : ''}¢`;
}

/** Of shares, which are counted like USDC: "98.4". */
export const count = (amount: string): string => {
  const [whole, rest] = decimal(micro(amount)).split('.');
  const tail = rest!.replace(/0+$/, '');
  return grouped(whole!) + (tail ? `.${tail}` : '');
};

export const least = (...all: Micro[]): Micro => all.reduce((a, b) => (b < a ? b : a));
/** Down to whole cents. */
export const toCents = (value: Micro): Micro => value - (value % CENT);
/** Rounded up, as fees are. */
export const bpsOf = (value: Micro, bps: number): Micro => (value * BigInt(bps) + 9_999n) / 10_000n;

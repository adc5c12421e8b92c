// Money is a bigint of micro-USDC (shares and prices too), and a decimal string on the wire. Never a number.
import { fail } from './trouble.js';

export type Micro = bigint;
/** Whoever calls us may write it either way: `25370000n` or `'25.37'`. */
export type Money = Micro | string;
const DOLLAR = 1_000_000n;

/** "25.37" -> 25370000n; null for what is no amount. As strict as the service: at most six decimals. */
export function parse(text: string): Micro | null {
  const found = /^(-?)(0|[1-9]\d{0,12})(?:\.(\d{1,6}))?$/.exec(text);
  if (!found) return null;
  const value = BigInt(found[2]!) * DOLLAR + BigInt((found[3] ?? '').padEnd(6, '0') || '0');
  return found[1] ? -value : value;
}

/** An amount of the service, which is always well formed. */
export const micro = (text: string): Micro => parse(text) ?? 0n;

/** An amount to be signed: above zero, else `invalid_field`. */
export function amountOf(value: Money): Micro {
  const amount = typeof value === 'bigint' ? value : typeof value === 'string' ? parse(value) : null;
  return amount !== null && amount > 0n ? amount : fail('invalid_field', `"${String(value)}" is no amount: a decimal string or a bigint of micro-USDC, above zero`);
}

/** For the wire: "25.37". */
export function decimal(value: Micro): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(7, '0');
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6).replace(/0{1,4}$/, '')}`;
}

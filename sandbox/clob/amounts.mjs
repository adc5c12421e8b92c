// Integer arithmetic on money and shares, both in millionths. No floats anywhere.

export const ONE = 1_000_000n;

/** "12.5" -> 12500000n; throws on anything but a plain decimal with at most 6 places. */
export function micro(text) {
  const match = /^(\d{1,18})(?:\.(\d{1,6}))?$/.exec(String(text));
  if (!match) throw new Error(`not an amount: ${text}`);
  return BigInt(match[1]) * ONE + BigInt((match[2] ?? '').padEnd(6, '0'));
}

/** 12500000n -> "12.5" */
export function decimal(value) {
  const digits = value.toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return fraction ? `${digits.slice(0, -6)}.${fraction}` : digits.slice(0, -6);
}

export const hasDecimals = (value, places) => value % 10n ** BigInt(6 - places) === 0n;
export const ceilDiv = (a, b) => (a + b - 1n) / b;

/**
 * Taker fee: shares * rate * (p(1-p))^exponent, cut (not rounded) at 0.00001, as on Polygon mainnet.
 * `rate` and `price` in millionths.
 */
export function takerFee(shares, price, rate, exponent) {
  const scale = ONE * 10n ** (12n * BigInt(exponent));
  const raw = shares * rate * (price * (ONE - price)) ** BigInt(exponent);
  return (raw / (10n * scale)) * 10n;
}

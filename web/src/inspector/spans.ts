// Times of the inspector are finer than a browser's clock: microseconds, as whole numbers.

/** Of an RFC 3339 time, microseconds since 1970; NaN where it is none. A browser's own parser drops what is behind milliseconds. */
export function microsOf(time: string): number {
  const [, whole, fraction = '', zone] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  if (!whole) return NaN;
  return Date.parse(whole + zone) * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

const UNITS: [us: number, name: string][] = [[86_400e6, 'd'], [3_600e6, 'h'], [60e6, 'min'], [1e6, 's'], [1e3, 'ms'], [1, 'µs']];

/** "850 µs", "61 ms", "1.24 s", "3.5 min": three digits, in the largest unit. */
export function lasting(us: number): string {
  const [size, name] = UNITS.find(([size]) => us >= size) ?? UNITS[5]!;
  return `${+(us / size).toPrecision(3)} ${name}`;
}

const grouped = new Intl.NumberFormat('en-US');
export const counted = (n: number): string => grouped.format(n);
/** "1 event", "1,200 events". */
export const several = (n: number, one: string): string => `${counted(n)} ${one}${n === 1 ? '' : 's'}`;
export const perSecond = (rate: number): string => (rate >= 100 ? counted(Math.round(rate)) : `${+rate.toPrecision(2)}`);

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
/** "14:02:11.123456", in this browser's zone; with fewer digits where they are not known. */
export function clockMicros(us: number, digits = 6): string {
  const rest = String(us % 1e6).padStart(6, '0').slice(0, digits);
  return clock.format(new Date(us / 1_000)) + (rest && `.${rest}`);
}

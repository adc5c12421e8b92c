import { signal } from '@preact/signals';

/** The time, for what is shown: moves once a second while somebody looks. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1_000);
document.addEventListener('visibilitychange', () => (now.value = Date.now()));

const UNITS: [number, string][] = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];

/** "4 s", "3 min", "2 d": the largest unit, rounded. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [size, name] = UNITS.find(([size]) => seconds >= size) ?? UNITS[3]!;
  return `${Math.round(seconds / size)} ${name}`;
}
export const ago = (time: string, at: number): string => `${span(at - Date.parse(time))} ago`;
export const until = (time: string, at: number): string => span(Date.parse(time) - at);

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
export const clockTime = (time: string | number): string => clock.format(new Date(time));
export const dayTime = (time: string | number): string => day.format(new Date(time));

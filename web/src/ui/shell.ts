import { signal } from '@preact/signals';
import type { Position } from '../data/contract';

/** The one window that may be open. */
export type Window =
  | { is: 'connect' }
  | { is: 'deposit'; run?: string }
  | { is: 'withdraw' }
  | { is: 'sell'; position: Position }
  | { is: 'one_press' };
export const open = signal<Window | null>(null);
export const show = (w: Window): void => void (open.value = w);
export const close = (): void => void (open.value = null);

// What was signed and is not known to be over: kept BEFORE it is sent, so that a lost answer or a reload repeats the same
// bytes under the same key. The service takes each at most once.
import { computed, signal } from '@preact/signals';
import { same } from '../data/same';
import { read, write } from '../data/notes';
import { address } from '../wallet/wallets';

interface Common { key: string; user: string; at: number; amount: string }
export interface KeptDeposit extends Common { kind: 'deposit'; header: string; network: string; token: string; deposit?: string }
export interface KeptOrder extends Common {
  kind: 'bet' | 'sale' | 'withdrawal';
  path: string;
  body: Record<string, string>;
  token?: string;
  /** Where the service said it is found. */
  found?: string;
}
export type Kept = KeptDeposit | KeptOrder;

const all = signal<Kept[]>(read<Kept[]>('kept') ?? []);
/** Of the account in front of the page, and of nobody else. */
export const kept = computed(() => all.value.filter((k) => address.value !== null && same(k.user, address.value)));

function change(f: (list: Kept[]) => Kept[]): boolean {
  all.value = f(read<Kept[]>('kept') ?? []); // other tabs keep theirs there too
  return write('kept', all.value);
}

/** Answers whether a reload will find it. */
export const keep = (k: Kept): boolean => change((list) => [...list.filter((x) => x.key !== k.key), k]);
export const isOver = (key: string): void => void change((list) => list.filter((x) => x.key !== key));
window.addEventListener('storage', (e) => e.key === 'headroom.kept' && (all.value = read<Kept[]>('kept') ?? []));

// What was signed and is not known to be over, in this browser: kept before it is sent, so that a reload repeats it.
import { type Kept, same, type Store } from '@headroom/client';
import { computed, signal } from '@preact/signals';
import { read, write } from '../data/notes';
import { address } from '../wallet/wallets';

const stored = () => read<Kept[]>('kept') ?? [];
const all = signal<Kept[]>(stored());
/** Of the account in front of the page, and of nobody else. */
export const kept = computed(() => all.value.filter((k) => address.value !== null && same(k.user, address.value)));

function change(f: (list: Kept[]) => Kept[]): void {
  all.value = f(stored()); // other tabs keep theirs there too
  write('kept', all.value);
}

export const isOver = (key: string): void => change((list) => list.filter((x) => x.key !== key));
/** A browser that keeps nothing (a private window) keeps it as long as the page lives: that is no reason to send nothing. */
export const pageStore: Store = {
  put: (k) => change((list) => [...list.filter((x) => x.key !== k.key), k]),
  get: (key) => stored().find((k) => k.key === key) ?? null,
  delete: isOver,
  list: stored,
};
window.addEventListener('storage', (e) => e.key === 'headroom.kept' && (all.value = stored()));

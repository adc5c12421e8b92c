// What was signed and is not known to be over: kept BEFORE it is sent, so that a lost answer, a crash or a reload repeats
// the same bytes under the same key. The service takes each at most once.
import { HeadroomError } from './trouble.js';

interface Common { key: string; user: string; at: number; amount: string }
export interface KeptDeposit extends Common {
  kind: 'deposit';
  /** The payment header as it was signed: never another one under this key. */
  header: string;
  network: string;
  token: string;
  /** Its id, once the service has taken it. */
  deposit?: string;
}
export type OrderKind = 'bet' | 'sale' | 'withdrawal';
export interface KeptOrder<K extends OrderKind = OrderKind> extends Common {
  kind: K;
  path: string;
  body: Record<string, string>;
  token?: string;
  /** Where the service said it is found. */
  found?: string;
}
export type Kept = KeptDeposit | KeptOrder;

type Soon<T> = T | Promise<T>;
/** `put` has kept when its promise is fulfilled; when it is rejected nothing is sent (`not_kept`). Whoever reads a store can send what is in it. */
export interface Store {
  put(kept: Kept): Soon<void>;
  get(key: string): Soon<Kept | null>;
  delete(key: string): Soon<void>;
  list(): Soon<Kept[]>;
}

/** Before anything is sent. */
export async function keep(store: Store, kept: Kept): Promise<void> {
  try {
    await store.put(kept);
  } catch (e) {
    throw new HeadroomError({ code: 'not_kept', detail: `Nothing was sent: ${e instanceof Error ? e.message : String(e)}` });
  }
}

export function memoryStore(): Store {
  const all = new Map<string, Kept>();
  return {
    put: (kept) => void all.set(kept.key, kept),
    get: (key) => all.get(key) ?? null,
    delete: (key) => void all.delete(key),
    list: () => [...all.values()],
  };
}

/** In `localStorage` or something like it, one item for each. */
export function webStore(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>, prefix = 'headroom.kept.'): Store {
  const read = (name: string): Kept | null => JSON.parse(storage.getItem(name) ?? 'null') as Kept | null;
  return {
    put: (kept) => storage.setItem(prefix + kept.key, JSON.stringify(kept)),
    get: (key) => read(prefix + key),
    delete: (key) => storage.removeItem(prefix + key),
    list: () => Array.from({ length: storage.length }, (_, i) => storage.key(i)!).filter((n) => n.startsWith(prefix)).map((n) => read(n)!),
  };
}

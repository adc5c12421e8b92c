// Pages behind the first one, fetched by a press.
import { useSignal } from '@preact/signals';
import { type Trouble, troubleOf } from '@headroom/client';
import { Button, Notice } from '../ui/parts';
import { sessionEnded } from './session';
import { notRead } from './words';

export interface OlderOnes<T> { more: T[]; cursor: string | null; busy: boolean; why: Trouble | null; fetch(): Promise<void> }

/** `first`: the cursor of the first page, which is read anew now and then; those behind it are not. */
export function useOlder<T>(first: string | null, read: (cursor: string) => Promise<[T[], string | null]>): OlderOnes<T> {
  const more = useSignal<T[]>([]);
  const next = useSignal<string | null | undefined>(undefined);
  const why = useSignal<Trouble | null>(null);
  const busy = useSignal(false);
  const cursor = next.value === undefined ? first : next.value;
  return {
    more: more.value, cursor, busy: busy.value, why: why.value,
    async fetch() {
      if (!cursor || busy.peek()) return;
      busy.value = true;
      try {
        const [list, after] = await read(cursor);
        more.value = [...more.peek(), ...list];
        next.value = after;
        why.value = null;
      } catch (e) {
        why.value = troubleOf(e);
        if (why.value.status === 401) sessionEnded();
      } finally {
        busy.value = false;
      }
    },
  };
}

export const Older = <T,>({ of }: { of: OlderOnes<T> }) => (
  <>
    {of.why && <Notice tone="unknown">{notRead(of.why)}</Notice>}
    {of.cursor && <Button onClick={() => void of.fetch()} disabled={of.busy}>Older ones</Button>}
  </>
);

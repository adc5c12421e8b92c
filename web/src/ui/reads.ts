import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { touched } from '../state/live';
import { sessionEnded, signedIn } from '../state/session';

export interface Read<T> { value: Signal<T | null>; why: Signal<Trouble | null>; again: () => void }

/** Something of this user's: read now, and anew whenever an event says that it may have changed. Of another account: nothing. */
export function useRead<T>(read: () => Promise<T>, of: string, needsSession = true): Read<T> {
  const value = useSignal<T | null>(null);
  const why = useSignal<Trouble | null>(null);
  const count = useSignal(0);
  const may = signedIn.value || !needsSession;
  useEffect(() => {
    value.value = null;
    why.value = null;
  }, [of, may]);
  useEffect(() => {
    if (!may) return;
    let mine = true;
    read().then(
      (v) => mine && ((value.value = v), (why.value = null)),
      (e) => {
        if (!mine) return;
        why.value = troubleOf(e);
        if (why.value.status === 401 && needsSession) sessionEnded();
      },
    );
    return () => {
      mine = false;
    };
  }, [of, may, touched.value, count.value]);
  return { value, why, again: () => count.value++ };
}

import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { moved } from './line';
import { sessionEnded } from './session';

export interface Read<T> {
  value: T | null;
  /** When it was read. */
  at: number;
  why: Trouble | null;
  again(): void;
}

interface When {
  /** Of this; another one is nothing of it. */
  of?: string;
  everyMs?: number;
  /** Grows when it is to be read anew. */
  on?: Signal<number>;
}

/** Read now, and anew from time to time while somebody looks. What was read last stays on the screen when the next question fails. */
export function useRead<T>(read: () => Promise<T>, { of = '', everyMs = 15_000, on = moved.all }: When = {}): Read<T> {
  const value = useSignal<T | null>(null);
  const at = useSignal(0);
  const why = useSignal<Trouble | null>(null);
  const count = useSignal(0);
  useEffect(() => {
    value.value = null;
    why.value = null;
  }, [of]);
  useEffect(() => {
    let mine = true;
    let asking = false;
    const look = async () => {
      if (asking) return;
      asking = true;
      try {
        const answer = await read();
        if (!mine) return;
        value.value = answer;
        at.value = Date.now();
        why.value = null;
      } catch (e) {
        if (!mine) return;
        why.value = troubleOf(e);
        if (why.value.status === 401) sessionEnded();
      } finally {
        asking = false;
      }
    };
    void look();
    const timer = setInterval(() => document.hidden || void look(), everyMs);
    return () => {
      mine = false;
      clearInterval(timer);
    };
  }, [of, everyMs, moved.all.value, on.value, count.value]);
  return { value: value.value, at: at.value, why: why.value, again: () => count.value++ };
}

// A list that is read by cursor, two hundred rows at a time, as far as somebody scrolls.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { sessionEnded } from '../operator/session';

export interface Answer<T> { rows: T[]; next: string | null }

export interface Paged<T, A extends Answer<T>> {
  rows: readonly T[];
  /** The newest answer, for what it says beside its rows. */
  last: A | null;
  at: number;
  why: Trouble | null;
  busy: boolean;
  /** There are more. */
  open: boolean;
  more(): void;
  /** From the first row on. */
  again(): void;
}

interface How<T> {
  /** Of this question; another one begins anew. */
  of: string;
  /** So many rows are kept, and no more are asked for. */
  most: number;
  keyOf: (row: T) => string | number;
  everyMs: number;
  /** Whether the first page may be read anew by itself: not while somebody reads further down. */
  mayRenew: () => boolean;
}

export function usePages<T, A extends Answer<T>>(read: (cursor: string | null) => Promise<A>, { of, most, keyOf, everyMs, mayRenew }: How<T>): Paged<T, A> {
  const rows = useSignal<readonly T[]>([]);
  const last = useSignal<A | null>(null);
  const at = useSignal(0);
  const why = useSignal<Trouble | null>(null);
  const busy = useSignal(false);
  const turn = useRef(0); // answers to older questions are nothing
  const question = useRef(read);
  question.current = read;

  async function ask(cursor: string | null) {
    const mine = ++turn.current;
    busy.value = true;
    try {
      const answer = await question.current(cursor);
      if (mine !== turn.current) return;
      const known = new Set(cursor ? rows.peek().map(keyOf) : []); // between two questions a row may have moved
      rows.value = cursor ? [...rows.peek(), ...answer.rows.filter((r) => !known.has(keyOf(r)))].slice(0, most) : answer.rows;
      last.value = answer;
      at.value = Date.now();
      why.value = null;
    } catch (e) {
      if (mine !== turn.current) return;
      why.value = troubleOf(e);
      if (why.value.status === 401) sessionEnded();
    } finally {
      if (mine === turn.current) busy.value = false;
    }
  }
  useEffect(() => {
    rows.value = [];
    last.value = null;
    why.value = null;
    void ask(null);
    const timer = setInterval(() => document.hidden || busy.peek() || !mayRenew() || void ask(null), everyMs);
    return () => {
      turn.current++;
      clearInterval(timer);
    };
  }, [of]);
  const open = last.value?.next != null && rows.value.length < most;
  return {
    rows: rows.value, last: last.value, at: at.value, why: why.value, busy: busy.value, open,
    more: () => open && !busy.peek() && !why.peek() && void ask(last.peek()!.next),
    again: () => void ask(null),
  };
}

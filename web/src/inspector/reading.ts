// Reading a story: the first thousand events at once, the others as somebody asks for them.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { HeadroomError, type Trouble, troubleOf } from '@headroom/client';
import { sessionEnded } from '../operator/session';
import { storyPage } from './ask';
import type { StoryKind } from './ids';
import { joined, MOST_EVENTS, NotAStory, type Story, storyOf } from './shapes';

const RENEW_MS = 3_000;

async function pageOf(kind: StoryKind, id: string, cursor: string | null): Promise<Story> {
  try {
    return storyOf(await storyPage(kind, id, cursor));
  } catch (e) {
    throw e instanceof NotAStory ? new HeadroomError({ code: 'unreadable', detail: e.message }) : e;
  }
}

export interface Reading {
  story: Story | null;
  at: number;
  why: Trouble | null;
  /** So many events were read so far, while more are being read. */
  busy: number | null;
  more(): void;
  /** To its last event; answers what there is then. */
  whole(): Promise<Story | null>;
  again(): void;
}

export function useStory(kind: StoryKind, id: string): Reading {
  const story = useSignal<Story | null>(null);
  const at = useSignal(0);
  const why = useSignal<Trouble | null>(null);
  const busy = useSignal<number | null>(null);
  const turn = useRef(0);

  /** `pages` more, or from the first one on. */
  async function read(pages: number, anew = false): Promise<Story | null> {
    const mine = ++turn.current;
    let all = anew ? null : story.peek();
    busy.value = all?.events.length ?? 0;
    try {
      for (let i = 0; i < pages && (all === null || all.next_cursor !== null) && (all?.events.length ?? 0) < MOST_EVENTS; i++) {
        const page = await pageOf(kind, id, all?.next_cursor ?? null);
        if (mine !== turn.current) return null;
        all = all === null ? page : joined(all, page);
        busy.value = all.events.length;
      }
      story.value = all;
      at.value = Date.now();
      why.value = null;
      return all;
    } catch (e) {
      if (mine !== turn.current) return null;
      why.value = troubleOf(e);
      if (why.value.status === 401) sessionEnded();
      return null;
    } finally {
      if (mine === turn.current) busy.value = null;
    }
  }
  useEffect(() => {
    story.value = null;
    why.value = null;
    void read(1, true);
    const goesOn = () => why.peek() !== null || (story.peek()?.complete === false && story.peek()!.next_cursor === null && story.peek()!.events.length <= 1_000);
    const timer = setInterval(() => document.hidden || busy.peek() !== null || !goesOn() || void read(1, true), RENEW_MS);
    return () => {
      turn.current++;
      clearInterval(timer);
    };
  }, [kind, id]);
  return {
    story: story.value, at: at.value, why: why.value, busy: busy.value,
    more: () => void (busy.peek() === null && story.peek()?.next_cursor && !why.peek() && read(1)),
    whole: () => (story.peek()?.next_cursor === null ? Promise.resolve(story.peek()) : read(MOST_EVENTS)),
    again: () => void read(1, true),
  };
}

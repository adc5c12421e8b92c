// Whether this page still hears the service, and what it hears: that the buffer moved, that alerts begin and end. The numbers are
// read anew; an event only says when.
import { computed, effect, signal } from '@preact/signals';
import type { Heard } from '@headroom/client';
import { now } from '../data/time';
import { forgetStream, join, want } from '../state/tabs';
import { client, reached } from './service';
import { may, session, sessionEnded } from './session';

type State = 'live' | 'reconnecting' | 'stopping';
const state = signal<State>('live');
const since = signal(Date.now());

/** Each grows when there is something new to read. `all`: read everything. */
export const moved = { all: signal(0), buffer: signal(0), alerts: signal(0) };

/** Without word for so long, nothing is ordered on what the screen says. */
const TOO_OLD_MS = 10_000;
export const link = computed(() => {
  const age = state.value === 'live' ? 0 : now.value - since.value;
  return { state: state.value, age, frozen: age > TOO_OLD_MS };
});

function lineIs(next: State) {
  if (next !== 'live' && state.peek() === 'live') since.value = Date.now();
  if (next === 'live' || state.peek() !== 'stopping') state.value = next;
}

/** A busy house's buffer moves all the time: once in two seconds is enough to look at. */
const PACE_MS = 2_000;
let later: ReturnType<typeof setTimeout> | undefined;

function onEvent(e: Heard) {
  if (e.name === 'bye') lineIs('stopping');
  else if (e.name === 'alert') moved.alerts.value++;
  else if (e.name === 'buffer') {
    later ??= setTimeout(() => {
      later = undefined;
      moved.buffer.value++;
    }, PACE_MS);
  } else moved.all.value++;
}

let listening: AbortController | null = null;

export function startLine(): void {
  reached.hear = (yes) => {
    if (!listening) lineIs(yes ? 'live' : 'reconnecting'); // else the stream knows better
  };
  effect(() => {
    listening?.abort();
    listening = null;
    const s = session.value;
    if (!s) return forgetStream();
    const topics = [...(may('inspect') ? ['alerts'] : []), ...(may('read') ? ['buffer'] : [])];
    if (topics.length === 0) return;
    want(topics);
    listening = new AbortController();
    let broke = false; // what was read while the stream opened for the first time is new enough
    join(client, {
      onEvent,
      onOpen: () => {
        state.value = 'live';
        if (broke) moved.all.value++;
      },
      onWord: () => lineIs('live'),
      onBreak: () => {
        broke = true;
        lineIs('reconnecting');
      },
      onRefused: sessionEnded,
    }, listening.signal);
  });
}

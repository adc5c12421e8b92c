// One stream for all tabs: browsers keep six connections to a host, and the seventh tab would hang. The tab that holds the
// lock listens for all and passes on what it hears; when it closes, the lock goes to the next.
import { type Client, type Heard, listen, sleep, troubleOf } from '@headroom/client';

export interface Line {
  onOpen(): void;
  onEvent(e: Heard): void;
  /** A sign of life, also a comment. */
  onWord(): void;
  onBreak(): void;
  /** The session is over: nobody asks again. */
  onRefused(): void;
}

type Word =
  | { t: 'want'; tab: string; topics: string[] }
  | { t: 'gone'; tab: string }
  | { t: 'who' }
  | { t: 'event'; event: Heard }
  | { t: 'open' } | { t: 'word' } | { t: 'break' } | { t: 'refused' }
  | { t: 'session' };

const MOST_TOPICS = 40;
const AFTER_REFUSAL_MS = 2_000;
const tab = crypto.randomUUID();
/** The operator's page listens to other things: its tabs are a group of their own. */
const group = /^\/operator\b/.test(location.pathname) ? 'headroom.operator' : 'headroom';
const channel = 'BroadcastChannel' in window ? new BroadcastChannel(group) : null;
const last = { id: '' };
let mine: string[] = [];
let line: Line | null = null;
let onSessionWord = () => {};
const wanted = new Map<string, string[]>(); // of the other tabs, while we lead
let rewire = () => {};

const post = (w: Word) => channel?.postMessage(w);
const SPOKEN = { open: 'onOpen', word: 'onWord', break: 'onBreak', refused: 'onRefused' } as const;

channel?.addEventListener('message', ({ data: w }: MessageEvent<Word>) => {
  if (w.t === 'want') {
    wanted.set(w.tab, w.topics);
    rewire();
  } else if (w.t === 'gone') {
    wanted.delete(w.tab);
    rewire();
  } else if (w.t === 'who') {
    if (line) post({ t: 'want', tab, topics: mine });
  } else if (w.t === 'session') {
    onSessionWord();
  } else if (w.t === 'event') {
    if (w.event.id) last.id = w.event.id;
    line?.onEvent(w.event);
  } else {
    line?.[SPOKEN[w.t]]();
  }
});
window.addEventListener('pagehide', () => post({ t: 'gone', tab }));
window.addEventListener('pageshow', (e) => e.persisted && line && post({ t: 'want', tab, topics: mine }));

/** What this tab hears goes to itself and to the others. */
const shared = (to: Line): Line => ({
  onOpen: () => (post({ t: 'open' }), to.onOpen()),
  onWord: () => (post({ t: 'word' }), to.onWord()),
  onBreak: () => (post({ t: 'break' }), to.onBreak()),
  onRefused: () => (post({ t: 'refused' }), to.onRefused()),
  onEvent: (event) => (post({ t: 'event', event }), to.onEvent(event)),
});

const union = () => [...new Set([...mine, ...[...wanted.values()].flat()])].sort().slice(0, MOST_TOPICS);

/** Tells what is heard until `given` is aborted; throws a refusal. */
async function hear(by: Client, topics: string[], to: Line, given: AbortSignal): Promise<void> {
  for await (const w of listen(by, { topics, last, given, patienceMs: Infinity })) {
    if (w.is === 'event') to.onEvent(w.event);
    else to[SPOKEN[w.is]]();
  }
}

async function lead(by: Client, to: Line, given: AbortSignal): Promise<void> {
  let current = new AbortController();
  let topics: string[] = [];
  let changed: ReturnType<typeof setTimeout> | undefined;
  rewire = () => {
    clearTimeout(changed);
    changed = setTimeout(() => union().join() !== topics.join() && current.abort(), 100);
  };
  post({ t: 'who' });
  await sleep(30, given); // the others say what they want
  const all = shared(to);
  for (let over = false; !over && !given.aborted; ) {
    current = new AbortController();
    topics = union();
    try {
      await hear(by, topics, all, AbortSignal.any([given, current.signal]));
    } catch (e) {
      over = [401, 403].includes(troubleOf(e).status ?? 0);
      if (over) all.onRefused();
      else (all.onBreak(), await sleep(AFTER_REFUSAL_MS, given));
    }
  }
  rewire = () => {};
  wanted.clear();
}

/** Begins to listen, through whoever leads; until `given` is aborted. */
export function join(by: Client, to: Line, given: AbortSignal): void {
  line = to;
  given.addEventListener('abort', () => {
    line = null;
    post({ t: 'gone', tab });
  }, { once: true });
  post({ t: 'want', tab, topics: mine });
  if (!navigator.locks || !channel) return void lead(by, to, given);
  navigator.locks.request(`${group}.events`, { signal: given }, () => lead(by, to, given)).catch(() => {});
}

export function want(topics: string[]): void {
  if (topics.join() === mine.join()) return;
  mine = topics;
  if (line) post({ t: 'want', tab, topics });
  rewire();
}

export const tellSession = (): void => post({ t: 'session' });
export const onSessionOfOthers = (f: () => void): void => void (onSessionWord = f);
/** Another account: what it missed is nothing of the one before. */
export const forgetStream = (): void => void (last.id = '');

// Server-sent events by fetch: unlike EventSource it shows comments, so that silence can be told from a broken line, and
// the status of a refusal. Nothing is read ahead: whoever is slow is told `resync` by the service, and nothing piles up here.
import { type Client, problemOf } from './client.js';
import { sleep } from './sleep.js';
import { fail, HeadroomError, isUnknown } from './trouble.js';

export interface Heard { name: string; data: string; id: string }

/** The service's events are some hundred bytes. */
const MOST_CHARACTERS = 1_000_000;

/** Lines of a stream into events (HTML, "Server-sent events", 9.2.6). Throws `stream_too_large` on one without end. */
export function reader(onEvent: (e: Heard) => void): (text: string) => void {
  let rest = '';
  let name = '';
  let data: string[] = [];
  let size = 0;
  let id = '';
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        if (data.length) onEvent({ name: name || 'message', data: data.join('\n'), id });
        name = '';
        data = [];
        size = 0;
        continue;
      }
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
      if (field === 'event') name = value ?? '';
      else if (field === 'data') size += data.push(value ?? '') && (value ?? '').length;
      else if (field === 'id') id = value ?? '';
    }
    if (rest.length + size > MOST_CHARACTERS) fail('stream_too_large');
  };
}

/** `word`: a sign of life, also a comment. `break`: it comes back by itself. */
export type LineWord = { is: 'open' } | { is: 'word' } | { is: 'event'; event: Heard } | { is: 'break' };

export interface Listening {
  /** `me`, `buffer`, `alerts`, `market:<token_id>`. */
  topics: string[];
  /** The last id that was heard; moves along, so that it can be kept. */
  last?: { id: string };
  given?: AbortSignal | undefined;
  /** Without a connection for so long: `no_answer`. */
  patienceMs?: number;
}

const SILENCE_MS = 25_000; // the service writes every 15 s
const LONGEST_WAIT_MS = 8_000;
const PATIENCE_MS = 600_000;
const AFTER_BREAK_MS = 500;

const queryOf = (topics: string[]) => encodeURIComponent(topics.join(',')).replaceAll('%2C', ',').replaceAll('%3A', ':');

/** One connection, to its end. Answers how long to wait before the next; throws a refusal. */
async function* once(client: Client, topics: string[], last: { id: string }, given?: AbortSignal): AsyncGenerator<LineWord, number> {
  const cut = new AbortController();
  const stop = () => cut.abort();
  given?.addEventListener('abort', stop, { once: true });
  let timer = setTimeout(stop, SILENCE_MS);
  try {
    const headers = { Accept: 'text/event-stream', ...(last.id ? { 'Last-Event-ID': last.id } : {}) };
    const answer = await client.send(`/events?topics=${queryOf(topics)}`, { headers, signal: cut.signal, cache: 'no-store' }, { patienceMs: Infinity });
    if (!answer.ok || !answer.body) {
      const why = problemOf(answer.status, await answer.json().catch(() => null), answer.headers);
      if (isUnknown(why) || answer.status >= 500 || answer.status === 429) return 1_000 * (why.retryAfter ?? 2);
      throw new HeadroomError(why);
    }
    yield { is: 'open' };
    const heard: Heard[] = [];
    const feed = reader((e) => heard.push(e));
    const from = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    cut.signal.addEventListener('abort', () => void from.cancel().catch(() => {}), { once: true }); // fetch may have lost the signal by then (bound.ts)
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS); // of the service, not of whoever listens
      const { value, done } = await from.read().catch(() => ({ value: '', done: true }));
      clearTimeout(timer);
      if (done) return AFTER_BREAK_MS;
      yield { is: 'word' };
      feed(value);
      for (const event of heard.splice(0)) {
        if (event.id) last.id = event.id;
        yield { is: 'event', event };
      }
    }
  } catch (e) {
    if (e instanceof HeadroomError && e.code === 'no_answer') return AFTER_BREAK_MS;
    throw e;
  } finally {
    clearTimeout(timer);
    given?.removeEventListener('abort', stop);
    cut.abort();
  }
}

/**
 * Everything that can be said of a stream, until `given` is aborted; comes back after breaks, with the last id it heard. Throws when it is
 * refused (`unauthorized`: the session is over), and `no_answer` without a connection for `patienceMs`.
 */
export async function* listen(client: Client, { topics, last = { id: '' }, given, patienceMs = PATIENCE_MS }: Listening): AsyncGenerator<LineWord, void> {
  let since = Date.now();
  for (let tries = 0; !given?.aborted; tries++) {
    const opened = Date.now();
    let wait = AFTER_BREAK_MS;
    const words = once(client, topics, last, given);
    try {
      for (;;) {
        const next = await words.next();
        if (next.done) {
          wait = next.value;
          break;
        }
        since = Date.now();
        yield next.value;
      }
    } finally {
      await words.return(0);
    }
    if (given?.aborted) return;
    if (Date.now() - since > patienceMs) fail('no_answer');
    if (Date.now() - opened > 5_000) tries = 0;
    yield { is: 'break' };
    await sleep(Math.min(Math.max(wait, 250 * 2 ** Math.min(tries, 5)) * (0.8 + 0.4 * Math.random()), LONGEST_WAIT_MS), given);
  }
}

/** `id`: null of what is not repeated after a break (the newest word of a balance, a price, the buffer). */
export interface HeadroomEvent { name: string; id: string | null; data: Record<string, unknown> }

function parsed(data: string): Record<string, unknown> {
  try {
    return JSON.parse(data) as Record<string, unknown>;
  } catch {
    return fail('unreadable', `not JSON: ${data.slice(0, 100)}`);
  }
}

/** What happens, as it happens: `for await (const e of events(client, { topics: ['me'] }))`. After `resync` read everything anew. */
export async function* events(client: Client, how: Listening): AsyncGenerator<HeadroomEvent, void> {
  for await (const w of listen(client, how)) {
    if (w.is !== 'event') continue;
    const { name, id, data } = w.event;
    yield { name, id: id || null, data: parsed(data) };
  }
}

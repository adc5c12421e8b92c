// Server-sent events by fetch: unlike EventSource it shows comments, so that silence can be told from a broken line, and
// the status of a refusal.
import { sleep } from '../data/sleep';

export interface Heard { name: string; data: string; id: string }

/** Lines of a stream into events (HTML, "Server-sent events", 9.2.6). */
export function reader(onEvent: (e: Heard) => void): (text: string) => void {
  let rest = '';
  let name = '';
  let data: string[] = [];
  let id = '';
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        if (data.length) onEvent({ name: name || 'message', data: data.join('\n'), id });
        name = '';
        data = [];
        continue;
      }
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
      if (field === 'event') name = value ?? '';
      else if (field === 'data') data.push(value ?? '');
      else if (field === 'id') id = value ?? '';
    }
  };
}

export interface Line {
  onOpen(): void;
  onEvent(e: Heard): void;
  /** A sign of life, also a comment. */
  onWord(): void;
  onBreak(): void;
  /** The session is over: nobody asks again. */
  onRefused(): void;
}

const SILENCE_MS = 25_000; // the service writes every 15 s
const LONGEST_WAIT_MS = 8_000;

/** One connection, to its end. Answers how long to wait before the next, or null when there will be none. */
async function once(topics: string, last: { id: string }, line: Line, given: AbortSignal): Promise<number | null> {
  const cut = new AbortController();
  const stop = () => cut.abort();
  given.addEventListener('abort', stop, { once: true });
  let timer = setTimeout(stop, SILENCE_MS);
  try {
    const answer = await fetch(`/events?topics=${topics}`, {
      headers: { Accept: 'text/event-stream', ...(last.id ? { 'Last-Event-ID': last.id } : {}) }, signal: cut.signal, cache: 'no-store',
    });
    if (answer.status === 401 || answer.status === 403) {
      line.onRefused();
      return null;
    }
    if (!answer.ok || !answer.body) return 1_000 * (Number(answer.headers.get('Retry-After')) || 2);
    line.onOpen();
    const feed = reader((e) => {
      if (e.id) last.id = e.id;
      line.onEvent(e);
    });
    const from = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await from.read();
      if (done) return 500;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
      line.onWord();
      feed(value);
    }
  } catch {
    return 500;
  } finally {
    clearTimeout(timer);
    given.removeEventListener('abort', stop);
    cut.abort();
  }
}

/** Listens until `given` is aborted; comes back after breaks, with the last id it heard. */
export async function listen(topics: string, last: { id: string }, line: Line, given: AbortSignal): Promise<void> {
  for (let tries = 0; !given.aborted; tries++) {
    const opened = Date.now();
    const wait = await once(topics, last, line, given);
    if (given.aborted || wait === null) return;
    if (Date.now() - opened > 5_000) tries = 0;
    line.onBreak();
    await sleep(Math.min(Math.max(wait, 250 * 2 ** Math.min(tries, 5)) * (0.8 + 0.4 * Math.random()), LONGEST_WAIT_MS), given);
  }
}

// Messages as actors handle them, for as long and as many as was asked for: the service wants both bounds, and so do we.
import { HeadroomError, problemOf, reader } from '@headroom/client';
import { client } from '../operator/service';
import type { Handled } from './ask';

export interface Watch { limit: number; seconds: number; kind: string; find: string; type: string }
export interface Message extends Handled { actor_id: number; kind: string; business_id: string | null }
export interface End { reason: string; sent: number; dropped: number }
/** `dropped`: so many more. */
export interface Told { message(m: Message): void; dropped(more: number): void; end(e: End): void }

function tell(name: string, data: string, to: Told): void {
  const said = JSON.parse(data) as unknown;
  if (name === 'message') to.message(said as Message);
  else if (name === 'dropped') to.dropped((said as { messages: number }).messages);
  else if (name === 'end') to.end(said as End);
}

/** Until the service ends it, or `given` is aborted. Throws a refusal, and `no_answer` when the line breaks. */
export async function watch(w: Watch, to: Told, given: AbortSignal): Promise<void> {
  const query = new URLSearchParams({ limit: String(w.limit), seconds: String(w.seconds) });
  for (const name of ['kind', 'find', 'type'] as const) if (w[name]) query.set(name, w[name]);
  const answer = await client.send(`/inspector/stream?${query}`, { headers: { Accept: 'text/event-stream' }, signal: given, cache: 'no-store' }, { patienceMs: Infinity });
  if (!answer.ok || !answer.body) throw new HeadroomError(problemOf(answer.status, await answer.json().catch(() => null), answer.headers));
  const feed = reader((e) => tell(e.name, e.data, to));
  const from = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await from.read();
      if (done) return;
      feed(value);
    }
  } catch (e) {
    if (given.aborted) return;
    throw e instanceof HeadroomError ? e : new HeadroomError({ code: 'no_answer' });
  } finally {
    await from.cancel().catch(() => {});
  }
}

import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { now } from '../data/time';
import { sessionEnded } from '../operator/session';
import { notRead } from '../operator/words';
import { Button, Notice, Spoken } from '../ui/parts';
import { ActorLink, Business } from './ids';
import { Head } from './nav';
import { Rows } from './rows';
import { saveText } from './saved';
import { clockMicros, counted, lasting, microsOf, several } from './spans';
import { type End, type Message, watch, type Watch } from './stream';

const MOST = 10_000;
const LONGEST_S = 300;
const COLUMNS = [
  { name: 'At' }, { name: 'Actor', class: 'who' }, { name: 'Message', class: 'text' }, { name: 'Business id', class: 'wide' }, { name: 'From', class: 'wide' },
  { name: 'Waited', class: 'number wide' }, { name: 'Took', class: 'number' }, { name: 'Outcome', class: 'wide' },
];
const ENDS: Record<string, string> = {
  limit: 'as many as were asked for', seconds: 'the time is over', stopped: 'you stopped it',
};
const whole = (text: string, most: number): number | null => (/^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= most ? Number(text) : null);

type Form = { kind: string; find: string; type: string; limit: string; seconds: string };

function Text({ name, value, hint, on }: { name: string; value: string; hint?: string; on: (text: string) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <input id={id} class="wide" value={value} maxLength={64} autocomplete="off" autocapitalize="off" spellcheck={false} placeholder={hint} onInput={(e) => on(e.currentTarget.value)} />
    </div>
  );
}
function Bound({ name, value, most, on }: { name: string; value: string; most: number; on: (text: string) => void }) {
  const id = useId();
  const good = whole(value, most) !== null;
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <input id={id} class="wide" inputMode="numeric" value={value} maxLength={5} autocomplete="off" aria-required="true" aria-invalid={!good} aria-describedby={`${id}-bound`} onInput={(e) => on(e.currentTarget.value)} />
      <p class="small" id={`${id}-bound`}>1 to {counted(most)}</p>
    </div>
  );
}

/** One watch at a time; leaving the screen ends it. */
function useWatch() {
  const heard = useSignal<Message[]>([]); // the newest first
  const dropped = useSignal(0);
  const ended = useSignal<End | null>(null);
  const why = useSignal<Trouble | null>(null);
  const until = useSignal<number | null>(null);
  const running = useRef<AbortController | null>(null);
  const fresh = useRef<Message[]>([]);
  const frame = useRef(0);

  /** Once a frame, however many come. */
  const show = () => {
    frame.current = 0;
    if (fresh.current.length) heard.value = [...fresh.current.splice(0).reverse(), ...heard.peek()].slice(0, MOST);
  };
  const stop = () => {
    running.current?.abort();
    running.current = null;
    until.value = null;
  };
  async function start(w: Watch) {
    stop();
    const mine = (running.current = new AbortController());
    fresh.current = [];
    heard.value = [];
    dropped.value = 0;
    ended.value = why.value = null;
    until.value = Date.now() + 1_000 * w.seconds;
    try {
      await watch(w, {
        message: (m) => {
          fresh.current.push(m);
          frame.current ||= requestAnimationFrame(show);
        },
        dropped: (more) => void (dropped.value += more),
        end: (e) => void ((ended.value = e), (dropped.value = e.dropped)),
      }, mine.signal);
    } catch (e) {
      if (mine.signal.aborted) return;
      why.value = troubleOf(e);
      if (why.value.status === 401) sessionEnded();
    } finally {
      show();
      if (running.current === mine) stop();
    }
  }
  useEffect(() => () => (stop(), cancelAnimationFrame(frame.current)), []);
  return { heard: heard.value, dropped: dropped.value, ended: ended.value, why: why.value, until: until.value, start, stop: () => (stop(), void (ended.value ??= { reason: 'stopped', sent: heard.peek().length, dropped: dropped.peek() })) };
}

export function Live({ find }: { find: string }) {
  const form = useSignal<Form>({ kind: '', find, type: '', limit: '200', seconds: '30' });
  const set = (change: Partial<Form>) => void (form.value = { ...form.peek(), ...change });
  const w = useWatch();
  const { kind, type } = form.value;
  const limit = whole(form.value.limit, MOST);
  const seconds = whole(form.value.seconds, LONGEST_S);
  const go = () => limit !== null && seconds !== null && void w.start({ kind: kind.trim(), find: form.value.find.trim(), type: type.trim(), limit, seconds });
  return (
    <>
      <Head title="Live messages" here="live" beside={w.heard.length > 0 && w.until === null && <Button onClick={() => saveText(`headroom-messages-${Date.now()}.json`, JSON.stringify({ messages: w.heard, dropped: w.dropped }))}>Save as file</Button>} />
      <form class="asking" onSubmit={(e) => (e.preventDefault(), go())}>
        <Text name="Kind" value={kind} hint="any" on={(t) => set({ kind: t })} />
        <Text name="Find" value={form.value.find} hint="0x…, uuid, number" on={(t) => set({ find: t })} />
        <Text name="Message" value={type} hint="any" on={(t) => set({ type: t })} />
        <Bound name="At most" value={form.value.limit} most={MOST} on={(t) => set({ limit: t })} />
        <Bound name="Seconds" value={form.value.seconds} most={LONGEST_S} on={(t) => set({ seconds: t })} />
        {w.until === null ? <button type="submit" class="button main" disabled={limit === null || seconds === null}>Watch</button> : <Button kind="main" onClick={w.stop}>Stop</Button>}
      </form>
      <p class="small">Not shown: messages of the inspector itself. What somebody’s screen is too slow for is dropped, and counted.</p>
      <Spoken>
        {w.until !== null && <p>Watching, {Math.max(0, Math.ceil((w.until - now.value) / 1_000))} s left.</p>}
        {w.ended && <p>Over: {ENDS[w.ended.reason] ?? w.ended.reason}.</p>}
        {w.why && <Notice tone="unknown">{notRead(w.why)}</Notice>}
      </Spoken>
      <p class="row"><strong>{several(w.heard.length, 'message')}</strong>{w.dropped > 0 ? <span class="status unknown">{counted(w.dropped)} dropped</span> : <span class="small">none dropped</span>}</p>
      {w.heard.length > 0 && (
        <Rows label="Messages, newest first" columns={COLUMNS} items={w.heard} keyOf={(_, i) => w.heard.length - i} rowClass={(m) => (m.outcome === 'handled' ? '' : 'bad')}>
          {(m) => (
            <>
              <td><time dateTime={m.at}>{clockMicros(microsOf(m.at), 3)}</time></td><td class="who"><ActorLink id={m.actor_id} name={`${m.kind} ${m.actor_id}`} /></td><td class="text" title={m.type}>{m.type}</td>
              <td class="wide"><Business of={m.kind} id={m.business_id} /></td><td class="wide"><ActorLink id={m.from} /></td>
              <td class="number wide">{m.wait_us === null ? '—' : lasting(m.wait_us)}</td><td class="number">{lasting(m.took_us)}</td><td class="wide">{m.outcome}</td>
            </>
          )}
        </Rows>
      )}
    </>
  );
}

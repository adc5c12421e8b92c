import type { ComponentChildren } from 'preact';
import { now, span } from '../data/time';
import { Shown, Table } from '../operator/bits';
import { useRead } from '../operator/reads';
import { Notice, Pairs } from '../ui/parts';
import { type Handled, type Handler, oneActor, type OneActor } from './ask';
import { Histogram } from './histogram';
import { ActorLink, Business } from './ids';
import { LintList } from './lints';
import { Head } from './nav';
import { type Column, Rows } from './rows';
import { clockMicros, counted, lasting, microsOf } from './spans';

const lasts = (us: number | null): string => (us === null ? '—' : lasting(us));

function Card({ a }: { a: OneActor }) {
  const { card: c, mailbox } = a;
  const rows: [string, ComponentChildren][] = [
    ['Kind', <span class="said">{c.name}</span>],
    ['Business id', <Business of={c.name} id={c.business_id} whole />],
    ['Waiting', `${counted(mailbox.length)}${mailbox.oldest_ms ? `, the oldest for ${lasting(mailbox.oldest_ms * 1_000)}` : ''}`],
    ['Came, handled', `${counted(c.received)}, ${counted(c.processed)}`],
    ['Does now', c.in_handler === null ? 'nothing' : <span class="said">{c.in_handler}{c.handler_us !== null && `, for ${lasting(c.handler_us)}`}</span>],
    ['At work in all', lasting(c.busy_us)],
    ['Lives since', lasting(c.age_ms * 1_000)],
  ];
  return <Pairs rows={rows} />;
}

/** What it says of itself, on its own thread. */
function Facts({ facts, no_facts }: OneActor) {
  if (facts === null) return <Notice tone="unknown">It did not answer within 250 ms{no_facts && `: ${no_facts}`}. What stands beside is what others know of it.</Notice>;
  const rows = Object.entries(facts);
  if (rows.length === 0) return <p class="quiet">It says nothing of itself.</p>;
  return <Pairs rows={rows.map(([name, value]) => [name, <span class="said">{value}</span>])} />;
}

function Waiting({ mailbox }: { mailbox: OneActor['mailbox'] }) {
  if (mailbox.length === 0) return <p class="quiet">Nothing waits.</p>;
  if (mailbox.by_type === null) return <p>{counted(mailbox.length)} wait. Of which type will be known of what comes from now on.</p>;
  return (
    <ul class="shares">
      {[...mailbox.by_type].sort((a, b) => b.count - a.count).map((t) => (
        <li key={t.type}><span class="said">{t.type === '?' ? 'not known' : t.type}</span><strong>{counted(t.count)}</strong><meter min={0} max={Math.max(1, mailbox.length)} value={t.count} aria-label={`${t.type}: share of what waits`} /></li>
      ))}
    </ul>
  );
}

function Handlers({ handlers }: { handlers: Handler[] }) {
  if (handlers.length === 0) return <p class="quiet">None has run since somebody looks.</p>;
  return (
    <Table label="Handlers, by message type" heads={['Message', 'Count', 'p50', 'p99', 'Longest', 'Times', 'Waited, p99']}>
      {[...handlers].sort((a, b) => b.count - a.count).map((h) => (
        <tr key={h.type}>
          <td class="said">{h.type}</td><td class="number">{counted(h.count)}</td><td class="number">{lasting(h.p50_us)}</td><td class="number">{lasting(h.p99_us)}</td><td class="number">{lasting(h.max_us)}</td>
          <td><Histogram buckets={h.buckets} label={`Times of ${h.type}`} /></td><td class="number">{lasts(h.wait_p99_us)}</td>
        </tr>
      ))}
    </Table>
  );
}

const COLUMNS: Column[] = [{ name: 'At' }, { name: 'Message', class: 'text' }, { name: 'From', class: 'wide' }, { name: 'Waited', class: 'number wide' }, { name: 'Took', class: 'number' }, { name: 'Outcome' }];

export function Messages({ recent, label }: { recent: Handled[]; label: string }) {
  if (recent.length === 0) return <p class="quiet">None since somebody looks.</p>;
  return (
    <Rows label={label} columns={COLUMNS} items={recent} keyOf={(m, i) => `${m.at} ${i}`} rowClass={(m) => (m.outcome === 'handled' ? '' : 'bad')}>
      {(m) => (
        <>
          <td><time dateTime={m.at}>{clockMicros(microsOf(m.at), 3)}</time></td><td class="text" title={m.type}>{m.type}</td><td class="wide"><ActorLink id={m.from} name={m.from === null ? null : `actor ${m.from}`} /></td>
          <td class="number wide">{lasts(m.wait_us)}</td><td class="number">{lasting(m.took_us)}</td><td>{m.outcome}</td>
        </>
      )}
    </Rows>
  );
}

export function Actor({ id }: { id: string }) {
  const read = useRead(() => oneActor(id), { of: id, everyMs: 2_000 });
  const c = read.value?.card;
  const gone = read.why?.status === 404;
  return (
    <>
      <Head title={c ? `${c.name} ${id}` : `Actor ${id}`} beside={c && <a href={`#/live/${c.business_id ?? id}`}>Watch its messages</a>} />
      {gone && <Notice tone="info">No such actor lives here: it has ended, was put to rest, or is another node’s.{c?.business_id ? <> <Business of={c.name} id={c.business_id} whole /></> : ''} <a href="#/actors">All actors</a></Notice>}
      {!(gone && !read.value) && (
        <Shown read={gone ? { ...read, why: null } : read} what="the actor">{(a) => (
          <>
            <p class="small">As of {span(now.value - read.at)} ago.</p>
            <div class="halves">
              <div class="stack">
                <section aria-labelledby="handlers"><h2 id="handlers">Handlers{a.handlers_of === 'kind' && <span class="small"> of all {a.card.name} actors</span>}</h2><Handlers handlers={a.handlers} /></section>
                <section aria-labelledby="recent"><h2 id="recent">Last messages</h2><Messages recent={a.recent} label="The last messages, newest first" /></section>
              </div>
              <div class="stack">
                {a.lints.length > 0 && <section aria-labelledby="odd"><h2 id="odd">Lints</h2><LintList lints={a.lints} /></section>}
                <section aria-labelledby="card"><h2 id="card">Seen from outside</h2><Card a={a} /></section>
                <section aria-labelledby="facts"><h2 id="facts">What it says</h2><Facts {...a} /></section>
                <section aria-labelledby="mailbox"><h2 id="mailbox">Mailbox</h2><Waiting mailbox={a.mailbox} /></section>
              </div>
            </div>
          </>
        )}</Shown>
      )}
    </>
  );
}

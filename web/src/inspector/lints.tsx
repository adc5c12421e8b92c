import { Shown, Table } from '../operator/bits';
import { useRead } from '../operator/reads';
import { type Lint, lints, type Refused, refused } from './ask';
import { ActorLink, Business } from './ids';
import { Head } from './nav';
import { Rows } from './rows';
import { clockMicros, counted, lasting, microsOf } from './spans';

export function LintList({ lints: all }: { lints: Lint[] }) {
  return (
    <ul class="alerts">
      {all.map((l, i) => (
        <li key={`${l.code} ${l.actor_id ?? l.kind ?? ''} ${i}`}>
          <p class="row spread"><strong class="said">{l.code}{l.count > 1 && ` × ${counted(l.count)}`}</strong>{l.for_ms !== null && <span class="small">for {lasting(1_000 * l.for_ms)}</span>}</p>
          <p class="said">{l.text}</p>
          {(l.actor_id !== null || l.kind || l.business_id) && <p class="said"><ActorLink id={l.actor_id} name={[l.kind, l.actor_id].filter(Boolean).join(' ') || null} /> {l.business_id && <Business of={l.kind ?? ''} id={l.business_id} whole />}</p>}
        </li>
      ))}
    </ul>
  );
}

/** What the service finds odd by itself. */
export function Lints() {
  const read = useRead(lints, { everyMs: 5_000 });
  return (
    <>
      <Head title="Lints" here="lints" />
      <Shown read={read} what="lints">{(a) => (
        <>
          <p class="small">{counted(a.looked_at)} actors were looked at.</p>
          {a.lints.length === 0 ? <p class="quiet">Nothing looks odd.</p> : <LintList lints={a.lints} />}
        </>
      )}</Shown>
    </>
  );
}

const FATES: Record<string, string> = { to_the_dead: 'its receiver had ended', not_handled: 'its receiver has no handler for it', left_behind: 'its receiver ended before it was handled' };
const MESSAGES = [{ name: 'At' }, { name: 'Message', class: 'text' }, { name: 'To' }, { name: 'From', class: 'wide' }, { name: 'Why', class: 'text wide' }];
const REQUESTS = [{ name: 'At' }, { name: 'Request', class: 'text' }, { name: 'Refused with' }, { name: 'Field', class: 'wide' }, { name: 'By', class: 'wide' }];

function Letters({ of }: { of: Refused['messages'] }) {
  if (of.counts.length === 0 && of.last.length === 0) return <p class="quiet">None since the service began.</p>;
  return (
    <>
      <Table label="Messages that nobody took, counted" heads={['To a', 'Message', 'Why', 'Count']}>
        {of.counts.map((c, i) => <tr key={i}><td class="said">{c.kind}</td><td class="said">{c.type ?? 'of any type'}</td><td>{FATES[c.fate] ?? c.fate}</td><td class="number">{counted(c.count)}</td></tr>)}
      </Table>
      {of.last.length > 0 && (
        <Rows label="The last messages that nobody took" columns={MESSAGES} items={of.last} keyOf={(_, i) => i}>
          {(m) => (
            <>
              <td><time dateTime={m.at}>{clockMicros(microsOf(m.at), 3)}</time></td><td class="text" title={m.type}>{m.type}</td><td>{m.kind} {m.actor_id}</td><td class="wide"><ActorLink id={m.from} /></td><td class="text wide">{FATES[m.fate] ?? m.fate}</td>
            </>
          )}
        </Rows>
      )}
    </>
  );
}

function Requests({ of }: { of: Refused['requests'] }) {
  if (of.counts.length === 0 && of.last.length === 0) return <p class="quiet">None since the service began.</p>;
  return (
    <>
      <Table label="Refused requests, counted" heads={['Code', 'Status', 'Count', 'Last']}>
        {of.counts.map((c) => <tr key={`${c.code} ${c.status}`}><td class="said">{c.code}</td><td>{c.status}</td><td class="number">{counted(c.count)}</td><td>{clockMicros(microsOf(c.last), 0)}</td></tr>)}
      </Table>
      {of.last.length > 0 && (
        <Rows label="The last refused requests" columns={REQUESTS} items={of.last} keyOf={(_, i) => i}>
          {(r) => (
            <>
              <td><time dateTime={r.at}>{clockMicros(microsOf(r.at), 3)}</time></td><td class="text">{r.method} {r.route ?? 'no such route'}</td><td>{r.status} {r.code}</td><td class="wide">{r.field ?? '—'}</td><td class="wide">{r.caller ?? 'nobody known'}</td>
            </>
          )}
        </Rows>
      )}
    </>
  );
}

/** Messages that reached nobody or that nobody took, which at rest there are none of; and requests. */
export function RefusedPage() {
  const read = useRead(refused, { everyMs: 5_000 });
  return (
    <>
      <Head title="Refused" here="refused" />
      <Shown read={read} what="what was refused">{(a) => (
        <>
          <section aria-labelledby="letters"><h2 id="letters">Messages that nobody took</h2><Letters of={a.messages} /></section>
          <section aria-labelledby="requests"><h2 id="requests">Requests</h2><Requests of={a.requests} /></section>
        </>
      )}</Shown>
    </>
  );
}

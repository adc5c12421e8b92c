import { dayTime } from '../data/time';
import { When, Table } from './bits';
import type { Alert } from './service';
import { runbookLink } from './where';

/** Where the screen of its subject is, when there is one. */
function About({ a }: { a: Alert }) {
  if (!a.subject) return null;
  const isId = /^[0-9a-f-]{36}$/i.test(a.subject);
  if (isId && a.kind.startsWith('conversion.')) return <a href={`#/conversion/${a.subject}`}>{a.subject}</a>;
  if (isId && a.kind.startsWith('withdrawal.')) return <a href="#/withdrawals">{a.subject}</a>;
  return <code class="said">{a.subject}</code>;
}

export function AlertList({ alerts, none }: { alerts: Alert[]; none: string }) {
  if (alerts.length === 0) return <p class="quiet">{none}</p>;
  return (
    <ul class="alerts">
      {alerts.map((a) => (
        <li key={`${a.kind} ${a.subject}`}>
          <p class="row spread"><strong class="said">{a.kind}</strong><span class="small"><When at={a.since} /></span></p>
          <p><About a={a} /></p>
          <p class="said">{a.text}</p>
          <p><a href={runbookLink(a.kind)}>Runbook<span class="only-heard"> of {a.kind}</span></a></p>
        </li>
      ))}
    </ul>
  );
}

export function Alerts({ alerts }: { alerts: Alert[] }) {
  const over = alerts.filter((a) => a.cleared_at !== null);
  return (
    <>
      <section aria-labelledby="last"><h2 id="last">What lasts</h2><AlertList alerts={alerts.filter((a) => a.cleared_at === null)} none="Nothing that a human should know of." /></section>
      {over.length > 0 && (
        <section aria-labelledby="over"><h2 id="over">What ended last</h2>
          <Table label="Alerts that ended" heads={['Ended', 'Began', 'Alert', 'About', 'Text']}>
            {over.map((a) => (
              <tr key={`${a.kind} ${a.subject} ${a.since}`}>
                <td><When at={a.cleared_at} /></td><td>{dayTime(a.since)}</td><td><a href={runbookLink(a.kind)} class="said">{a.kind}</a></td><td><About a={a} /></td><td class="said">{a.text}</td>
              </tr>
            ))}
          </Table>
        </section>
      )}
    </>
  );
}

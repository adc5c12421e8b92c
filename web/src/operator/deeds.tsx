// Who did what: what is paused and by whom, what was done here, and the books' own lines of all of it.
import { short } from '../data/same';
import { clockTime, dayTime } from '../data/time';
import type { Act } from './acts';
import { done } from './acts';
import { ActButton, Shown, Table, When } from './bits';
import { type Read, useRead } from './reads';
import { Older, useOlder } from './older';
import { type Alert, api, ask, type Deed } from './service';
import { may } from './session';
import { DEEDS } from './words';

const TX = /^0x[0-9a-fA-F]{64}$/;
const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const NUMBER = /^(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?$/;

/** What has no screen of its own: named by hand. */
const REPAIRS: Act[] = [
  { action: 'resolve_bet', fields: [
    { name: 'target', label: 'Bet', hint: 'its id, as the alert bet.unresolved names it', needed: true, pattern: UUID },
    { name: 'outcome', label: 'Outcome', needed: true, choices: ['filled', 'failed'] },
    { name: 'shares', label: 'Shares', hint: 'Only where the exchange shows no event of it, together with the next two', pattern: NUMBER },
    { name: 'spent', label: 'Spent', pattern: NUMBER }, { name: 'fee', label: 'Fee', pattern: NUMBER },
  ] },
  { action: 'adopt_transfer', fields: [
    { name: 'target', label: 'Transaction', hint: '0x and 64 digits', needed: true, pattern: TX },
    { name: 'log_index', label: 'Log index', hint: 'Only where it has several transfers to us', pattern: /^[0-9]+$/ },
  ] },
  { action: 'cancel_nonce', fields: [
    { name: 'target', label: 'Chain and nonce', hint: 'like polygon/17', needed: true, pattern: /^[a-z0-9_-]+\/[0-9]+$/ }, { name: 'account', label: 'Account', hint: 'Only where several of ours hold that nonce' },
  ] },
  { action: 'resync_wallet', fields: [
    { name: 'target', label: 'Chain', hint: 'like polygon', needed: true, pattern: /^[a-z0-9_-]+$/ }, { name: 'account', label: 'Account', hint: 'Only for one of them' },
  ] },
];

/** Where what it acted on has a screen. */
function Target({ d }: { d: Deed }) {
  if (!d.target) return <>—</>;
  if (d.action.endsWith('_conversion') && UUID.test(d.target)) return <a href={`#/conversion/${d.target}`}><code>{short(d.target)}</code></a>;
  return <span class="said">{d.target}</span>;
}

const more = (detail: Deed['detail']): string => Object.entries(detail).map(([name, value]) => `${name} ${value}`).join(', ');

const page = (cursor?: string) => ask(api.GET('/operator/audit', { params: { query: { limit: 50, ...(cursor ? { cursor } : {}) } } }));

function Books() {
  const first = useRead(() => page());
  const older = useOlder<Deed>(first.value?.next_cursor ?? null, (cursor) => page(cursor).then((p) => [p.actions, p.next_cursor]));
  return (
    <>
      <Shown read={first} what="who did what">{({ actions }) => {
        const fresh = new Set(actions.map((d) => d.action_id));
        const all = [...actions, ...older.more.filter((d) => !fresh.has(d.action_id))];
        if (all.length === 0) return <p class="quiet">Nothing yet.</p>;
        return (
          <Table label="What operators did, newest first" heads={['When', 'What', 'To', 'By', 'Reason', 'More']}>
            {all.map((d) => (
              <tr key={d.action_id}><td>{dayTime(d.at)}</td><td class="said">{DEEDS[d.action as keyof typeof DEEDS]?.name ?? d.action}</td><td><Target d={d} /></td><td class="said">{d.done_by ?? 'not on record'}</td>
                <td class="said">{d.reason ?? '—'}</td><td class="said small">{more(d.detail) || '—'}</td></tr>
            ))}
          </Table>
        );
      }}</Shown>
      <Older of={older} />
    </>
  );
}

export function Deeds({ alerts }: { alerts: Read<Alert[]> }) {
  return (
    <>
      <h1>Who did what</h1>
      {may('inspect') && (
        <section aria-labelledby="paused"><h2 id="paused">Paused now</h2>
          <Shown read={alerts} what="what is paused">{(list) => {
            const paused = list.filter((a) => a.kind === 'work.paused' && a.cleared_at === null);
            if (paused.length === 0) return <p class="quiet">Nothing.</p>;
            return <ul class="alerts">{paused.map((a) => <li key={a.subject}><p><strong class="said">{a.subject}</strong>, <When at={a.since} /></p><p class="said">{a.text}</p></li>)}</ul>;
          }}</Shown>
        </section>
      )}
      {done.value.length > 0 && (
        <section aria-labelledby="here"><h2 id="here">Done on this page since it was opened</h2>
          <Table label="Done on this page" heads={['When', 'What', 'To', 'By', 'Reason', 'Outcome']}>
            {done.value.map((d) => (
              <tr key={d.at + d.action}><td>{clockTime(d.at)}</td><td>{DEEDS[d.action]?.name ?? d.action}</td><td class="said">{d.target ?? '—'}</td><td class="said">{d.done_by}</td><td class="said">{d.reason}</td><td class="said">{d.done ?? 'done'}</td></tr>
            ))}
          </Table>
        </section>
      )}
      {may('inspect') && <section aria-labelledby="books"><h2 id="books">In the books</h2><Books /></section>}
      {may('operate') && (
        <section aria-labelledby="repairs"><h2 id="repairs">Repairs</h2>
          <p class="small">Each asks the chains first, and is refused where they say otherwise.</p>
          <ul class="switches">{REPAIRS.map((a) => <li key={a.action}><p><strong>{DEEDS[a.action].name}</strong><span class="small block">{DEEDS[a.action].does}</span></p><ActButton act={a} /></li>)}</ul>
        </section>
      )}
    </>
  );
}

// The tables of a story: what happened, with the waits between; the books; the chains.
import { chainName } from '../data/chains';
import { signed, usd } from '../data/money';
import { short } from '../data/same';
import { dayTime } from '../data/time';
import { Table } from '../operator/bits';
import { config } from '../state/config';
import { Hash } from '../ui/parts';
import { type Column, Rows } from './rows';
import type { Gap, Operation, Posting, StoryEvent, Sum } from './shapes';
import { clockMicros, counted, lasting, microsOf } from './spans';

export type Line = { event: StoryEvent } | { gap: Gap };

/** Each wait stands before what ended it. Both are in the order of time. */
export function linesOf(events: readonly StoryEvent[], gaps: readonly Gap[]): Line[] {
  const lines: Line[] = [];
  let next = 0;
  for (const event of events) {
    while (next < gaps.length && gaps[next]!.end <= event.at_us) lines.push({ gap: gaps[next++]! });
    lines.push({ event });
  }
  for (; next < gaps.length; next++) lines.push({ gap: gaps[next]! });
  return lines;
}

const COLUMNS: Column[] = [
  { name: 'After', class: 'number' }, { name: 'At', class: 'wide' }, { name: 'Lane' }, { name: 'What', class: 'text' }, { name: 'By', class: 'wide' },
  { name: 'Took', class: 'number' }, { name: 'Amount', class: 'number wide' }, { name: 'Said', class: 'text wide' },
];

export function Events({ lines, from, total, onNearEnd }: { lines: Line[]; from: number; total?: number | undefined; onNearEnd?: (() => void) | undefined }) {
  return (
    <Rows label="Events of the story" columns={COLUMNS} items={lines} total={total} keyOf={(_, i) => i} onNearEnd={onNearEnd} rowClass={(l) => ('gap' in l ? 'wait-row' : l.event.bad ? 'bad' : '')}>
      {(l) => ('gap' in l ? <td colSpan={COLUMNS.length}>{l.gap.named}</td> : (
        <>
          <td class="number">+{lasting(l.event.at_us - from)}</td><td class="wide"><time dateTime={l.event.at}>{clockMicros(l.event.at_us)}</time></td><td>{l.event.lane}</td>
          <td class="text" title={l.event.what}>{l.event.what}{!l.event.kept && <span class="small"> (remembered)</span>}</td><td class="wide">{l.event.actor ?? '—'}</td>
          <td class="number">{l.event.took_us === null ? '—' : lasting(l.event.took_us)}</td><td class="number wide">{l.event.amount === null ? '' : usd(l.event.amount)}</td>
          <td class="text wide" title={l.event.detail ?? ''}>{l.event.detail}</td>
        </>
      ))}
    </Rows>
  );
}

export function Books({ postings, sums }: { postings: Posting[]; sums: Sum[] }) {
  if (postings.length === 0) return <p class="quiet">Nothing was posted.</p>;
  return (
    <>
      <Table label="Ledger entries" heads={['At', 'Entry', 'From', 'To', 'Amount']}>
        {postings.slice(0, 1_000).map((p, i) => <tr key={i}><td>{clockMicros(microsOf(p.at))}</td><td class="said">{p.kind}</td><td>{p.credit}</td><td>{p.debit}</td><td class="number">{usd(p.amount)}</td></tr>)}
      </Table>
      {postings.length > 1_000 && <p class="small">The first 1,000 of {counted(postings.length)}; the file has all.</p>}
      {sums.length > 0 && <p class="small">In all: {sums.map((s) => `${s.account} ${signed(s.change)}`).join(', ')}.</p>}
    </>
  );
}

export function Chains({ operations }: { operations: Operation[] }) {
  if (operations.length === 0) return <p class="quiet">Nothing was sent to a chain.</p>;
  return (
    <Table label="Chain operations" heads={['Began', 'Where', 'What', 'State', 'Nonce', 'Transaction', 'Block']}>
      {operations.slice(0, 1_000).map((o) => (
        <tr key={`${o.operation_id} ${o.attempt}`}>
          <td>{dayTime(o.created_at)}</td><td class="said">{o.chain_id === null ? (o.service ?? '—') : chainName(config.value, o.chain_id)}</td><td class="said">{o.purpose}{o.attempt > 1 && <span class="small block">attempt {o.attempt}</span>}</td>
          <td class="said">{o.status}</td><td class="number">{o.nonce}</td><td>{o.tx_hash === null ? '—' : <Hash text={o.tx_hash} {...(o.chain_id === null ? {} : { chain: o.chain_id })} label={`transaction ${short(o.tx_hash)}`} />}</td><td class="number">{o.block_number ?? '—'}</td>
        </tr>
      ))}
    </Table>
  );
}

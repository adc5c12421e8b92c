import type { ComponentChildren } from 'preact';
import { chainName } from '../data/chains';
import { usd } from '../data/money';
import { short } from '../data/same';
import { clockTime, dayTime } from '../data/time';
import { config } from '../state/config';
import { Hash, Pairs } from '../ui/parts';
import { StatusBadge } from '../ui/status';
import type { Act } from './acts';
import { ActButton, seconds, Shown, Table, When } from './bits';
import { Older, useOlder } from './older';
import { useRead } from './reads';
import { api, ask, type Conversion, type ConversionStep } from './service';
import { CONVERSION_WORDS, ORDERS, STEP_WORDS } from './words';

const stepNow = (c: Conversion) => c.steps.find((s) => s.state !== 'done');

function Row({ c }: { c: Conversion }) {
  const step = stepNow(c);
  return (
    <tr>
      <td><a href={`#/conversion/${c.conversion_id}`}><code>{short(c.conversion_id)}</code></a></td>
      <td><StatusBadge of={c.status} words={CONVERSION_WORDS} /></td>
      <td class="said">{c.route}</td>
      <td class="number">{usd(c.amount)}</td>
      <td class="said">{step && c.status !== 'replaced' ? <>{step.name}{step.detail && <span class="small block">{step.detail}</span>}</> : '—'}</td>
      <td>{c.order ? <span class="said">{ORDERS[c.order.word] ?? c.order.word}<span class="small block">{c.order.by}</span></span> : '—'}</td>
      <td><When at={c.created_at} /></td>
    </tr>
  );
}

const read = (cursor?: string) => ask(api.GET('/conversions', { params: { query: { limit: 50, ...(cursor ? { cursor } : {}) } } }));

export function Conversions() {
  const first = useRead(() => read());
  const older = useOlder<Conversion>(first.value?.next_cursor ?? null, (cursor) => read(cursor).then((p) => [p.conversions, p.next_cursor]));
  return (
    <>
      <h1>Conversions</h1>
      <Shown read={first} what="conversions">{(page) => {
        const fresh = new Set(page.conversions.map((c) => c.conversion_id)); // what was read last counts
        const all = [...page.conversions, ...older.more.filter((c) => !fresh.has(c.conversion_id))];
        if (all.length === 0) return <p class="quiet">None yet.</p>;
        return <Table label="Conversions, newest first" heads={['Conversion', 'State', 'Route', '#Amount', 'Step now', 'Last order', 'Began']}>{all.map((c) => <Row key={c.conversion_id} c={c} />)}</Table>;
      }}</Shown>
      <Older of={older} />
    </>
  );
}

type Transaction = ConversionStep['transactions'][number];
/** What it cost, in the chain's own coin, exactly. */
function coin(wei: string | null): string {
  if (wei === null) return '—';
  const digits = wei.padStart(19, '0');
  return `${digits.slice(0, -18)}.${digits.slice(-18)}`.replace(/\.?0+$/, '') || '0';
}

function Transactions({ of, all }: { of: string; all: Transaction[] }) {
  if (all.length === 0) return null;
  return (
    <Table label={`Transactions of ${of}`} heads={['For', 'Chain', 'Transaction', 'State', '#Nonce', '#Block', '#Fee, in its coin']}>
      {all.map((t) => (
        <tr key={t.tx_hash}>
          <td>{t.purpose}{t.attempt > 1 ? `, attempt ${t.attempt}` : ''}</td><td>{chainName(config.value, t.chain_id)}</td>
          <td><Hash text={t.tx_hash} chain={t.chain_id} label={`transaction ${short(t.tx_hash)}`} /></td>
          <td>{t.status}</td><td class="number">{t.nonce}</td><td class="number">{t.block_number ?? '—'}</td><td class="number">{coin(t.fee_wei)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Step({ s, at }: { s: ConversionStep; at: number }) {
  return (
    <li class="step">
      <p class="row spread"><strong class="said">{at}. {s.name}</strong><StatusBadge of={s.state} words={STEP_WORDS} /></p>
      <p>{usd(s.amount_in)} → {s.amount_out === null ? 'not known yet' : usd(s.amount_out)}
        <span class="small"> {s.started_at ? clockTime(s.started_at) : ''}{s.finished_at ? ` to ${clockTime(s.finished_at)}` : ''}{s.attempt > 1 ? `, attempt ${s.attempt}` : ''}</span></p>
      {s.detail && <p class="said">{s.detail}</p>}
      {s.tx_hash && <p>Brought by <Hash text={s.tx_hash} label={`transaction ${short(s.tx_hash)}`} /></p>}
      <Transactions of={`step ${at}`} all={s.transactions} />
    </li>
  );
}

const TX = /^0x[0-9a-fA-F]{64}$/;

function Acts({ c }: { c: Conversion }) {
  if (c.status !== 'running' && c.status !== 'held') return null;
  const facts: [string, string][] = [['Conversion', c.conversion_id], ['Amount', usd(c.amount)], ['Route', c.route], ['Step now', stepNow(c)?.name ?? 'none']];
  const of = (action: Act['action'], more: Partial<Act> = {}): Act => ({ action, target: c.conversion_id, facts, ...more });
  const held = c.order?.word === 'hold';
  const typed = c.amount;
  return (
    <div class="row" role="group" aria-label="What can be done">
      <ActButton act={of('look_again')} />
      <ActButton act={of('retry_conversion')} />
      {held ? <ActButton act={of('release_conversion')} /> : <ActButton act={of('hold_conversion')} />}
      {held && <ActButton act={of('settle_conversion', { typed, fields: [
        { name: 'tx_hash', label: 'Transaction that brought the money', hint: '0x and 64 digits', needed: true, pattern: TX },
        { name: 'log_index', label: 'Log index', hint: 'Only where the transaction has several transfers to us', pattern: /^[0-9]+$/ },
      ] })} />}
      {held && <ActButton act={of('fail_conversion', { typed })} />}
    </div>
  );
}

function facts(c: Conversion): [string, ComponentChildren][] {
  return [
    ['Amount', usd(c.amount)], ['Received', usd(c.received)], ['Lost', usd(c.loss)],
    ...(c.expected === null ? [] : [['Expected', `${usd(c.expected)} in ${seconds(c.expected_seconds)}`] as [string, ComponentChildren]]),
    ['Route', <span class="said">{c.route}</span>], ['Why this route', <span class="said">{c.choice ?? 'not said'}</span>],
    ...(c.source ? [['Paid with', <>{chainName(config.value, c.source.chain_id)} <Hash text={c.source.token} label="token" /></>] as [string, ComponentChildren]] : []),
    ['Began', c.created_at ? dayTime(c.created_at) : '—'], ['Ended', c.completed_at ? dayTime(c.completed_at) : 'not yet'],
    ...(c.failure ? [['Failure', <span class="said">{c.failure}</span>] as [string, ComponentChildren]] : []),
    ...(c.replaced_by ? [['Went on in', <a href={`#/conversion/${c.replaced_by}`}>{short(c.replaced_by)}</a>] as [string, ComponentChildren]] : []),
    ...(c.order ? [['Last order', <span class="said">{ORDERS[c.order.word] ?? c.order.word} by {c.order.by}, <When at={c.order.at} />: {c.order.reason}</span>] as [string, ComponentChildren]] : []),
  ];
}

export function ConversionPage({ id }: { id: string }) {
  const one = useRead(() => ask(api.GET('/conversions/{id}', { params: { path: { id } } })), { of: id, everyMs: 5_000 });
  return (
    <>
      <p class="back"><a href="#/conversions">← Conversions</a></p>
      <h1>Conversion <code class="mono">{short(id)}</code></h1>
      <Shown read={one} what="the conversion">{(c) => (
        <>
          <p class="row"><StatusBadge of={c.status} words={CONVERSION_WORDS} /><Hash text={c.conversion_id} label="its id" /></p>
          <Acts c={c} />
          <Pairs rows={facts(c)} />
          <section aria-labelledby="steps"><h2 id="steps">Steps</h2><ol class="flow">{c.steps.map((s, i) => <Step key={i} s={s} at={i + 1} />)}</ol></section>
          <section aria-labelledby="deposits"><h2 id="deposits">Deposits in it</h2>
            <ul>{c.deposits.map((d) => <li key={d}><Hash text={d} label={`deposit ${short(d)}`} /></li>)}</ul></section>
        </>
      )}</Shown>
    </>
  );
}

import type { ComponentChildren } from 'preact';
import { chainName } from '../data/chains';
import { usd } from '../data/money';
import { short } from '../data/same';
import { config } from '../state/config';
import { later } from '../ui/later';
import { Notice, Pairs } from '../ui/parts';
import { StatusBadge, type StateWords } from '../ui/status';
import { seconds, Shown, Table, When } from './bits';
import { useRead } from './reads';
import { api, ask, type Pricing, type Route, type WaitingMoney } from './service';
import { CHOICES } from './words';

const Chart = later(() => import('./chart').then((m) => m.Chart));
const IS_ON: StateWords = { on: ['Takes money', 'good'], off: ['Off', 'unknown'], stopped: ['Stopped', 'bad'] };
const of = (s: Route['source']) => (s ? `${chainName(config.value, s.chain_id)} ${short(s.token)}` : 'not known');
const perCent = (bps: number) => `${+(bps / 100).toFixed(3)} %`;

function caps(c: Route['cap']): string {
  const all = [
    c.fee_bps !== null && `fee ${perCent(c.fee_bps)}`, c.slippage_bps !== null && `slippage ${perCent(c.slippage_bps)}`,
    c.size !== null && `${usd(c.size)} each`, c.in_flight !== null && `${usd(c.in_flight)} in flight`,
  ].filter(Boolean);
  return all.length ? all.join(', ') : 'none';
}

function One({ r }: { r: Route }) {
  const rows: [string, ComponentChildren][] = [
    ['Last choice', <span class="said">{CHOICES[r.choice.code] ?? r.choice.code}{r.choice.detail && `: ${r.choice.detail}`} {r.choice.at && <span class="small">(<When at={r.choice.at} />)</span>}</span>],
    ['Takes', of(r.source)],
    ['Steps', <span class="said">{r.steps.join(' → ') || 'none'}</span>],
    ['In flight', `${r.in_flight.conversions === 1 ? 'one conversion' : `${r.in_flight.conversions} conversions`}, ${usd(r.in_flight.amount)}`],
    ...(r.in_flight.seen?.problem ? [['Its own look', <span class="said">{r.in_flight.seen.problem}</span>] as [string, ComponentChildren]] : []),
    ['Quote', r.quote === null ? 'none yet' : r.quote.refusal ? <span class="said">{r.quote.refusal}</span> : `${usd(r.quote.cost)} of ${usd(r.quote.amount)} (${perCent(r.quote.cost_bps)}), ${seconds(r.quote.seconds)}`],
    ['Expected', seconds(r.expected_seconds)],
    ['Caps', caps(r.cap)],
  ];
  return (
    <section class="thing" aria-label={r.name}>
      <div class="row spread"><h2 class="said">{r.name}</h2><StatusBadge of={!r.enabled ? 'off' : r.disabled ? 'stopped' : 'on'} words={IS_ON} /></div>
      {r.disabled && <p class="said">{r.disabled}</p>}
      <Pairs rows={rows} />
    </section>
  );
}

function Waiting({ all }: { all: WaitingMoney[] }) {
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="waiting"><h2 id="waiting">Credited, and in no conversion yet</h2>
      {all.map((w, i) => (
        <Notice key={i} tone="unknown"><span class="said">{usd(w.amount)} of {w.deposits} deposits, paid with {of(w.source)}{w.since && <>, the oldest <When at={w.since} /></>}: {w.why ?? 'nobody has said why'}.</span></Notice>
      ))}
    </section>
  );
}

/** A day's sum over all routes, the oldest first. */
function byDay(p: Pricing): { at: number[]; amount: number[] } {
  const sums = new Map<string, number>();
  for (const d of p.days) sums.set(d.day, (sums.get(d.day) ?? 0) + Number(d.amount));
  const days = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return { at: days.map(([day]) => Date.parse(`${day}T12:00:00Z`) / 1_000), amount: days.map(([, sum]) => sum) };
}

function Costs({ p }: { p: Pricing }) {
  if (p.days.length === 0) return <p class="quiet">No conversion has ended in 30 days.</p>;
  const { at, amount } = byDay(p);
  return (
    <>
      {at.length > 1 && <Chart label="Dollars that were converted, by day; the table below has the numbers" at={at} bars height={160} lines={[{ name: 'Converted in a day', values: amount, color: 'accent' }]} />}
      <Table label="Cost of conversions, by day and route" heads={['Day', 'Route', '#Conversions', '#Amount', '#Charged', '#Cost', '#Margin']}>
        {p.days.map((d) => (
          <tr key={`${d.day} ${d.route}`}><td class="date">{d.day}</td><td class="said">{d.route}</td><td class="number">{d.conversions}</td><td class="number">{usd(d.amount)}</td><td class="number">{usd(d.charged)}</td><td class="number">{usd(d.cost)}</td><td class="number">{usd(d.margin)}</td></tr>
        ))}
      </Table>
    </>
  );
}

export function Routes() {
  const routes = useRead(() => ask(api.GET('/routes')));
  const pricing = useRead(() => ask(api.GET('/pricing', { params: { query: { days: 30 } } })), { everyMs: 60_000 });
  return (
    <>
      <h1>Routes</h1>
      <Shown read={routes} what="routes">{(v) => (
        <>
          <Waiting all={v.waiting} />
          {v.routes.length === 0 && <p class="quiet">There is no route.</p>}
          <div class="cards">{v.routes.map((r) => <One key={r.name} r={r} />)}</div>
        </>
      )}</Shown>
      <section aria-labelledby="costs"><h2 id="costs">What conversions cost, 30 days</h2><Shown read={pricing} what="costs">{(p) => <Costs p={p} />}</Shown></section>
    </>
  );
}

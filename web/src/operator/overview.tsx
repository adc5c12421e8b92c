import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { count, usd, usdShort } from '../data/money';
import { dayTime } from '../data/time';
import { later } from '../ui/later';
import { Button, Notice, Pairs } from '../ui/parts';
import { StatusBadge } from '../ui/status';
import { AlertList } from './alerts';
import { ActButton, seconds, Shown, Table, When } from './bits';
import { courseOf, type Range, RANGE_WORDS, RANGES } from './course';
import { moved } from './line';
import { type Read, useRead } from './reads';
import { type Alert, api, ask, type Buffer, type Metrics, type Overview as House, type Solvency } from './service';
import { may } from './session';
import { DEEDS, LEVEL_WORDS, type Work, WORKS } from './words';

const Chart = later(() => import('./chart').then((m) => m.Chart));
type Rows = [string, ComponentChildren][];

function Figure({ name, children, note: more }: { name: string; children: ComponentChildren; note?: ComponentChildren }) {
  return <div class="figure"><dt>{name}</dt><dd><strong>{children}</strong>{more && <span class="small block">{more}</span>}</dd></div>;
}

function BufferFigures({ b }: { b: Buffer }) {
  const f = b.forecast;
  return (
    <dl class="tiles" aria-label="The buffer">
      <Figure name="Buffer" note={<StatusBadge of={f.level} words={LEVEL_WORDS} />}>{usdShort(b.usdc_balance)}</Figure>
      <Figure name="Can be paid out" note={b.available === b.usdc_balance ? 'all of it' : 'less what is promised'}>{usdShort(b.available)}</Figure>
      <Figure name="Outflow an hour" note={f.outflow_per_hour === null ? 'not measured yet' : 'at the measured rate'}>{f.outflow_per_hour === null ? '—' : usdShort(f.outflow_per_hour)}</Figure>
      <Figure name="Arrived in a day" note="by conversions">{usdShort(f.arrived_day)}</Figure>
      <Figure name="On its way" note="by running conversions">{usdShort(f.arriving)}</Figure>
      <Figure name="Low in" note={f.seconds_to_empty === null ? 'never empty, at this rate' : `empty in ${seconds(f.seconds_to_empty)}`}>{seconds(f.seconds_to_low, 'never')}</Figure>
    </dl>
  );
}

const text = (n: number) => n.toFixed(6);
const known = (all: (number | null)[]) => all.filter((n): n is number => n !== null);

/** The level is the buffer's; how it came about is what came in and went out meanwhile. */
function Level({ h, range }: { h: House; range: Range }) {
  const course = useMemo(() => courseOf(h.series, { at: h.as_of, balance: h.buffer.usdc_balance }), [h]);
  const { at, balance, lowest, came, went, bets } = course;
  if (at.length < 2) return <p class="small">The level is drawn from the second minute on.</p>;
  const low = Number(h.buffer.min_buffer_size);
  const from = usdShort(text(Math.min(...known(lowest))));
  const to = usdShort(text(Math.max(...known(balance))));
  const words = `between ${from} and ${to}, now ${usdShort(h.buffer.usdc_balance)}`;
  return (
    <>
      <Chart label={`Buffer level in ${RANGE_WORDS[range]}: ${words}; minimum ${usdShort(h.buffer.min_buffer_size)}`} at={at} lines={[
        { name: 'Buffer', values: balance, color: 'accent' }, { name: 'Lowest in between', values: lowest, color: 'soft', thin: true }, { name: 'Minimum', values: at.map(() => low), color: 'bad', dash: [6, 4] },
      ]} />
      <Chart label={`Dollars an hour that came into the buffer and went out in ${RANGE_WORDS[range]}`} at={at} height={150}
        lines={[{ name: 'In, an hour', values: came, color: 'good' }, { name: 'Out, an hour', values: went, color: 'unknown', dash: [2, 3] }]} />
      <p class="small">In {RANGE_WORDS[range]}: {words}; {bets === 1 ? 'one bet' : `${count(String(bets))} bets`}.</p>
    </>
  );
}

function Ranges({ range, choose }: { range: Range; choose: (r: Range) => void }) {
  return (
    <div class="row ranges" role="group" aria-label="How far back">
      {RANGES.map((r) => <Button key={r} kind="quiet" aria-pressed={r === range} onClick={() => choose(r)}>{r}</Button>)}
    </div>
  );
}

function Forecast({ h }: { h: House }) {
  const f = h.forecast;
  const [next] = f.arrivals;
  const rows: Rows = [
    ['Out, an hour', f.outflow_per_hour === null ? 'not measured yet' : usd(f.outflow_per_hour)],
    ['In, an hour', <>{usd(f.inflow_per_hour)} <span class="small">by conversions, in a day</span></>],
    ['Low', f.low_at === null ? 'never, at this rate' : dayTime(f.low_at)], ['Empty', f.empty_at === null ? 'never, at this rate' : dayTime(f.empty_at)],
    ['Next to come', next ? <><a href={`#/conversion/${next.conversion_id}`}>{usd(next.amount)}</a>, about {dayTime(next.eta)}</> : 'nothing'],
  ];
  return <Pairs rows={rows} />;
}

interface Verdict { solvent: boolean | null; insolvent_since: string | null; checked_at: string | null }
function Verdict({ v, rows }: { v: Verdict; rows: Rows }) {
  return (
    <>
      {v.solvent === null ? <Notice tone="unknown">Books and chains were not compared yet.</Notice>
        : v.solvent ? <Notice tone="good">Solvent: the assets cover what users are owed, by the books and by the chains.</Notice>
          : <Notice tone="bad">Not solvent{v.insolvent_since ? <> since <When at={v.insolvent_since} /></> : ''}. <a href="#/runbook/audit.insolvent">What to do</a></Notice>}
      <Pairs rows={[...rows, ['Compared', <When at={v.checked_at} />]]} />
    </>
  );
}
const shortfall = (s: string | null) => (s === null ? 'a chain does not answer' : usd(s));

/** With `read` all of it, else what the overview says. */
function Solvent({ s }: { s: Solvency }) {
  return (
    <Verdict v={s} rows={[
      ['Assets', usd(s.assets.total)], ['Owed', usd(s.liabilities.total)], ['Difference', usd(s.difference)], ['Lacking on the chains', shortfall(s.on_chain.shortfall)],
      ...(s.explained ? [['Unexplained', usd(s.explained.unexplained)] as [string, string]] : []),
    ]} />
  );
}

function Converting({ m, running }: { m: Metrics; running: Solvency['conversions'] | null }) {
  const oldest = running?.[0];
  return (
    <Pairs rows={[
      ['Running', String(m.running)],
      ...(oldest ? [['The oldest', <><a href={`#/conversion/${oldest.conversion_id}`}>{usd(oldest.amount)} by {oldest.route}</a>, <When at={oldest.since} /></>] as [string, ComponentChildren]] : []),
      ['In 30 days', `${m.completed} completed, ${m.failed} failed`],
      ['Time', `${seconds(m.average_seconds)} on average, p95 ${seconds(m.p95_seconds)}`],
      ['Cost in 30 days', `${usd(m.fees.usdc)} of ${usd(m.total_in)}`],
    ]} />
  );
}

const UnderWay = ({ c }: { c: NonNullable<House['conversions']> }) => (
  <Pairs rows={[['In flight', `${c.in_flight}, ${usd(c.amount)}`], ['The oldest step', c.oldest_seconds === null ? '—' : `began ${seconds(c.oldest_seconds)} ago`]]} />
);

const MOST_ROUTES = 6;
const ms = (n: number | null) => (n === null ? 'above 10 s' : n >= 1_000 ? `≤ ${n / 1_000} s` : `≤ ${n} ms`);

function Latency({ all }: { all: House['latency'] }) {
  const busiest = [...all].sort((a, b) => b.requests - a.requests).slice(0, MOST_ROUTES);
  return (
    <Table label="How long requests took, of the routes that were asked most" heads={['Route', '#Requests', '#p50', '#p99']}>
      {busiest.map((r) => <tr key={`${r.method} ${r.route}`}><td class="said"><code>{r.method} {r.route}</code></td><td class="number">{count(String(r.requests))}</td><td class="number">{ms(r.p50_ms)}</td><td class="number">{ms(r.p99_ms)}</td></tr>)}
    </Table>
  );
}

/** Whether a kind of work goes on: null where nobody says. */
function Switch({ work, paused, why }: { work: Work; paused: boolean | null; why: Alert | undefined }) {
  const name = work[0]!.toUpperCase() + work.slice(1);
  return (
    <li>
      <p><strong>{name}</strong> {paused === null ? null : paused ? <StatusBadge of="paused" words={{ paused: ['Paused', 'bad'] }} /> : <StatusBadge of="on" words={{ on: ['Taken', 'good'] }} />}
        {paused && why && <span class="small block said">{why.text}, <When at={why.since} /></span>}</p>
      <div class="row">
        {!paused && <ActButton act={{ action: `pause_${work}` as const, name: DEEDS[`pause_${work}`].name }} />}
        {paused !== false && <ActButton act={{ action: `resume_${work}` as const }} kind={paused ? 'main' : 'plain'} />}
      </div>
    </li>
  );
}

function Switches({ h, alerts }: { h: House | null; alerts: Alert[] | null }) {
  return (
    <section aria-labelledby="work"><h2 id="work">Work that is taken</h2>
      <ul class="switches">{WORKS.map((w) => <Switch key={w} work={w} paused={h ? h.paused[w] : null} why={alerts?.find((a) => a.kind === 'work.paused' && a.subject === w && a.cleared_at === null)} />)}</ul>
    </section>
  );
}

/** What a key with `inspect` sees; the others have the buffer's own figures. */
function Drawn({ house, range, choose }: { house: Read<House>; range: Range; choose: (r: Range) => void }) {
  return (
    <section aria-labelledby="level"><div class="row spread"><h2 id="level">Level, inflow and outflow</h2><Ranges range={range} choose={choose} /></div>
      {house.value && <Level h={house.value} range={range} />}</section>
  );
}

export function Overview({ alerts }: { alerts: Read<Alert[]> }) {
  const inspects = may('inspect');
  const reads = may('read');
  const range = useSignal<Range>('24h');
  const house = useRead(() => (inspects ? ask(api.GET('/operator/overview', { params: { query: { range: range.peek() } } })) : Promise.resolve(null)), { of: range.value, on: range.value === '1h' || range.value === '24h' ? moved.buffer : moved.all });
  const buffer = useRead(() => (inspects ? Promise.resolve(null) : ask(api.GET('/buffer/status'))), { on: moved.buffer });
  const solvency = useRead(() => (reads ? ask(api.GET('/audit/solvency')) : Promise.resolve(null)));
  const metrics = useRead(() => (reads ? ask(api.GET('/conversions/metrics')) : Promise.resolve(null)));
  const h = house.value;
  return (
    <>
      <h1>Overview</h1>
      {inspects ? <Shown read={house} what="the house">{(v) => v && <BufferFigures b={v.buffer} />}</Shown> : <Shown read={buffer} what="the buffer">{(v) => v && <BufferFigures b={v} />}</Shown>}
      <div class={inspects ? 'halves' : 'stack'}>
        {inspects && (
          <div class="stack">
            <Drawn house={house as Read<House>} range={range.value} choose={(r) => (range.value = r)} />
            {h && <section aria-labelledby="forecast"><h2 id="forecast">At this rate</h2><Forecast h={h} /></section>}
            {h && h.latency.length > 0 && <section aria-labelledby="latency"><h2 id="latency">How long requests took</h2><Latency all={h.latency} /></section>}
          </div>
        )}
        <div class="stack">
          {inspects && (
            <section aria-labelledby="alerts-now"><h2 id="alerts-now">Alerts</h2>
              <Shown read={alerts} what="alerts">{(list) => <AlertList alerts={list.filter((a) => a.cleared_at === null)} none="Nothing that a human should know of." />}</Shown>
            </section>
          )}
          {reads ? <section aria-labelledby="solvency"><h2 id="solvency">Solvency</h2><Shown read={solvency} what="books and chains">{(s) => s && <Solvent s={s} />}</Shown></section>
            : h?.solvency && <section aria-labelledby="solvency"><h2 id="solvency">Solvency</h2><Verdict v={h.solvency} rows={[['Difference', usd(h.solvency.difference)], ['Lacking on the chains', shortfall(h.solvency.shortfall)]]} /></section>}
          {reads ? (
            <section aria-labelledby="converting"><h2 id="converting"><a href="#/conversions">Conversions</a></h2>
              <Shown read={metrics} what="how conversions go">{(m) => m && <Converting m={m} running={solvency.value?.conversions ?? null} />}</Shown>
            </section>
          ) : h?.conversions && <section aria-labelledby="converting"><h2 id="converting">Conversions</h2><UnderWay c={h.conversions} /></section>}
          {(inspects || may('operate')) && <Switches h={h ?? null} alerts={inspects ? alerts.value : null} />}
        </div>
      </div>
    </>
  );
}

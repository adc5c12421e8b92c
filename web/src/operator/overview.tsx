import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { usd, usdShort } from '../data/money';
import { clockTime } from '../data/time';
import { later } from '../ui/later';
import { Notice, Pairs } from '../ui/parts';
import { StatusBadge } from '../ui/status';
import { AlertList } from './alerts';
import { ActButton, seconds, Shown, When } from './bits';
import { moved } from './line';
import { type Read, useRead } from './reads';
import { flows, note, seen } from './seen';
import { type Alert, api, ask, type Buffer, type Metrics, type Solvency } from './service';
import { may } from './session';
import { DEEDS, LEVEL_WORDS, type Work, WORKS } from './words';

const Chart = later(() => import('./chart').then((m) => m.Chart));

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
      <Figure name="Low in" note={<>empty in {seconds(f.seconds_to_empty, 'never')}</>}>{seconds(f.seconds_to_low, 'never')}</Figure>
    </dl>
  );
}

/** The level is the buffer's; how it came about is what came in and went out meanwhile. */
function Level({ b }: { b: Buffer }) {
  const points = seen.value;
  if (points.length < 2) return <p class="small">The level is drawn from the second look on.</p>;
  const at = points.map((p) => p[0]);
  const levels = points.map((p) => p[1]);
  const { came, went } = flows(points);
  const range = `${usdShort(least(levels))} to ${usdShort(most(levels))}`;
  return (
    <>
      <Chart label={`Buffer level as this browser saw it since ${clockTime(at[0]! * 1_000)}: ${range}, now ${usdShort(b.usdc_balance)}; minimum ${usdShort(b.min_buffer_size)}`} at={at}
        lines={[{ name: 'Buffer', values: levels, color: 'accent' }, { name: 'Minimum', values: points.map((p) => p[2]), color: 'bad', dash: [6, 4] }]} />
      <Chart label="Dollars an hour that came into the buffer and went out, as this browser saw them" at={at} height={150}
        lines={[{ name: 'In, an hour', values: came, color: 'good' }, { name: 'Out, an hour', values: went, color: 'unknown', dash: [2, 3] }]} />
      <p class="small">As this browser saw it since {clockTime(at[0]! * 1_000)}: {range}.</p>
    </>
  );
}
const text = (n: number) => n.toFixed(6);
const least = (all: number[]) => text(Math.min(...all));
const most = (all: number[]) => text(Math.max(...all));

function Solvent({ s }: { s: Solvency }) {
  const shortfall = s.on_chain.shortfall;
  return (
    <>
      {s.solvent ? <Notice tone="good">Solvent: the assets cover what users are owed, by the books and by the chains.</Notice>
        : <Notice tone="bad">Not solvent{s.insolvent_since ? <> since <When at={s.insolvent_since} /></> : ''}. <a href="#/runbook/audit.insolvent">What to do</a></Notice>}
      <Pairs rows={[
        ['Assets', usd(s.assets.total)], ['Owed', usd(s.liabilities.total)], ['Difference', usd(s.difference)],
        ['Lacking on the chains', shortfall === null ? 'a chain does not answer' : usd(shortfall)],
        ...(s.explained ? [['Unexplained', usd(s.explained.unexplained)] as [string, string]] : []),
        ['Compared', <When at={s.checked_at} />],
      ]} />
    </>
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

/** Whether a kind of work goes on is an alert's word. */
function Switch({ work, alerts }: { work: Work; alerts: Alert[] | null }) {
  const paused = alerts?.find((a) => a.kind === 'work.paused' && a.subject === work && a.cleared_at === null);
  const name = work[0]!.toUpperCase() + work.slice(1);
  return (
    <li>
      <p><strong>{name}</strong> {alerts === null ? null : paused ? <StatusBadge of="paused" words={{ paused: ['Paused', 'bad'] }} /> : <StatusBadge of="on" words={{ on: ['Taken', 'good'] }} />}
        {paused && <span class="small block said">{paused.text}, <When at={paused.since} /></span>}</p>
      <div class="row">
        {(!paused || alerts === null) && <ActButton act={{ action: `pause_${work}` as const, facts: [['Now', alerts === null ? 'not shown to this key' : 'taken']], name: DEEDS[`pause_${work}`].name }} />}
        {(paused || alerts === null) && <ActButton act={{ action: `resume_${work}` as const, facts: [['Now', paused ? paused.text : 'not shown to this key']] }} kind={paused ? 'main' : 'plain'} />}
      </div>
    </li>
  );
}

export function Overview({ alerts }: { alerts: Read<Alert[]> }) {
  const buffer = useRead(() => ask(api.GET('/buffer/status')), { on: moved.buffer });
  const solvency = useRead(() => (may('read') ? ask(api.GET('/audit/solvency')) : Promise.resolve(null)));
  const metrics = useRead(() => (may('read') ? ask(api.GET('/conversions/metrics')) : Promise.resolve(null)));
  const b = buffer.value;
  useEffect(() => {
    if (b) note(b, buffer.at);
  }, [b]);
  return (
    <>
      <h1>Overview</h1>
      <Shown read={buffer} what="the buffer">{(v) => <BufferFigures b={v} />}</Shown>
      <div class="halves">
        <section aria-labelledby="level"><h2 id="level">Level, inflow and outflow</h2>{b && <Level b={b} />}</section>
        <div class="stack">
          {may('inspect') && (
            <section aria-labelledby="alerts-now"><h2 id="alerts-now">Alerts</h2>
              <Shown read={alerts} what="alerts">{(list) => <AlertList alerts={list.filter((a) => a.cleared_at === null)} none="Nothing that a human should know of." />}</Shown>
            </section>
          )}
          {may('read') && <section aria-labelledby="solvency"><h2 id="solvency">Solvency</h2><Shown read={solvency} what="books and chains">{(s) => s && <Solvent s={s} />}</Shown></section>}
          {may('read') && (
            <section aria-labelledby="converting"><h2 id="converting"><a href="#/conversions">Conversions</a></h2>
              <Shown read={metrics} what="how conversions go">{(m) => m && <Converting m={m} running={solvency.value?.conversions ?? null} />}</Shown>
            </section>
          )}
          {(may('inspect') || may('operate')) && (
            <section aria-labelledby="work"><h2 id="work">Work that is taken</h2><ul class="switches">{WORKS.map((w) => <Switch key={w} work={w} alerts={may('inspect') ? alerts.value : null} />)}</ul></section>
          )}
        </div>
      </div>
    </>
  );
}

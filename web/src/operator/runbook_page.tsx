import markdown from '../../../docs/operations.md?raw';
import { Table } from './bits';
import { adviceOn, type Block, piecesOf, sectionsOf } from './runbook';

const sections = sectionsOf(markdown);
const ALERTS = 'alerts-worth-waking-up-for';

const Text = ({ text }: { text: string }) => (
  <>{piecesOf(text).map((p, i) => (p.is === 'code' ? <code key={i}>{p.text}</code> : p.is === 'bold' ? <strong key={i}>{p.text}</strong> : p.text))}</>
);

function Shown({ b, label }: { b: Block; label: string }) {
  if (b.is === 'code') return <pre tabIndex={0} role="region" aria-label="Commands"><code>{b.text}</code></pre>;
  if (b.is !== 'table') return <p class={b.is === 'item' ? 'item' : ''}><Text text={b.text} /></p>;
  return <Table label={label} heads={b.heads}>{b.rows.map((r, i) => <tr key={i}>{r.map((c, j) => <td key={j}><Text text={c} /></td>)}</tr>)}</Table>;
}

/** Of one kind of alert, or one heading of docs/operations.md, as this version of Headroom has it. */
export function Runbook({ of }: { of: string }) {
  const section = sections.find((s) => s.slug === of);
  const advice = section ? [] : adviceOn(sections, of);
  return (
    <div class="runbook">
      <p class="back"><a href="#/alerts">← Alerts</a></p>
      <h1>{section ? section.title : <>Runbook: <span class="said">{of}</span></>}</h1>
      {section?.blocks.map((b, i) => <Shown key={i} b={b} label={section.title} />)}
      {advice.map((a, i) => (
        <section key={i} class="thing">
          <h2>What it means</h2><p><Text text={a.meaning} /></p>
          <h2>First step</h2><p><Text text={a.first} /></p>
          {a.more.length > 0 && <h2>More</h2>}
          {a.more.map((t, j) => <p key={j}><Text text={t} /></p>)}
        </section>
      ))}
      {!section && advice.length === 0 && <p>The operations manual has no row for this alert: its text says what is wrong.</p>}
      <nav aria-label="Operations manual"><h2>Operations manual</h2>
        <ul>{sections.filter((s) => s.blocks.length > 0).map((s) => <li key={s.slug}><a href={`#/runbook/${s.slug}`} aria-current={s.slug === of ? 'page' : undefined}>{s.title}</a>{s.slug === ALERTS && <span class="small"> every alert</span>}</li>)}</ul>
      </nav>
    </div>
  );
}

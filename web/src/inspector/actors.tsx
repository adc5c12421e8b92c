import { signal, useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { short } from '../data/same';
import { now, span } from '../data/time';
import { notRead } from '../operator/words';
import { Button, Notice, Spoken, Wait } from '../ui/parts';
import { type ActorListing, type ActorRow, type KindRow, listActors, SORTS, type Sort, WINDOWS } from './ask';
import { ActorLink, Business, isUuid, STORIES } from './ids';
import { Head } from './nav';
import { usePages } from './pages';
import { type Column, Rows } from './rows';
import { counted, lasting, perSecond } from './spans';

const MOST_ROWS = 50_000;
const TYPED_MS = 250;
/** An actor's number, an address, a uuid, or the first four digits of one, or more. */
const FOUND_BY = /^(\d{1,20}|0x[0-9a-f]{4,40}|[0-9a-f]{4}[0-9a-f-]{0,32})$/i;

/** Outlives a visit to one of them. */
const asked = signal<{ kind: string; find: string; sort: Sort; window: number }>({ kind: '', find: '', sort: 'mailbox', window: 10 });
const ask = (change: Partial<typeof asked.value>) => void (asked.value = { ...asked.peek(), ...change });

const SORT_NAMES: Record<Sort, string> = { mailbox: 'Fullest mailbox', wait: 'Longest wait', busy: 'Busiest', rate: 'Most messages', age: 'Oldest' };

function Kinds({ kinds, total }: { kinds: KindRow[]; total: number }) {
  const all: { name: string; label: string; live: number; mailbox: number }[] = [
    { name: '', label: 'All', live: total, mailbox: kinds.reduce((sum, k) => sum + k.mailbox, 0) },
    ...kinds.map((k) => ({ ...k, label: k.name })).sort((a, b) => b.live - a.live || (a.name < b.name ? -1 : 1)),
  ];
  return (
    <div class="kinds" role="group" aria-label="Kinds">
      {all.map((k) => (
        <button key={k.name} type="button" class="kind" aria-pressed={asked.value.kind === k.name} onClick={() => ask({ kind: k.name })}>
          <span class="said">{k.label}</span> <strong>{counted(k.live)}</strong>
          {k.mailbox > 0 && <span class="small">{counted(k.mailbox)} waiting</span>}
        </button>
      ))}
    </div>
  );
}

/** What can be found by what was typed; words where it cannot be anything. */
function Find({ first }: { first: string }) {
  const id = useId();
  const text = useSignal(first || asked.peek().find);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const plain = text.value.trim();
  const good = plain === '' || FOUND_BY.test(plain);
  useEffect(() => {
    if (good && plain !== asked.peek().find) timer.current = setTimeout(() => ask({ find: plain }), TYPED_MS);
    return () => clearTimeout(timer.current);
  }, [plain]);
  return (
    <div class="field find">
      <label for={id}>Find</label>
      <input id={id} class="wide" type="search" value={text.value} placeholder="0x… or uuid" autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={64}
        aria-invalid={!good} aria-describedby={`${id}-why`} onInput={(e) => (text.value = e.currentTarget.value)} />
      <p class="small" id={`${id}-why`}>
        {isUuid(plain) ? <>Its story, also when no actor of it is left: {STORIES.map((s, i) => <>{i > 0 && ' · '}<a href={`#/${s}/${plain.toLowerCase()}`}>{s}</a></>)}</>
          : good ? 'A user’s address, the id of a bet, sale, deposit, conversion or withdrawal, an actor’s number; four digits are enough.' : 'The first four digits of an address (0x…) or of an id, or more of them; or a number.'}
      </p>
    </div>
  );
}

interface Figure { name: string; title: string; sort: Sort; of: (a: ActorRow) => string }
const FIGURES: Figure[] = [
  { name: 'Mailbox', title: 'messages that wait', sort: 'mailbox', of: (a) => counted(a.mailbox) },
  { name: 'Waits', title: 'how long its oldest message has waited', sort: 'wait', of: (a) => (a.mailbox === 0 ? '—' : lasting(a.wait_us)) },
  { name: 'Busy', title: 'part of its time that it works, over the window', sort: 'busy', of: (a) => (a.busy_us_per_s === null ? '—' : `${+(a.busy_us_per_s / 10_000).toPrecision(3)} %`) },
  { name: 'Msgs/s', title: 'messages handled a second, over the window', sort: 'rate', of: (a) => (a.rate === null ? '—' : perSecond(a.rate)) },
  { name: 'Age', title: 'since it was born', sort: 'age', of: (a) => lasting(a.age_ms * 1_000) },
];

/** A phone shows the mailbox, and what the list is sorted by. */
const classOf = (f: Figure, sort: Sort): string => (f.sort === sort ? 'number sorted' : f.sort === 'mailbox' ? 'number' : 'number wide');

function columns(sort: Sort): Column[] {
  return [
    { name: 'Actor', class: 'wide' }, { name: 'Kind', class: 'who' }, { name: 'Business id', class: 'wide' },
    ...FIGURES.map((f): Column => ({
      name: f.name, class: classOf(f, sort), sorted: f.sort === sort,
      title: <button type="button" class="sorts" title={f.title} onClick={() => ask({ sort: f.sort })}>{f.name}{f.sort === sort && <span aria-hidden="true"> ↓</span>}</button>,
    })),
  ];
}

function Cells({ a, sort }: { a: ActorRow; sort: Sort }) {
  return (
    <>
      <td class="wide"><ActorLink id={a.id} name={String(a.id)} /></td>
      <td class="who"><a class="on-phone" href={`#/actor/${a.id}`}>{a.name} {a.id}</a><span class="on-desk" title={a.in_handler === null ? undefined : `handles ${a.in_handler} now`}>{a.name}</span><span class="small on-phone">{a.business_id === null ? '—' : <code>{short(a.business_id)}</code>}</span></td>
      <td class="wide"><Business of={a.name} id={a.business_id} whole /></td>
      {FIGURES.map((f) => <td key={f.name} class={classOf(f, sort)}>{f.of(a)}</td>)}
    </>
  );
}

type Page = ActorListing & { rows: ActorRow[]; next: string | null };

export function Actors({ find }: { find: string }) {
  const atTop = useRef(true);
  const { kind, sort, window: seconds } = asked.value;
  const of = JSON.stringify(asked.value);
  useEffect(() => {
    if (find && FOUND_BY.test(find)) ask({ find, kind: '' });
  }, [find]);
  const list = usePages<ActorRow, Page>(async (cursor) => {
    const answer = await listActors({ ...asked.peek(), cursor });
    return { ...answer, rows: answer.actors, next: answer.next_cursor };
  }, { of, most: MOST_ROWS, keyOf: (a) => a.id, everyMs: 2_000, mayRenew: () => atTop.current });
  const shown = useRef<Page | null>(null);
  if (list.last) shown.current = list.last; // kinds stay in their place while the next answer is awaited
  const said = shown.current;

  return (
    <>
      <Head title="Actors" here="actors" />
      {said && <Kinds kinds={said.kinds} total={said.total} />}
      <div class="asking">
        <Find key={find} first={find} />
        <label class="field"><span>Sort by</span>
          <select value={sort} onChange={(e) => ask({ sort: e.currentTarget.value as Sort })}>{SORTS.map((s) => <option key={s} value={s}>{SORT_NAMES[s]}</option>)}</select>
        </label>
        <label class="field"><span>Window</span>
          <select value={seconds} onChange={(e) => ask({ window: Number(e.currentTarget.value) })}>{WINDOWS.map((w) => <option key={w} value={w}>{w} s</option>)}</select>
        </label>
      </div>
      <div class="row spread">
        <p class="small" role="status">{said && <>{counted(said.matched)}{said.matched === said.total ? '' : <> of {counted(said.total)}</>} actors{kind && <> of kind <strong class="said">{kind}</strong></>}, as of {span(now.value - Date.parse(said.as_of))} ago. {counted(list.rows.length)} read{list.open ? ', more as you scroll' : ''}.</>}</p>
        <Button kind="link" onClick={list.again}>Look again</Button>
      </div>
      {list.why && <Notice tone="unknown" actions={<Button onClick={list.again}>Look again</Button>}>{notRead(list.why)}</Notice>}
      {list.last === null ? !list.why && <Wait>Reading actors …</Wait>
        : list.rows.length === 0 ? <Spoken><p class="quiet">No live actor is that.</p></Spoken>
        : (
          <Rows label="Actors" columns={columns(sort)} items={list.rows} total={said?.matched} keyOf={(a) => a.id} onNearEnd={list.open ? list.more : undefined} onTop={(top) => (atTop.current = top)} reset={of}>
            {(a) => <Cells a={a} sort={sort} />}
          </Rows>
        )}
      {list.rows.length >= MOST_ROWS && <Notice tone="info">These are the first {counted(MOST_ROWS)} by this order. Choose a kind, or find one, to see others.</Notice>}
    </>
  );
}

import { useSignal } from '@preact/signals';
import { type ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { usd } from '../data/money';
import { short } from '../data/same';
import { dayTime, now, span } from '../data/time';
import { notRead } from '../operator/words';
import { Button, Notice, Pairs, Spoken, Wait } from '../ui/parts';
import { evenScale, squeezedScale } from './axis';
import { AxisPicture } from './axis_picture';
import type { StoryKind } from './ids';
import { Head } from './nav';
import { type Reading, useStory } from './reading';
import { nameOf, save, savedText } from './saved';
import { Sequence } from './sequence';
import type { Gap, Story } from './shapes';
import { counted, lasting, several } from './spans';
import { Books, Chains, Events, linesOf } from './story_parts';

const titled = (kind: string): string => kind[0]!.toUpperCase() + kind.slice(1);
const MOST_GAPS = 8;

function About({ story: { subject: s } }: { story: Story }) {
  const rows: [string, ComponentChildren][] = [
    ['State', <strong class="said">{s.status}</strong>],
    ...(s.amount === null ? [] : [['Amount', usd(s.amount)] as [string, ComponentChildren]]),
    ...(s.user_address ? [['User', <a href={`#/actors/${encodeURIComponent(s.user_address)}`} class="said"><code>{s.user_address}</code></a>] as [string, ComponentChildren]] : []),
    ...(s.question ? [['Market', <span class="said">{s.question}{s.outcome && <>: <strong>{s.outcome}</strong></>}</span>] as [string, ComponentChildren]] : []),
    ['Began', dayTime(s.created_at)], ['Last changed', dayTime(s.updated_at)],
  ];
  return <Pairs rows={rows} />;
}

/** The waits that lasted longest, each with its part of the whole. */
function Waits({ gaps, all }: { gaps: readonly Gap[]; all: number }) {
  const most = [...gaps].sort((a, b) => b.us - a.us).slice(0, MOST_GAPS);
  if (most.length === 0) return <p class="quiet">Nothing was waited for.</p>;
  return (
    <ul class="shares">
      {most.map((g, i) => <li key={i}><span class="said">{g.named}</span><strong>{lasting(g.us)}</strong><meter min={0} max={Math.max(1, all)} value={g.us} aria-label={`${g.named}: part of the whole`} /></li>)}
    </ul>
  );
}

function Take({ story, reading }: { story: Story; reading: Reading | null }) {
  const said = useSignal('');
  const whole = async () => (reading ? reading.whole() : story);
  const copy = async () => {
    const all = await whole();
    if (!all) return void (said.value = 'Not copied.');
    said.value = await navigator.clipboard.writeText(savedText(all)).then(() => 'Copied.', () => 'The browser did not allow it.');
  };
  const keep = async () => {
    const all = await whole();
    if (!all) return void (said.value = 'Not saved.');
    save(all);
    said.value = `Saved as ${nameOf(all)}.`;
  };
  const busy = reading?.busy != null;
  return (
    <div class="row take">
      <Button onClick={() => void copy()} disabled={busy}>Copy as JSON</Button>
      <Button onClick={() => void keep()} disabled={busy}>Save as file</Button>
      <span class="small" role="status">{said.value}</span>
    </div>
  );
}

/** A story, from the service or from a file. */
export function StoryView({ story, reading }: { story: Story; reading: Reading | null }) {
  const even = useSignal(false);
  const drawn = useSignal(false);
  const { events, gaps } = story;
  const scale = useMemo(() => (even.value ? evenScale(events) : squeezedScale(events)), [events, even.value]);
  const lines = useMemo(() => linesOf(events, gaps), [events, gaps]);
  const from = events[0]?.at_us ?? 0;
  const all = (events.at(-1)?.at_us ?? from) - from;
  const partial = story.next_cursor !== null;
  const name = `${titled(story.subject.kind)} ${short(story.subject.id)}`;
  return (
    <>
      <div class="row spread">
        {story.complete ? <span class="status good">Complete</span> : <span class="status unknown">Not complete</span>}
        <Take story={story} reading={reading} />
      </div>
      <p class="small">{story.complete ? 'It has ended, nothing of it is under way, and its entries sum up.' : 'Something of it is under way, or its entries do not sum up yet.'}{' '}
        {several(events.length, 'event')} in {lasting(all)}{partial ? ' so far read' : ''}.</p>
      <section aria-labelledby="axis" class="sheeted"><div class="row spread"><h2 id="axis">On one axis</h2>
        <label class="check"><input type="checkbox" checked={even.value} onChange={(e) => (even.value = e.currentTarget.checked)} /> to scale</label></div>
        {events.length > 0 && <AxisPicture events={events} gaps={gaps} scale={scale} partial={partial} />}
        {!even.value && <p class="small">Long waits are drawn shorter than they were.</p>}
      </section>
      <div class="halves even">
        <section aria-labelledby="about"><h2 id="about">{name}</h2><About story={story} /></section>
        <section aria-labelledby="waits"><h2 id="waits">Where the time went</h2><Waits gaps={gaps} all={all} /></section>
      </div>
      <section aria-labelledby="events"><h2 id="events">Events</h2>
        <Events lines={lines} from={from} onNearEnd={partial && reading ? reading.more : undefined} />
        {reading?.busy != null && <Wait>Reading: {counted(reading.busy)} events …</Wait>}
        {partial && reading && reading.busy === null && <div class="row"><Button onClick={() => void reading.whole()}>Read all of it</Button><span class="small">More is read as you scroll.</span></div>}
        {partial && !reading && <Notice tone="unknown">The file has only the first {several(events.length, 'event')} of it.</Notice>}
      </section>
      <section aria-labelledby="books"><h2 id="books">Ledger entries</h2><Books postings={story.postings} sums={story.sums} /></section>
      <section aria-labelledby="chains"><h2 id="chains">Chain operations</h2><Chains operations={story.operations} /></section>
      <section aria-labelledby="sequence"><h2 id="sequence">Sequence</h2>
        {drawn.value ? <Sequence events={events} /> : <div class="row"><Button onClick={() => (drawn.value = true)}>Draw who spoke after whom</Button></div>}
      </section>
    </>
  );
}

export function StoryPage({ kind, id, under }: { kind: StoryKind; id: string; under: boolean }) {
  const reading = useStory(kind, id);
  const { story, why } = reading;
  const none = why?.status === 404;
  return (
    <>
      {under ? <h2>Its story</h2> : <Head title={<>{titled(kind)} <code>{id}</code></>} beside={<a href={`#/actors/${id}`}>Its actor</a>} />}
      <Spoken>{none && <Notice tone="info">There is no {kind} of this id in the books.</Notice>}</Spoken>
      {why && !none && <Notice tone="unknown" actions={<Button onClick={reading.again}>Look again</Button>}>{notRead(why)}{story && ` What stands here is ${span(now.value - reading.at)} old.`}</Notice>}
      {story ? <StoryView story={story} reading={reading} /> : !why && <Wait>Reading its story …</Wait>}
    </>
  );
}

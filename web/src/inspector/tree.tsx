import { dayTime } from '../data/time';
import { Shown, Table } from '../operator/bits';
import { useRead } from '../operator/reads';
import { StatusBadge } from '../ui/status';
import { Messages } from './actor';
import { type Tree, tree } from './ask';
import { ActorLink } from './ids';
import { Head } from './nav';
import { counted } from './spans';

const LIVES = { yes: ['Lives', 'good'], no: ['Ended', 'bad'] } as const;
type Child = Tree['children'][number];

function LastEnd({ of }: { of: NonNullable<Child['last_end']> }) {
  return (
    <details>
      <summary>Ended {of.at === null ? 'once' : dayTime(of.at)}: <span class="said">{of.reason}</span>{of.in_handler && <> while it handled <span class="said">{of.in_handler}</span></>}</summary>
      {of.last_messages.length === 0 ? <p class="quiet">Its last messages were not kept.</p> : <Messages recent={of.last_messages} label="Its last messages, newest first" />}
    </details>
  );
}

/** Who watches over whom; restarts, with the reason and the last messages before. */
export function TreePage() {
  const read = useRead(tree, { everyMs: 5_000 });
  return (
    <>
      <Head title="Who watches over whom" here="tree" />
      <Shown read={read} what="the tree">{(t) => (
        <>
          <p><strong class="said">{t.root}</strong> watches over {counted(t.children.length)}, and starts again what ends.</p>
          <ul class="branches">
            {t.children.map((c) => (
              <li key={c.name}>
                <p class="row"><ActorLink id={c.alive ? c.actor_id : null} name={c.name} /> <StatusBadge of={c.alive ? 'yes' : 'no'} words={{ yes: [...LIVES.yes], no: [...LIVES.no] }} />
                  {c.restarts > 0 && <span class="small">started again {counted(c.restarts)} times</span>}</p>
                {c.last_end && <LastEnd of={c.last_end} />}
              </li>
            ))}
          </ul>
          {t.other_ends.length > 0 && (
            <section aria-labelledby="ends"><h2 id="ends">Other actors that ended badly</h2>
              <Table label="Other actors that ended badly" heads={['When', 'Kind', 'Actor', 'Why', 'While it handled']}>
                {t.other_ends.map((e, i) => <tr key={i}><td>{dayTime(e.at)}</td><td class="said">{e.kind}</td><td>{e.actor_id}</td><td class="said">{e.reason}</td><td class="said">{e.in_handler ?? '—'}</td></tr>)}
              </Table>
            </section>
          )}
        </>
      )}</Shown>
    </>
  );
}

import { Shown } from '../operator/bits';
import { useRead } from '../operator/reads';
import { Notice } from '../ui/parts';
import { type Someone, waits } from './ask';
import { ActorLink, Business } from './ids';
import { Head } from './nav';
import { Rows } from './rows';
import { counted, lasting } from './spans';

const COLUMNS = [{ name: 'Who waits', class: 'who' }, { name: 'For' }, { name: 'Request', class: 'text wide' }, { name: 'Since', class: 'number' }];
const Who = ({ of }: { of: Someone | null }) => (of === null ? <>not known</> : <><ActorLink id={of.id} name={`${of.kind} ${of.id}`} /> {of.business_id && <span class="on-desk"><Business of={of.kind} id={of.business_id} /></span>}</>);

/** Who waits for whose answer; nobody goes on in a circle. */
export function WaitsPage() {
  const read = useRead(waits, { everyMs: 2_000 });
  return (
    <>
      <Head title="Who waits for whom" here="waits" />
      <Shown read={read} what="who waits">{(w) => (
        <>
          {w.cycles.map((c, i) => <Notice key={i} tone="bad">A circle, in which nobody goes on: {[...c, c[0]!].map((id, j) => <>{j > 0 && ' → '}<ActorLink id={id} /></>)}</Notice>)}
          <p class="small">{counted(w.total)} requests wait for an answer{w.not_known > 0 && `, ${counted(w.not_known)} of them are not known`}; the longest first.</p>
          {w.waits.length === 0 ? <p class="quiet">Nobody waits.</p> : (
            <Rows label="Who waits for whom" columns={COLUMNS} items={w.waits} keyOf={(_, i) => i}>
              {(x) => <><td class="who"><Who of={x.waiter} /></td><td><Who of={x.waits_for} /></td><td class="text wide" title={x.request}>{x.request}</td><td class="number">{lasting(1_000 * x.for_ms)}</td></>}
            </Rows>
          )}
        </>
      )}</Shown>
    </>
  );
}

import { usd } from '../data/money';
import { short } from '../data/same';
import { config } from '../state/config';
import { Hash, Notice } from '../ui/parts';
import { StatusBadge, WITHDRAWAL_WORDS } from '../ui/status';
import type { Act } from './acts';
import { ActButton, Shown, Table, When } from './bits';
import { useRead } from './reads';
import { api, ask, type Withdrawal } from './service';
import { may } from './session';

const PAGES = 5;

/** The requested ones, which are those that may wait for a human; `whole` is false when there are more than were read. */
async function requested(): Promise<{ list: Withdrawal[]; whole: boolean }> {
  const list: Withdrawal[] = [];
  let cursor: string | null = null;
  for (let i = 0; i < PAGES; i++) {
    const query: { status: 'requested'; limit: number; cursor?: string } = { status: 'requested', limit: 200, ...(cursor ? { cursor } : {}) };
    const page: { withdrawals: Withdrawal[]; next_cursor: string | null } = await ask(api.GET('/withdrawals', { params: { query } }));
    list.push(...page.withdrawals);
    cursor = page.next_cursor;
    if (!cursor) break;
  }
  return { list, whole: cursor === null };
}

const whatItIs = (w: Withdrawal): [string, string][] => [
  ['Withdrawal', w.withdrawal_id], ['Of', w.user_address], ['To', w.to], ['Amount', usd(w.amount)], ['Fee', usd(w.fee)], ['Arrives', usd(w.received)],
];
const act = (action: Act['action'], w: Withdrawal): Act => ({ action, target: w.withdrawal_id, facts: whatItIs(w), typed: w.amount });

function Row({ w, decide }: { w: Withdrawal; decide: boolean }) {
  const own = w.to.toLowerCase() === w.user_address.toLowerCase();
  return (
    <tr>
      <td><Hash text={w.withdrawal_id} label={`withdrawal ${short(w.withdrawal_id)}`} /></td>
      <td class="number">{usd(w.amount)}</td>
      <td><Hash text={w.user_address} label={`user ${short(w.user_address)}`} /></td>
      <td><Hash text={w.to} label={`address ${short(w.to)}`} /><span class="small block">{own ? 'their own' : 'another address'}</span></td>
      <td><When at={w.created_at} /></td>
      <td>{w.tx_hash ? <Hash text={w.tx_hash} chain={137} label={`transaction ${short(w.tx_hash)}`} /> : w.needs_approval ? 'waits for approval' : <StatusBadge of={w.status} words={WITHDRAWAL_WORDS} />}
        {w.failure && <span class="small block said">{w.failure}</span>}</td>
      {may('operate') && (
        <td><div class="row">{decide && <ActButton kind="main" act={act('approve_withdrawal', w)} />}{w.tx_hash === null && w.status === 'requested' && <ActButton act={act('refuse_withdrawal', w)} />}</div></td>
      )}
    </tr>
  );
}

export function Withdrawals() {
  const waiting = useRead(requested);
  const newest = useRead(() => ask(api.GET('/withdrawals', { params: { query: { limit: 50 } } })));
  const heads = ['Withdrawal', '#Amount', 'User', 'To', 'Asked for', 'State', ...(may('operate') ? ['Decide'] : [])];
  const above = config.value?.withdrawal.approval_above;
  return (
    <>
      <h1>Withdrawals</h1>
      <section aria-labelledby="approval"><h2 id="approval">Waiting for approval</h2>
        {above != null && <p class="small">Those above {usd(above)}, and what a contract wallet signed by the word of one node. Their amount is taken already.</p>}
        <Shown read={waiting} what="what waits">{({ list, whole }) => {
          const asked = list.filter((w) => w.needs_approval);
          return (
            <>
              {!whole && <Notice tone="unknown">More are requested than are read here: the newest {list.length} were looked through.</Notice>}
              {asked.length === 0 ? <p class="quiet">None waits.</p>
                : <Table label="Withdrawals that wait for approval" heads={heads}>{asked.map((w) => <Row key={w.withdrawal_id} w={w} decide />)}</Table>}
            </>
          );
        }}</Shown>
      </section>
      <section aria-labelledby="newest"><h2 id="newest">The newest</h2>
        <Shown read={newest} what="withdrawals">{({ withdrawals }) => (withdrawals.length === 0 ? <p class="quiet">None yet.</p>
          : <Table label="The newest withdrawals" heads={heads}>{withdrawals.map((w) => <Row key={w.withdrawal_id} w={w} decide={false} />)}</Table>)}</Shown>
      </section>
    </>
  );
}

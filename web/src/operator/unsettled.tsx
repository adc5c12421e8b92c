import { usd } from '../data/money';
import { short } from '../data/same';
import { Hash, Notice } from '../ui/parts';
import { seconds, Shown, Table, When } from './bits';
import { useRead } from './reads';
import { api, ask, type UnsettledMarket } from './service';
import { runbookLink } from './where';

const MOST = 200;

function Row({ m }: { m: UnsettledMarket }) {
  return (
    <tr>
      <td class="said">{m.question || 'No question on record'}<span class="block"><Hash text={m.condition_id} label={`condition ${short(m.condition_id)}`} /></span></td>
      <td><When at={m.resolved_at} /><span class="small block">open for {seconds(m.age_seconds)}</span></td>
      <td class="number">{usd(m.received)}</td>
      <td class="number">{usd(m.paid)}</td>
      <td class="number">{usd(m.owed)}{m.short && <span class="block"><span class="status bad">Too little is here</span></span>}</td>
      <td class="number">{m.unpaid_positions}</td>
      <td class="number">{m.at_venue}</td>
    </tr>
  );
}

/** Resolved, and not all of it paid: it goes on by itself, unless something is short. */
export function Unsettled() {
  const read = useRead(() => ask(api.GET('/operator/settlements', { params: { query: { limit: MOST } } })));
  return (
    <>
      <h1>Markets not paid out</h1>
      <p class="small">Resolved by a final block. The service redeems, then pays position by position, by itself. <a href={runbookLink('settlement.short')}>What to do when it does not</a></p>
      <Shown read={read} what="markets">{({ total, markets }) => (total === 0 ? <p class="quiet">None: every resolved market is paid out.</p> : (
        <>
          {total > markets.length && <Notice tone="unknown">The oldest {markets.length} of {total}.</Notice>}
          <Table label="Markets that are resolved and not paid out, the oldest first" heads={['Market', 'Resolved', '#Received', '#Paid', '#Still owed', '#Positions unpaid', '#Open at the venue']}>
            {markets.map((m) => <Row key={m.condition_id} m={m} />)}
          </Table>
        </>
      ))}</Shown>
    </>
  );
}

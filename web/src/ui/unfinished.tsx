// What was found unfinished after a reload, or goes on behind a closed window: it is never just gone.
import { usd } from '../data/money';
import type { Bet, Sale } from '../data/contract';
import { dismiss, isOverRun, type Run, runs } from '../act/runs';
import { run as slipRun } from '../state/slip';
import type { Deed } from '../words';
import { Button, Notice, TroubleNotice } from './parts';
import { open, show } from './shell';

const NAMES: Record<Run['kept']['kind'], string> = { deposit: 'Payment of', bet: 'Bet of', sale: 'Sale of', withdrawal: 'Withdrawal of' };

function Words({ r }: { r: Run }) {
  const { kept, p } = r;
  const deed: Deed = kept.kind;
  const what = `${NAMES[kept.kind]} ${kept.kind === 'sale' ? `${kept.amount} shares` : usd(kept.amount)}`;
  const done = isOverRun(r);
  const look = kept.kind === 'deposit' && <Button onClick={() => show({ is: 'deposit', run: kept.key })}>Show</Button>;
  const away = done && <Button kind="quiet" onClick={() => dismiss(kept.key)}>Dismiss</Button>;
  const actions = <>{look}{away}</>;
  if (p.is === 'refused' || p.is === 'failed') return <><TroubleNotice why={p.why} facts={{ deed }} /><p class="row small">{what} {actions}</p></>;
  if (p.is === 'credited') return <Notice tone="good" actions={actions}>{what}: you can bet {usd(p.deposit.credited)} now.</Notice>;
  if (p.is === 'known') {
    const to = 'bet_id' in p.what ? `#/b/${(p.what as Bet).bet_id}` : 'sale_id' in p.what ? `#/s/${(p.what as Sale).sale_id}` : `#/w/${(p.what as { withdrawal_id: string }).withdrawal_id}`;
    return <Notice tone={p.what.status === 'failed' ? 'bad' : 'good'} actions={away}>{what}: {p.what.status}. <a href={to}>See it</a></Notice>;
  }
  return <Notice tone="unknown" actions={actions}>{what}: checking what became of it. You will not be charged twice.</Notice>;
}

export function Unfinished() {
  const w = open.value;
  const shown = runs.value.filter((r) => r.kept.key !== slipRun.value && !(w?.is === 'deposit' && (w.run === r.kept.key || r.kept.kind === 'deposit')) && !(w?.is === 'sell' || w?.is === 'withdraw'));
  if (!shown.length) return null;
  return <section aria-label="Under way" class="unfinished" role="status">{shown.map((r) => <Words key={r.kept.key} r={r} />)}</section>;
}

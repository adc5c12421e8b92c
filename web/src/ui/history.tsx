import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { api, ask } from '../data/api';
import type { Entry } from '../data/contract';
import { micro, signed } from '../data/money';
import { dayTime } from '../data/time';
import { touched } from '../state/live';
import { sessionEnded, signedIn } from '../state/session';
import { address } from '../wallet/wallets';
import { Locked } from './money';
import { Named } from './named';
import { Button, TroubleNotice, Wait } from './parts';
import { BET_WORDS, DEPOSIT_WORDS, PAYOUT_WORDS, SALE_WORDS, StatusBadge, type StateWords, WITHDRAWAL_WORDS } from './status';

const KINDS: Record<Entry['kind'], { name: string; to: string | null; words: StateWords }> = {
  deposit: { name: 'Deposit', to: '#/d/', words: DEPOSIT_WORDS },
  bet: { name: 'Bet', to: '#/b/', words: BET_WORDS },
  sale: { name: 'Sale', to: '#/s/', words: SALE_WORDS },
  payout: { name: 'Payout', to: null, words: PAYOUT_WORDS },
  withdrawal: { name: 'Withdrawal', to: '#/w/', words: WITHDRAWAL_WORDS },
};

function Row({ e }: { e: Entry }) {
  const kind = KINDS[e.kind] as (typeof KINDS)['bet'] | undefined;
  const name = kind?.name ?? e.kind;
  const came = micro(e.amount);
  return (
    <tr>
      <td><time dateTime={e.at}>{dayTime(e.at)}</time></td>
      <td>{kind?.to ? <a href={kind.to + e.id}>{name}</a> : name}{e.token_id && <span class="small block"><Named token={e.token_id} condition={e.condition_id} outcome={e.outcome} question={e.question} /></span>}</td>
      <td><StatusBadge of={e.status} words={kind?.words ?? {}} /></td>
      <td class={came > 0n ? 'number up' : 'number'}>{signed(e.amount)}</td>
    </tr>
  );
}

export function HistoryPage() {
  const entries = useSignal<Entry[] | null>(null);
  const next = useSignal<string | null>(null);
  const why = useSignal<Trouble | null>(null);
  const busy = useSignal(false);
  const who = address.value;

  async function read(more: boolean) {
    if (busy.peek()) return;
    busy.value = true;
    try {
      const cursor = more ? next.peek() : null;
      const page = await ask(api.GET('/history', { params: { query: { limit: 50, ...(cursor ? { cursor } : {}) } } }));
      if (address.peek() !== who) return;
      entries.value = cursor ? [...(entries.peek() ?? []), ...page.entries] : page.entries;
      next.value = page.next_cursor;
      why.value = null;
    } catch (e) {
      why.value = troubleOf(e);
      if (why.value.status === 401) sessionEnded();
    } finally {
      busy.value = false;
    }
  }
  useEffect(() => {
    entries.value = null;
    next.value = null;
  }, [who, signedIn.value]);
  useEffect(() => {
    if (signedIn.value && (entries.peek()?.length ?? 0) <= 50) void read(false);
  }, [who, signedIn.value, touched.value]);

  if (!signedIn.value) return <><h1>History</h1><Locked /></>;
  return (
    <>
      <div class="row spread"><h1>History</h1><a class="button plain" href="/history.csv" download="headroom-history.csv">Download CSV</a></div>
      {why.value && <TroubleNotice why={why.value} facts={{ deed: 'read' }} on={{ again: () => void read(false) }} />}
      {!entries.value && !why.value && <Wait>Reading your history …</Wait>}
      {entries.value?.length === 0 && <p>Nothing yet. Deposits, bets, sales, payouts and withdrawals are listed here.</p>}
      {!!entries.value?.length && (
        <table class="history">
          <caption class="only-heard">What moved your balance, newest first</caption>
          <thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">State</th><th scope="col" class="number">Balance</th></tr></thead>
          <tbody>{entries.value.map((e) => <Row key={`${e.kind}${e.id}`} e={e} />)}</tbody>
        </table>
      )}
      {next.value && <Button onClick={() => void read(true)} disabled={busy.value}>More</Button>}
    </>
  );
}

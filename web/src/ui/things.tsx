// One page for each deposit, bet, sale and withdrawal: what was asked, what it came to, every hash.
import type { ComponentChildren } from 'preact';
import type { Receipt, Trouble } from '@headroom/client';
import { api, ask } from '../data/api';
import { chainId, chainName } from '../data/chains';
import type { Bet, DepositWhole, Sale, Withdrawal } from '../data/contract';
import { cents, count, micro, usd } from '../data/money';
import { clockTime, dayTime } from '../data/time';
import { config } from '../state/config';
import { signedIn } from '../state/session';
import { failureOf, say } from '../words';
import { depositSteps } from './deposit';
import { Locked } from './money';
import { Named } from './named';
import { Button, Hash, Notice, Pairs, Steps, TroubleNotice, Wait } from './parts';
import { useRead } from './reads';
import { BET_WORDS, DEPOSIT_WORDS, SALE_WORDS, StatusBadge, WITHDRAWAL_WORDS } from './status';

type Row = [string, ComponentChildren];
const given = (time: string | null | undefined, name: string): Row[] => (time ? [[name, dayTime(time)]] : []);
const Id = ({ text }: { text: string }) => <Hash text={text} label="id" />;

/** The frame of all four: title, or why there is nothing. */
function Thing<T>({ title, value, why, again, needsSession = true, children }: { title: string; value: T | null; why: Trouble | null; again: () => void; needsSession?: boolean; children: (v: T) => ComponentChildren }) {
  return (
    <>
      <p class="back"><a href="#/history">‹ History</a></p>
      <h1>{title}</h1>
      {needsSession && !signedIn.value ? <Locked /> : why ? (
        why.code === 'not_found' ? <Notice tone="info">{say(why, { deed: 'read' }).words}</Notice> : <TroubleNotice why={why} facts={{ deed: 'read' }} on={{ again }} />
      ) : value === null ? <Wait>Reading …</Wait> : children(value)}
    </>
  );
}

const PROGRESS: Record<string, string> = {
  preparing: 'being prepared', placing: 'on its way to the venue', matched: 'matched; its trades are not final yet', in_doubt: 'not known: looked up until it is', finishing: 'being written into the books',
};

function betRows(b: Bet): Row[] {
  const settled = b.status === 'settled';
  return [
    ['Amount', usd(b.amount)], ['Price at most', cents(b.max_price)],
    ...(b.status === 'filled' || settled ? [['Shares', count(b.shares)], ['Average price', cents(b.average_price)], ['Paid for shares', usd(b.spent)], ['Venue fee', usd(b.fee)]] as Row[] : []),
    ...(micro(b.refunded) > 0n ? [['Came back', usd(b.refunded)]] as Row[] : []),
    ...(settled ? [['Result', b.result ?? 'not known'], ['Paid out', b.payout ? usd(b.payout) : 'not known']] as Row[] : []),
    ...given(b.created_at, 'Placed'), ...given(b.updated_at, 'Last change'),
    ['Order', b.order_hash ? <Hash text={b.order_hash} label="order hash" /> : 'none yet'], ['Bet', <Id text={b.bet_id} />],
  ];
}

export function BetPage({ id }: { id: string }) {
  const r = useRead<Bet>(() => ask(api.GET('/bets/{id}', { params: { path: { id } } })), id);
  return (
    <Thing title="Bet" value={r.value.value} why={r.why.value} again={r.again}>
      {(b) => (
        <>
          <p class="lead"><Named token={b.token_id} /></p>
          <p><StatusBadge of={b.status} words={BET_WORDS} /> {b.progress && PROGRESS[b.progress]}</p>
          {b.status === 'failed' && <Notice tone="bad">{say(failureOf(b.failure), { deed: 'bet' }).words}</Notice>}
          {b.status === 'placing' && <Notice tone="unknown">The venue’s word is still out. This bet is looked up until it is known; it is never placed twice.</Notice>}
          <Pairs rows={betRows(b)} />
        </>
      )}
    </Thing>
  );
}

export function SalePage({ id }: { id: string }) {
  const r = useRead<Sale>(() => ask(api.GET('/sales/{id}', { params: { path: { id } } })), id);
  return (
    <Thing title="Sale" value={r.value.value} why={r.why.value} again={r.again}>
      {(s) => (
        <>
          <p class="lead"><Named token={s.token_id} /></p>
          <p><StatusBadge of={s.status} words={SALE_WORDS} /> {s.progress && PROGRESS[s.progress]}</p>
          {s.status === 'failed' && <Notice tone="bad">{say(failureOf(s.failure), { deed: 'sale' }).words}</Notice>}
          <Pairs rows={[
            ['Offered', `${count(s.shares)} shares`], ['Price at least', cents(s.min_price)],
            ...(s.status === 'filled' ? [['Sold', `${count(s.sold)} shares`], ['Average price', cents(s.average_price)], ['Buyers paid', usd(s.proceeds)], ['Fee', usd(s.fee)], ['You got', <strong>{usd(s.credited)}</strong>]] as Row[] : []),
            ...given(s.created_at, 'Offered at'), ['Order', s.order_hash ? <Hash text={s.order_hash} label="order hash" /> : 'none yet'], ['Sale', <Id text={s.sale_id} />],
          ]} />
        </>
      )}
    </Thing>
  );
}

export function WithdrawalPage({ id }: { id: string }) {
  const r = useRead<Withdrawal>(() => ask(api.GET('/withdrawals/{id}', { params: { path: { id } } })), id);
  const chain = config.value ? chainId(config.value.withdrawal.network) : 137;
  return (
    <Thing title="Withdrawal" value={r.value.value} why={r.why.value} again={r.again}>
      {(w) => {
        const reached = ['requested', 'sent', 'confirmed'].indexOf(w.status);
        const state = (i: number) => (reached >= i ? 'done' as const : reached === i - 1 ? 'now' as const : 'later' as const);
        return (
          <>
            <p><StatusBadge of={w.status} words={WITHDRAWAL_WORDS} /></p>
            {w.status === 'failed' ? <Notice tone="bad">Not sent{w.failure ? `: ${w.failure}` : ''}. The whole amount is yours again.</Notice> : (
              <Steps clock={clockTime} steps={[
                { name: w.needs_approval ? 'Accepted, an operator looks at it' : 'Accepted', at: w.created_at ?? null, state: 'done' },
                { name: `Sent on ${chainName(config.value, chain)}`, state: state(1) },
                { name: `${usd(w.received)} arrived`, at: w.status === 'confirmed' ? (w.updated_at ?? null) : null, state: state(2) },
              ]} />
            )}
            <Pairs rows={[
              ['Amount', usd(w.amount)], ['Fee', usd(w.fee)], ['Arrives', <strong>{usd(w.received)}</strong>], ['To', <code class="address">{w.to}</code>],
              ['Transaction', w.tx_hash ? <Hash text={w.tx_hash} label="transaction" chain={chain} /> : 'none yet'], ['Withdrawal', <Id text={w.withdrawal_id} />],
            ]} />
          </>
        );
      }}
    </Thing>
  );
}

const PURPOSE: Record<string, string> = { bridge: 'Bridge', deliver: 'Delivery', approve: 'Approval', swap: 'Swap' };
const SENT: Record<string, string> = { stored: 'sent, not seen yet', confirmed: 'confirmed', reverted: 'undone', dropped: 'replaced' };

function transactionRows(d: DepositWhole): Row[] {
  return (d.conversion?.steps ?? []).flatMap((s) => (s.transactions ?? []).map((t): Row => [
    `${PURPOSE[t.purpose] ?? t.purpose} on ${chainName(config.value, t.chain_id)}`,
    <><Hash text={t.tx_hash} label="transaction" chain={t.chain_id} /> <span class="small">{SENT[t.status] ?? t.status}</span></>,
  ]));
}

export function DepositPage({ id }: { id: string }) {
  const r = useRead<Receipt>(() => ask<Receipt>(api.GET('/deposits/{id}', { params: { path: { id } } }) as never), id, false);
  return (
    <Thing title="Deposit" value={r.value.value} why={r.why.value} again={r.again} needsSession={false}>
      {(d) => {
        const whole = 'conversion' in d ? d : null;
        const lost = d.status === 'failed' && !d.credited_at;
        return (
          <>
            <p class="lead">{usd(d.amount)}{'network' in d && ` on ${chainName(config.value, chainId(d.network))}`}</p>
            <p><StatusBadge of={d.status} words={DEPOSIT_WORDS} /></p>
            <Steps steps={depositSteps(d, {}, d.credited, lost)} clock={clockTime} />
            {lost && <Notice tone="bad">{say(failureOf(d.failure ?? null), { deed: 'deposit' }).words}</Notice>}
            {d.status === 'failed' && d.credited_at && <Notice tone="info">Its conversion failed; that is Headroom’s affair. The money is yours and can be bet.</Notice>}
            {d.waiting && <Notice tone="unknown">Not credited yet: {d.waiting}</Notice>}
            <Pairs rows={[
              ['Paid', usd(d.amount)], ['Fee', usd(d.fee)], ['Credited', <strong>{d.credited_at ? usd(d.credited) : 'not yet'}</strong>],
              ...('created_at' in d ? given(d.created_at, 'Began') : []), ...given(d.credited_at, 'Credited at'),
              ['Payment', d.tx_hash ? <Hash text={d.tx_hash} label="transaction" {...('network' in d ? { chain: chainId(d.network) } : {})} /> : 'not sent yet'],
              ...(whole ? transactionRows(whole) : []), ['Deposit', <Id text={d.deposit_id} />],
            ]} />
            {!signedIn.value && <p class="small">Sign in to see its conversion.</p>}
            <Button kind="quiet" onClick={r.again}>Look again</Button>
          </>
        );
      }}
    </Thing>
  );
}

// Everything a user has, in three figures that add up, and the things they are made of.
import type { Bet, Deposit, Position, Withdrawal } from '../data/contract';
import { api, ask } from '../data/api';
import { chainId, chainName } from '../data/chains';
import { cents, count, micro, signed, toCents, usd, usdShort, decimal } from '../data/money';
import { ago, now, until } from '../data/time';
import { config } from '../state/config';
import { link, me } from '../state/live';
import { expired, signedIn } from '../state/session';
import { address } from '../wallet/wallets';
import { Named } from './named';
import { Button, Notice, TroubleNotice, Wait } from './parts';
import { useRead } from './reads';
import { show } from './shell';
import { BET_WORDS, DEPOSIT_WORDS, StatusBadge, WITHDRAWAL_WORDS } from './status';

export function Locked() {
  return <Notice tone="info" actions={<Button kind="main" onClick={() => show({ is: 'connect' })}>{address.value ? 'Sign in' : 'Connect a wallet'}</Button>}>Sign in to see your money. Your wallet signs a message; it moves nothing.</Notice>;
}

function PositionRow({ p }: { p: Position }) {
  const gain = p.value === null || p.value === undefined ? null : decimal(toCents(micro(p.value)) - toCents(micro(p.cost)));
  return (
    <li class="thing">
      <p class="title"><Named token={p.token_id} condition={p.condition_id ?? null} outcome={p.outcome ?? null} /></p>
      <p class="numbers">
        <span>{count(p.shares)} shares{micro(p.selling) > 0n && `, ${count(p.selling)} being sold`}</span>
        <span>cost {usdShort(p.cost)}</span>
        <span>{p.value ? <>worth {usdShort(p.value)} <em class={gain!.startsWith('-') ? 'down' : 'up'}>({signed(gain!)})</em></> : 'worth not known now'}</span>
      </p>
      <div class="row">
        <Button onClick={() => show({ is: 'sell', position: p })} disabled={micro(p.shares) === 0n || link.value.frozen} aria-label={`Sell ${p.outcome ?? 'shares'}`}>Sell</Button>
      </div>
    </li>
  );
}

const BetRow = ({ b }: { b: Bet }) => (
  <li class="thing">
    <p class="title"><Named token={b.token_id} /></p>
    <p class="numbers"><StatusBadge of={b.status} words={BET_WORDS} /> <span>{b.status === 'placing' ? usd(b.amount) : `${count(b.shares)} shares at ${cents(b.average_price)} for ${usdShort(b.spent)}`}</span> <a href={`#/b/${b.bet_id}`}>Details</a></p>
  </li>
);

const DepositRow = ({ d }: { d: Deposit }) => (
  <li class="thing">
    <p class="numbers"><StatusBadge of={d.status} words={DEPOSIT_WORDS} /> <span>{usd(d.amount)} on {chainName(config.value, chainId(d.network))}</span> <a href={`#/d/${d.deposit_id}`}>Details</a></p>
    {d.credited_at ? <p class="small">Credited {ago(d.credited_at, now.value)}: you can bet it. The rest goes on by itself.</p> : <p class="small">{d.waiting ?? 'Not credited yet.'}</p>}
  </li>
);

const WithdrawalRow = ({ w }: { w: Withdrawal }) => (
  <li class="thing"><p class="numbers"><StatusBadge of={w.status} words={WITHDRAWAL_WORDS} /> <span>{usd(w.amount)}</span> <a href={`#/w/${w.withdrawal_id}`}>Details</a></p></li>
);

export function MoneyPage() {
  const who = address.value ?? '';
  const positions = useRead(async () => (await ask(api.GET('/positions', { params: { query: { user_address: who, status: 'open', limit: 200 } } }))).positions, who);
  const out = useRead(async () => (await ask(api.GET('/withdrawals', { params: { query: { user_address: who, limit: 20 } } }))).withdrawals.filter((w) => w.status === 'requested' || w.status === 'sent'), who);
  if (!signedIn.value && !(expired.value && me.value)) return <><h1>Money</h1><Locked /></>;
  const m = me.value;
  if (!m) return <><h1>Money</h1><Wait>Reading your balance …</Wait></>;
  const inflow = m.buffer.next_inflow;
  const mayTakeOut = config.value?.features.withdraw === true;
  return (
    <>
      <h1>Money</h1>
      <div class={link.value.state === 'live' && signedIn.value ? 'figures' : 'figures old'}>
        <p><span>Free to bet</span><strong>{usdShort(m.balance)}</strong></p>
        <p><span>In bets</span><strong>{usdShort(m.in_bets)}</strong></p>
        <p><span>On its way</span><strong>{usdShort(m.on_its_way)}</strong></p>
      </div>
      <div class="row">
        <Button kind="main" onClick={() => show({ is: 'deposit' })}>Deposit</Button>
        {mayTakeOut ? <Button onClick={() => show({ is: 'withdraw' })} disabled={link.value.frozen}>Take money out</Button> : <span class="small">Taking money out: not yet.</span>}
      </div>
      <p class="small">Buffer {usdShort(m.buffer.available)}{m.buffer.is_low && ' · low'}{inflow && ` · ${usd(inflow.amount)} arrives in ~${until(inflow.eta, now.value)} (estimate)`}</p>

      {(m.pending_deposits.length > 0 || (out.value.value?.length ?? 0) > 0) && (
        <section aria-labelledby="moving"><h2 id="moving">Under way</h2>
          <ul class="things">{m.pending_deposits.map((d) => <DepositRow key={d.deposit_id} d={d} />)}{out.value.value?.map((w) => <WithdrawalRow key={w.withdrawal_id} w={w} />)}</ul>
        </section>
      )}
      <section aria-labelledby="positions"><h2 id="positions">Positions</h2>
        {positions.why.value && <TroubleNotice why={positions.why.value} facts={{ deed: 'read' }} on={{ again: positions.again }} />}
        {positions.value.value?.length === 0 && <p class="small">None yet. A filled bet becomes a position, which you can sell before its market ends.</p>}
        <ul class="things">{positions.value.value?.map((p) => <PositionRow key={p.token_id} p={p} />)}</ul>
      </section>
      <section aria-labelledby="bets"><h2 id="bets">Open bets</h2>
        {m.open.length === 0 && <p class="small">None.</p>}
        <ul class="things">{m.open.map((b) => <BetRow key={b.bet_id} b={b} />)}</ul>
      </section>
    </>
  );
}

// The bet slip: one column of numbers that add up, one button, and the reason when it is off.
import { useId } from 'preact/hooks';
import type { Bet, Quote } from '../data/contract';
import { cents, count, DOLLAR, micro, usd, usdNear, usdShort } from '../data/money';
import { now, until } from '../data/time';
import { chainName } from '../data/chains';
import { dismiss, isOverRun, type Run, runOf } from '../act/runs';
import { config } from '../state/config';
import { delegationFor } from '../state/delegations';
import { buffer, link, me } from '../state/live';
import { expired, signedIn } from '../state/session';
import { amount, blocked, cancel, clearRun, current, doing, leftMs, market, maxBet, outcome, placeBet, pick, quoting, refreshPrice, run, switchAndPlace, typed, useMax } from '../state/slip';
import { account, address } from '../wallet/wallets';
import type { Action, Facts } from '../words';
import { AmountField, Button, Notice, Pairs, Spoken, TroubleNotice, Wait } from './parts';
import { show } from './shell';

const CHIPS = ['10', '25', '100'];

function MaxLine() {
  const m = me.value;
  const b = maxBet.value;
  if (!m || !b || !(signedIn.value || expired.value)) return null;
  const old = link.value.state !== 'live' || expired.value;
  const inflow = m.buffer.next_inflow;
  return (
    <details class={old ? 'max old' : 'max'}>
      <summary>
        <span>Max bet <strong>{usdShort(b.most)}</strong>, limited by {b.by}</span>
      </summary>
      <Pairs rows={[
        ['Your balance', usdShort(m.balance)],
        ['Buffer balance', usdShort(m.buffer.available)],
        ['Next inflow', inflow ? `${usd(inflow.amount)} in ~${until(inflow.eta, now.value)} (estimate)` : 'none on its way'],
      ]} />
      <p class="small">Every bet is paid from one buffer of USDC on Polygon, so it cannot be larger than your balance or the buffer.</p>
    </details>
  );
}

/** Always there, small; the words come when it limits. */
function BufferLine() {
  const m = me.value;
  const available = m?.buffer.available ?? buffer.value?.available;
  if (available === undefined) return null;
  const low = m?.buffer.is_low ?? buffer.value?.is_low ?? false;
  const inflow = m?.buffer.next_inflow;
  const limits = m?.limiting_factor === 'buffer';
  return (
    <p class={link.value.state === 'live' ? 'small buffer' : 'small buffer old'}>
      Buffer {usdShort(available)}{low && ' · low'}{inflow && (low || limits) && ` · refilled in ~${until(inflow.eta, now.value)} (estimate)`}
    </p>
  );
}

function QuoteLines({ q, name }: { q: Quote; name: string }) {
  const left = Math.max(0, Math.ceil(leftMs.value / 1_000));
  return (
    <div class={quoting.value ? 'quote busy' : 'quote'}>
      <Pairs rows={[
        ['Average price', q.average_price ? cents(q.average_price) : '—'],
        ['Worst price', q.worst_price ? cents(q.worst_price) : '—'],
        ['Venue fee', usdNear(q.fee)],
        ['Shares', count(q.shares)],
      ]} />
      <p class="pays"><span>Pays if {name}</span> <strong>{usdShort(q.payout)}</strong></p>
      <p class="small">{left > 0 ? `Quote good for ${left} s. ` : ''}Nothing is paid above the worst price; what is not used comes back.</p>
    </div>
  );
}

const acting = (): Partial<Record<Action, () => void>> => ({
  again: () => (clearRun(), void placeBet()), sign_again: () => (clearRun(), void placeBet()), refresh_price: clearRun, reload: clearRun,
  use_max: () => (clearRun(), void useMax()), change_amount: clearRun, deposit: () => (clearRun(), show({ is: 'deposit' })),
  sign_in: () => show({ is: 'connect' }), connect: () => show({ is: 'connect' }),
});

/** What a filled bet came to; what came back is said, for it was taken. */
export function BetEnd({ b }: { b: Bet }) {
  if (b.status === 'failed') return null;
  const back = micro(b.refunded);
  const whole = back < DOLLAR / 100n;
  return (
    <Notice tone="good">
      {whole ? 'Filled' : 'Filled, and a part came back'}: {count(b.shares)} shares at {cents(b.average_price)} on average for {usdNear(b.spent)}, fee {usdNear(b.fee)}.
      {!whole && ` ${usdNear(b.refunded)} came back.`} <a href={`#/b/${b.bet_id}`}>See this bet</a>
    </Notice>
  );
}

function RunState({ r, facts }: { r: Run; facts: Facts }) {
  const p = r.p;
  const away = () => (dismiss(r.kept.key), clearRun());
  if (p.is === 'sending') return <Wait>Placing …</Wait>;
  if (p.is === 'placing') return <Notice tone="unknown">Placing: the venue’s word is still out. It is looked up until it is known, and never placed twice.</Notice>;
  if (p.is === 'checking') return <TroubleNotice tone="unknown" why={p.why} facts={facts} />;
  if (p.is === 'refused') return <TroubleNotice why={p.why} facts={facts} on={acting()} />;
  if (p.is !== 'known') return null;
  const b = p.what as Bet;
  return (
    <>
      {b.status === 'failed' ? <Notice tone="bad">Not placed: {b.failure ?? 'the venue refused it'}. Nothing was taken. <a href={`#/b/${b.bet_id}`}>See this bet</a></Notice> : <BetEnd b={b} />}
      <Button onClick={away}>New bet</Button>
    </>
  );
}

function DoingState({ facts }: { facts: Facts }) {
  const d = doing.value;
  if (!d) return null;
  const stop = <Button kind="quiet" onClick={cancel}>Cancel</Button>;
  if (d.is === 'signing') return <><Wait>Waiting for you to sign in your wallet …</Wait>{stop}</>;
  if (d.is === 'switching') return <><Wait>Waiting for your wallet to switch …</Wait>{stop}</>;
  const good = config.value?.bet.domain.chain_ids[0] ?? 137;
  const chain = d.is === 'wrong_chain' ? d.chain : good;
  const named = { ...facts, chain: chainName(config.value, chain) };
  if (d.is === 'wrong_chain') {
    const actions = <><Button kind="main" onClick={() => void switchAndPlace(chain)}>Switch to {named.chain}</Button><Button kind="quiet" onClick={clearRun}>Cancel</Button></>;
    return <Notice tone="info" actions={actions}>Your wallet is on another network. Bets are signed on {named.chain}.</Notice>;
  }
  const on = { ...acting(), switch: () => void switchAndPlace(chain), add_chain: () => void switchAndPlace(chain, true) };
  return <TroubleNotice why={d.why} facts={named} on={on} />;
}

function Press({ reason }: { reason: string }) {
  const value = amount.value;
  const words = value && value > 0n ? `Place bet ${usd(value)}` : 'Place bet';
  if (!account.value) return <Button kind="main" class="wide" onClick={() => show({ is: 'connect' })}>Connect a wallet to bet</Button>;
  if (!signedIn.value && !expired.value) return <Button kind="main" class="wide" onClick={() => show({ is: 'connect' })}>Sign in to bet</Button>;
  const busy = doing.value?.is === 'signing' || doing.value?.is === 'switching' || (runOf(run.value) !== null && !isOverRun(runOf(run.value)!));
  const off = busy || blocked.value !== null;
  const onePress = value !== null && delegationFor(address.value, value, now.value) !== null;
  return (
    <Button kind="main" class="wide" disabled={off} aria-describedby={reason} onClick={() => void placeBet()}>
      {words}{onePress && <span class="small"> · one press</span>}
    </Button>
  );
}

export function Slip() {
  const reason = useId();
  const o = outcome.value;
  if (!pick.value || !o) return <section class="slip empty" aria-label="Bet slip"><h2>Bet slip</h2><p class="small">Pick an outcome to bet on.</p><BufferLine /></section>;
  const facts: Facts = { deed: 'bet', ...(me.value ? { balance: me.value.balance } : {}) };
  const r = runOf(run.value);
  const b = blocked.value;
  const mayPress = account.value !== null && (signedIn.value || expired.value);
  const chips = (
    <span class="chips">
      {CHIPS.map((c) => <Button key={c} onClick={() => (typed.value = c)}>${c}</Button>)}
      {signedIn.value && <Button onClick={() => void useMax()}>Max</Button>}
    </span>
  );
  return (
    <section class="slip" aria-label="Bet slip">
      <h2>Bet slip <span class="what">{o.name} · {market.value?.question}</span></h2>
      {r ? null : (
        <>
          <AmountField label="Amount" value={typed.value} onInput={(t) => (typed.value = t)} describedBy={reason} invalid={b !== null && typed.value !== '' && b.action !== 'refresh_price' && amount.value === null} chips={chips} />
          <MaxLine />
          {current.value?.quote && current.value.quote.worst_price && <QuoteLines q={current.value.quote} name={o.name} />}
          <div id={reason} role="status" aria-live="polite" class="reason">
            {b && mayPress && <p class={b.action && b.action !== 'refresh_price' ? 'why strong' : 'why'}>{b.why}</p>}
          </div>
          {b?.action === 'deposit' && mayPress && <Button onClick={() => show({ is: 'deposit' })}>Deposit</Button>}
          {b?.action === 'use_max' && mayPress && <Button onClick={() => void useMax()}>Use max</Button>}
          {b?.action === 'refresh_price' && <Button onClick={refreshPrice}>Refresh price</Button>}
          <Press reason={reason} />
        </>
      )}
      <Spoken><DoingState facts={facts} />{r && <RunState r={r} facts={facts} />}</Spoken>
      <BufferLine />
    </section>
  );
}

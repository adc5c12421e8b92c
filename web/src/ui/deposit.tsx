// Deposit: amount, review, one signature, and then every step with its time until the money can be bet.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { checksummed, HeadroomError, type Receipt, type Source, type Terms, type Trouble, troubleOf } from '@headroom/client';
import { chainId, chainName, chainOf } from '../data/chains';
import { decimal, micro, parseTyped, usd } from '../data/money';
import { clockTime } from '../data/time';
import { follow, type Paying, payment, terms as termsOf } from '../act/pay';
import { dismiss, type Run, runOf, start, updateDeposit } from '../act/runs';
import { isOver } from '../act/kept';
import { config } from '../state/config';
import { addChain, switchTo } from '../wallet/chain';
import { account } from '../wallet/wallets';
import type { Action, Facts } from '../words';
import { AmountField, Button, Dialog, Hash, Notice, Pairs, Spoken, type Step, Steps, TroubleNotice, Wait } from './parts';
import { close, show } from './shell';

/** What people call a token, by the name it signs under. */
const SYMBOLS: Partial<Record<string, string>> = { 'USD Coin': 'USDC' };
const label = (s: Source) => `${SYMBOLS[s.token_name] ?? s.token_name} on ${chainName(config.value, chainId(s.network))}`;
const CHIPS = ['25', '50', '100'];

function depositOf(p: Paying | Run['p']): Receipt | null {
  return 'deposit' in p ? p.deposit : null;
}

/** A conversion's step as people say it. */
const STEP_NAMES: [RegExp, string][] = [[/bridge|send|oft|across|burn|cctp/i, 'bridge'], [/swap|uniswap|inch/i, 'swap'], [/wrap/i, 'wrap']];
const stepName = (name: string) => STEP_NAMES.find(([is]) => is.test(name))?.[1] ?? name;

export function depositSteps(d: Receipt | null, at: Run['at'], amount: string, failed: boolean): Step[] {
  const credited = d?.credited_at ?? null;
  const conversion = d && 'conversion' in d ? d.conversion : null;
  const parts = conversion?.steps.map((s) => `${stepName(s.name)} ${s.state === 'done' ? '✓' : '…'}`).join(', ');
  const paid = !!d?.tx_hash && d.status !== 'settling';
  const over = d?.status === 'completed';
  const state = (done: boolean, before: boolean): Step['state'] => (done ? 'done' : failed && before ? 'failed' : before ? 'now' : 'later');
  const chain = d && 'network' in d ? chainId(d.network) : undefined;
  const name = chain === undefined ? 'chain' : chainName(config.value, chain);
  const sent = d !== null || at.settling !== undefined;
  return [
    { name: 'Signed', at: at.sending ?? (d && 'created_at' in d ? d.created_at : null), state: 'done' },
    { name: 'Sent', at: at.settling ?? at.waiting ?? at.credited ?? (d && 'created_at' in d ? d.created_at : null), state: state(sent, true) },
    { name: <>On {name}{d?.tx_hash && <> <Hash text={d.tx_hash} label="transaction" {...(chain === undefined ? {} : { chain })} /></>}</>, at: null, state: state(paid, sent) },
    { name: credited ? <strong>You can bet {usd(d!.credited)} now</strong> : `You can bet ${usd(amount)}`, at: credited, state: state(credited !== null, paid) },
    { name: <>{chain === 137 ? 'Arriving in the buffer' : 'Converting to Polygon'}{parts && ` (${parts})`}</>, at: null, state: state(over, credited !== null) },
    { name: 'Done', at: over && d && 'updated_at' in d ? d.updated_at : null, state: over ? 'done' : 'later' },
  ];
}

function Progress({ r, onAgain }: { r: Run; onAgain: () => void }) {
  const p = r.p as Paying;
  const d = depositOf(p);
  const facts: Facts = { deed: 'deposit', chain: r.kept.kind === 'deposit' ? `${r.kept.token} on ${chainName(config.value, chainId(r.kept.network))}` : 'of this token' };
  const id = d?.deposit_id;
  useEffect(() => {
    if (p.is !== 'credited' || !id) return;
    const stop = new AbortController();
    void follow(id, (next) => updateDeposit(r.kept.key, next), stop.signal);
    return () => stop.abort();
  }, [p.is, id]);
  const on: Partial<Record<Action, () => void>> = { sign_again: onAgain, change_amount: onAgain, again: onAgain, deposit: onAgain, show_deposit: () => (close(), (location.hash = '#/history')) };
  return (
    <>
      <Steps steps={depositSteps(d, r.at, r.kept.amount, p.is === 'failed')} clock={clockTime} />
      <Spoken>
        {p.is === 'sending' && <Wait>Sending the payment …</Wait>}
        {p.is === 'settling' && <Wait>Waiting for the chain …</Wait>}
        {p.is === 'waiting' && <Notice tone="unknown">Paid, and not credited yet{d?.waiting ? `: ${d.waiting}` : ''}. It is yours and is credited by itself.</Notice>}
        {p.is === 'checking' && <TroubleNotice tone="unknown" why={p.why.code === 'no_answer' ? { code: 'in_doubt' } : p.why} facts={facts} />}
        {p.is === 'failed' && <TroubleNotice why={p.why} facts={facts} on={on} />}
        {p.is === 'credited' && <Notice tone="good">You can bet {usd(d!.credited)} now. The rest happens by itself: you need not wait.</Notice>}
      </Spoken>
      <div class="row">
        {p.is === 'credited' && <Button kind="main" onClick={() => (dismiss(r.kept.key), close())}>Bet</Button>}
        {id && <a class="button plain" href={`#/d/${id}`} onClick={close}>Details</a>}
        {p.is !== 'credited' && p.is !== 'failed' && <p class="small">You may close this: it goes on, also after a reload.</p>}
      </div>
    </>
  );
}

export function DepositWindow({ run }: { run?: string }) {
  const c = config.value!;
  const a = account.value;
  const key = useSignal(run ?? null);
  const text = useSignal('');
  const source = useSignal<Source>(c.deposit.sources[0]!);
  const terms = useSignal<Terms | null>(null);
  const doing = useSignal<'asking' | 'switching' | 'signing' | null>(null);
  const why = useSignal<Trouble | null>(null);
  const given = useRef<AbortController | null>(null);
  const reason = useId();
  const sourceId = useId();
  const value = useComputed(() => parseTyped(text.value));
  useEffect(() => () => given.current?.abort(), []);

  const s = source.value;
  const chain = chainId(s.network);
  const name = chainName(c, chain);
  const here = a?.chain === chain;
  const facts: Facts = { deed: 'deposit', chain: label(s) };
  const v = value.value;
  const bad = text.value === '' ? null : v === null || v <= 0n ? 'Write the amount as a number of dollars, like 25.50.'
    : v < micro(s.min) ? `The smallest deposit is ${usd(s.min)}.` : v > micro(s.max) ? `The largest deposit is ${usd(s.max)}.` : null;

  /** One thing at a time, and it can be stopped. */
  async function doIt(what: typeof doing.value, f: (given: AbortSignal) => Promise<void>) {
    if (doing.value) return;
    why.value = null;
    doing.value = what;
    given.current = new AbortController();
    try {
      await f(given.current.signal);
    } catch (e) {
      why.value = troubleOf(e);
    } finally {
      doing.value = null;
    }
  }
  const review = () => v !== null && !bad && doIt('asking', async () => void (terms.value = await termsOf(v, s)));
  const goThere = (add: boolean) => doIt('switching', async (g) => {
    const known = chainOf(c, chain);
    if (add && known) await addChain(a!, known, g);
    else await switchTo(a!, chain, g);
  });
  const pay = () => doIt('signing', async (g) => {
    const now = account.peek();
    if (now?.chain !== chain) throw new HeadroomError({ code: 'wrong_chain' });
    const k = await payment(now, terms.peek()!, g);
    key.value = k.key;
    start(k);
  });
  const back = () => {
    if (key.value) (isOver(key.value), dismiss(key.value));
    key.value = null;
    terms.value = null;
    why.value = null;
  };
  const on: Partial<Record<Action, () => void>> = {
    again: () => void (terms.value ? pay() : review()), sign_again: () => void pay(), change_amount: back, switch: () => void goThere(false),
    add_chain: () => void goThere(true), connect: () => show({ is: 'connect' }),
  };

  const r = runOf(key.value);
  if (r) return <Dialog title={`Deposit ${usd(r.kept.amount)}`} onClose={close}><Progress r={r} onAgain={back} /></Dialog>;
  if (!a) return <Dialog title="Deposit" onClose={close}><p>Connect the wallet that pays.</p><Button kind="main" onClick={() => show({ is: 'connect' })}>Connect a wallet</Button></Dialog>;

  const t = terms.value;
  return (
    <Dialog title="Deposit" onClose={close}>
      {!t && (
        <form onSubmit={(e) => (e.preventDefault(), void review())}>
          {c.deposit.sources.length > 1 && (
            <div class="field">
              <label for={sourceId}>Pay with</label>
              <select id={sourceId} onChange={(e) => (source.value = c.deposit.sources[e.currentTarget.selectedIndex]!)}>
                {c.deposit.sources.map((x) => <option key={x.name} selected={x === s}>{label(x)}</option>)}
              </select>
            </div>
          )}
          <AmountField label={`Amount in ${label(s)}`} value={text.value} onInput={(x) => (text.value = x)} autofocus describedBy={reason} invalid={bad !== null}
            chips={<span class="chips">{CHIPS.map((x) => <Button key={x} onClick={() => (text.value = x)}>${x}</Button>)}</span>} />
          <p id={reason} class={bad ? 'why strong' : 'small'} role="status">{bad ?? `You can bet it at once. From ${usd(s.min)} to ${usd(s.max)}.`}</p>
          <Button kind="main" class="wide" type="submit" disabled={v === null || bad !== null || doing.value !== null}>Review</Button>
        </form>
      )}
      {t && (
        <>
          <p class="lead">You pay exactly <strong>{decimal(t.amount)} {SYMBOLS[s.token_name] ?? s.token_name}</strong> on {name}. No gas is needed.</p>
          <Pairs rows={[
            ['To', <code class="address">{checksummed(t.accept.payTo)}</code>],
            ['From', <code class="address">{a.address}</code>],
            ...(t.fee > 0n ? [['Fee', usd(t.fee)] as [string, string]] : []),
            ['You can bet', <strong>{usd(t.credited)}</strong>],
          ]} />
          {!here && !doing.value && !why.value && <Notice tone="info">Your wallet is on another network.</Notice>}
          <div class="row">
            {here ? <Button kind="main" disabled={doing.value !== null} onClick={() => void pay()}>Sign in wallet</Button>
              : <Button kind="main" disabled={doing.value !== null} onClick={() => void goThere(false)}>Switch to {name}</Button>}
            <Button onClick={back} disabled={doing.value !== null}>Change amount</Button>
          </div>
        </>
      )}
      <Spoken>
        {doing.value === 'asking' && <Wait>Asking for the terms …</Wait>}
        {doing.value === 'switching' && <Wait>Waiting for your wallet to switch …</Wait>}
        {doing.value === 'signing' && <Wait>Waiting for you to sign in your wallet …</Wait>}
        {why.value && !doing.value && <TroubleNotice why={why.value} facts={why.value.code === '4902' ? { ...facts, chain: name } : facts} on={on} />}
      </Spoken>
      {(doing.value === 'switching' || doing.value === 'signing') && <Button kind="quiet" onClick={() => given.current?.abort()}>Cancel</Button>}
    </Dialog>
  );
}

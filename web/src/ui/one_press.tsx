import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { chainName, chainOf, signingChain } from '../data/chains';
import { micro, parseTyped, usd } from '../data/money';
import { dayTime, now } from '../data/time';
import { allow, loadDelegations, revoke } from '../act/one_press';
import { delegations } from '../state/delegations';
import { config } from '../state/config';
import { addChain, switchTo } from '../wallet/chain';
import { account } from '../wallet/wallets';
import { AmountField, Button, Dialog, Notice, Pairs, Spoken, TroubleNotice, Wait } from './parts';
import { close, show } from './shell';

/** One signature, and this browser may bet within its bounds without asking the wallet each time. */
export function OnePressWindow() {
  const a = account.value;
  const perBet = useSignal('25');
  const total = useSignal('100');
  const hours = useSignal(12);
  const busy = useSignal(false);
  const why = useSignal<Trouble | null>(null);
  useEffect(() => {
    if (a) void loadDelegations(a.address).catch((e) => (why.value = troubleOf(e)));
  }, [a?.address]);

  async function doIt(f: () => Promise<void>) {
    busy.value = true;
    why.value = null;
    await f().catch((e) => (why.value = troubleOf(e)));
    busy.value = false;
  }
  if (!a) return null;
  const c = config.value!;
  const { chain, here } = signingChain(c, a.chain);
  const one = parseTyped(perBet.value);
  const all = parseTyped(total.value);
  const bad = !one || !all || one <= 0n ? 'Write both as numbers of dollars.' : all < one ? 'In all it must be at least what one bet may cost.' : null;
  const goThere = (add = false) => doIt(() => (add && chainOf(c, chain) ? addChain(a, chainOf(c, chain)!) : switchTo(a, chain)));
  const sign = () => doIt(() => allow(c, a, one!, all!, hours.value));
  const open = delegations.value.filter((d) => d.revoked_at === null && Date.parse(d.expires_at) > now.value);

  return (
    <Dialog title="One-press betting" onClose={close}>
      <p>You sign once. Then this browser may place bets by itself, within the bounds you set, and nothing else: it can neither sell nor take money out. Its key cannot be copied out of this browser. You can end it at any time.</p>
      {open.map((d) => (
        <div key={d.delegation_id} class="thing">
          <Pairs rows={[['Each bet at most', usd(d.per_bet)], ['Used', `${usd(d.spent)} of ${usd(d.total)}`], ['Ends', dayTime(d.expires_at)]]} />
          <Button onClick={() => void doIt(() => revoke(d))} disabled={busy.value}>End it now</Button>
        </div>
      ))}
      {open.length === 0 && (
        <>
          <AmountField label="Each bet at most" value={perBet.value} onInput={(t) => (perBet.value = t)} />
          <AmountField label="In all at most" value={total.value} onInput={(t) => (total.value = t)} />
          <div class="field"><label for="hours">Ends in</label>
            <select id="hours" onChange={(e) => (hours.value = Number(e.currentTarget.value))}>{[1, 12, 24].map((h) => <option key={h} value={h} selected={h === hours.value}>{h} h</option>)}</select></div>
          <p role="status" class="why">{bad}</p>
          {here ? <Button kind="main" class="wide" disabled={bad !== null || busy.value} onClick={() => void sign()}>Allow {one && !bad ? `up to ${usd(micro(total.value) || all!)}` : ''}</Button>
            : <Notice tone="info" actions={<Button kind="main" onClick={() => void goThere()}>Switch to {chainName(c, chain)}</Button>}>Your wallet is on another network.</Notice>}
        </>
      )}
      <Spoken>
        {busy.value && <Wait>Waiting …</Wait>}
        {why.value && !busy.value && <TroubleNotice why={why.value} facts={{ deed: 'delegation', chain: chainName(c, chain) }} on={{ again: () => void sign(), switch: () => void goThere(), add_chain: () => void goThere(true), connect: () => show({ is: 'connect' }), sign_in: () => show({ is: 'connect' }) }} />}
      </Spoken>
    </Dialog>
  );
}

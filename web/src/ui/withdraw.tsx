import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { checksummed, readAddress } from '@headroom/client';
import { chainId, chainName } from '../data/chains';
import type { Withdrawal } from '../data/contract';
import { bpsOf, decimal, least, micro, parseTyped, usd } from '../data/money';
import { withdraw } from '../act/orders';
import { config } from '../state/config';
import { link, me } from '../state/live';
import { account } from '../wallet/wallets';
import { useOrder } from './order_form';
import { OrderState } from './order_state';
import { AmountField, Button, Dialog, Notice, Pairs } from './parts';
import { close } from './shell';

export function WithdrawWindow() {
  const c = config.value!;
  const w = c.withdrawal;
  const own = account.value?.address ?? '';
  const to = useSignal(own);
  const text = useSignal('');
  const toId = useId();
  const reason = useId();
  const chain = chainName(c, chainId(w.network));
  const balance = micro(me.value?.balance ?? '0');
  const pool = micro(me.value?.buffer.available ?? '0');
  const value = parseTyped(text.value);
  const feeOf = (v: bigint) => micro(w.fee) + bpsOf(v, w.fee_bps);
  const most = least(balance, pool + feeOf(balance), micro(w.max));
  const target = readAddress(to.value);
  const fee = value === null ? null : feeOf(value);
  const badTo = target === null ? (/^0x[0-9a-fA-F]{40}$/.test(to.value.trim()) ? 'This address is mistyped: its capitals do not fit.' : 'Write an address: 0x and 40 digits.')
    : /^0x0{40}$/.test(target) ? 'Nothing can be sent to the zero address.' : null;
  const badAmount = text.value === '' ? 'Enter an amount.' : value === null || value <= 0n ? 'Write the amount as a number of dollars, like 25.50.' : value < micro(w.min) ? `The smallest withdrawal is ${usd(w.min)}.`
    : value > most ? `Above your maximum of ${usd(most)} (limited by ${most === micro(w.max) ? 'the largest withdrawal' : most === balance ? 'balance' : 'buffer'})` : fee! >= value ? 'The fee would take all of it.' : null;
  const bad = link.value.frozen ? 'No connection: these numbers are too old to act on.' : badTo ?? badAmount;
  const form = useOrder((a, given) => withdraw(a, { to: checksummed(target!), amount: value! }, given));
  const end = (what: unknown) => {
    const x = what as Withdrawal;
    return <Notice tone={x.status === 'failed' ? 'bad' : 'good'}>{x.needs_approval ? 'Accepted. An operator looks at it before it is sent.' : 'Accepted. It is sent by itself, once.'} <a href={`#/w/${x.withdrawal_id}`} onClick={close}>Follow it</a></Notice>;
  };
  return (
    <Dialog title="Take money out" onClose={close}>
      {!form.run && (
        <>
          <p>USDC arrives on {chain}. Send it only to an address that takes USDC there.</p>
          <div class="field">
            <label for={toId}>To</label>
            <input id={toId} class="wide mono" value={to.value} spellcheck={false} autocomplete="off" onInput={(e) => (to.value = e.currentTarget.value)} aria-invalid={badTo !== null} aria-describedby={reason} maxLength={60} />
            {target && <p class="small">{own && target === checksummed(own) ? 'Your own wallet.' : 'Not the wallet you signed in with: check each digit.'} <code class="address">{target}</code></p>}
          </div>
          <AmountField label="Amount" value={text.value} onInput={(t) => (text.value = t)} describedBy={reason} invalid={text.value !== '' && badAmount !== null}
            chips={<span class="chips"><Button onClick={() => (text.value = decimal(most))}>Max</Button></span>} />
          <Pairs rows={[
            ['Fee', fee === null ? usd(w.fee) : usd(fee)],
            ['Arrives', <strong>{value !== null && fee !== null && value > fee ? usd(value - fee) : '—'}</strong>],
            ...(w.per_user_per_day ? [['Most in a day', usd(w.per_user_per_day)] as [string, string]] : []),
          ]} />
          {value !== null && value > micro(w.approval_above) && !badAmount && <Notice tone="info">Above {usd(w.approval_above)} an operator approves it first.</Notice>}
          <p id={reason} role="status" class="why">{bad && (text.value !== '' || badTo || link.value.frozen) ? bad : ''}</p>
          <Button kind="main" class="wide" disabled={bad !== null || form.doing.value === 'signing' || form.doing.value === 'switching'} onClick={() => void form.press()}>
            Take out {value !== null && !badAmount ? usd(value) : ''}
          </Button>
        </>
      )}
      <OrderState form={form} facts={{ deed: 'withdrawal', ...(me.value ? { balance: me.value.balance } : {}) }} end={end} />
      {form.run && <Button onClick={close}>Close</Button>}
    </Dialog>
  );
}

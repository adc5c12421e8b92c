import type { Facts } from '../words';
import type { OrderForm } from './order_form';
import { Button, Notice, Spoken, TroubleNotice, Wait } from './parts';
import type { ComponentChildren } from 'preact';
import type { Outcome } from '@headroom/client';

/** What an order waits for, or why it did not go, in words; `end` shows what it came to. */
export function OrderState({ form, facts, end }: { form: OrderForm; facts: Facts; end: (what: Outcome) => ComponentChildren }) {
  const { doing, why, run } = form;
  const named = { ...facts, chain: form.chainName };
  const p = run?.p;
  return (
    <>
      <Spoken>
        {doing.value === 'signing' && <Wait>Waiting for you to sign in your wallet …</Wait>}
        {doing.value === 'switching' && <Wait>Waiting for your wallet to switch …</Wait>}
        {doing.value === 'wrong_chain' && (
          <Notice tone="info" actions={<Button kind="main" onClick={() => void form.switchAndPress()}>Switch to {form.chainName}</Button>}>Your wallet is on another network.</Notice>
        )}
        {why.value && !doing.value && <TroubleNotice why={why.value} facts={named} on={form.on} />}
        {p?.is === 'sending' && <Wait>Sending …</Wait>}
        {p?.is === 'placing' && <Notice tone="unknown">The venue’s word is still out. It is looked up until it is known, and never done twice.</Notice>}
        {p?.is === 'checking' && <TroubleNotice tone="unknown" why={p.why} facts={named} />}
        {p?.is === 'refused' && <TroubleNotice why={p.why} facts={named} on={form.on} />}
        {p?.is === 'known' && end(p.what)}
      </Spoken>
      {(doing.value === 'signing' || doing.value === 'switching') && <Button kind="quiet" onClick={form.cancel}>Cancel</Button>}
    </>
  );
}

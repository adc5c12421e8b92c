// What the windows for selling and for taking out have in common: chain, signature, run.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type KeptOrder, type Trouble, troubleOf } from '@headroom/client';
import { chainName, chainOf, signingChain } from '../data/chains';
import { dismiss, runOf, start } from '../act/runs';
import { config } from '../state/config';
import { addChain, switchTo } from '../wallet/chain';
import { account, type Account } from '../wallet/wallets';
import type { Action } from '../words';
import { show } from './shell';

export type SignOrder = (a: Account, given: AbortSignal) => Promise<KeptOrder>;

export function useOrder(sign: SignOrder) {
  const doing = useSignal<'signing' | 'switching' | 'wrong_chain' | null>(null);
  const why = useSignal<Trouble | null>(null);
  const key = useSignal<string | null>(null);
  const given = useRef<AbortController | null>(null);
  useEffect(() => () => given.current?.abort(), []);
  const chain = signingChain(config.value!, account.value?.chain ?? 0);

  async function press(): Promise<void> {
    const a = account.peek();
    if (!a || doing.peek() === 'signing' || doing.peek() === 'switching') return;
    why.value = null;
    if (!signingChain(config.peek()!, a.chain).here) return void (doing.value = 'wrong_chain');
    doing.value = 'signing';
    given.current = new AbortController();
    try {
      const order = await sign(a, given.current.signal);
      key.value = order.key;
      start(order);
    } catch (e) {
      why.value = troubleOf(e);
    } finally {
      doing.value = null;
    }
  }
  async function switchAndPress(add = false): Promise<void> {
    const a = account.peek();
    if (!a) return;
    why.value = null;
    doing.value = 'switching';
    given.current = new AbortController();
    try {
      const known = chainOf(config.peek(), chain.chain);
      if (add && known) await addChain(a, known, given.current.signal);
      else await switchTo(a, chain.chain, given.current.signal);
      doing.value = null;
    } catch (e) {
      why.value = troubleOf(e);
      doing.value = null;
      return;
    }
    await press();
  }
  const back = () => {
    if (key.value) dismiss(key.value);
    key.value = null;
    why.value = null;
    doing.value = null;
  };
  const on: Partial<Record<Action, () => void>> = {
    again: () => void press(), sign_again: () => void press(), switch: () => void switchAndPress(), add_chain: () => void switchAndPress(true),
    connect: () => show({ is: 'connect' }), sign_in: () => show({ is: 'connect' }), change_amount: back, use_max: back, refresh_price: back, reload: back,
  };
  return { doing, why, run: runOf(key.value), chainName: chainName(config.value, chain.chain), press, switchAndPress, back, on, cancel: () => given.current?.abort() };
}
export type OrderForm = ReturnType<typeof useOrder>;

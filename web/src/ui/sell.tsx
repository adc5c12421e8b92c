import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { Position, Sale } from '../data/contract';
import { cents, count, decimal, micro, parseTyped, usdNear, usdShort } from '../data/money';
import { sell } from '../act/orders';
import { loadMarket, nameOf, seen } from '../state/markets';
import { prices, wantPrices } from '../state/live';
import { AmountField, Button, Dialog, Notice, Pairs } from './parts';
import { useOrder } from './order_form';
import { OrderState } from './order_state';
import { close } from './shell';

const STEP = 10_000n; // the venue takes hundredths of a share

/** fee = shares x rate x (price x (1 - price))^exponent: shown, never charged here, so floating point will do. */
function feeOf(shares: bigint, price: bigint, fee: { rate: string; exponent: number } | null): bigint | null {
  if (!fee) return null;
  const p = Number(price) / 1e6;
  return BigInt(Math.ceil(Number(shares) * Number(fee.rate) * (p * (1 - p)) ** fee.exponent));
}

export function SellWindow({ position }: { position: Position }) {
  const all = micro(position.shares) - (micro(position.shares) % STEP);
  const shares = useSignal(count(decimal(all)).replaceAll(',', ''));
  const lowest = useSignal('');
  const reason = useId();
  const condition = position.condition_id ?? nameOf(position.token_id)?.condition ?? null;
  useEffect(() => {
    wantPrices([position.token_id]);
    if (!condition) return;
    const read = () => void loadMarket(condition).catch(() => {});
    read();
    const timer = setInterval(read, 5_000);
    return () => clearInterval(timer);
  }, [condition]);
  const market = condition ? seen.value.get(condition) : undefined;
  const listed = market?.outcomes.find((o) => o.token_id === position.token_id)?.bid ?? null;
  const bid = prices.value.get(position.token_id)?.bid ?? listed;
  const min = useComputed(() => {
    const typed = parseTyped(lowest.value);
    return lowest.value.trim() === '' ? (bid ? micro(bid) : null) : typed === null ? null : typed / 100n;
  });
  const n = parseTyped(shares.value);
  const price = min.value;
  const tick = market ? micro(market.tick_size) : 1_000n;
  const bad = n === null || n <= 0n ? 'Write the number of shares.' : n > micro(position.shares) ? `You hold ${count(position.shares)} free shares.`
    : n < STEP ? 'The venue takes steps of 0.01 shares.' : price === null ? (bid ? 'Write the lowest price in cents, like 48.5.' : 'Nobody buys now. Write the lowest price you take, in cents.')
      : price <= 0n || price >= 1_000_000n ? 'The price is between 0 and 100 cents.' : price % tick ? `The market’s prices go in steps of ${cents(decimal(tick))}.` : null;
  const form = useOrder((a, given) => sell(a, { token: position.token_id, shares: n! - (n! % STEP), minPrice: price! }, given));
  const gross = n !== null && price !== null ? (n * price) / 1_000_000n : null;
  const fee = n !== null && price !== null ? feeOf(n, price, market?.fee ?? null) : null;
  const end = (what: unknown) => {
    const s = what as Sale;
    if (s.status === 'failed') return <Notice tone="bad">Not sold: {s.failure ?? 'the venue refused it'}. Your shares are where they were.</Notice>;
    const part = micro(s.sold) < micro(s.shares);
    return <Notice tone="good">Sold {count(s.sold)} shares{part ? ` of ${count(s.shares)}` : ''} at {cents(s.average_price)} on average, fee {usdNear(s.fee)}. You got {usdShort(s.credited)}.{part ? ' The rest is still yours.' : ''}</Notice>;
  };
  const busy = form.doing.value === 'signing' || form.doing.value === 'switching' || form.run !== null;
  return (
    <Dialog title={`Sell ${position.outcome ?? nameOf(position.token_id)?.outcome ?? 'shares'}`} onClose={close}>
      <p class="small">{market?.question ?? nameOf(position.token_id)?.question}</p>
      {!form.run && (
        <>
          <AmountField label="Shares" unit="shares" value={shares.value} onInput={(t) => (shares.value = t)} autofocus chips={<span class="chips"><Button onClick={() => (shares.value = count(decimal(all)).replaceAll(',', ''))}>All</Button></span>} />
          <AmountField label="Lowest price you take" unit="¢" value={lowest.value || (bid ? cents(bid).replace('¢', '') : '')} onInput={(t) => (lowest.value = t)} describedBy={reason} />
          <Pairs rows={[
            ['Best price now', bid ? cents(bid) : 'nobody buys'],
            ['At least, if all is sold', gross !== null ? usdShort(gross) : '—'],
            ['Fee, about', fee !== null ? usdShort(fee) : 'not known'],
          ]} />
          <p id={reason} role="status" class={bad ? 'why' : 'small'}>{bad ?? 'What is not bought at your price stays yours.'}</p>
          <Button kind="main" class="wide" disabled={bad !== null || busy} onClick={() => void form.press()}>Sell {n !== null && !bad ? `${count(decimal(n))} shares` : ''}</Button>
        </>
      )}
      <OrderState form={form} facts={{ deed: 'sale' }} end={end} />
      {form.run && <Button onClick={close}>Close</Button>}
    </Dialog>
  );
}

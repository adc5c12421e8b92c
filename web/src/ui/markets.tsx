import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Market } from '../data/contract';
import { cents } from '../data/money';
import { ago, dayTime, now, until } from '../data/time';
import { link, prices } from '../state/live';
import { listed, listTrouble, loadingList, loadMarket, loadMarkets, seen } from '../state/markets';
import { pick } from '../state/slip';
import { Button, Notice, TroubleNotice, Wait } from './parts';
import { go, route } from './route';

const OLD_MS = 5_000;

/** The newest price that is known: pushed, or of the list. */
function priceOf(m: Market, i: number): { ask: string | null; as_of: string } {
  const o = m.outcomes[i]!;
  const pushed = prices.value.get(o.token_id);
  return pushed && pushed.as_of > m.as_of ? pushed : { ask: o.ask, as_of: m.as_of };
}

const STATUS: Partial<Record<Market['status'], string>> = {
  paused: 'Takes no orders now', closed: 'Trading is over', resolved: 'Resolved', unsupported: 'Not traded here',
};

/** The two buttons of a market; a press picks the outcome for the slip. */
export function Outcomes({ m }: { m: Market }) {
  return (
    <div class="outcomes">
      {m.outcomes.map((o, i) => {
        const { ask } = priceOf(m, i);
        const chosen = pick.value?.token === o.token_id;
        return (
          <Button key={o.token_id} class={`outcome ${i === 0 ? 'first' : 'second'}`} aria-pressed={chosen} disabled={m.status !== 'open'}
            onClick={() => {
              pick.value = { condition: m.condition_id, token: o.token_id };
              go(`#/m/${m.condition_id}`);
            }}>
            <span class="name">{o.name}</span> <span class="price">{ask ? cents(ask) : '—'}</span>
          </Button>
        );
      })}
    </div>
  );
}

export function Age({ m }: { m: Market }) {
  const as_of = priceOf(m, 0).as_of;
  const old = now.value - Date.parse(as_of) > OLD_MS;
  return old ? <span class="age">prices {ago(as_of, now.value)}</span> : null;
}

const Closes = ({ m }: { m: Market }) => {
  const said = STATUS[m.status];
  if (said) return <span>{said}</span>;
  return m.closes_at ? <span title={dayTime(m.closes_at)}>closes in {until(m.closes_at, now.value)}</span> : null;
};

function Row({ m }: { m: Market }) {
  const here = route.value.page === 'm' && route.value.id === m.condition_id;
  return (
    <li class={here ? 'market here' : 'market'}>
      <h3><a href={`#/m/${m.condition_id}`}>{m.question ?? 'A market whose question is not at hand'}</a></h3>
      <Outcomes m={m} />
      <p class="small"><Closes m={m} /> <Age m={m} /></p>
    </li>
  );
}

export function MarketList() {
  const query = useSignal(listed.value?.query ?? '');
  useEffect(() => {
    const timer = setTimeout(() => void loadMarkets(query.value.trim()), listed.value ? 250 : 0);
    return () => clearTimeout(timer);
  }, [query.value]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && (listed.peek()?.markets.length ?? 0) <= 12) void loadMarkets(query.peek().trim());
    }, 15_000);
    return () => clearInterval(timer);
  }, []);
  const list = listed.value;
  return (
    <section class="list" aria-label="Markets">
      <label class="only-heard" for="search">Search markets</label>
      <input id="search" type="search" class="search" placeholder="Search markets …" value={query.value} maxLength={200} onInput={(e) => (query.value = e.currentTarget.value)} />
      {listTrouble.value && <TroubleNotice why={listTrouble.value} facts={{ deed: 'read' }} on={{ again: () => void loadMarkets(query.value) }} />}
      {!list && !listTrouble.value && <Wait>Reading the markets …</Wait>}
      {list?.markets.length === 0 && <Notice tone="info">{list.query ? `No market has “${list.query}”.` : 'There are no open markets now.'}</Notice>}
      <ul class={link.value.state === 'live' ? 'markets' : 'markets old'}>{list?.markets.map((m) => <Row key={m.condition_id} m={seen.value.get(m.condition_id) ?? m} />)}</ul>
      {list?.next && <Button onClick={() => void loadMarkets(query.value.trim(), true)} disabled={loadingList.value}>More markets</Button>}
    </section>
  );
}

/** One market, above the slip. */
export function MarketHead({ id }: { id: string }) {
  const m = seen.value.get(id);
  const failed = useSignal<unknown>(null);
  useEffect(() => {
    const read = () => void loadMarket(id).then(() => (failed.value = null), (e) => (failed.value = e));
    read();
    const timer = setInterval(() => !document.hidden && read(), 10_000);
    return () => clearInterval(timer);
  }, [id]);
  useEffect(() => {
    if (m && pick.peek()?.condition !== id) pick.value = { condition: id, token: m.outcomes[0]!.token_id };
  }, [id, m === undefined]);
  if (!m) return failed.value ? <Notice tone="bad">This market is not known here.</Notice> : <Wait>Reading the market …</Wait>;
  return (
    <div class="head">
      <p class="back"><a href="#/">‹ All markets</a></p>
      <h1>{m.question ?? 'A market whose question is not at hand'}</h1>
      <Outcomes m={m} />
      <p class="small"><Closes m={m} /> <Age m={m} />{m.delay_seconds > 0 && ` · the venue holds orders back ${m.delay_seconds} s`}</p>
    </div>
  );
}

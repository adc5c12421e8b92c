// The top of the page: where you are, what you have, who you are, and whether this page still hears the service.
import { useSignal } from '@preact/signals';
import { usdShort } from '../data/money';
import { span } from '../data/time';
import { config } from '../state/config';
import { link, me } from '../state/live';
import { expired, signedIn, signOut } from '../state/session';
import { account, disconnect } from '../wallet/wallets';
import { short } from '../data/same';
import { Button, Notice } from './parts';
import { route } from './route';
import { show } from './shell';

function Balance() {
  const opened = useSignal(false);
  const m = me.value;
  if (!m) return null;
  const old = link.value.state !== 'live' || !signedIn.value;
  return (
    <div class="balance">
      <Button kind="quiet" class={old ? 'old' : ''} aria-expanded={opened.value} aria-label={`${usdShort(m.balance)} free to bet. Details`} onClick={() => (opened.value = !opened.value)}>
        {usdShort(m.balance)}
      </Button>
      {opened.value && (
        <div class="popover">
          <dl class="facts">
            <div><dt>Free to bet</dt><dd>{usdShort(m.balance)}</dd></div>
            <div><dt>In bets</dt><dd>{usdShort(m.in_bets)}</dd></div>
            <div><dt>On its way</dt><dd>{usdShort(m.on_its_way)}</dd></div>
          </dl>
          <Button kind="main" onClick={() => ((opened.value = false), show({ is: 'deposit' }))}>Deposit</Button>
        </div>
      )}
    </div>
  );
}

function Who() {
  const opened = useSignal(false);
  const a = account.value;
  if (!a) return <Button kind="main" onClick={() => show({ is: 'connect' })}>Connect</Button>;
  if (!signedIn.value && !expired.value) return <Button kind="main" onClick={() => show({ is: 'connect' })}>Sign in</Button>;
  return (
    <div class="balance">
      <Button kind="quiet" aria-expanded={opened.value} aria-label={`Account ${short(a.address)}`} onClick={() => (opened.value = !opened.value)}><code>{a.address.slice(0, 6)}…</code></Button>
      {opened.value && (
        <div class="popover">
          <p class="small">{a.wallet.name}</p>
          <p class="address"><code>{a.address}</code></p>
          {config.value?.features.delegations && <Button onClick={() => ((opened.value = false), show({ is: 'one_press' }))}>One-press betting</Button>}
          <Button onClick={() => ((opened.value = false), void signOut().then(disconnect))}>Sign out</Button>
        </div>
      )}
    </div>
  );
}

const TABS: [string, string, string[]][] = [['#/', 'Markets', ['', 'm']], ['#/money', 'Money', ['money']], ['#/history', 'History', ['history', 'd', 'b', 's', 'w']]];

/** Only when there is something to say: the line is silent, or the session is over. */
function Health() {
  const { state, age } = link.value;
  const bar = state === 'stopping' ? <Notice tone="unknown">Headroom is restarting. Your money is where it was; this page comes back by itself.</Notice>
    : state === 'reconnecting' ? <Notice tone="unknown">Reconnecting. Numbers are {span(age)} old{age > 10_000 ? '; buttons are off until we hear from Headroom' : ''}.</Notice> : null;
  return <div role="status" aria-live="polite" class="health">{bar}</div>;
}

export function Bar() {
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), document.getElementById('main')?.focus())}>Skip to content</a>
      <header class="bar">
        <div class="line">
          <a class="brand" href="#/">Headroom</a>
          {config.value?.profile === 'sandbox' && <span class="badge">sandbox</span>}
          <span class="grow" />
          {(signedIn.value || expired.value) && <Balance />}
          <Who />
        </div>
        <nav aria-label="Pages">
          {TABS.map(([to, name, pages]) => <a key={to} href={to} aria-current={pages.includes(route.value.page) ? 'page' : undefined}>{name}</a>)}
        </nav>
      </header>
      <Health />
      {expired.value && (
        <Notice tone="info" actions={<Button onClick={() => show({ is: 'connect' })}>Sign in</Button>}>Sign in again to see your balance. Bets still work: your wallet signs each.</Notice>
      )}
    </>
  );
}

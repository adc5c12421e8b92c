// The top of the page: where you are, who you are and what you may, and whether this page still hears the service.
import { useSignal } from '@preact/signals';
import { type Trouble, troubleOf } from '@headroom/client';
import { span } from '../data/time';
import { config } from '../state/config';
import { Button, Notice } from '../ui/parts';
import { link } from './line';
import { isFor, SCREENS, screenOf, TABS } from './screens';
import { session, signOut } from './session';
import { where } from './where';
import { notRead } from './words';

function Health() {
  const { state, age, frozen } = link.value;
  return (
    <div role="status" aria-live="polite" class="health">
      {state === 'stopping' ? <Notice tone="unknown">Headroom stops. This page comes back by itself.</Notice>
        : state === 'reconnecting' ? <Notice tone="unknown">Reconnecting. Numbers are {span(age)} old{frozen ? '; nothing is ordered until we hear from Headroom' : ''}.</Notice> : null}
    </div>
  );
}

function Who() {
  const why = useSignal<Trouble | null>(null);
  const s = session.value;
  if (s?.kind !== 'service_key') return null;
  return (
    <>
      <span class="small scopes"><span class="only-heard">This key may: </span>{s.scopes.join(', ')}</span>
      {link.value.state === 'live' && <span class="small live">live</span>}
      <Button kind="quiet" onClick={() => void signOut().catch((e) => (why.value = troubleOf(e)))}>{why.value ? `Still signed in. ${notRead(why.value)}` : 'Sign out'}</Button>
    </>
  );
}

export function Top({ lasting }: { lasting: number | null }) {
  const { page, id } = where.value;
  const open = screenOf(page, id)?.tab;
  const nameOf = (tab: string, name: string) => (tab === 'alerts' && lasting ? `${name} (${lasting})` : name);
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), document.getElementById('main')?.focus())}>Skip to content</a>
      <header class="bar">
        <div class="line">
          <a class="brand" href="#/">Headroom <span class="role">operator</span></a>
          {config.value?.profile === 'sandbox' && <span class="badge">sandbox</span>}
          <span class="grow" />
          <Who />
        </div>
        {session.value?.kind === 'service_key' && (
          <nav aria-label="Pages">
            {TABS.filter(([tab]) => isFor(SCREENS[tab]!)).map(([tab, name]) => <a key={tab} href={`#/${tab}`} aria-current={tab === open ? 'page' : undefined}>{nameOf(tab, name)}</a>)}
          </nav>
        )}
      </header>
      <Health />
    </>
  );
}

import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import { sleep } from '@headroom/client';
import '../style.css';
import './operator.css';
import { loadConfig } from '../state/config';
import { later } from '../ui/later';
import { Notice, Wait } from '../ui/parts';
import { ActWindow } from './act_window';
import { open } from './acts';
import { Alerts } from './alerts';
import { Shown } from './bits';
import { moved, startLine } from './line';
import { Overview } from './overview';
import { useRead } from './reads';
import { api, ask, client } from './service';
import { findSession, may, session } from './session';
import { SignIn } from './sign_in';
import { Top } from './top';
import { where } from './where';

const Conversions = later(() => import('./conversions').then((m) => m.Conversions));
const ConversionPage = later(() => import('./conversions').then((m) => m.ConversionPage));
const Routes = later(() => import('./routes').then((m) => m.Routes));
const Withdrawals = later(() => import('./withdrawals').then((m) => m.Withdrawals));
const Deeds = later(() => import('./deeds').then((m) => m.Deeds));
const Runbook = later(() => import('./runbook_page').then((m) => m.Runbook));

const NAMES = { '': 'Overview', conversions: 'Conversions', conversion: 'Conversion', routes: 'Routes', withdrawals: 'Withdrawals', alerts: 'Alerts', acts: 'Who did what', runbook: 'Runbook', unknown: 'Not here' };
const silent = signal(false);

const NotForKey = () => <><h1>Not for this key</h1><p>This key’s scopes do not allow it. <a href="#/">Overview</a></p></>;

/** What needs a key's session; alerts are read once for all of it. */
function SignedIn() {
  const { page, id } = where.value;
  const alerts = useRead(() => (may('inspect') ? ask(api.GET('/operator/alerts')).then((a) => a.alerts) : Promise.resolve([])), { on: moved.alerts });
  const lasting = may('inspect') ? (alerts.value?.filter((a) => a.cleared_at === null).length ?? null) : null;
  const screen = () => {
    if (['conversions', 'conversion', 'routes', 'withdrawals'].includes(page) && !may('read')) return <NotForKey />;
    switch (page) {
      case '': return <Overview alerts={alerts} />;
      case 'conversions': return <Conversions />;
      case 'conversion': return <ConversionPage key={id} id={id} />;
      case 'routes': return <Routes />;
      case 'withdrawals': return <Withdrawals />;
      case 'alerts': return may('inspect') ? <><h1>Alerts</h1><Shown read={alerts} what="alerts">{(list) => <Alerts alerts={list} />}</Shown></> : <NotForKey />;
      case 'acts': return <Deeds alerts={alerts} />;
      case 'runbook': return <Runbook of={id} />;
      default: return <><h1>Not here</h1><p>There is no such page. <a href="#/">Overview</a></p></>;
    }
  };
  return (
    <>
      <Top lasting={lasting} />
      <main id="main" tabIndex={-1}>{screen()}</main>
      {open.value && <ActWindow key={`${open.value.action} ${open.value.target ?? ''}`} act={open.value} />}
    </>
  );
}

function Page() {
  const { page, id } = where.value;
  useEffect(() => {
    document.title = `${NAMES[page]} · Headroom operator`;
    window.scrollTo(0, 0);
  }, [page, id]);
  const s = session.value;
  if (s?.kind === 'service_key') return <SignedIn />;
  return (
    <>
      <Top lasting={null} />
      <main id="main" tabIndex={-1}>
        {s === undefined ? silent.value ? <Notice tone="unknown">Headroom does not answer. Asking again.</Notice> : <Wait>Asking who you are …</Wait> : <SignIn />}
      </main>
    </>
  );
}

/** Until the service has said whether somebody is signed in. */
async function begin(): Promise<void> {
  for (let wait = 500; session.peek() === undefined; wait = Math.min(2 * wait, 10_000)) {
    try {
      await findSession();
    } catch {
      silent.value = true;
      await sleep(wait);
    }
  }
}

startLine();
void begin();
void loadConfig(client);
render(<Page />, document.getElementById('app')!);

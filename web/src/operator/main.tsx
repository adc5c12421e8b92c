import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import { sleep } from '@headroom/client';
import '../style.css';
import './operator.css';
import { loadConfig } from '../state/config';
import { Notice, Wait } from '../ui/parts';
import { ActWindow } from './act_window';
import { open } from './acts';
import { moved, startLine } from './line';
import { useRead } from './reads';
import { isFor, keyless, screenOf } from './screens';
import { api, ask, client } from './service';
import { findSession, may, session } from './session';
import { SignIn } from './sign_in';
import { Top } from './top';
import { where } from './where';

const silent = signal(false);

const NotHere = () => <><h1>Not here</h1><p>There is no such page. <a href="#/">Overview</a></p></>;
const NotForKey = () => <><h1>Not for this key</h1><p>This key’s scopes do not allow it. <a href="#/">Overview</a></p></>;

/** What needs a key's session; alerts are read once for all of it. */
function SignedIn() {
  const { page, id } = where.value;
  const alerts = useRead(() => (may('inspect') ? ask(api.GET('/operator/alerts')).then((a) => a.alerts) : Promise.resolve([])), { on: moved.alerts });
  const lasting = may('inspect') ? (alerts.value?.filter((a) => a.cleared_at === null).length ?? null) : null;
  const screen = screenOf(page, id);
  return (
    <>
      <Top lasting={lasting} />
      <main id="main" tabIndex={-1}>{!screen ? <NotHere /> : !isFor(screen) ? <NotForKey /> : screen.show(id, { alerts })}</main>
      {open.value && <ActWindow key={`${open.value.action} ${open.value.target ?? ''}`} act={open.value} />}
    </>
  );
}

function Page() {
  const { page, id } = where.value;
  useEffect(() => {
    document.title = `${screenOf(page, id)?.title ?? 'Not here'} · Headroom operator`;
    window.scrollTo(0, 0);
  }, [page, id]);
  const s = session.value;
  if (s?.kind === 'service_key') return <SignedIn />;
  return (
    <>
      <Top lasting={null} />
      <main id="main" tabIndex={-1}>
        {keyless(page) ?? (s === undefined ? silent.value ? <Notice tone="unknown">Headroom does not answer. Asking again.</Notice> : <Wait>Asking who you are …</Wait> : <SignIn />)}
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

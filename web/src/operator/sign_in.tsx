import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { type Trouble, troubleOf } from '@headroom/client';
import { Button, Notice, Spoken, Wait } from '../ui/parts';
import { expired, session, signIn, signOut } from './session';
import { notRead } from './words';

function said(why: Trouble): string {
  if (why.code === 'unauthorized') return 'Not signed in: the service does not know this key, or it was revoked.';
  if (why.code === 'forbidden') return 'Not signed in: this page was opened under another address than Headroom’s own.';
  return notRead(why).replace('Not shown', 'Not signed in');
}

export function SignIn() {
  const key = useSignal('');
  const busy = useSignal(false);
  const why = useSignal<Trouble | null>(null);
  const id = useId();
  const bettor = session.value?.kind === 'user';

  async function go() {
    if (busy.peek() || !key.peek().trim()) return;
    busy.value = true;
    why.value = null;
    try {
      await signIn(key.peek().trim());
    } catch (e) {
      why.value = troubleOf(e);
    } finally {
      key.value = '';
      busy.value = false;
    }
  }
  return (
    <div class="narrow">
      <h1>Operator</h1>
      {expired.value && <Notice tone="info">The session is over. Sign in again.</Notice>}
      {bettor && (
        <Notice tone="unknown" actions={<Button onClick={() => void signOut().catch((e) => (why.value = troubleOf(e)))}>Sign out</Button>}>
          A bettor is signed in in this browser. This page is for service keys: signing in here ends that session in this browser.
        </Notice>
      )}
      <form class="thing" onSubmit={(e) => (e.preventDefault(), void go())}>
        <div class="field">
          <label for={id}>Service key</label>
          <input id={id} class="wide" type="password" autocomplete="off" spellcheck={false} value={key.value} aria-describedby={`${id}-why`} onInput={(e) => (key.value = e.currentTarget.value)} />
          <p class="small" id={`${id}-why`}>It is shown what the key’s scopes allow: read, inspect, operate. The key is not kept in this browser; the session is, for up to 12 hours.</p>
        </div>
        <button type="submit" class="button main" disabled={busy.value || !key.value.trim()}>Sign in</button>
        <Spoken>
          {busy.value && <Wait>Asking the service …</Wait>}
          {why.value && !busy.value && <Notice tone="bad">{said(why.value)}</Notice>}
        </Spoken>
      </form>
      <p class="small"><a href="#/file">Open a saved story</a>: it needs no key.</p>
    </div>
  );
}

import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { type Trouble, troubleOf } from '@headroom/client';
import { signIn, signing } from '../state/session';
import { account, connect, connecting, locked, type Wallet, wallets } from '../wallet/wallets';
import { Button, Dialog, Notice, Spoken, TroubleNotice, Wait } from './parts';
import { close } from './shell';

/** Which wallet; then the sign-in, in the same press. */
export function Connect() {
  const why = useSignal<Trouble | null>(null);
  const given = useRef<AbortController | null>(null);
  const last = useRef<Wallet | null>(null);
  const busy = connecting.value !== null || signing.value;

  async function use(w: Wallet | null) {
    why.value = null;
    last.current = w;
    given.current = new AbortController();
    try {
      if (w) await connect(w, given.current.signal);
      await signIn(given.current.signal);
      close();
    } catch (e) {
      why.value = troubleOf(e);
    }
  }
  const leave = () => {
    given.current?.abort();
    close();
  };
  const again = () => void use(account.value ? null : last.current);

  return (
    <Dialog title={account.value ? 'Sign in' : 'Connect a wallet'} onClose={leave}>
      {wallets.value.length === 0 && (
        <Notice tone="info">No wallet was found in this browser. Install one as an extension, or open this page in your wallet’s own browser.</Notice>
      )}
      {!account.value && (
        <ul class="wallets">
          {wallets.value.map((w) => (
            <li key={w.id}>
              <Button onClick={() => void use(w)} disabled={busy}>
                {w.icon ? <img src={w.icon} alt="" width="28" height="28" /> : <span class="icon" aria-hidden="true" />}
                <span>{w.name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {account.value && !busy && <p>Your wallet signs a message that says who you are. It moves no money and costs nothing.</p>}
      {account.value && !busy && !why.value && <Button kind="main" onClick={() => void use(null)}>Sign in</Button>}
      <Spoken>
        {connecting.value !== null && <Wait>Waiting for your wallet to show an account …</Wait>}
        {signing.value && <Wait>Waiting for you to sign in your wallet …</Wait>}
        {locked.value && !busy && !why.value && <Notice tone="info">Your wallet is locked. Open it, then press its name.</Notice>}
        {why.value && !busy && <TroubleNotice why={why.value} facts={{ deed: account.value ? 'sign_in' : 'wallet' }} on={{ again, connect: again, sign_in: again, switch: again, none: again }} />}
      </Spoken>
      {busy && <Button kind="quiet" onClick={leave}>Cancel</Button>}
    </Dialog>
  );
}

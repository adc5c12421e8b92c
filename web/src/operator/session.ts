// Who operates: a service key is given once and becomes a session, a cookie that scripts cannot read (docs/decisions/0040). The key is
// kept nowhere here.
import { signal } from '@preact/signals';
import { troubleOf } from '@headroom/client';
import { api, ask, client, type Session } from './service';

/** Undefined: the service was not asked yet. */
export const session = signal<Session | null | undefined>(undefined);
/** There was one, and it ended by itself. */
export const expired = signal(false);

export type Scope = 'read' | 'inspect' | 'operate' | 'admin';
/** What the key may: what it may not is not shown, and the service refuses it as well. */
export const may = (scope: Scope): boolean => session.value?.scopes.includes(scope) ?? false;

client.mayRead = () => session.peek() != null; // the cookie says who asks

export async function findSession(): Promise<void> {
  try {
    session.value = await ask(api.GET('/session'));
  } catch (e) {
    if (troubleOf(e).status !== 401) throw e;
    session.value = null;
  }
}

export async function signIn(service_key: string): Promise<void> {
  const made = await ask(api.POST('/session', { body: { service_key } }));
  expired.value = false;
  session.value = made;
}

/** The service does not know it any more. */
export function sessionEnded(): void {
  if (session.peek()) expired.value = true;
  session.value = null;
}

/** Throws when the service has not said that it is over: then it may not be. */
export async function signOut(): Promise<void> {
  await ask(api.DELETE('/session', { body: {} as never }));
  expired.value = false;
  session.value = null;
}

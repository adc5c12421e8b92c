// What an operator is about to do, and what was done from this page.
import { signal } from '@preact/signals';
import { HeadroomError, isUnknown, type Trouble, troubleOf } from '@headroom/client';
import { link, moved } from './line';
import { api, ask, type Done, type Order } from './service';
import { sessionEnded } from './session';
import { type Action, DEEDS } from './words';

/** What else the service wants to know. */
export interface Field {
  name: 'target' | 'tx_hash' | 'log_index' | 'account' | 'outcome' | 'shares' | 'spent' | 'fee';
  label: string;
  hint?: string;
  needed?: boolean;
  pattern?: RegExp;
  choices?: string[];
}

export interface Act {
  action: Action;
  target?: string;
  /** How it is called where it stands, when the action's own name says too little. */
  name?: string;
  /** Of what it acts on, as the screen shows it. */
  facts?: [name: string, value: string][];
  /** Goes behind the words that are typed: an amount, so that nobody confirms another one than meant. */
  typed?: string;
  fields?: Field[];
}

/** The one window that may be open. */
export const open = signal<Act | null>(null);
export const done = signal<readonly Done[]>([]);

export const toType = (a: Act): string => [DEEDS[a.action].type, a.typed].filter(Boolean).join(' ');
const plain = (text: string) => text.trim().toLowerCase().replace(/\s+/g, ' ');
export const isTyped = (a: Act, text: string): boolean => plain(text) === plain(toType(a));

/** A reason is one line: the service takes no control characters. */
export const reasonOf = (text: string): string => text.replace(/\s+/g, ' ').trim();

export type Values = Partial<Record<Field['name'], string>>;

/** Why it cannot be ordered yet; null when it can. */
export function lacking(a: Act, reason: string, typed: string, values: Values): string | null {
  if (link.value.frozen) return 'The numbers on this page are too old: it does not hear the service.';
  for (const f of a.fields ?? []) {
    const given = values[f.name]?.trim() ?? '';
    if (f.needed && !given) return `${f.label} is missing.`;
    if (given && f.pattern && !f.pattern.test(given)) return `${f.label}: ${f.hint ?? 'not as it should be'}.`;
  }
  if (!reasonOf(reason)) return 'Write why: it is kept with your key’s id.';
  if (!isTyped(a, typed)) return `Type “${toType(a)}” to confirm.`;
  return null;
}

export function orderOf(a: Act, reason: string, values: Values): Order {
  const given = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text));
  return { action: a.action, ...(a.target ? { target: a.target } : {}), ...given, reason: reasonOf(reason) } as Order;
}

/** Whether the service could be asked what would follow: all that names what it acts on is there. */
export const isTriable = (a: Act, values: Values): boolean =>
  (a.fields ?? []).every((f) => {
    const given = values[f.name]?.trim() ?? '';
    return given ? !f.pattern || f.pattern.test(given) : !f.needed;
  });

/** Stands in a dry run where the reason will. */
const NO_REASON_YET = '(your reason)';

/** What would follow, before and after: nothing is done, and nothing is noted. */
export const tryOut = (a: Act, reason: string, values: Values): Promise<Done> =>
  ask(api.POST('/operator/actions', { params: { query: { dry_run: 'true' } }, body: orderOf(a, reasonOf(reason) || NO_REASON_YET, values) }));

/** Once: what is not known is told as such, and asking again is for the operator to decide. */
export async function order(what: Order): Promise<Done> {
  try {
    const answer = await ask(api.POST('/operator/actions', { body: what }));
    done.value = [answer, ...done.peek()].slice(0, 50);
    return answer;
  } catch (e) {
    const why = troubleOf(e);
    if (why.status === 401) sessionEnded();
    throw new HeadroomError(why);
  } finally {
    moved.all.value++; // whatever came of it
  }
}

export const unknown = (why: Trouble): boolean => why.code === 'no_answer' || isUnknown(why);

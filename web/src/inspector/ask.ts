// What the inspector asks of the service: it reads, and changes nothing.
import { HeadroomError, problemOf } from '@headroom/client';
import { client } from '../operator/service';
import type { StoryKind } from './ids';

export const SORTS = ['mailbox', 'wait', 'busy', 'rate', 'age'] as const;
export type Sort = (typeof SORTS)[number];
/** Seconds over which rates and waits are counted. */
export const WINDOWS = [1, 5, 10, 30, 60];
const PAGE = 200;
const STORY_PAGE = 1_000;

export interface KindRow { name: string; live: number; mailbox: number; processed: number; busy_us: number }
/** What every place shows of an actor. `wait_us`: how long the oldest message has waited by now. */
export interface Card {
  id: number;
  name: string;
  business_id: string | null;
  mailbox: number;
  received: number;
  processed: number;
  busy_us: number;
  age_ms: number;
  wait_us: number;
  in_handler: string | null;
}
/** Null while nothing is known of any time. */
export interface ActorRow extends Card { rate: number | null; busy_us_per_s: number | null }
export interface ActorListing { as_of: string; total: number; matched: number; window_ms: number; kinds: KindRow[]; actors: ActorRow[]; next_cursor: string | null }
export interface Handler {
  type: string;
  count: number;
  p50_us: number;
  p99_us: number;
  max_us: number;
  wait_p50_us: number | null;
  wait_p99_us: number | null;
  wait_max_us: number | null;
  buckets: { below_us: number | null; count: number }[];
}
export interface Handled { at: string; type: string; from: number | null; wait_us: number | null; took_us: number; outcome: string }
export interface Lint { code: string; kind: string | null; actor_id: number | null; business_id: string | null; text: string; for_ms: number | null; count: number }
export interface OneActor {
  card: Card & { handler_us: number | null };
  /** Null: it did not answer, and `no_facts` says why. */
  facts: Record<string, string> | null;
  no_facts: string | null;
  mailbox: { length: number; oldest_ms: number | null; by_type: { type: string; count: number }[] | null };
  handlers_of: 'actor' | 'kind';
  handlers: Handler[];
  recent: Handled[];
  lints: Lint[];
}
export interface Refused {
  messages: { counts: { kind: string; type: string | null; fate: string; count: number }[]; last: { at: string; kind: string; actor_id: number; type: string; from: number | null; fate: string }[] };
  requests: { counts: { code: string; status: number; count: number; last: string }[]; last: { at: string; method: string; route: string | null; status: number; code: string; field: string | null; caller: string | null }[] };
}
export interface Someone { id: number; kind: string; business_id: string | null }
export interface Waits { total: number; not_known: number; waits: { waiter: Someone | null; waits_for: Someone | null; request: string; for_ms: number }[]; cycles: number[][] }
export interface Tree {
  root: string;
  children: { name: string; actor_id: number; alive: boolean; restarts: number; last_end: { at: string | null; reason: string; in_handler: string | null; last_messages: Handled[] } | null }[];
  other_ends: { at: string; kind: string; actor_id: number; reason: string; in_handler: string | null }[];
}

async function inspect<T>(path: string, query: Record<string, string | number | null> = {}): Promise<T> {
  const given = Object.entries(query).filter(([, v]) => v !== null && v !== '').map(([name, v]) => [name, String(v)] as [string, string]);
  const answer = await client.send(`${path}${given.length ? `?${new URLSearchParams(given)}` : ''}`, { headers: { Accept: 'application/json' }, cache: 'no-store' });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok || body === null) throw new HeadroomError(problemOf(answer.status, body, answer.headers));
  return body as T;
}

export const listActors = (q: { kind: string; find: string; sort: Sort; window: number; cursor: string | null }): Promise<ActorListing> =>
  inspect('/inspector/actors', { ...q, limit: PAGE });
export const oneActor = (id: string): Promise<OneActor> => inspect(`/inspector/actors/${id}`);
/** As it is: what it says is read by `shapes.ts`, as a file is. */
export const storyPage = (kind: StoryKind, id: string, cursor: string | null): Promise<unknown> =>
  inspect(`/inspector/${kind}s/${id}/timeline`, { cursor, limit: STORY_PAGE });
export const lints = (): Promise<{ looked_at: number; lints: Lint[] }> => inspect('/inspector/lints');
export const refused = (): Promise<Refused> => inspect('/inspector/refused');
export const waits = (): Promise<Waits> => inspect('/inspector/waits');
export const tree = (): Promise<Tree> => inspect('/inspector/tree');

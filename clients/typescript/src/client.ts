// Every word with the service: typed, bounded in time, and with one kind of failure.
import createOpenapi from 'openapi-fetch';
import { bounded } from './bound.js';
import type { AppConfig, paths, Problem } from './contract.js';
import { memoryStore, type Store } from './store.js';
import { fail, HeadroomError, type Trouble } from './trouble.js';

const PATIENCE_MS = 20_000;
/** A deployment's domain and accounts are not for ever. */
const CONFIG_GOOD_FOR_MS = 600_000;

export interface Options {
  /** Where the service is, as browsers see it (`http.public_url`): "https://bets.example". */
  url: string;
  /** A session's token or a service key; `signIn` sets it. Pages of the service's own origin have a cookie instead. */
  token?: string;
  /** Where what was signed is kept until it is known to be over. In memory unless given: then a crash forgets it. */
  store?: Store;
  /** `how.signal` is to be handed on: it is what ends the request. */
  fetch?: (request: Request, how: { signal?: AbortSignal }) => Promise<Response>;
  /** Of each answer. */
  patienceMs?: number;
  /** Hears after each request whether anybody answered. */
  onReach?: (reached: boolean) => void;
  /** Whether this client may read what is its user's: when it has a token, unless a cookie says otherwise. */
  mayRead?: () => boolean;
}

export type Api = ReturnType<typeof createOpenapi<paths>>;
export interface Answered<T> { data?: T; error?: unknown; response: Response }

export interface Client {
  readonly url: string;
  readonly store: Store;
  token: string | null;
  /** Every route of the OpenAPI document: `client.ask(client.api.GET('/me'))`. */
  readonly api: Api;
  /** The answer's body; throws a HeadroomError with the service's code, `no_answer` when none came. */
  ask<T>(asked: Promise<Answered<T>>): Promise<T>;
  askWhole<T>(asked: Promise<Answered<T>>): Promise<{ data: T; response: Response }>;
  /** One request as it is, within `patienceMs` or for ever; with the token unless it carries an authority of its own. */
  send(path: string, init: RequestInit, how?: { bare?: boolean; patienceMs?: number }): Promise<Response>;
  /** What a page must know: asked once in ten minutes. */
  config(): Promise<AppConfig>;
  mayRead(): boolean;
}

export function problemOf(status: number, body: unknown, headers: Headers): Trouble {
  const p = (body ?? {}) as Partial<Problem>;
  const wait = Number(headers.get('Retry-After'));
  const id = p.bet_id ?? p.sale_id ?? headers.get('Request-Id');
  return {
    code: typeof p.code === 'string' ? p.code : 'unreadable',
    status,
    ...(p.detail ? { detail: p.detail } : {}),
    ...(p.field ? { field: p.field } : {}),
    ...(p.quote ? { quote: p.quote } : {}),
    ...(p.limiting_factor ? { limiting: p.limiting_factor } : {}),
    ...(wait > 0 ? { retryAfter: wait } : {}),
    ...(id ? { id } : {}),
  };
}

/** Of a question: whoever aborted it is told so. What breaks something signed says nothing of what it did. */
function brokenBy(e: unknown): Trouble {
  if ((e as Error)?.name === 'AbortError') return { code: 'given_up' };
  return { code: e instanceof SyntaxError ? 'unreadable' : 'no_answer' };
}

export function createClient(options: Options): Client {
  const url = options.url.replace(/\/+$/, '');
  const { patienceMs = PATIENCE_MS, onReach = () => {}, fetch: go = (request, how) => fetch(request, how) } = options;
  const authorized = (request: Request, bare = false) => {
    if (client.token && !bare && !request.headers.has('Authorization')) request.headers.set('Authorization', `Bearer ${client.token}`);
    return request;
  };
  let config: { at: number; value: AppConfig } | undefined;

  async function reach<T>(asked: Promise<T>, why = brokenBy, given?: AbortSignal | null): Promise<T> {
    try {
      const answer = await asked;
      onReach(true);
      return answer;
    } catch (e) {
      const trouble = why(e);
      if (trouble.code === 'no_answer' && !given?.aborted) onReach(false);
      throw new HeadroomError(trouble);
    }
  }

  const client: Client = {
    url,
    store: options.store ?? memoryStore(),
    token: options.token ?? null,
    api: createOpenapi<paths>({ baseUrl: url, fetch: (request: Request) => go(authorized(request), { signal: bounded(request, patienceMs) }) }),
    ask: async (asked) => (await client.askWhole(asked)).data,
    async askWhole<T>(asked: Promise<Answered<T>>) {
      const answer = await reach(asked);
      if (!answer.response.ok) throw new HeadroomError(problemOf(answer.response.status, answer.error, answer.response.headers));
      return { data: answer.data as T, response: answer.response };
    },
    async send(path, init, { bare, patienceMs: patience = patienceMs } = {}) {
      const request = authorized(new Request(url + path, init), bare);
      const signal = patience === Infinity ? init.signal : bounded(request, patience);
      return reach(go(request, signal ? { signal } : {}), () => ({ code: 'no_answer' }), init.signal);
    },
    async config() {
      if (!config || Date.now() - config.at > CONFIG_GOOD_FOR_MS)
        config = { value: (await client.ask(client.api.GET('/app/config'))) ?? fail('unreadable'), at: Date.now() };
      return config.value;
    },
    mayRead: options.mayRead ?? (() => client.token !== null),
  };
  return client;
}

// Every word with the service but the stream of events and the payment: typed, bounded in time, and with one kind of failure.
import createClient from 'openapi-fetch';
import type { Paths, Problem } from './contract';
import { Failure, type Trouble } from './trouble';

const PATIENCE_MS = 20_000;

export const api = createClient<Paths>({
  baseUrl: location.origin,
  fetch: (request: Request) => fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]) }),
});

/** When the service last answered anything, and whether it could be reached then. */
export const heard = { at: 0, listeners: new Set<(reached: boolean) => void>() };
const tell = (reached: boolean) => {
  if (reached) heard.at = Date.now();
  heard.listeners.forEach((f) => f(reached));
};

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

interface Answered<T> { data?: T; error?: unknown; response: Response }

/** The answer's body; throws a Failure with the service's code, `no_answer` when none came. */
export async function ask<T>(asked: Promise<Answered<T>>): Promise<T> {
  return (await askWhole(asked)).data;
}
export async function askWhole<T>(asked: Promise<Answered<T>>): Promise<{ data: T; response: Response }> {
  let answer: Answered<T>;
  try {
    answer = await asked;
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw new Failure({ code: 'given_up' });
    if (e instanceof SyntaxError) throw new Failure({ code: 'unreadable' });
    tell(false);
    throw new Failure({ code: 'no_answer' });
  }
  tell(true);
  if (!answer.response.ok) throw new Failure(problemOf(answer.response.status, answer.error, answer.response.headers));
  return { data: answer.data as T, response: answer.response };
}

/** For requests that are made by hand. */
export async function reach(asked: Promise<Response>): Promise<Response> {
  try {
    const answer = await asked;
    tell(true);
    return answer;
  } catch {
    tell(false);
    throw new Failure({ code: 'no_answer' });
  }
}

// What the HTTP doubles share: one port each, as each is a host of its own, and the faults that strike a call.
import { setTimeout as sleep } from 'node:timers/promises';
import { readBody, Refusal, sendError, sendJson, serve } from '../http.mjs';

/** Faults that every host knows; a host may name refusals of its own beside them. */
export const FAULTS = {
  error_500: { status: 500, body: { error: 'internal server error' } },
  error_503: { status: 503, body: { error: 'service unavailable' } },
  silent: { hold: true }, // nothing is done, nothing is answered
  drop: { drop: true }, // nothing is done, the connection is closed
  lost: { after: true, drop: true }, // done, and the connection is closed instead of an answer
  mute: { after: true, hold: true }, // done, and never answered
  gateway: { after: true, status: 504, body: { error: 'gateway timeout' } }, // done, a proxy gave up
  html: { status: 200, text: '<html><body>Just a moment...</body></html>' },
  slow: { slow: true }, // answered `ms` later
};
const DEFAULT_SLOW_MS = 1000;
const MAX_WAITING_FAULTS = 1000;

/** The faults waiting to strike one host. */
export class Faults {
  #known;
  #waiting = []; // {kind, route, left, ms}
  #struck = 0;

  constructor(own = {}) {
    this.#known = { ...FAULTS, ...own };
  }

  kinds() {
    return Object.keys(this.#known);
  }

  /** `route`: a part of "METHOD /path", empty strikes every call; `times` 0 is for ever. */
  add({ kind, route = '', times = 1, ms = DEFAULT_SLOW_MS }) {
    if (!this.#known[kind]) throw new Refusal(400, `kind must be one of ${this.kinds()}`);
    if (this.#waiting.length >= MAX_WAITING_FAULTS) throw new Refusal(400, 'too many faults wait');
    this.#waiting.push({ kind, route, left: times === 0 ? Infinity : times, ms });
    return this.status();
  }

  clear() {
    this.#waiting.length = 0;
    return this.status();
  }

  status() {
    return {
      struck: this.#struck,
      waiting: this.#waiting.map((f) => ({ ...f, left: f.left === Infinity ? 'ever' : f.left })),
    };
  }

  /** The fault that strikes this call, or undefined. */
  strike(call) {
    const at = this.#waiting.findIndex((f) => call.includes(f.route));
    if (at < 0) return undefined;
    const fault = this.#waiting[at];
    fault.left -= 1;
    if (fault.left <= 0) this.#waiting.splice(at, 1);
    this.#struck += 1;
    return { ...this.#known[fault.kind], ms: fault.ms };
  }
}

/**
 * Serves `answer({method, path, query, target, headers, body})`, which answers {status?, body, headers?} or throws
 * a Refusal. `target` is path and query as they were sent. Answers {url, faults, calls(), close()}.
 */
export async function startHost(answer, ownFaults) {
  const faults = new Faults(ownFaults);
  const calls = new Map(); // "METHOD /path" -> how many
  const host = await serve(async (req, res) => {
    const body = (await readBody(req)).toString('utf8');
    const { method, headers, url: target } = req;
    const { pathname: path, searchParams: query } = new URL(target, 'http://host');
    const name = `${method} ${path}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    const fault = faults.strike(name);
    if (fault?.slow) await sleep(fault.ms);
    if (fault && !fault.slow && !fault.after) return strike(res, fault);
    const done = await answer({ method, path, query, target, headers, body }).catch((e) => e);
    if (fault?.after) return strike(res, fault);
    if (done instanceof Error) return sendError(res, done);
    return res.destroyed ? undefined : sendJson(res, done.status ?? 200, done.body, done.headers);
  });
  return { url: host.url, faults, calls: () => Object.fromEntries(calls), close: host.close };
}

function strike(res, { hold, drop, status, body, text, headers = {} }) {
  if (hold) return undefined; // until the caller gives up or the host closes
  if (drop) return void res.destroy();
  if (text === undefined) return sendJson(res, status, body, headers);
  res.writeHead(status, { 'content-type': 'text/html', ...headers });
  return void res.end(text);
}

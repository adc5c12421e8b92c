// What ends a request. The fetch of Node 18 and 20 holds a Request's signal, and AbortSignal.any what it is made of, by weak references
// alone: once the garbage collector has been there, neither an abort nor a timeout reaches the request, and it hangs for ever. So the
// signal is one of ours: held by a timer, and handed to fetch itself.

/** Aborted when `request` is, and `patienceMs` from now. No program stays for it. */
export function bounded(request: Request, patienceMs: number): AbortSignal {
  const cut = new AbortController();
  const given = request.signal;
  const stop = () => cut.abort(given.reason);
  const timer: unknown = setTimeout(() => {
    given.removeEventListener('abort', stop);
    cut.abort(new DOMException(`no answer within ${patienceMs} ms by ${request.url}`, 'TimeoutError')); // names it: the request lives as long
  }, patienceMs);
  (timer as { unref?(): void }).unref?.(); // Node's alone
  if (given.aborted) stop();
  else given.addEventListener('abort', stop, { once: true });
  return cut.signal;
}

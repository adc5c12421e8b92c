// Iris, Circle's attestation service: messages of a burn, fees, and signing again.
import { Refusal, sendJson, serve } from '../http.mjs';
import { decoded } from './messages.mjs';

/** What is told of a burn that nobody signed yet; 500 is a proxy's way to say 404. */
export const UNATTESTED = ['404', '500', 'pending', 'empty'];
/** At the start, and after a reset. `fault_count`: how often the fault strikes, null for always. */
export const TELLING = { fault: 'none', fault_count: null, unattested: '404' };
export const IRIS_FAULTS = ['none', '429', '500', 'silent', 'drop'];

/** Serves Iris over `attestations`. Answers {url, status(), set(change), close()}. */
export async function startIris(attestations) {
  const app = {
    attestations,
    settings: { ...TELLING },
    calls: 0,
  };
  const host = await serve((req, res) => answer(app, req, res));
  return {
    url: host.url,
    status: () => ({ ...app.settings, calls: app.calls }),
    set(change) {
      Object.assign(app.settings, change);
      return this.status();
    },
    close: host.close,
  };
}

const ROUTES = [
  ['GET', /^\/v2\/messages\/(\d{1,9})$/, messages],
  ['GET', /^\/v2\/burn\/USDC\/fees\/(\d{1,9})\/(\d{1,9})$/, fees],
  ['GET', /^\/v2\/fastBurn\/USDC\/allowance$/, allowance],
  ['POST', /^\/v2\/reattest\/(0x[0-9a-fA-F]{64})$/, reattest],
];

async function answer(app, req, res) {
  req.resume();
  app.calls += 1;
  const fault = strike(app.settings);
  if (fault === 'silent') return;
  if (fault === 'drop') return void req.socket.destroy();
  if (fault === '429') throw failure(429, 'Too many requests', { 'retry-after': '1' });
  if (fault === '500') throw failure(500, 'Internal server error');
  const { pathname, searchParams } = new URL(req.url, 'http://sandbox');
  for (const [method, path, route] of ROUTES) {
    const match = method === req.method && path.exec(pathname);
    if (match) return sendJson(res, 200, route(app, match, Object.fromEntries(searchParams)));
  }
  throw failure(404, 'Not found');
}

function strike(settings) {
  if (settings.fault === 'none' || settings.fault_count === 0) return undefined;
  if (settings.fault_count !== null) settings.fault_count -= 1;
  return settings.fault;
}

const failure = (code, error, headers) =>
  new Refusal(code, error, { body: { code, error }, headers });

function messages({ attestations, settings }, [, domain], { transactionHash, nonce }) {
  if (transactionHash === undefined && nonce === undefined)
    throw new Refusal(400, 'At least one of transactionHash or nonce is required');
  const found = attestations.find(Number(domain), { transactionHash, nonce });
  const signed = found.filter((burn) => burn.attestation);
  if (found.length > 0 && signed.length === found.length) return { messages: found.map(complete) };
  if (found.length > 0 && settings.unattested === 'pending')
    return { messages: found.map((burn) => (burn.attestation ? complete(burn) : pending(burn))) };
  if (found.length > 0 && settings.unattested === 'empty') return { messages: [] };
  if (settings.unattested === '500') throw failure(500, 'Internal server error');
  throw failure(404, 'Message not found');
}

const complete = (burn) => ({
  message: burn.message,
  eventNonce: burn.nonce,
  attestation: burn.attestation,
  decodedMessage: decoded(burn.message),
  cctpVersion: 2,
  status: 'complete',
  delayReason: burn.delayReason,
});

const pending = (burn) => ({
  message: '0x',
  eventNonce: burn.nonce,
  attestation: 'PENDING',
  decodedMessage: null,
  cctpVersion: 2,
  status: 'pending_confirmations',
  delayReason: burn.delayReason,
});

/** In basis points, by the finality asked for. */
function fees({ attestations }, [, source, destination]) {
  if (source === destination || ![source, destination].every((d) => attestations.knows(Number(d))))
    throw failure(404, 'Not found');
  return [
    { finalityThreshold: 1000, minimumFee: attestations.settings.fast_fee_bps },
    { finalityThreshold: 2000, minimumFee: 0 },
  ];
}

function allowance() {
  return { allowance: 10_000_000, lastUpdated: new Date().toISOString() };
}

function reattest({ attestations }, [, nonce]) {
  const done = attestations.reattest(nonce);
  if (done === undefined) throw failure(404, 'Message not found');
  if (!done) throw new Refusal(400, 'Message is finalized already');
  return { message: 'Re-attestation successfully requested for nonce.', nonce };
}

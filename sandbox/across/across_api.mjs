// Across' HTTP API: quotes and the state of deposits, with the faults a test asks for.
import crypto from 'node:crypto';
import { Refusal, sendJson, serve } from '../http.mjs';
import { apiError } from './api_error.mjs';
import { limitsFor, suggestedFees } from './quotes.mjs';

export const API_KEY = 'sandbox-across-key';
export const INTEGRATOR_ID = '0x00d1';
export const API_FAULTS = ['none', '429', '500', '502', '503', 'silent', 'drop'];

/** At the start, and after a reset. `fault_count`: how often the fault strikes, null for always. */
export const ANSWERS = {
  fault: 'none',
  fault_count: null,
  auth: 'required',
  fee_bps: 5,
  too_low: 'off',
  max_instant: null,
  spoke_pool: null,
  output_bps: null,
  quote_ahead_s: 0,
  exclusive_s: 0,
  lag_ms: 0,
};

const ROUTES = {
  '/api/suggested-fees': suggestedFees,
  '/api/limits': limitsFor,
  '/api/deposit/status': depositStatus,
};

/**
 * Serves the API over `chains`; `relayer` knows the deposits. Answers {describe(), status(), set(change),
 * close()}.
 */
export async function startAcrossApi(chains, relayer) {
  const app = {
    chains,
    relayer,
    settings: { ...ANSWERS },
    calls: 0,
  };
  const host = await serve((req, res) => answer(app, req, res));
  const url = `${host.url}/api`;
  return {
    describe: () => ({ url, api_key: API_KEY, integrator_id: INTEGRATOR_ID }),
    status: () => ({ ...app.settings, calls: app.calls }),
    set(change) {
      Object.assign(app.settings, change);
      return this.status();
    },
    close: host.close,
  };
}

async function answer(app, req, res) {
  req.resume();
  app.calls += 1;
  const { pathname, searchParams } = new URL(req.url, 'http://sandbox');
  const query = Object.fromEntries(searchParams);
  const fault = strike(app.settings);
  if (fault === 'silent') return;
  if (fault === 'drop') return void req.socket.destroy();
  if (fault === '429') throw apiError(429, undefined, 'Too many requests');
  if (fault === '500') throw apiError(500, 'UNEXPECTED_ERROR', 'Unexpected error occurred.');
  if (fault) throw apiError(Number(fault), 'UPSTREAM_HTTP_ERROR', 'Upstream http request failed');
  const route = ROUTES[pathname];
  const integrator = route === depositStatus ? INTEGRATOR_ID : query.integratorId;
  authorize(app.settings, req.headers.authorization, integrator);
  if (!route) throw new Refusal(404, 'The page could not be found', { body: 'NOT_FOUND' });
  if (req.method !== 'GET')
    throw apiError(405, 'INVALID_METHOD', `Method ${req.method} not allowed`);
  const body = await route(app, query);
  sendJson(res, 200, { ...body, ...(route === depositStatus ? {} : { id: crypto.randomUUID() }) });
}

/** The fault that strikes this call, or undefined. */
function strike(settings) {
  if (settings.fault === 'none' || settings.fault_count === 0) return undefined;
  if (settings.fault_count !== null) settings.fault_count -= 1;
  return settings.fault;
}

/**
 * A wrong key is refused; without key or (for quotes) integrator id the strict limits hold: here, no
 * call at all.
 */
function authorize({ auth }, authorization, integratorId) {
  if (auth === 'optional') return;
  if (authorization === undefined || integratorId === undefined)
    throw apiError(429, undefined, 'Too many requests');
  if (authorization !== `Bearer ${API_KEY}`) throw apiError(401, undefined, 'Unauthorized');
  if (integratorId.toLowerCase() !== INTEGRATOR_ID)
    throw apiError(400, 'INVALID_PARAM', 'Invalid integratorId', 'integratorId');
}

/** By the indexer, with its own errors. What it has not seen for `lag_ms` it does not know. */
function depositStatus({ relayer, settings }, query) {
  const hash = query.depositTxnRef ?? query.depositTxHash;
  const { originChainId, depositId, index = '0' } = query;
  if (hash === undefined && (originChainId === undefined || depositId === undefined))
    throw indexerError(400, 'IncorrectQueryParamsException', 'Incorrect query params provided');
  const found = hash ? relayer.ofTransaction(hash) : [relayer.find(originChainId, depositId)];
  const seen = found.filter((d) => d && Date.now() >= d.seenAt + settings.lag_ms);
  if (seen.length === 0)
    throw indexerError(
      404,
      'DepositNotFoundException',
      'Deposit not found given the provided constraints',
    );
  const at = Number(index);
  const deposit = seen[at];
  if (!deposit)
    throw indexerError(
      400,
      'IndexParamOutOfRangeException',
      `Index ${index} out of range. Max index: ${seen.length - 1}`,
    );
  return {
    status: deposit.status,
    originChainId: deposit.origin.chainId,
    depositId: String(deposit.relay.depositId),
    depositTxHash: deposit.depositTx,
    depositTxnRef: deposit.depositTx,
    fillTx: deposit.fillTx,
    fillTxnRef: deposit.fillTx,
    destinationChainId: deposit.destinationChainId,
    depositRefundTxHash: deposit.refundTx,
    depositRefundTxnRef: deposit.refundTx,
    actionsSucceeded: null,
    pagination: { currentIndex: at, maxIndex: seen.length - 1 },
  };
}

const indexerError = (status, error, message) =>
  new Refusal(status, message, { body: { error, message } });

// Polymarket's hosts beside the CLOB, each on a port of its own as each is a host of its own: Gamma, the
// Data API, the relayer, the web sockets.
import { setTimeout as sleep } from 'node:timers/promises';
import { readBody, Refusal, sendJson, serve } from '../http.mjs';
import { dataApi } from './data_api.mjs';
import { gamma } from './gamma.mjs';
import { Relayer } from './relayer.mjs';
import { startSockets } from './sockets.mjs';

/**
 * Starts all over `app` ({venue, keys, faults, chain()}). Answers {relayer, sockets, describe(), close()}.
 */
export async function startHosts(app) {
  const relayer = new Relayer(app);
  const [gammaHost, dataHost, relayerHost, sockets] = await Promise.all([
    serve((req, res) => look(app, 'gamma', gamma, req, res)),
    serve((req, res) => look(app, 'data', dataApi, req, res)),
    serve((req, res) => relay(relayer, req, res)),
    startSockets(app),
  ]);
  return {
    relayer,
    sockets,
    describe: () => ({
      gamma_url: gammaHost.url,
      data_url: dataHost.url,
      relayer_url: relayerHost.url,
      ws_url: sockets.url,
    }),
    close() {
      for (const host of [gammaHost, dataHost, relayerHost, sockets]) host.close();
    },
  };
}

/** A host that only reads, with the faults that may strike it. */
async function look(app, host, answer, req, res) {
  req.resume();
  if (req.method !== 'GET') throw new Refusal(405, 'method not allowed');
  const fault = app.faults.strike(host);
  switch (fault?.kind) {
    case 'drop':
      return req.socket.destroy();
    case 'error_500':
      throw new Refusal(500, 'internal server error');
    case 'rate_limited':
      throw new Refusal(429, 'Too Many Requests', { headers: { 'retry-after': '1' } });
    case 'delay':
      await sleep(fault.delay_ms);
      break;
    default:
      break;
  }
  const { pathname, searchParams } = new URL(req.url, 'http://sandbox');
  return res.destroyed ? undefined : sendJson(res, 200, answer(app, pathname, searchParams));
}

async function relay(relayer, req, res) {
  const body = await readBody(req);
  const { pathname: path, searchParams: query } = new URL(req.url, 'http://sandbox');
  const { method, headers } = req;
  const value = await relayer.answer({ method, path, query, headers, body });
  return value === undefined ? req.socket.destroy() : sendJson(res, 200, value);
}

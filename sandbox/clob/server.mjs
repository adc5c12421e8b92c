// The CLOB double over HTTP: finds the route, authenticates, lets faults strike, answers.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson, readBody, Refusal, sendError, sendJson, serve } from '../http.mjs';
import { ApiKeys } from './auth.mjs';
import { control } from './control.mjs';
import { Faults, refusalOf } from './faults.mjs';
import { EXCHANGE, NEG_RISK_EXCHANGE } from './markets.mjs';
import { PRIVATE, PUBLIC } from './routes.mjs';
import { Venue } from './venue.mjs';

const CONTROL = '/control/';
const CLOUDFLARE =
  '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>' +
  '<body><h1>Sorry, you have been blocked</h1></body></html>';

/** Starts the double on a free loopback port. Answers {url, describe(), markets(), close()}. */
export async function startVenue(options = {}) {
  const app = {
    venue: new Venue(options),
    keys: new ApiKeys(),
    faults: new Faults(),
    requests: 0, // that were not for /control
  };
  const server = await serve((req, res) => route(app, req, res));
  return {
    url: server.url,
    markets: () => app.venue.markets.describe(),
    describe: () => ({
      url: server.url,
      control_url: `${server.url}/control`,
      exchange: EXCHANGE,
      neg_risk_exchange: NEG_RISK_EXCHANGE,
    }),
    close: server.close,
  };
}

async function route(app, req, res) {
  const body = await readBody(req);
  const [path, search = ''] = req.url.split('?', 2);
  const query = search ? Object.fromEntries(new URLSearchParams(search)) : {};
  if (path.startsWith(CONTROL)) {
    return sendJson(
      res,
      200,
      control(app, { method: req.method, name: path.slice(CONTROL.length), query, body }),
    );
  }
  app.requests += 1;
  if (path === '/order' && req.method === 'POST') return postOrder(app, req, res, body);

  const request = { query, body, headers: req.headers };
  const open = find(PUBLIC, req.method, path, request);
  if (open) return sendJson(res, 200, open(app, request));
  const closed = find(PRIVATE, req.method, path, request);
  if (!closed) throw new Refusal(404, 'Not found');
  request.credential = app.keys.authenticate(req, path, body);
  const lookup = path.startsWith('/data/');
  if (lookup) app.venue.reads += 1;
  const fault = lookup ? app.faults.strike('lookup') : undefined;
  if (fault && (await struckLookup(fault, path, req, res))) return undefined;
  const value = closed(app, request);
  return sendJson(res, 200, fault?.kind === 'lag' ? lagging(value) : value);
}

/** As seen a moment ago: without the newest trade, an order with less matched. */
function lagging(value) {
  if (Array.isArray(value?.data)) return { ...value, data: value.data.slice(1) };
  return value?.size_matched ? { ...value, size_matched: '1' } : value;
}

/** The route for `path`, putting an id at its end into `request.id`. */
function find(table, method, path, request) {
  const exact = table[`${method} ${path}`];
  if (exact && !path.endsWith('/')) return exact;
  const cut = path.lastIndexOf('/') + 1;
  if (cut <= 1 || cut === path.length) return undefined;
  request.id = path.slice(cut);
  return table[`${method} ${path.slice(0, cut)}`];
}

/** POST /order with the faults that may strike before, in or after the decision. */
async function postOrder(app, req, res, body) {
  const fault = app.faults.strike('order', body.toString());
  const refusal = refusalOf(fault);
  if (refusal) throw refusal;
  switch (fault?.kind) {
    case 'drop_before_accept':
      return req.socket.destroy();
    case 'html_403':
      return sendHtml(res, 403, CLOUDFLARE);
    case 'answer':
      return sendJson(res, fault.answer.status, fault.answer.body, fault.answer.headers);
    default:
      break;
  }
  let status = 200,
    answer,
    headers;
  try {
    const credential = app.keys.authenticate(req, '/order', body);
    answer = app.venue.post(parseJson(body, 'Invalid order payload'), credential, fault);
  } catch (e) {
    if (!(e instanceof Refusal)) return sendError(res, e);
    ({ status, body: answer, headers } = e);
  }
  switch (fault?.kind) {
    case 'drop_after_accept':
      return req.socket.destroy();
    case 'error_500_after_accept':
      throw new Refusal(500, 'could not run the execution');
    case 'delay':
      await sleep(fault.delay_ms);
      break;
    default:
      break;
  }
  if (!res.destroyed) sendJson(res, status, answer, headers);
  return undefined;
}

/** True when the fault has answered (or dropped) the look-up itself. */
async function struckLookup(fault, path, req, res) {
  const refusal = refusalOf(fault);
  if (refusal) throw refusal;
  switch (fault.kind) {
    case 'drop':
      req.socket.destroy();
      return true;
    case 'null':
      sendJson(res, 200, null);
      return true;
    case 'lag': // closed() answers, see lagging()
      return false;
    default:
      await sleep(fault.delay_ms);
      return res.destroyed;
  }
}

function sendHtml(res, status, html) {
  res.writeHead(status, {
    'content-type': 'text/html; charset=UTF-8',
    'content-length': Buffer.byteLength(html),
  });
  res.end(html);
}

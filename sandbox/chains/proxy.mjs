// Stands before one anvil, so that a test can take the chain's RPC URL away, or have it answer as a bad node does.
import http from 'node:http';
import { Rules } from './rules.mjs';
import { Rpc } from './rpc.mjs';

export const PROXY_MODES = ['up', 'refuse', 'hang', 'http500'];

/**
 * Modes: `up` passes on; `refuse` closes every connection at once; `hang` accepts and never
 * answers; `http500` answers 500. Leaving `hang` closes what hung. `rules` strike single calls while the mode is `up`;
 * `ask(method, params)` goes past them. Answers {url, rules, ask, mode(), set(mode), close()}.
 */
export async function startProxy(target) {
  const agent = new http.Agent({ keepAlive: true });
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const rules = new Rules();
  const behind = new Rpc(target);
  const ask = (method, params) => behind.call(method, params);
  let mode = 'up';

  const passOn = ({ path, method, headers }, res, body) => {
    const onward = http.request({ agent, hostname, port, path, method, headers }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
      answer.on('error', () => res.destroy());
    });
    onward.on('error', () =>
      res.headersSent ? res.destroy() : json(res, 502, { error: 'chain unreachable' }),
    );
    res.on('close', () => onward.destroy());
    if (body === undefined) return onward;
    return onward.end(body);
  };
  const server = http.createServer((req, res) => {
    if (mode === 'hang') return;
    if (mode === 'http500') return json(res, 500, { error: 'switched off by the test' });
    const { connection, ...headers } = req.headers;
    const call = { path: req.url, method: req.method, headers };
    if (!rules.active) return req.pipe(passOn(call, res));
    const parts = [];
    req.on('data', (part) => parts.push(part));
    req.on('error', () => res.destroy());
    req.on('end', async () => {
      const body = Buffer.concat(parts);
      try {
        const said = await judge(body, rules, ask);
        if (said === undefined) return passOn(call, res, body);
        if (said.hang) return undefined;
        if (said.lost) return res.destroy();
        return json(res, said.status, said.body, said.headers);
      } catch (e) {
        return json(res, 502, { error: e.message });
      }
    });
  });
  server.keepAliveTimeout = 65_000;
  server.on('connection', (socket) => {
    if (mode === 'refuse') return socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    rules,
    ask,
    mode: () => mode,
    set(next) {
      if (next === mode) return;
      const drop = next === 'refuse' || mode === 'hang';
      mode = next;
      if (drop) for (const socket of sockets) socket.destroy();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
    },
  };
}

/**
 * What the rules make of a request: undefined when all of it is to be passed on unchanged, else {status, headers, body}
 * or {hang} or {lost}. In a batch each call is judged by itself; what loses or hangs one does so to all.
 */
async function judge(bytes, rules, ask) {
  const request = parsed(bytes);
  if (request === undefined) return undefined;
  const calls = [request].flat();
  const said = [];
  for (const call of calls) said.push(await rules.strike(call, ask).catch(fromNode));
  if (said.every((s) => s === undefined)) return undefined;
  if (said.some((s) => s?.hang)) return { hang: true };
  const answers = await Promise.all(calls.map((call, i) => answerOf(call, said[i], ask)));
  if (said.some((s) => s?.lost)) return { lost: true };
  const struck = said.find((s) => s?.status);
  const body = Array.isArray(request) ? answers : answers[0];
  return { status: struck?.status ?? 200, headers: struck?.headers, body };
}

async function answerOf({ id = null, method, params }, said, ask) {
  const head = { jsonrpc: '2.0', id };
  const passed =
    said && !said.lost ? said : await ask(method, params).then((result) => ({ result }), fromNode);
  return passed.error ? { ...head, error: passed.error } : { ...head, result: passed.result };
}

/** What the node behind answered with an error stays one. */
const fromNode = ({ message, data, code = -32000 }) => ({
  error: { code, message: message.replace(/^\w+: /, ''), ...(data === undefined ? {} : { data }) },
});

function parsed(bytes) {
  try {
    const value = JSON.parse(bytes.toString('utf8'));
    return [value].flat().every((call) => typeof call?.method === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function json(res, status, body, headers = {}) {
  if (res.destroyed) return;
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify(body));
}

// Stands before one anvil, so that a test can take the chain's RPC URL away.
import http from 'node:http';

export const PROXY_MODES = ['up', 'refuse', 'hang', 'http500'];

/**
 * Modes: `up` passes on; `refuse` closes every connection at once; `hang` accepts and never
 * answers; `http500` answers 500. Leaving `hang` closes what hung. Answers {url, mode(), set(mode),
 * close()}.
 */
export async function startProxy(target) {
  const agent = new http.Agent({ keepAlive: true });
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  let mode = 'up';

  const server = http.createServer((req, res) => {
    if (mode === 'hang') return;
    if (mode === 'http500') return json(res, 500, { error: 'switched off by the test' });
    const { connection, ...headers } = req.headers;
    const onward = http.request(
      { agent, hostname, port, path: req.url, method: req.method, headers },
      (answer) => {
        res.writeHead(answer.statusCode, answer.headers);
        answer.pipe(res);
        answer.on('error', () => res.destroy());
      },
    );
    onward.on('error', () =>
      res.headersSent ? res.destroy() : json(res, 502, { error: 'chain unreachable' }),
    );
    res.on('close', () => onward.destroy());
    req.pipe(onward);
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

function json(res, status, body) {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

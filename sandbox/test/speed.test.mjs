// The double must not be what a load test measures. Prints orders per second; the floor only
// catches a collapse.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { request, startSandbox, Trader } from './support.mjs';

const ORDERS = 1500,
  CONNECTIONS = 8,
  FLOOR_PER_S = 100;

test('takes orders fast, each one verified, on kept connections', async (t) => {
  const sandbox = await startSandbox(['--no-chains']);
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const { venue, markets } = sandbox.info;
    const trader = await new Trader(venue).login();
    const bodies = [];
    for (let i = 0; i < ORDERS; i += 1)
      bodies.push(JSON.stringify(await trader.payload(markets[0])));
    const started = process.hrtime.bigint();
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (let body = bodies.pop(); body; body = bodies.pop()) {
          const { json } = await trader.call('POST', '/order', body, { agent });
          assert.equal(json.status, 'matched');
        }
      }),
    );
    const perSecond = ORDERS / (Number(process.hrtime.bigint() - started) / 1e9);
    t.diagnostic(`${Math.round(perSecond)} orders per second`);
    assert.ok(perSecond > FLOOR_PER_S);
    const fills = (await request(`${venue.control_url}/fills`)).json;
    assert.deepEqual(
      [fills.count, fills.orders, fills.size],
      [ORDERS, ORDERS, String(ORDERS * 20)],
    );
  } finally {
    agent.destroy();
    await sandbox.stop();
  }
});

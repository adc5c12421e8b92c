// The end of the service: by itself, within its bounds, whatever is still under way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { NO_CONVERSION, startHouse, until } from './support.mjs';
import { sleep } from '../../sandbox/stack/process.mjs';

const ENGINE = { drain_ms: 500, stop_step_ms: 1000 };
let house;

before(async () => {
  house = await startHouse({
    overrides: {
      conversion: NO_CONVERSION,
      engine: ENGINE,
      database: { statement_timeout_ms: 1000 },
      http: { drain_timeout_ms: 500 },
    },
  });
});
after(() => house?.close());

const log = () => fs.readFileSync(house.service.logFile, 'utf8');
const lastRun = () => log().split('service.started').at(-1);
const ended = () =>
  Promise.race([house.service.ended(), sleep(60_000).then(() => 'still there after 60 s')]);

/** A transaction that holds a lock until it is told to end. */
function locking(table) {
  const psql = spawn('psql', ['-XAtq', house.database_url]);
  psql.stdin.write(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n`);
  return new Promise((resolve) => {
    psql.stdout.on('data', (text) => {
      if (!String(text).includes('locked')) return;
      resolve(() => {
        psql.stdin.end('COMMIT;\n');
        return new Promise((done) => psql.on('exit', done));
      });
    });
  });
}

test('what recovery reads after the stop has begun is left to the next start', async () => {
  const [user] = house.users;
  await house.fund(user, '20.00');
  await house.faults(
    { kind: 'drop_after_accept', probability: 1, on: 'order' },
    { kind: 'error_500', probability: 1, on: 'lookup' },
  );
  const { body: open } = await house.bet({
    user_address: user.address,
    token_id: house.markets[0].token_id,
    amount: '5.00',
    max_price: '0.55',
  });
  assert.equal(open.status, 'placing');
  process.kill(house.service.pid(), 'SIGTERM');
  assert.deepEqual(await ended(), { code: 0, signal: null }, 'with a bet in doubt');

  const unlock = await locking('deposits');
  await house.service.start({ ready: false });
  process.kill(house.service.pid(), 'SIGTERM');
  await until('the end of the drain', () => /guardian\.drained/.test(lastRun()));
  await unlock(); // only now recovery gets its answer
  assert.deepEqual(await ended(), { code: 0, signal: null }, log().slice(-2000));
  assert.match(lastRun(), /service\.stopped clean=true/);
  await fetch(`${house.venue.control_url ?? house.ready().venue.control_url}/faults`, {
    method: 'DELETE',
  });
});

test('one who will not end is named and left behind, with exit code 6', async () => {
  await house.service.start();
  const backend = await house.sql(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'headroom journal'`,
  );
  process.kill(Number(backend), 'SIGSTOP'); // the kernel still answers for it: no timeout of ours ends this
  try {
    const asked = house
      .call('POST', '/buffer/replenish', {
        key: 'admin',
        body: { amount: '1.00', reference: 'x' },
        idempotency: 'never',
      })
      .catch(() => {});
    await until('the journal to wait for its answer', async () => {
      const { text } = await house.call('GET', '/metrics');
      return Number(/^headroom_actor_mailbox_messages{kind="journal"} (\d+)/m.exec(text)[1]) > 0;
    });
    await assert.rejects(house.service.stop(), /the service ended with 6/);
    await asked;
    assert.match(log(), /service\.still_there kind=journal actors=1/);
    assert.match(log(), /service\.stopped clean=false/);
  } finally {
    process.kill(Number(backend), 'SIGCONT');
  }
  await house.service.start();
});

test('a service that hangs fails whoever stops it', async () => {
  process.kill(house.service.pid(), 'SIGSTOP');
  await assert.rejects(house.service.stop(500), /did not end within 0\.5 s of SIGTERM/);
  await house.service.start();
});

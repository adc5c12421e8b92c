// A private PostgreSQL: own data directory, own port, durable as in production. Gone when we are gone.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { end, freePort, run, spawnGuarded, until } from './process.mjs';

/** Where Debian keeps the server's programs: the newest version installed. */
function programs() {
  const base = '/usr/lib/postgresql';
  const versions = fs.existsSync(base) ? fs.readdirSync(base).filter((v) => /^\d+$/.test(v)) : [];
  if (versions.length === 0)
    throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  return path.join(base, versions.sort((a, b) => b - a)[0], 'bin');
}

/**
 * Starts a server with its files below `dir`. Answers {url, stop(), kill(), start()}: `kill` is a power cut for
 * the server, `start` brings it back on the same port.
 */
export async function startPostgres(dir, { settings = {} } = {}) {
  const bin = programs();
  const user = process.getuid() === 0 ? 'postgres' : undefined; // it refuses to run as root
  const data = path.join(dir, 'data');
  const password = crypto.randomBytes(16).toString('hex');
  const passwordFile = path.join(dir, 'password');
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) await run('chown', ['-R', user, dir]);
  await run(
    path.join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'headroom',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--no-locale',
      '-N',
    ],
    { user },
  );

  const port = await freePort();
  const options = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 50,
    shared_buffers: '128MB',
    synchronous_commit: 'on',
    fsync: 'on',
    recovery_init_sync_method: 'syncfs', // after a kill: one call instead of a thousand files
    log_min_messages: 'fatal',
    ...settings,
  };
  const args = ['-D', data, ...Object.entries(options).flatMap(([k, v]) => ['-c', `${k}=${v}`])];
  const url = `postgresql://headroom:${password}@127.0.0.1:${port}/headroom`;
  const env = { ...process.env, PGPASSWORD: password };
  let child;

  const spawnServer = () => {
    child = spawnGuarded(path.join(bin, 'postgres'), args, {
      user,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
  };
  async function start() {
    spawnServer();
    const answers = () =>
      run(path.join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]);
    const up = async () => {
      // after a kill it refuses to start while an old backend still holds the shared memory
      if (child.exitCode !== null || child.signalCode !== null) spawnServer();
      await answers();
      return true;
    };
    try {
      await until('PostgreSQL', up, 30_000);
    } catch (error) {
      await end(child); // the one that runs now: it may be started anew meanwhile
      throw error;
    }
  }
  await start();
  await run(
    path.join(bin, 'createdb'),
    ['-h', '127.0.0.1', '-p', String(port), '-U', 'headroom', 'headroom'],
    { env },
  );
  return {
    url,
    start,
    async kill() {
      child.kill('SIGKILL'); // its backends notice and leave
      await child.ended;
    },
    async stop() {
      await end(child, 10_000, 'SIGINT');
    },
  };
}

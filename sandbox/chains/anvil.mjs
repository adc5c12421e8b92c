// Starts one anvil on a port the kernel chose. It dies with this process, however this process
// ends.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';

const require = createRequire(import.meta.url);
const START_TIMEOUT_MS = 60_000;
const KEPT_STATES = 256; // in memory; nothing is written to the user's home

/**
 * Blocks are mined at once and, empty, every second: so `finalized` (= latest - 2) moves on by
 * itself. Answers {url, pid, stop()}; `onExit` is called when anvil ends without stop().
 */
export async function startAnvil({ chainId, mnemonic, onExit }) {
  const args = [
    '--chain-id',
    chainId,
    '--port',
    0,
    '--host',
    '127.0.0.1',
    '--mnemonic',
    mnemonic,
    '--block-time',
    1,
    '--mixed-mining',
    '--slots-in-an-epoch',
    1,
    '--prune-history',
    KEPT_STATES,
  ].map(String);
  const [command, ...rest] = dyingWithParent(binary(), args);
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let wanted = true;
  child.on(
    'exit',
    (code, signal) => wanted && onExit(`anvil ${chainId} ended (${signal ?? code})`),
  );
  const port = await listeningPort(child);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    stop() {
      wanted = false;
      child.kill('SIGTERM');
    },
  };
}

function binary() {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch;
  return path.join(
    path.dirname(require.resolve(`@foundry-rs/anvil-${process.platform}-${cpu}/package.json`)),
    'bin/anvil',
  );
}

/**
 * setpriv (util-linux, essential in Debian) asks the kernel to kill anvil when we die, SIGKILL
 * included. The shell closes the gap before that request: if we are already gone, its parent is no
 * longer us.
 */
function dyingWithParent(bin, args) {
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((p) => fs.existsSync(p));
  if (!setpriv) {
    console.error('[sandbox] no setpriv here: a SIGKILL of the sandbox would leave anvil running');
    return [bin, ...args];
  }
  const guarded = 'test "$PPID" = "$0" && exec "$@"';
  return [
    setpriv,
    '--pdeathsig',
    'KILL',
    '/bin/sh',
    '-c',
    guarded,
    String(process.pid),
    bin,
    ...args,
  ];
}

function listeningPort(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('anvil did not start in time')),
      START_TIMEOUT_MS,
    );
    child.once('error', reject);
    child.once('exit', () => reject(new Error('anvil ended while starting')));
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      // keeps reading: the pipe must not fill up
      const port = /^Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}

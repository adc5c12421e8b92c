// Child processes that never outlive us, free ports, and waiting with a bound.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import readline from 'node:readline';

const children = new Set(); // alive
let abandoned = false;

/** For an owner who gives up a half-started stack: ends all children at once, and lets no new one start. */
export function abandonChildren() {
  abandoned = true;
  for (const child of children) endGroup(child, 'SIGKILL');
}

/** Sends `signal` to a child of ours and to what it started itself. */
export function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // it has ended
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A port nobody uses right now, from the kernel. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Times are those of a quiet machine; a busy one needs more, and nobody waits longer for it when all is well. */
const BUSY = 3;

/** Calls `check` until it answers something true; throws with `what` after `timeoutMs`, and more on a busy machine. */
export async function until(what, check, timeoutMs = 20_000, everyMs = 50) {
  const limit = BUSY * timeoutMs;
  const deadline = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (abandoned) throw new Error(`${what}: abandoned`);
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${limit} ms${last ? ` (${last.message})` : ''}`);
    await sleep(everyMs);
  }
}

/**
 * Spawns `command` so that the kernel kills it when this process dies, SIGKILL included. It leads a process group of its
 * own: a Ctrl-C at the terminal reaches us alone, who end the children in order. `user` runs it as another account (we
 * are root then). Answers the child process with `ended`, a promise of {code, signal}.
 */
export function spawnGuarded(
  command,
  args,
  { user, env, stdio = ['ignore', 'pipe', 'pipe'], cwd } = {},
) {
  if (abandoned) throw new Error(`${command}: abandoned`);
  const account = user ? ['--reuid', user, '--regid', user, '--init-groups'] : [];
  const child = spawn('setpriv', [...account, '--pdeathsig', 'KILL', command, ...args], {
    env,
    stdio,
    cwd,
    detached: true,
  });
  children.add(child);
  child.ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => resolve({ code: -1, signal: null, error }));
  });
  child.ended.then(() => children.delete(child));
  return child;
}

/** Waits for the `start` of `child`. One that does not start is ended: nobody else knows of it. */
export async function orEnd(child, start) {
  try {
    return await start;
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** The last lines of a log. */
export function lastWords(file) {
  return fs.existsSync(file)
    ? fs.readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ')
    : 'none';
}

/** Runs `command` to its end. Answers its stdout; throws with its stderr when it fails. */
export async function run(command, args, options = {}) {
  const child = spawnGuarded(command, args, options);
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  const { code, signal, error } = await child.ended;
  if (code !== 0)
    throw (
      error ??
      new Error(`${command} ${args[0] ?? ''} failed (${signal ?? code}): ${(await err).trim()}`)
    );
  return out;
}

export async function collect(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** The first line of `child`'s stdout that `match` accepts; keeps reading so that the pipe never fills. */
export function firstLine(child, match, timeoutMs) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    child.ended.then(({ code, signal }) => {
      clearTimeout(timer);
      reject(new Error(`ended while starting (${signal ?? code})`));
    });
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const found = match(line);
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}

/** SIGTERM, then SIGKILL after `patienceMs`. Answers {code, signal}; nothing when it had ended before. */
export async function end(child, patienceMs = 15_000, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  const how = await child.ended;
  clearTimeout(timer);
  return how;
}

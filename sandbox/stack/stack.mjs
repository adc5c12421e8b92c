// Everything a running Headroom needs, started in order and stopped in the opposite one: PostgreSQL, the sandbox
// (chains and venue), the service, and the buffer's opening money.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, firstLine, lastWords, orEnd, spawnGuarded, until } from './process.mjs';
import { startPostgres } from './postgres.mjs';
import { makeWallet, startService } from './service.mjs';

const SANDBOX = fileURLToPath(new URL('../main.mjs', import.meta.url));
export const OPENING_USDC = '100000';
/** Of the opening money, in USDC.e beside it: what the keeper may wrap when the buffer grows. */
const SPARE_PERCENT = 10;

/** The built binary: HEADROOM_BINARY, or the release build of this clone. */
export function binaryPath() {
  const binary =
    process.env.HEADROOM_BINARY ??
    fileURLToPath(new URL('../../build/release/headroom', import.meta.url));
  if (!fs.existsSync(binary)) throw new Error(`${binary} is not built: run ./dev build`);
  return binary;
}

/** Starts sandbox/main.mjs as a process of its own. Answers {description, stop()}. */
export async function startSandbox(args, logFile) {
  const log = fs.openSync(logFile, 'a');
  const child = spawnGuarded(process.execPath, [SANDBOX, ...args], {
    stdio: ['ignore', 'pipe', log],
  });
  fs.closeSync(log);
  const described = firstLine(child, (line) => line.startsWith('{') && line, 60_000).catch(
    (error) => {
      throw new Error(`the sandbox: ${error.message}; its last words: ${lastWords(logFile)}`);
    },
  );
  const description = JSON.parse(await orEnd(child, described));
  return { description, ended: child.ended, stop: () => end(child, 5_000) };
}

/**
 * @param options  sandboxArgs: more words for main.mjs; overrides: of the service's configuration, or what answers
 *                 them for the sandbox's description;
 *                 opening: USDC the buffer starts with, null for none; settles: fills move shares and pUSD on the
 *                 local chain, where the account has the opening money as pUSD; nodes: of the service over the one
 *                 database, the first keeps the house at the start; log: (line) => void.
 * Answers {dir, postgres, sandbox, services, service, wallet, ready(), stop()}; `service`: the one that is asked.
 */
export async function startStack({
  sandboxArgs = [],
  overrides,
  opening = OPENING_USDC,
  settles = false,
  nodes = 1,
  log = () => {},
} = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-'));
  fs.chmodSync(dir, 0o711); // PostgreSQL's own account must pass
  const parts = [];
  const stack = {
    dir,
    /** Stops everything, whatever happens meanwhile; then throws what went wrong. */
    async stop() {
      const wrong = [];
      for (const part of parts.splice(0).reverse())
        await part.stop().catch((e) => wrong.push(e.message));
      // PostgreSQL's last processes may still be writing when their parent was killed.
      fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      if (wrong.length > 0) throw new Error(`while stopping: ${wrong.join('; ')}`);
    },
  };
  const add = (part) => (parts.push(part), part);
  try {
    log('starting PostgreSQL');
    stack.postgres = add(await startPostgres(path.join(dir, 'postgres')));
    stack.wallet = makeWallet(dir);
    log('starting local chains and venue');
    const sandbox = add(
      await startSandbox(
        [
          '--service-address',
          stack.wallet.address,
          ...(settles ? ['--exchange-events'] : []),
          ...sandboxArgs,
        ],
        path.join(dir, 'sandbox.log'),
      ),
    );
    stack.sandbox = sandbox.description;
    stack.sandboxEnded = sandbox.ended;
    stack.sandboxLog = path.join(dir, 'sandbox.log');
    const wanted = typeof overrides === 'function' ? overrides(stack.sandbox) : overrides;
    stack.services = [];
    for (let n = 1; n <= nodes; ++n) {
      const name = nodeName(n);
      log(nodes > 1 ? `starting ${name}` : 'starting the service');
      stack.services.push(
        add(
          await startService({
            binary: binaryPath(),
            dir: nodes > 1 ? folderIn(dir, name) : dir,
            databaseUrl: stack.postgres.url,
            wallet: stack.wallet,
            sandbox: stack.sandbox,
            settles,
            keys: stack.services[0]?.keys,
            ready: n === 1,
            overrides: nodes > 1 ? { ...wanted, cluster: { enabled: true, name } } : wanted,
          }),
        ),
      );
    }
    [stack.service] = stack.services;
    if (opening !== null && settles) await fundAccount(stack, opening);
    if (opening !== null) await replenish(stack.service, opening);
  } catch (error) {
    await stack.stop().catch((e) => log(e.message));
    throw error;
  }
  stack.ready = () => readyObject(stack);
  return stack;
}

export const nodeName = (n) => `node-${n}`;
function folderIn(dir, name) {
  const folder = path.join(dir, name);
  fs.mkdirSync(folder);
  return folder;
}

/**
 * Kills the node that keeps the house and brings it back to stand by. Answers {name, ms}: who serves now, and how long
 * nobody did. The stack's `service` is that one from here on.
 */
export async function failOver(stack) {
  const { services } = stack;
  const killed = stack.service;
  const began = performance.now();
  await killed.kill();
  const serves = await until('another node to serve', async () => {
    for (const s of services)
      if (s !== killed && (await fetch(`${s.url}/readyz`).then((r) => r.ok, () => false))) return s;
    return undefined;
  }, 30_000, 10);
  const ms = Math.round(performance.now() - began);
  stack.service = serves;
  await killed.start({ ready: false });
  return { name: nodeName(services.indexOf(serves) + 1), ms };
}

/** The venue account's own money. It comes with the buffer's, or the keeper would unwrap it. */
async function fundAccount({ sandbox, wallet }, opening) {
  const spare = (Number(opening) * SPARE_PERCENT) / 100;
  await mintOnPolygon(sandbox, wallet.address, 'usdce', spare.toFixed(2));
  await mintOnPolygon(sandbox, wallet.address, 'pusd', opening);
}

/** Test tokens (usdc, usdce, pusd) for `to`, mined when this answers. */
export async function mintOnPolygon({ control_url: control }, to, token, amount) {
  const query = new URLSearchParams({ chain: 'polygon', token, to, amount });
  const answer = await fetch(`${control}/mint?${query}`, { method: 'POST' });
  if (!answer.ok) throw new Error(`minting ${amount} ${token}: ${await answer.text()}`);
}

async function replenish({ url, keys }, amount) {
  const answer = await fetch(`${url}/buffer/replenish`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keys.admin}`,
      'content-type': 'application/json',
      'idempotency-key': 'sandbox-opening',
    },
    body: JSON.stringify({ amount, reference: 'opening balance of the sandbox' }),
  });
  if (!answer.ok) throw new Error(`the buffer's opening money was refused: ${await answer.text()}`);
}

/** The one JSON object for scripts (`./dev up --ready-file`). */
function readyObject({ service, services, postgres, sandbox, wallet }) {
  const { plasma, polygon, base, sources, across, cctp, venue } = sandbox;
  return {
    url: service.url,
    page: `${service.url}/`,
    operator_page: `${service.url}/operator`,
    keys: service.keys,
    database_url: postgres.url,
    plasma: { rpc: plasma.rpc, chain_id: plasma.chain_id, usdt0: plasma.usdt0 },
    polygon: {
      rpc: polygon.rpc,
      chain_id: polygon.chain_id,
      usdc: polygon.usdc,
      usdce: polygon.usdce,
      pusd: polygon.pusd,
      conditional_tokens: polygon.conditional_tokens,
    },
    base: { rpc: base.rpc, chain_id: base.chain_id, usdc: base.usdc },
    sources,
    across,
    cctp,
    venue,
    doubles: sandbox.doubles,
    pay_to: wallet.address,
    users: sandbox.users,
    markets: sandbox.markets,
    control_url: sandbox.control_url,
    pid: service.pid(),
    nodes: services.map((s, i) => ({ name: nodeName(i + 1), url: s.url, pid: s.pid(), serves: s === service })),
  };
}

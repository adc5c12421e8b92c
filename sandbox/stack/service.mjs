// The service itself: its configuration for the sandbox, its keys, and its process.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ethers } from 'ethers';
import { end, firstLine, freePort, lastWords, orEnd, run, spawnGuarded, until } from './process.mjs';

export const SCOPES = ['read', 'trade', 'withdraw', 'inspect', 'operate', 'admin'];

/** The built pages, when somebody has built them. */
const PAGES = fileURLToPath(new URL('../../build/web', import.meta.url));
const pagesIfBuilt = () => (fs.existsSync(path.join(PAGES, 'index.html')) ? { web_root: PAGES } : {});

/** A fresh wallet for the service, in a file only we can read. */
export function makeWallet(dir) {
  const key = crypto.randomBytes(32).toString('hex');
  const file = path.join(dir, 'wallet.key');
  fs.writeFileSync(file, key, { mode: 0o600 });
  return { file, address: new ethers.Wallet(`0x${key}`).address };
}

/** Polymarket's contracts as the local Polygon chain has them; none without them. */
const contractsOf = (polygon) =>
  polygon.conditional_tokens
    ? {
        contracts: {
          conditional_tokens: polygon.conditional_tokens,
          collateral_adapter: polygon.ctf_adapter,
          neg_risk_collateral_adapter: polygon.neg_risk_ctf_adapter,
          usdc_e: polygon.usdce,
          onramp: polygon.onramp,
          offramp: polygon.offramp,
          wallet_factory: polygon.wallet_factory,
        },
      }
    : {};

/** Base and the bridges beside LayerZero, as far as the sandbox has them; without them never the real ones. */
function bridgesOf({ plasma, polygon, base, across, cctp, venue }, chain, wallet) {
  if (!across) return { across: { api_url: venue.url }, cctp: { iris_url: venue.url } };
  const { usdt0, finalized_tag, ...common } = chain(base);
  return {
    base: { ...common, finality: 'either', usdc: base.usdc },
    across: {
      api_url: across.url,
      integrator_id: across.integrator_id,
      spoke_pool_plasma: plasma.spoke_pool,
      spoke_pool_polygon: polygon.spoke_pool,
      spoke_pool_base: base.spoke_pool,
      output_tokens: [polygon.usdc, polygon.usdt0],
      refund_settle_ms: 1000,
    },
    across_key: { file: acrossKeyFile(wallet) },
    cctp: {
      iris_url: cctp.iris_url,
      token_messenger: base.token_messenger,
      message_transmitter: base.message_transmitter,
    },
  };
}
/** In a file, as the wallet's key: whoever starts the service by this configuration needs nothing else. */
const acrossKeyFile = (wallet) => path.join(path.dirname(wallet.file), 'across.key');
const ONEINCH_KEY = 'HEADROOM_ONEINCH_KEY';

/** 1inch's double; it is asked only where overrides name its key, `oneinch_key: {env: 'HEADROOM_ONEINCH_KEY'}`. */
const oneInchOf = ({ doubles, venue }) => ({
  oneinch: doubles
    ? { api_url: doubles.oneinch.url, router: doubles.oneinch.router, requests_per_second: 100 }
    : { api_url: venue.url },
});

/** OKX and Relay; they are asked only where overrides enable them. */
const othersOf = ({ doubles, venue }) => ({
  okx: doubles
    ? { url: doubles.okx.url, deposit_address: doubles.okx.deposit_address }
    : { url: venue.url },
  relay: doubles
    ? { api_url: doubles.relay.url, depository: doubles.relay.depository }
    : { api_url: venue.url },
});
const OKX_KEYS = {
  okx_key: { env: 'HEADROOM_OKX_KEY' },
  okx_secret_key: { env: 'HEADROOM_OKX_SECRET' },
  okx_passphrase_key: { env: 'HEADROOM_OKX_PASSPHRASE' },
};

/**
 * The sandbox profile: local chains and venue, short waits. With `settles` the account's pUSD is looked at and kept
 * at the buffer's size. `overrides` are merged section by section.
 */
export function sandboxConfig({
  port,
  databaseUrl,
  wallet,
  sandbox,
  settles = false,
  overrides = {},
}) {
  const { plasma, polygon, base, venue } = sandbox;
  const chain = (c) => ({
    chain_id: c.chain_id,
    rpc: [c.rpc],
    public_rpc: [c.rpc], // wallets that a page adds it to must not meet the real one
    confirmations: 1,
    finalized_tag: true,
    poll_ms: 100,
    bump_after_ms: 5000,
    usdt0: c.usdt0,
    ...(c.oft ? { oft: c.oft, eid: c.eid } : {}),
  });
  const baseChain = ({ usdc, ...rest }) => {
    const { usdt0, finalized_tag, ...common } = chain(rest); // settings that Base has not
    return { ...common, usdc };
  };
  const networks = [
    `eip155:${plasma.chain_id}`,
    ...(plasma.chain_id === 84532 ? ['base-sepolia'] : ['plasma']),
  ];
  const config = {
    profile: 'sandbox',
    log_level: 'info',
    http: {
      listen: '127.0.0.1',
      port,
      public_url: `http://127.0.0.1:${port}`,
      ...pagesIfBuilt(),
    },
    database: { url: databaseUrl },
    plasma: chain(plasma),
    polygon: chain(polygon),
    ...(base ? { base: baseChain(base) } : {}),
    deposits: { networks_v1: plasma.chain_id === 84532 ? networks.reverse() : networks },
    conversion: {
      usdc: polygon.usdc,
      poll_ms: 200,
      call_interval_ms: 100,
      minimum: '0.01',
      rescue_after_ms: 4000,
      ...(polygon.swap_router
        ? { quoter: polygon.quoter, router: polygon.swap_router, pool_fee: polygon.pool_fee }
        : {}),
    },
    venue: {
      url: venue.url,
      ws_url: venue.ws_url ?? '', // a venue without sockets is polled; never the real one's
      relayer_url: venue.relayer_url ?? venue.url, // likewise
      ...(settles ? { collateral: polygon.pusd, account_check_ms: 1000 } : {}),
      ...contractsOf(polygon),
      gamma_url: venue.gamma_url ?? venue.url,
      exchange: venue.exchange,
      neg_risk_exchange: venue.neg_risk_exchange,
      orders_per_second: 2000,
      order_burst: 2000,
      orders_in_ten_seconds: 1e6,
      orders_in_ten_minutes: 1e7,
      first_look_ms: 100,
      longest_look_ms: 1000,
      grace_ms: 3000,
      // without the shares' contract on the local chain no account could pass it
      self_test: Boolean(polygon.conditional_tokens),
      account_check_soon_ms: 100,
    },
    ...bridgesOf(sandbox, chain, wallet),
    ...oneInchOf(sandbox),
    ...othersOf(sandbox),
    ...(overrides.okx?.enabled ? OKX_KEYS : {}),
    settlement: { poll_ms: 200, look_interval_ms: 500 },
    withdrawals: { poll_ms: 200, longest_poll_ms: 2000 },
    wallet_key: { file: wallet.file },
  };
  for (const [section, values] of Object.entries(overrides)) {
    const merges = typeof values === 'object' && !Array.isArray(values);
    config[section] = merges ? { ...config[section], ...values } : values;
  }
  return config;
}

/** Beyond the service's own bounds (http.drain, engine.drain, three times engine.stop_step): who needs longer hangs. */
const STOP_PATIENCE_MS = 90_000;

/**
 * Migrates, makes one key per scope, starts. Answers {url, pid(), keys, logFile, verify(), stop(), kill(), start()}:
 * `stop` fails when it does not end well by itself, `kill` is SIGKILL, `start` brings it back at the same address.
 */
export async function startService({
  binary,
  dir,
  databaseUrl,
  wallet,
  sandbox,
  settles,
  overrides,
  keys: given,
  ready: waits = true,
  quiet = true,
}) {
  const env = {
    ...process.env,
    HEADROOM_DATABASE_URL: databaseUrl,
    [ONEINCH_KEY]: sandbox.doubles?.oneinch.key ?? '',
    [OKX_KEYS.okx_key.env]: sandbox.doubles?.okx.key ?? '',
    [OKX_KEYS.okx_secret_key.env]: sandbox.doubles?.okx.secret ?? '',
    [OKX_KEYS.okx_passphrase_key.env]: sandbox.doubles?.okx.passphrase ?? '',
  };
  if (sandbox.across) fs.writeFileSync(acrossKeyFile(wallet), sandbox.across.api_key, { mode: 0o600 });
  const port = overrides?.http?.port ?? (await freePort());
  const configFile = path.join(dir, 'headroom.json');
  fs.writeFileSync(
    configFile,
    JSON.stringify(
      sandboxConfig({ port, databaseUrl, wallet, sandbox, settles, overrides }),
      null,
      2,
    ),
    { mode: 0o600 },
  );
  await run(binary, ['migrate'], { env });
  const keys = given ?? {};
  for (const scope of given ? [] : SCOPES)
    keys[scope] = (await run(binary, ['keys', 'add', `sandbox ${scope}`, scope], { env })).trim();

  const logFile = path.join(dir, 'headroom.log');
  const url = `http://127.0.0.1:${port}`;
  let child;
  async function start({ ready = true } = {}) {
    const log = fs.openSync(logFile, 'a');
    child = spawnGuarded(binary, ['serve', '--config', configFile], {
      env,
      stdio: ['ignore', 'pipe', log],
    });
    fs.closeSync(log);
    await orEnd(child, listening(ready));
  }
  /** Ready, and past its own first self-test: until then bets are refused. */
  async function takesBets() {
    const answer = await fetch(`${url}/readyz`);
    const { parts } = await answer.json();
    return answer.ok && !/self-test/.test(parts?.venue ?? '');
  }
  async function listening(ready) {
    await firstLine(child, (line) => /^headroom listening on /.test(line), 30_000).catch(
      (error) => {
        throw new Error(`the service: ${error.message}; its last words: ${lastWords(logFile)}`);
      },
    );
    if (ready) await until('the service', takesBets, 30_000);
  }
  await start({ ready: waits });
  if (!quiet) console.error(`[stack] service log: ${logFile}`);
  return {
    url,
    keys,
    logFile,
    configFile,
    env,
    start,
    pid: () => child.pid,
    ended: () => child.ended,
    verify: () => run(binary, ['verify'], { env }),
    async kill() {
      child.kill('SIGKILL');
      await child.ended;
    },
    async stop(patienceMs = STOP_PATIENCE_MS) {
      const how = await end(child, patienceMs);
      if (!how || how.code === 0) return;
      const what =
        how.signal === 'SIGKILL'
          ? `did not end within ${patienceMs / 1000} s of SIGTERM`
          : `ended with ${how.signal ?? how.code}`;
      throw new Error(`the service ${what}; its last words: ${lastWords(logFile)}`);
    },
  };
}

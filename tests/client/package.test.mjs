// The package in an empty project, against the real service: in Node 18 and 20 and in a browser, the same story. Another
// version of Node than the one that runs the tests is named by HEADROOM_NODE18 or HEADROOM_NODE20.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { privateKeyToAccount } from '../../sandbox/stack/clients.mjs';
import { endGroup } from '../../sandbox/stack/process.mjs';
import { ethers, micro, NO_CONVERSION, startHouse, until, walletOf } from '../e2e/support.mjs';
import { launch } from '../web/tools.mjs';
import { install } from './installed.mjs';
import { assert, folder, require } from './support.mjs';

const MOST_BROTLI_BYTES = 16 * 1024; // all of it, with what it depends on
const VERSIONS = [18, 20].map((major) => [major, nodeOf(major)]);
const READS_README = 0; // whose user each is
const userOf = { browser: 1, 18: 2, 20: 3 };
const { Webhook } = require('standardwebhooks');
const web = createRequire(new URL('../../web/package.json', import.meta.url));

let house, browser, dir, installed, pages, origin;

/** The program of that version: what its variable names, else the one that runs this. */
function nodeOf(major) {
  const named = process.env[`HEADROOM_NODE${major}`];
  const versionOf = (program) => spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  if (named) assert.match(versionOf(named), new RegExp(`^v${major}\\.`), `HEADROOM_NODE${major} is another version`);
  return named || (process.version.startsWith(`v${major}.`) ? process.execPath : null);
}

before(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-package-'));
  installed = await install(dir);
  pages = http.createServer(serve);
  await new Promise((done) => pages.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${pages.address().port}`;
  house = await startHouse({ settles: true, opening: '1000', sandboxArgs: ['--users', '4'], overrides: { conversion: NO_CONVERSION, http: { cors_origins: [origin] } } });
});
after(async () => {
  await browser?.close();
  pages?.close();
  await house?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

/** The wallet of a user, by EIP-1193. */
const walletFor = (user) => async (method, params) => {
  const wallet = walletOf(user);
  if (method === 'personal_sign') return wallet.signMessage(ethers.getBytes(params[0]));
  assert.equal(method, 'eth_signTypedData_v4');
  const { domain, types: { EIP712Domain: _, ...types }, message } = JSON.parse(params[1]);
  return wallet.signTypedData(domain, types, message);
};
function delivery() {
  const secret = `whsec_${Buffer.from(ethers.randomBytes(32)).toString('base64')}`;
  const body = JSON.stringify({ type: 'bet.filled', timestamp: new Date().toISOString(), data: { bet_id: 'b' } });
  const id = `msg_${Date.now()}`;
  const at = new Date();
  return { secret, body, headers: { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1_000)), 'webhook-signature': new Webhook(secret).sign(id, at, body) } };
}
const given = (user) => ({ url: house.url, address: user.address, token: house.markets[0].token_id, delivery: delivery() });

/** What the story saw, held against what the service's books say of the user. */
async function isTrue(user, seen) {
  assert.equal(seen.session.address, user.address);
  for (const route of ['/deposit', '/bets']) assert.ok(seen.sent[route][0] && seen.sent[route][0] === seen.sent[route][1], `${route}: a lost answer repeats the same`);
  assert.equal(new Set(seen.sent['/deposit']).size, 1);
  assert.deepEqual([seen.deposit.amount, seen.deposit.credited_at !== null], ['60.00', true]);
  assert.deepEqual([seen.me.address, seen.me.balance], [user.address, '60.00']);
  assert.deepEqual([seen.bet.status, seen.bet.amount], ['filled', '20.00']);
  assert.deepEqual([seen.sale.shares, seen.sale.sold], ['5.00', '5.00']);
  assert.deepEqual([seen.withdrawal.amount, seen.withdrawal.to], ['10.00', user.address]);
  assert.equal(seen.refused, 'insufficient_balance');
  assert.ok(seen.filled, `the fill was not heard of: ${JSON.stringify(seen.heard)}`);
  assert.ok(seen.heard.some(([name, numbered]) => name === 'deposit' && numbered));
  assert.deepEqual([seen.webhook.type, seen.forged, seen.after], ['bet.filled', 'webhook_signature', 'unauthorized']);
  assert.deepEqual(seen.kept, []);
  const { deposits } = (await house.get(`/deposits?user_address=${user.address}`)).body;
  const { bets } = (await house.get(`/bets?user_address=${user.address}`)).body;
  assert.deepEqual([deposits.map((d) => d.amount), bets.map((b) => b.amount)], [['60.00'], ['20.00']], 'once');
  const { shares } = await house.position(user, house.markets[0]);
  assert.equal(micro(shares), micro(bets[0].shares) - 5_000_000n);
}

// -- what is in it

test('the package is its code and types, with nothing else in it, and small', (t) => {
  for (const name of installed.files) assert.match(name, /^(package\.json|README\.md|dist\/[a-z_]+\.(js|d\.ts))$/);
  for (const name of ['dist/index.js', 'dist/index.d.ts', 'dist/node.js', 'dist/openapi.d.ts', 'README.md']) assert.ok(installed.files.includes(name), name);
  const { buildSync } = createRequire(web.resolve('vite'))('esbuild');
  const weight = (what) => {
    const { outputFiles } = buildSync({ stdin: { contents: `export ${what} from '@headroom/client'`, resolveDir: installed.home }, bundle: true, write: false, minify: true, format: 'esm', target: 'es2022', platform: 'browser' });
    return brotliCompressSync(outputFiles[0].contents).length;
  };
  const [all, webhooks] = [weight('*'), weight('{ verifyWebhook }')];
  t.diagnostic(`bundled, as br: ${all} bytes, verifyWebhook alone ${webhooks}`);
  assert.ok(all <= MOST_BROTLI_BYTES, `${all} bytes`);
  assert.ok(webhooks <= all / 2, 'what is not used is not left out');
});

test('its types hold for who is strict, and viem’s and ethers’ accounts are signers', () => {
  const viem = path.join(folder, '../../sandbox/node_modules/viem/_types/accounts/index.d.ts');
  assert.ok(fs.existsSync(viem));
  for (const resolution of ['NodeNext', 'Bundler']) {
    fs.writeFileSync(path.join(installed.home, 'tsconfig.json'), JSON.stringify({
      compilerOptions: { target: 'ES2022', module: resolution === 'Bundler' ? 'ESNext' : resolution, moduleResolution: resolution, lib: ['ES2022', 'DOM', 'DOM.Iterable'], strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true, noEmit: true, types: [], paths: { 'viem/accounts': [viem] } },
      files: ['consumer.ts'],
    }));
    const { status, stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', installed.home], { encoding: 'utf8' });
    assert.equal(status, 0, `${resolution}: ${stdout}`);
  }
});

test('the README’s example is a deposit and a bet', async () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(fs.readFileSync(path.join(folder, 'README.md'), 'utf8'));
  const [imports, ...rest] = example.split(/\n\n/);
  const file = path.join(installed.home, 'readme.mjs');
  fs.writeFileSync(file, `${imports}\nexport default async (url, account, token) => {\n${rest.join('\n\n').replaceAll("'kept'", JSON.stringify(path.join(dir, 'kept')))}\nreturn { deposit, bet, balance };\n};\n`);
  const user = house.users[READS_README];
  const { default: runs } = await import(pathToFileURL(file));
  const { deposit, bet, balance } = await runs(house.url, privateKeyToAccount(user.private_key), house.markets[0].token_id);
  assert.deepEqual([deposit.amount, bet.amount, bet.status], ['25.37', '10.00', 'filled']);
  assert.equal(micro(balance), await house.balance(user));
});

// -- in Node

/** Runs project/node.mjs in that Node; answers {seen, code, signal, asked}. */
async function runIn(program, user, what) {
  const child = spawn(program, ['node.mjs', JSON.stringify({ ...given(user), what, folder: path.join(dir, `kept of ${user.address}`) })], { cwd: installed.home, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
  const wallet = walletFor(user);
  let seen, version;
  let asked = 0;
  child.on('message', (m) => {
    if (m.seen) return void ({ seen, version } = m);
    asked++;
    wallet(m.method, m.params).then((value) => child.send({ value }), (e) => child.send({ error: { code: 4001, message: e.message } }));
  });
  const ended = new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));
  const { code, signal } = await ended.finally(() => endGroup(child, 'SIGKILL'));
  return { seen, version, code, signal, asked };
}

for (const [major, program] of VERSIONS) {
  const skipped = program ? false : `HEADROOM_NODE${major} names no Node ${major}: NOT RUN`;
  if (skipped) console.error(`\n!!! ${skipped}\n`);
  test(`in Node ${major}: signed in, paid, bet, sold, taken out, heard, once each`, { skip: skipped }, async () => {
    const user = house.users[userOf[major]];
    const { seen, version, code } = await runIn(program, user, 'story');
    assert.equal(code, 0);
    assert.match(version, new RegExp(`^v${major}\\.`));
    await isTrue(user, seen);
  });
  test(`in Node ${major}: killed when it has paid and before it hears so; started again it pays nothing more`, { skip: skipped }, async () => {
    const user = house.users[userOf[major]];
    const before = await house.balance(user);
    const died = await runIn(program, user, 'die');
    assert.deepEqual([died.signal, died.asked, died.seen], ['SIGKILL', 1, undefined]);
    await until('the credit', async () => (await house.balance(user)) === before + 7_000_000n);
    const again = await runIn(program, user, 'again');
    assert.deepEqual([again.code, again.asked], [0, 0], 'the wallet was asked again');
    assert.deepEqual([again.seen.amount, again.seen.credited_at !== null], ['7.00', true]);
    assert.equal(await house.balance(user), before + 7_000_000n);
  });
}

// -- in a browser

/** The project's own files, unbundled: a map says where its two dependencies are. */
const MAP = JSON.stringify({
  imports: {
    '@headroom/client': '/node_modules/@headroom/client/dist/index.js',
    '@noble/hashes/crypto': '/node_modules/@noble/hashes/esm/crypto.js',
    '@noble/hashes/sha3': '/node_modules/@noble/hashes/esm/sha3.js',
    'openapi-fetch': '/node_modules/openapi-fetch/dist/index.mjs',
  },
});
function serve(request, response) {
  const file = path.join(installed.home, path.posix.normalize(new URL(request.url, origin).pathname));
  if (request.url === '/') return response.setHeader('content-type', 'text/html').end(`<!doctype html><title>a page of somebody else</title><link rel="icon" href="data:,"><script type="importmap">${MAP}</script>`);
  if (!fs.existsSync(file)) return response.writeHead(404).end();
  response.setHeader('content-type', 'text/javascript').end(fs.readFileSync(file));
}

test('in a browser, on a page of another origin: the same, by a token and without a bundler', async () => {
  browser = await launch();
  const page = await browser.newPage();
  const noise = [];
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && noise.push(m.text()));
  page.on('pageerror', (e) => noise.push(e.stack));
  const user = house.users[userOf.browser];
  await page.exposeFunction('wallet', walletFor(user));
  await page.goto(`${origin}/`);
  const seen = await page.evaluate(async (asked) => {
    const { story } = await import('/story.mjs');
    return story({ ...asked, ask: (method, params) => window.wallet(method, params) });
  }, given(user));
  await isTrue(user, seen);
  assert.deepEqual(noise.filter((text) => !/status of (401|402|422)/.test(text)), []);
});

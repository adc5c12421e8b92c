// Runs the tests with what they need: a private PostgreSQL, the sandbox, a binary. `node tests/run.mjs [label]`
// takes one of unit, postgres, chain, sim, e2e, web, client, docs; without a label everything runs.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { endGroup, spawnGuarded } from '../sandbox/stack/process.mjs';
import { startPostgres } from '../sandbox/stack/postgres.mjs';
import { startSandbox } from '../sandbox/stack/stack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const build = path.resolve(root, process.env.HEADROOM_BUILD ?? 'build/release');
const labels = ['unit', 'postgres', 'chain', 'sim', 'e2e', 'web', 'client', 'docs'];
const [label] = process.argv.slice(2);
if (label !== undefined && !labels.includes(label)) {
  console.error(`"${label}" is not one of ${labels.join(', ')}`);
  process.exit(2);
}
/** Named one by one: Node 20 and 22 read a folder differently. */
function testsIn(name) {
  const folder = path.join(root, name);
  return fs.readdirSync(folder).filter((file) => file.endsWith('.test.mjs')).map((file) => path.join(folder, file));
}
const wants = (...some) => label === undefined || some.includes(label);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-test-'));
fs.chmodSync(dir, 0o711);
const parts = [];
let stopping = false;
let running; // the program that runs tests now

async function stop(code) {
  if (stopping) return;
  stopping = true;
  if (running) {
    endGroup(running, 'SIGTERM'); // the terminal's Ctrl-C does not reach it
    await running.ended;
  }
  for (const part of parts.reverse()) await part.stop().catch(() => {});
  fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(130));

/** Runs to its end with our own output; answers whether it succeeded. */
async function run(title, command, args, { cwd = root, env = {} } = {}) {
  const started = Date.now();
  console.log(`\n== ${title}`);
  const child = spawnGuarded(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
  running = child;
  const { code } = await child.ended;
  running = undefined;
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  results.push({ title, ok: code === 0, seconds });
  return code === 0;
}

const results = [];
try {
  const env = { HEADROOM_BINARY: path.join(build, 'headroom'), TMPDIR: dir }; // nothing stays, however a test ends
  if (wants('postgres')) {
    const postgres = await startPostgres(path.join(dir, 'postgres'));
    parts.push(postgres);
    env.HEADROOM_TEST_DATABASE_URL = postgres.url;
  }
  if (wants('chain')) {
    const sandbox = await startSandbox([], path.join(dir, 'sandbox.log'));
    parts.push(sandbox);
    env.HEADROOM_SANDBOX = path.join(dir, 'sandbox.json');
    fs.writeFileSync(env.HEADROOM_SANDBOX, JSON.stringify(sandbox.description));
  }
  if (wants('unit', 'postgres', 'chain', 'sim')) {
    const filter = label ? ['-L', `^${label}$`] : [];
    await run('C++ tests', 'ctest', ['--test-dir', build, '--output-on-failure', '--no-tests=error', '-j', '2', ...filter], { env });
  }
  while (parts.length) await parts.pop().stop();
  if (wants('chain')) await run('sandbox tests', process.execPath, ['--test'], { cwd: path.join(root, 'sandbox'), env });
  if (wants('e2e')) await run('end-to-end tests', process.execPath, ['--test', '--test-concurrency=1', ...testsIn('tests/e2e')], { env });
  if (wants('web')) await run('tests of the page', process.execPath, ['--test', '--test-concurrency=1', ...testsIn('tests/web')], { env });
  if (wants('client')) await run('tests of the client package', process.execPath, ['--test', '--test-concurrency=1', ...testsIn('tests/client')], { env });
  if (wants('docs')) await run('the docs', process.execPath, ['--test', '--test-concurrency=1', ...testsIn('tests/docs')], { env });
} catch (error) {
  console.error(error.message);
  results.push({ title: error.message, ok: false, seconds: 0 });
}
console.log('');
for (const { title, ok, seconds } of results) console.log(`${ok ? 'passed' : 'FAILED'}  ${title}  (${seconds} s)`);
const failed = results.filter((r) => !r.ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
await stop(failed === 0 && results.length > 0 ? 0 : 1);

// The package as others get it: packed, installed into an empty project, compiled and bundled there. And which Nodes there are.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { collect, endGroup, spawnGuarded } from '../../sandbox/stack/process.mjs';
import { patience } from '../web/visit.mjs';

const at = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const NPM = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error'];
/** Of the whole installation on an empty cache. */
const NPM_WITHIN_MS = 300_000;

/** Runs `command` to its end, at most `ms`. Answers {code, out}; `code` is "too late" when it was ended. */
export async function bounded(ms, command, args, { input, ...options } = {}) {
  const child = spawnGuarded(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it may end before it has read
  child.stdin.end(input);
  let late = false;
  const timer = setTimeout(() => ((late = true), endGroup(child, 'SIGKILL')), ms * patience);
  const [out, errors, { code, signal }] = await Promise.all([collect(child.stdout), collect(child.stderr), child.ended]);
  clearTimeout(timer);
  return { code: late ? 'too late' : (code ?? signal), out, errors };
}

/** As `bounded`, for what must succeed; answers its output. */
async function must(ms, command, args, options) {
  const { code, out, errors } = await bounded(ms, command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code}: ${out}${errors}`);
  return out;
}

/** What `npm pack` makes of the package, in `folder`: {file, names}. */
export async function packed(folder) {
  const said = await must(NPM_WITHIN_MS, 'npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], { cwd: at('../../clients/typescript') });
  const [{ filename, files }] = JSON.parse(said.slice(said.indexOf('[\n'))); // prepack may have spoken before
  return { file: path.join(folder, filename), names: files.map((f) => f.path) };
}

/** project/ in an empty `folder` with the package of that file: `out/program.js` for Node, `dist/` for browsers. */
export async function installed(folder, file) {
  fs.cpSync(at('project'), folder, { recursive: true });
  await must(NPM_WITHIN_MS, 'npm', ['install', ...NPM, file], { cwd: folder });
  const tool = (name, ...args) => must(120_000, process.execPath, [path.join(folder, 'node_modules', name), ...args], { cwd: folder });
  await tool('typescript/bin/tsc', '-p', '.');
  await tool('vite/bin/vite.js', 'build', '--logLevel', 'warn', '--target', 'es2022');
}

const majorOf = async (node) => (await bounded(10_000, node, ['-p', 'process.versions.node']).catch(() => ({ out: '' }))).out.trim().split('.')[0];

/** Where Nodes live on machines of people. */
function places() {
  const inside = (folder, rest) => (fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name, rest)) : []);
  return [process.execPath, ...(process.env.HEADROOM_NODES ?? '').split(':'), '/usr/bin/node', '/usr/local/bin/node', ...inside('/opt', 'bin/node'),
    ...inside(path.join(os.homedir(), '.nvm/versions/node'), 'bin/node')].filter((file) => file && fs.existsSync(file));
}

/** The Node of that major version: one of this machine, or npm's package `node`, kept in build/nodes. Undefined, and why, when there is none. */
export async function nodeOf(major) {
  for (const file of places()) if ((await majorOf(file)) === String(major)) return { file };
  const folder = at(`../../build/nodes/${major}`);
  const file = path.join(folder, 'node_modules/node/bin/node');
  if (!fs.existsSync(file)) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    const { code, errors } = await bounded(120_000, 'npm', ['install', ...NPM, `node@${major}`], { cwd: folder });
    if (code !== 0) return { why: `npm install node@${major}: ${code}: ${errors.trim().split('\n')[0]}` };
  }
  return (await majorOf(file)) === String(major) ? { file } : { why: `${file} does not run here` };
}

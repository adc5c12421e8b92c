// The package as its users get it: packed, and installed into an empty project from files alone.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../clients/typescript/build.mjs';
import { run } from '../../sandbox/stack/process.mjs';

const source = fileURLToPath(new URL('../../clients/typescript/', import.meta.url));
const project = fileURLToPath(new URL('project/', import.meta.url));
const manifest = (folder) => JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** What it depends on, all the way down: folders of the package's own node_modules. */
function dependencies(folder, found = new Set()) {
  for (const name of Object.keys(manifest(folder).dependencies ?? {})) {
    const place = path.join(source, 'node_modules', name);
    if (!found.has(place)) dependencies(place, found.add(place));
  }
  return found;
}

/** Answers {dir, files}: the project, and what is in the tarball. `dir` is to be removed by the caller. */
export async function install(dir) {
  build(); // nothing, when nothing changed
  const tarballs = path.join(dir, 'tarballs');
  const home = path.join(dir, 'project');
  fs.mkdirSync(tarballs);
  fs.mkdirSync(home);
  // an empty cache, and a registry where nobody answers: what is not in a file is not there
  const env = { ...process.env, npm_config_cache: path.join(dir, 'cache'), npm_config_registry: 'http://127.0.0.1:9/', npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const npm = (args, cwd) => run('npm', [...args, '--ignore-scripts', '--loglevel=error'], { cwd, env });
  const [packed] = JSON.parse(await npm(['pack', '--json', '--pack-destination', tarballs], source));
  for (const folder of dependencies(source)) await npm(['pack', folder, '--pack-destination', tarballs], dir);
  fs.writeFileSync(path.join(home, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  await npm(['install', '--no-audit', '--no-fund', '--no-package-lock', ...fs.readdirSync(tarballs).map((name) => path.join(tarballs, name))], home);
  for (const name of fs.readdirSync(project)) fs.copyFileSync(path.join(project, name), path.join(home, name));
  return { home, files: packed.files.map((f) => f.path), size: packed.size };
}

// A reader's terminal: a throwaway copy of the tree, and blocks that are run in it one after the other.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bounded } from '../client/elsewhere.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const BLOCK_WITHIN_MS = 120_000;
/** A reader's: without what says that a test runs, or `node --test` would run nothing. */
const { NODE_TEST_CONTEXT: _, ...env } = process.env;

/** A folder that looks like a fresh clone with everything built: links to the tree, but a `build` of its own. */
export function copyOfTree(folder, binary) {
  for (const name of fs.readdirSync(root).filter((n) => !['build', '.git'].includes(n))) fs.symlinkSync(path.join(root, name), path.join(folder, name));
  fs.mkdirSync(path.join(folder, 'build/release'), { recursive: true });
  fs.symlinkSync(binary, path.join(folder, 'build/release/headroom'));
  fs.symlinkSync(path.join(root, 'build/web'), path.join(folder, 'build/web'));
  return folder;
}

/** Answers `run(text)`: {code, shown}. What a block sets stays set, and where it goes it stays. */
export function terminal(folder, state) {
  const keeping = `trap 'rc=$?; { declare -px; declare -f; printf "cd %q\\n" "$PWD"; } >"${state}"; exit $rc' EXIT`;
  fs.writeFileSync(state, `cd '${folder}'\n`);
  return {
    folder: () => /^cd '?(.+?)'?$/m.exec(fs.readFileSync(state, 'utf8').split('\n').filter((line) => line.startsWith('cd ')).at(-1))[1],
    async run(text) {
      const script = `set -eu -o pipefail\n{ . "${state}"; } 2>/dev/null\n${keeping}\nset -a\n${text}\n`;
      const { code, out, errors } = await bounded(BLOCK_WITHIN_MS, 'bash', ['-c', script], { cwd: folder, env });
      return { code, shown: out + errors };
    },
  };
}

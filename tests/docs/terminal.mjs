// A reader's terminal: a throwaway copy of the tree, and blocks that are run in it one after the other.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bounded } from '../client/elsewhere.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const BLOCK_WITHIN_MS = 120_000;
/** A reader's: without what says that a test runs, or `node --test` would run nothing, and without what `./dev test` says of its own caller. */
const { NODE_TEST_CONTEXT: _context, HEADROOM_CALLED_FROM: _caller, ...env } = process.env;

/** A folder that looks like a fresh clone with everything built: links to the tree, but a `build` of its own. */
export function copyOfTree(folder, binary) {
  for (const name of fs.readdirSync(root).filter((n) => !['build', '.git'].includes(n))) fs.symlinkSync(path.join(root, name), path.join(folder, name));
  fs.mkdirSync(path.join(folder, 'build/release'), { recursive: true });
  fs.symlinkSync(binary, path.join(folder, 'build/release/headroom'));
  fs.symlinkSync(path.join(root, 'build/web'), path.join(folder, 'build/web'));
  return folder;
}

/** What bash keeps for itself, or nobody may set. */
const BASHS = 'BASH*|DIRSTACK|EPOCH*|EUID|FUNCNAME|GROUPS|LINENO|PIPESTATUS|PPID|RANDOM|SECONDS|SHELLOPTS|SRANDOM|UID|_';
const keeping = (state) => `keep_() {
  rc=$?
  { for v_ in $(compgen -A variable); do case $v_ in ${BASHS}) ;; *) declare -p $v_ ;; esac; done; declare -f; printf 'cd %q\n' "$PWD"; } >"${state}"
  exit $rc
}
trap keep_ EXIT`;

/** Answers `run(text)`: {code, shown}. What a block sets stays set, exported or not, and where it goes it stays: `folder()`. */
export function terminal(folder, state) {
  let at = folder;
  fs.writeFileSync(state, `cd '${folder}'\n`);
  return {
    folder: () => at,
    async run(text) {
      const script = `set -eu -o pipefail\n{ . "${state}"; } 2>/dev/null\n${keeping(state)}\n${text}\n`;
      const { code, out, errors } = await bounded(BLOCK_WITHIN_MS, 'bash', ['-c', script], { cwd: folder, env });
      at = fs.readFileSync(state, 'utf8').trimEnd().split('\n').at(-1).slice('cd '.length);
      return { code, shown: out + errors };
    },
  };
}

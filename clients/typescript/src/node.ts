// A store for programs: a folder with one file for each, there before the request leaves and after a crash.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Kept, Store } from './store.js';

const named = (folder: string, key: string) => path.join(folder, `${Buffer.from(key).toString('base64url')}.json`);

async function read(file: string): Promise<Kept | null> {
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => (e.code === 'ENOENT' ? null : Promise.reject(e)));
  return text === null ? null : (JSON.parse(text) as Kept);
}

let writes = 0; // two at once have two files

/** On the disk before its name is: no reader sees half of it, and a power cut leaves all or nothing. */
async function write(file: string, text: string): Promise<void> {
  const part = `${file}.${process.pid}.${++writes}.part`;
  const to = await open(part, 'w', 0o600);
  try {
    await to.writeFile(text);
    await to.sync();
  } finally {
    await to.close();
  }
  await rename(part, file);
  const folder = await open(path.dirname(file));
  await folder.sync().finally(() => folder.close());
}

export function fileStore(folder: string): Store {
  return {
    async put(kept) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await write(named(folder, kept.key), JSON.stringify(kept));
    },
    get: (key) => read(named(folder, key)),
    delete: (key) => rm(named(folder, key), { force: true }),
    async list() {
      const names = await readdir(folder).catch((e: NodeJS.ErrnoException) => (e.code === 'ENOENT' ? [] : Promise.reject(e)));
      const all = await Promise.all(names.filter((n) => n.endsWith('.json')).map((n) => read(path.join(folder, n))));
      return all.filter((k): k is Kept => k !== null);
    },
  };
}

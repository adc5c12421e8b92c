// The Debian package, in a root of its own: it is made, installed by dpkg, and what it brought migrates a database and
// serves, with the pages and as the unit starts it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { run, startHouse } from './support.mjs';

const built = path.dirname(binaryPath());
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-package-'));
const root = path.join(dir, 'root');
let package_, house;

after(async () => {
  await house?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

/** Why there is nothing to test here; undefined when there is. */
async function missing() {
  if (!fs.existsSync(path.join(built, 'CPackConfig.cmake'))) return `${built} is no build of this tree`;
  if (!fs.existsSync(path.join(built, '../web/index.html'))) return 'the pages are not built: ./dev web';
  for (const program of ['cpack', 'dpkg', 'dpkg-shlibdeps', 'file'])
    if (!(await run('sh', ['-c', `command -v ${program}`]).catch(() => ''))) return `${program} is not installed`;
  return undefined;
}
const control = (field) => run('dpkg-deb', ['-f', package_, field]).then((text) => text.trim());

test('the package is made, and says what it needs', async (t) => {
  const why = await missing();
  if (why) return t.skip(why);
  await run('cpack', ['-G', 'DEB', '-B', dir, '--config', path.join(built, 'CPackConfig.cmake')], { cwd: built });
  const [name] = fs.readdirSync(dir).filter((file) => file.endsWith('.deb'));
  package_ = path.join(dir, name);
  assert.match(name, /^headroom_[\d.]+_\w+\.deb$/);
  const depends = await control('Depends');
  for (const library of ['libc6', 'libpq5', 'libssl3', 'libcaf-core', 'adduser']) assert.ok(depends.includes(library), depends);
  const files = await run('dpkg-deb', ['-c', package_]);
  for (const file of ['usr/bin/headroom', 'usr/share/man/man1/headroom.1', 'usr/share/bash-completion/completions/headroom',
    'lib/systemd/system/headroom.service', 'etc/headroom/headroom.json', 'usr/share/headroom/web/index.html'])
    assert.match(files, new RegExp(`^-\\S+ root/root .* \\./(usr/)?${file}$`, 'm'), file);
  assert.doesNotMatch(files, /\.(cpp|hpp|map|a)$/m);
});

test('dpkg installs it into an empty root, and its settings are good but for the keys', async (t) => {
  if (!package_) return t.skip('there is no package');
  if (process.getuid() !== 0) return t.skip('dpkg --root wants root');
  for (const folder of ['info', 'updates', 'triggers']) fs.mkdirSync(path.join(root, 'var/lib/dpkg', folder), { recursive: true });
  fs.writeFileSync(path.join(root, 'var/lib/dpkg/status'), '');
  // Of this machine are the libraries; its dpkg runs the package's scripts, with DPKG_ROOT.
  const said = await run('dpkg', [`--root=${root}`, '--force-depends', '--force-script-chrootless', '-i', package_]);
  assert.match(said, /headroom: complete \/etc\/headroom\/headroom\.json/);
  const status = await run('dpkg-query', [`--admindir=${root}/var/lib/dpkg`, '-W', '-f', '${Status}', 'headroom']);
  assert.equal(status, 'install ok installed');
  const settings = path.join(root, 'etc/headroom/headroom.json');
  const binary = path.join(root, 'usr/bin/headroom');
  assert.equal(await run(binary, ['check-config', '--config', settings]), '');
  const shown = JSON.parse(fs.readFileSync(settings, 'utf8'));
  const unit = fs.readFileSync(path.join(root, 'usr/lib/systemd/system/headroom.service'), 'utf8');
  assert.equal(shown.wallet_key.file, '/run/credentials/headroom.service/wallet_key');
  assert.match(unit, /^LoadCredential=wallet_key:/m);
  assert.match(unit, /--config \/etc\/headroom\/headroom\.json$/m);
  assert.ok(fs.existsSync(path.join(root, shown.http.web_root, 'index.html')), shown.http.web_root);
});

test('what was installed migrates, starts, is ready, and shows its pages', async (t) => {
  if (!fs.existsSync(path.join(root, 'usr/bin/headroom'))) return t.skip('nothing is installed');
  process.env.HEADROOM_BINARY = path.join(root, 'usr/bin/headroom');
  house = await startHouse({ overrides: { http: { web_root: path.join(root, 'usr/share/headroom/web') } } });
  assert.equal((await fetch(`${house.url}/readyz`)).status, 200);
  const page = await fetch(`${house.url}/`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<html/i);
  assert.match(await house.service.verify(), /the books are clean/);
});

test('dpkg removes it and leaves what is the operator’s', async (t) => {
  if (!fs.existsSync(path.join(root, 'usr/bin/headroom'))) return t.skip('nothing is installed');
  await house?.close();
  house = undefined;
  const key = path.join(root, 'etc/headroom/wallet_key');
  fs.writeFileSync(key, 'c0ffee', { mode: 0o600 });
  await run('dpkg', [`--root=${root}`, '--force-script-chrootless', '--purge', 'headroom']);
  assert.ok(!fs.existsSync(path.join(root, 'usr/bin/headroom')));
  assert.ok(!fs.existsSync(path.join(root, 'etc/headroom/headroom.json')));
  assert.equal(fs.readFileSync(key, 'utf8'), 'c0ffee');
});

// What operators install: the man page and the completion say what the program says, the unit is tight, and the service
// tells its supervisor what the unit waits for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { collect, end, spawnGuarded } from '../../sandbox/stack/process.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { run, startHouse, until } from './support.mjs';

const OPS = fileURLToPath(new URL('../../ops', import.meta.url));
const has = (program) => run('sh', ['-c', 'command -v "$1"', '_', program]).then(() => true, () => false);
const read = (name) => fs.readFileSync(path.join(OPS, name), 'utf8');

// -- what the program says of itself

/** The lines of one section of a help text: their first words. */
function listed(help, section) {
  const lines = help.split(`\n${section}:\n`)[1]?.split('\n\n')[0].split('\n') ?? [];
  return lines.map((line) => /^ {2}(\S+)/.exec(line)?.[1]).filter(Boolean);
}
/** Every command there is, by its words: {commands, options, positionals} as its help lists them; '' is the program. */
async function allCommands() {
  const out = new Map();
  async function look(words) {
    const help = await run(binaryPath(), [...words, '--help']);
    const commands = listed(help, 'Subcommands');
    const options = listed(help, 'Options').map((option) => option.replace(/^.*,/, ''));
    out.set(words.join(' '), { commands, options, positionals: listed(help, 'Positionals') });
    for (const command of commands) if (command !== 'help') await look([...words, command]);
  }
  await look([]);
  return out;
}
const everywhere = ['--help', '--config', '--url', '--key-file'];
const sorted = (list) => [...list].sort();
let all;
before(async () => {
  all = await allCommands();
});

test('help lists what there is', () => {
  assert.ok(all.size > 35, `${all.size} commands`);
  assert.deepEqual(sorted(all.get('').options), sorted(everywhere));
  assert.ok(all.get('bets resolve').options.includes('--evidence'));
  assert.deepEqual(all.get('bets resolve').positionals, ['ID', 'OUTCOME']);
});

// -- the man page

/** By command: {options, positionals} of its section. */
function manual() {
  const out = new Map();
  for (const section of read('headroom.1').split('\n.SS headroom ').slice(1)) {
    const [head, ...lines] = section.split(/\n\.SH /)[0].split('\n');
    const [, command, rest] = /^([a-z -]+?)(?: \\fI(.*)\\fR)?$/.exec(head);
    const options = lines.map((line) => /^\.B (\\-\\-\S+)/.exec(line)?.[1]).filter(Boolean);
    out.set(command, { options: options.map((o) => o.replaceAll('\\', '')), positionals: rest?.split(' ') ?? [] });
  }
  return out;
}

test('the man page has every command with its options, and no other', () => {
  const pages = manual();
  assert.deepEqual(sorted(pages.keys()), sorted([...all.keys(), 'help'].filter(Boolean)));
  for (const [command, { options, positionals }] of all) {
    if (command === '') continue;
    const page = pages.get(command);
    assert.deepEqual(sorted(page.options), sorted(options.filter((o) => !everywhere.includes(o))), command);
    assert.deepEqual(page.positionals, positionals, command);
  }
  const general = read('headroom.1').split('\n.SH OPTIONS\n')[1].split('\n.SH ')[0];
  for (const option of everywhere) assert.ok(general.includes(option.replaceAll('-', '\\-')), option);
});

test('the man page is well-formed', async (t) => {
  if (!(await has('groff'))) return t.skip('groff is not installed (Debian: groff-base)');
  const child = spawnGuarded('groff', ['-man', '-Tascii', '-ww', path.join(OPS, 'headroom.1')]);
  const [text, warnings] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  assert.equal(warnings, '');
  assert.match(text.replace(/.\x08/g, ''), /EXIT STATUS/); // bold is struck twice
});

// -- the completion

/** What bash offers behind these words, the last one of which is begun. */
async function offered(...words) {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _headroom; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = await run('bash', ['-c', script, '_', path.join(OPS, 'headroom.bash'), 'headroom', ...words]);
  return text.split('\n').filter(Boolean);
}

test('the completion offers every command and option, and no other', async () => {
  for (const [command, { commands, options }] of all) {
    const words = command.split(' ').filter(Boolean);
    const options_ = await offered(...words, '--');
    assert.deepEqual(sorted(options_), sorted(new Set([...options, ...everywhere])), `headroom ${command} --`);
    const names = (await offered(...words, '')).filter((word) => !word.startsWith('-'));
    for (const name of commands) assert.ok(names.includes(name), `headroom ${command} ${name}`);
    if (commands.length > 0) assert.deepEqual(sorted(names), sorted(commands), `headroom ${command}`);
  }
});

test('the completion knows values, and is not led astray by options', async () => {
  assert.deepEqual(await offered('pause', 'b'), ['bets']);
  assert.deepEqual(await offered('wallet', 'cancel', '7', '--chain', ''), ['plasma', 'polygon', 'base']);
  assert.deepEqual(await offered('--config', 'bets', 'wit'), ['withdrawals'], 'the value of an option is no command');
  assert.deepEqual(await offered('bets', '--json', 'sh'), ['show']);
  assert.deepEqual(await offered('bets', '--user', '0x'), []);
});

// -- the unit

test('the unit is valid, and tight', async (t) => {
  if (!(await has('systemd-analyze'))) return t.skip('systemd-analyze is not installed (Debian: systemd)');
  const unit = path.join(OPS, 'headroom.service');
  const child = spawnGuarded('systemd-analyze', ['security', '--offline=true', '--threshold=25', '--no-pager', unit]);
  const said = (await Promise.all([collect(child.stdout), collect(child.stderr)])).join('');
  const { code } = await child.ended;
  assert.equal(code, 0, said);
  const level = Number(/exposure level for headroom\.service: ([\d.]+)/.exec(said)[1]);
  assert.ok(level <= 2.5, said);
  assert.doesNotMatch(said, /Unknown|Failed to parse/i);
});

test('the unit starts what there is, and gives it the time it takes', () => {
  const unit = read('headroom.service');
  const [, words] = /^ExecStart=\/usr\/bin\/headroom (.*)$/m.exec(unit);
  assert.ok(all.has(words.split(' ')[0]), words);
  assert.match(unit, /^Type=notify$/m);
  assert.match(unit, /^RestartPreventExitStatus=2 5$/m);
});

// -- what the service tells its supervisor

/** Listens as systemd does; perl-base is on every Debian. Answers {socket, heard, stop}. */
async function supervisor(dir) {
  const socket = path.join(dir, 'notify');
  const script = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, pack_sockaddr_un($ARGV[0])) or die; $| = 1; print "bound\\n";
    while (defined(recv($s, my $m, 4096, 0))) { $m =~ s/\\n/ | /g; print "$m\\n"; }`;
  const child = spawnGuarded('perl', ['-e', script, socket]);
  const heard = [];
  readline.createInterface({ input: child.stdout }).on('line', (line) => heard.push(line));
  await until('the supervisor', () => heard.shift() === 'bound');
  return { socket, heard, stop: () => end(child) };
}

let house, watching;
const WATCHDOG_MS = 1500;
test('the service says when it is ready, that it lives, and that it stops', async () => {
  house = await startHouse({ overrides: { engine: { drain_ms: 500 } } });
  watching = await supervisor(house.dir);
  await house.service.stop();
  Object.assign(house.service.env, { NOTIFY_SOCKET: watching.socket, WATCHDOG_USEC: String(WATCHDOG_MS * 1000) });
  const { heard } = watching;
  await house.service.start();
  await until('READY=1', () => heard.some((line) => line.includes('READY=1')));
  const begun = heard.findIndex((line) => line.includes('READY=1'));
  assert.ok(heard.slice(0, begun).every((line) => line.startsWith('STATUS=not ready; ')), heard.join('\n'));
  assert.equal((await fetch(`${house.url}/readyz`)).status, 200);
  await until('beats', () => heard.slice(begun + 1).filter((line) => line.includes('WATCHDOG=1')).length >= 3);
  assert.equal(heard.filter((line) => line.includes('READY=1')).length, 1);
});

test('a database that does not commit is told and is no reason for a restart', async () => {
  const { heard } = watching;
  const backend = Number(await house.sql(`SELECT pid FROM pg_stat_activity WHERE application_name = 'headroom journal'`));
  process.kill(backend, 'SIGSTOP');
  try {
    const said = await until('the word that it is not ready', () => heard.find((line) => line.startsWith('STATUS=not ready; ') && /WATCHDOG=1/.test(line) && /database/.test(line)), 60_000);
    assert.match(said, /database: not committing/);
  } finally {
    process.kill(backend, 'SIGCONT');
  }
  const from = heard.length;
  await until('ready again', () => heard.slice(from).some((line) => line.startsWith('STATUS=ready')));
});

test('a service that hangs has no beat', async () => {
  const { heard } = watching;
  process.kill(house.service.pid(), 'SIGSTOP');
  const from = heard.length;
  const started = Date.now();
  try {
    await until('the supervisor’s patience to end', () => Date.now() - started > WATCHDOG_MS);
    assert.ok(heard.slice(from + 1).every((line) => !line.includes('WATCHDOG=1')), heard.slice(from).join('\n'));
  } finally {
    process.kill(house.service.pid(), 'SIGCONT');
  }
  await until('beats again', () => heard.slice(from + 1).some((line) => line.includes('WATCHDOG=1')));
});

test('a stop is announced with the time it may take', async () => {
  const { heard } = watching;
  await house.service.stop();
  const last = await until('the announcement', () => heard.find((line) => line.includes('STOPPING=1')));
  assert.match(last, /^STOPPING=1 \| STATUS=stopping \| WATCHDOG_USEC=\d+$/);
  assert.ok(Number(/\d+$/.exec(last)[0]) > WATCHDOG_MS * 1000);
  await house.service.start();
});

after(async () => {
  await watching?.stop();
  await house?.close();
});

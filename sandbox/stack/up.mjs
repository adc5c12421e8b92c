// `./dev up`: everything, the worked tour, then a service to play with until Ctrl-C. With --nodes N, N of it over one
// database: the one that serves is killed once, to see another take its place.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { abandonChildren, lastWords } from './process.mjs';
import { failOver, startStack } from './stack.mjs';
import { tour } from './tour.mjs';

const { values } = parseArgs({
  options: { 'ready-file': { type: 'string' }, 'no-tour': { type: 'boolean', default: false }, nodes: { type: 'string', default: '1' } },
});
const nodes = Number(values.nodes);
if (!Number.isInteger(nodes) || nodes < 1 || nodes > 9) {
  console.error('--nodes: a number from 1 to 9');
  process.exit(2);
}
const say = (line = '') => console.log(line);
let starting; // the stack, or what becomes of the attempt to start it
let up = false;
let stopping = false;

/** Ends everything, in order once the stack is up; a half-started one has nothing to lose. */
async function stop(code) {
  if (stopping) return;
  stopping = true;
  say('\nstopping ...');
  if (!up) abandonChildren();
  const stack = await starting.catch(() => undefined); // a failed start has cleaned up after itself
  const hung = await stack?.stop().catch((error) => error);
  if (hung) say(hung.message);
  process.exit(hung ? 1 : code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));

try {
  starting = startStack({ settles: true, nodes, log: (line) => say(`  ${line} ...`) });
  const stack = await starting;
  up = true;
  if (!values['no-tour']) await tour(stack.ready(), say);
  if (nodes > 1) await showNodes(stack);
  if (values['ready-file']) {
    const file = path.resolve(process.env.HEADROOM_CALLED_FROM ?? '.', values['ready-file']);
    fs.writeFileSync(`${file}.part`, JSON.stringify(stack.ready()), { mode: 0o600 });
    fs.renameSync(`${file}.part`, file); // a script sees all of it or nothing
  }
  hints(stack.ready());
  const ended = (who, log) => (how) => {
    if (stopping) return;
    say(`${who} ended (${how.signal ?? how.code}); its last words: ${lastWords(log)}`);
    stop(1);
  };
  for (const s of stack.services) s.ended().then(ended('the service', s.logFile));
  stack.sandboxEnded.then(ended('the sandbox', stack.sandboxLog));
} catch (error) {
  if (!stopping) say(`./dev up cannot go on: ${error.message}`);
  await stop(1);
}

/** Who serves, before and after the one that did was killed. */
async function showNodes(stack) {
  const table = () => {
    for (const { name, url, pid, serves } of stack.ready().nodes) say(`  ${name}  ${url}  pid ${pid}  ${serves ? 'serves' : 'stands by'}`);
  };
  say();
  table();
  const { name, ms } = await failOver(stack);
  say(`  killed with -9: ${name} served after ${ms} ms; ${(await stack.service.verify()).trim()}`);
  table();
}

function hints({ url, page, operator_page: operatorPage, keys, users, markets }) {
  say(`
Headroom runs at ${url}

  the bettor's page    ${page}
  the operator's page  ${operatorPage}

  key with scope trade   ${keys.trade}
  key with scope read    ${keys.read}
  key with scope admin   ${keys.admin}
  key with scope inspect ${keys.inspect}

  curl -s ${url}/buffer/status
  curl -s -H 'Authorization: Bearer ${keys.read}' '${url}/balance?user_address=${users[0].address}'
  curl -s -X POST ${url}/bets -H 'Authorization: Bearer ${keys.trade}' -H 'Idempotency-Key: my-first-bet' \\
       -H 'Content-Type: application/json' \\
       -d '{"user_address":"${users[0].address}","token_id":"${markets[0].token_id}","amount":"5.00","max_price":"0.55"}'
  curl -s -H 'Authorization: Bearer ${keys.inspect}' ${url}/inspector/actors

Ctrl-C stops everything.`);
}

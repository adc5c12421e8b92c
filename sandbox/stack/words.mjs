// The ready file of `./dev up` as words of a shell: eval "$(node sandbox/stack/words.mjs build/up.json)"
import fs from 'node:fs';
import path from 'node:path';

const file = path.resolve(process.env.HEADROOM_CALLED_FROM ?? '.', process.argv[2] ?? 'build/up.json');
const { url, keys, users, markets, database_url: database, pid } = JSON.parse(fs.readFileSync(file, 'utf8'));
const [alice, bob] = users;
const words = {
  URL: url,
  ...Object.fromEntries(Object.entries(keys).map(([scope, key]) => [scope.toUpperCase(), key])), // READ, TRADE, ...
  ALICE: alice.address,
  ALICE_SECRET: alice.private_key,
  BOB: bob.address,
  TOKEN: markets[0].token_id,
  HEADROOM_DATABASE_URL: database,
  SERVICE_PID: pid,
};
for (const [name, value] of Object.entries(words)) console.log(`export ${name}='${value}'`);
console.log('field() { node -p "JSON.parse(require(\'node:fs\').readFileSync(0)).$1"; } # one field of an answer');

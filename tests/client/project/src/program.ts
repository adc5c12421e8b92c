// node out/program.js <folder> [dies] < given.json: what is signed is kept in the folder; the last line is what was told, as JSON.
import { fileStore } from '@headroom/client/node';
import { text } from 'node:stream/consumers';
import { type Given, story } from './story.js';

const [folder = 'kept', dies] = process.argv.slice(2);
const given = JSON.parse(await text(process.stdin)) as Given;
const die = async (header: string) => {
  console.log(JSON.stringify({ headers: [header] }));
  process.exit(17); // as a crash does: nothing is tidied up
};
console.log(JSON.stringify(await story(given, { store: fileStore(folder), ...(dies === 'dies' ? { paid: die } : {}) })));
// It ends by itself: nothing of the package keeps a program running.

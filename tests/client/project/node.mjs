// The story in Node: `node node.mjs '{"what": "story" | "die" | "again", ...}'`; the wallet is asked of the parent.
import { createClient, pay, providerSigner } from '@headroom/client';
import { fileStore } from '@headroom/client/node';
import { story } from './story.mjs';

const { what, folder, ...given } = JSON.parse(process.argv[2]);
const waiting = [];
process.on('message', ({ value, error }) => waiting.shift()(error ? Promise.reject(error) : value));
const ask = (method, params) => new Promise((done) => (waiting.push(done), process.send({ method, params })));
const store = fileStore(folder);

/** Pays; told to die, it does when the service has answered: nobody here has heard it. */
function payment() {
  const client = createClient({
    url: given.url,
    store,
    async fetch(request, how) {
      const answer = await fetch(request, how);
      if (what === 'die' && request.headers.has('payment-signature')) process.kill(process.pid, 'SIGKILL');
      return answer;
    },
  });
  const signer = providerSigner({ request: ({ method, params }) => ask(method, params) }, given.address);
  return pay(client, signer, { amount: '7.00', key: 'killed' });
}

const seen = await (what === 'story' ? story({ ...given, ask, store }) : payment());
process.send({ seen, version: process.version }, () => process.disconnect());

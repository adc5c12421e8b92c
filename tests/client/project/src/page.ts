// The same on a page. `tell` is called by whoever opened it.
import { webStore } from '@headroom/client';
import { type Given, story, type Told } from './story.js';

declare global {
  interface Window {
    tell: (given: Given) => Promise<Told>;
    /** Resolves with the header of a payment that the service has, and whose answer this page never hears. */
    die: (given: Given) => Promise<string>;
  }
}
const store = webStore(localStorage);

window.tell = async (given) => {
  const told = await story(given, { store });
  document.querySelector('#told')!.textContent = `${told.user} has ${told.balance}.`;
  return told;
};
window.die = (given) => new Promise((done, failed) => {
  const paid = (header: string) => (done(header), new Promise<never>(() => {}));
  story(given, { store, paid }).catch(failed);
});

// The page's word with its service: @headroom/client, with what this browser keeps, and whether anybody answers.
import { createClient } from '@headroom/client';
import { pageStore } from '../act/kept';

/** When the service last answered anything, and whether it could be reached then. */
export const heard = { at: 0, listeners: new Set<(reached: boolean) => void>() };

export const client = createClient({
  url: location.origin,
  store: pageStore,
  onReach(reached) {
    if (reached) heard.at = Date.now();
    heard.listeners.forEach((f) => f(reached));
  },
});
export const { api, ask } = client;

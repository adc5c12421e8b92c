import { HeadroomError } from '@headroom/client';

/** A part of the page that is fetched when it is needed; without a connection that fails, and nothing was done. */
export const part = <T>(loading: Promise<T>): Promise<T> => loading.catch(() => Promise.reject(new HeadroomError({ code: 'offline' })));

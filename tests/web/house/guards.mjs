// What the double asks before it answers.
import { Refusal } from './house.mjs';

export const cookie = (name, value, age) => `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}`;
/** A cookie alone changes nothing: our own page sends its Origin, and JSON. */
export const fromUs = (house, x) => {
  if (x.origin !== house.url || !/^application\/json/.test(x.headers['content-type'] ?? '')) throw new Refusal(403, 'forbidden', { detail: 'from another origin' });
};
export const refuseStranger = () => {
  throw new Refusal(401, 'unauthorized', { headers: { 'WWW-Authenticate': 'Bearer' } });
};

// Numbers from a seed: the same seed and name give the same sequence.
import { createHash } from 'node:crypto';

/** mulberry32, seeded by a text. Answers {below(n), between(a, b), chance(p), pick(list)}. */
export function seeded(...names) {
  let state = createHash('sha256').update(names.join('|')).digest().readUInt32LE();
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (p) => next() < p,
    pick: (list) => list[below(list.length)],
  };
}

/** 32 bytes that depend on the names alone, as 0x and hex. */
export const bytes32 = (...names) => `0x${createHash('sha256').update(names.join('|')).digest('hex')}`;

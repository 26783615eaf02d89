const WORD = 2 ** 32;

/** A number below 2^32 that depends on all the parts, and on nothing else. */
export function mix(...parts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** A sequence of numbers from 0 up to, but not including, 1 that is the same for the same seed. */
export function seededRandom(...seed: readonly number[]): () => number {
  let at = 0;
  return () => mix(...seed, at++) / WORD;
}

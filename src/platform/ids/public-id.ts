import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Largest multiple of the alphabet below 256: bytes from there on would favour the first letters. */
const FAIR_BYTES = 252;

/** Random public id: a prefix and that many of A-Z and 0-9 (5.17 bits each) from the system's random source. */
export function randomPublicId(prefix: string, characters: number): string {
  let id = prefix;
  while (id.length < prefix.length + characters) {
    for (const byte of randomBytes(characters)) {
      if (byte < FAIR_BYTES && id.length < prefix.length + characters) id += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return id;
}

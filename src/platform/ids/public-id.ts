import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Largest multiple of the alphabet below 256: bytes from there on would favour the first letters. */
const FAIR_BYTES = 252;

/** Asking the system for random bytes costs far more than using them; so they come in larger portions. */
const PORTION_BYTES = 4_096;
let portion = Buffer.alloc(0);
let used = 0;

function randomByte(): number {
  if (used === portion.length) {
    portion = randomBytes(PORTION_BYTES);
    used = 0;
  }
  return portion.readUInt8(used++);
}

/** Random public id: a prefix and that many of A-Z and 0-9 (5.17 bits each) from the system's random source. */
export function randomPublicId(prefix: string, characters: number): string {
  let id = prefix;
  while (id.length < prefix.length + characters) {
    const byte = randomByte();
    if (byte < FAIR_BYTES) id += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return id;
}

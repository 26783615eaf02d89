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

/** 2024-01-01T00:00:00Z in seconds. */
const FIRST_SECOND = 1_704_067_200;
/** So many digits of base 36 count the seconds of 69 years; then they begin anew. */
const TIME_CHARACTERS = 6;
const TIME_SPAN = 36 ** TIME_CHARACTERS;

/**
 * Like `randomPublicId`, but ids sort by the second they were made in, whose six characters stand first: rows that are
 * added together lie together in the index, which need not be read and written all over for each chunk. For records that
 * nobody reaches by knowing the id alone.
 *
 * @param characters more than six; eight beyond them leave one id in 3 * 10^8 made twice at 20,000 a second
 */
export function orderedPublicId(prefix: string, characters: number, now = Date.now()): string {
  const seconds = Math.floor(now / 1_000) - FIRST_SECOND;
  const place = ((seconds % TIME_SPAN) + TIME_SPAN) % TIME_SPAN;
  const time = place.toString(36).toUpperCase().padStart(TIME_CHARACTERS, '0');
  return randomPublicId(prefix + time, characters - TIME_CHARACTERS);
}

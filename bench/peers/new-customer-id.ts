import { randomBytes } from 'node:crypto';

const RANDOM_CHARACTERS = 8;

/** A public id in the form of the service: six characters of the time, so that new ones lie together in the index. */
export function newCustomerId(): string {
  const time = Math.floor(Date.now() / 1_000).toString(36);
  const random = (randomBytes(6).readUIntBE(0, 6) % 36 ** RANDOM_CHARACTERS).toString(36);
  return `KC${time}${random.padStart(RANDOM_CHARACTERS, '0')}`.toUpperCase();
}

import { randomBytes } from 'node:crypto';

/** A public id in the form of the service: six characters of the time, so that new ones lie together in the index. */
export function newCustomerId(): string {
  const time = Math.floor(Date.now() / 1_000).toString(36);
  return `KC${time}${randomBytes(4).toString('hex')}`.toUpperCase();
}

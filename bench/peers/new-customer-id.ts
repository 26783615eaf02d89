import { randomBytes } from 'node:crypto';

/** A public id in the form of the service. */
export function newCustomerId(): string {
  return `KC${randomBytes(7).toString('hex').toUpperCase()}`;
}

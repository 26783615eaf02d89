import { orderedPublicId } from '../../src/platform/ids/public-id';

/** A public id as the service makes it. */
export function newCustomerId(): string {
  return orderedPublicId('KC', 14);
}

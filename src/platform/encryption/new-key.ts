import { randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/** A new random key as an entry of ENCRYPTION_KEYS; its id tells the day (UTC), such as `k-20261121-5f09ab`. */
export function newKeyEntry(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return `k-${day}-${randomBytes(3).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const RANDOM_BYTES = 32;
const SHAPE = /^(rbk|rbs)_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;

/** `rbk` API key, `rbs` client secret. The prefix lets secret scanners find a leaked one. */
export type OpaqueTokenKind = 'rbk' | 'rbs';

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** New unguessable token (256 random bits) with a checksum, so that a typing error is told without the database. */
export function newOpaqueToken(kind: OpaqueTokenKind): string {
  const body = `${kind}_${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  return `${body}_${checksum(body)}`;
}

/** True when the text has the shape and checksum of a token of that kind; says nothing about its validity. */
export function isOpaqueToken(text: string, kind: OpaqueTokenKind): boolean {
  const match = SHAPE.exec(text);
  return match?.[1] === kind && match[3] === checksum(text.slice(0, text.lastIndexOf('_')));
}

/** SHA-256 in hex: the only form in which a token is stored. It needs no salt, being random itself. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares two hashes in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

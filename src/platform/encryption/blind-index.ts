import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing } from './key-ring';

/**
 * Indexes by which an encrypted field is found and kept unique without being decrypted. Whoever holds the key can try all
 * values of a small set such as nine digits, so it is a key of its own; without it an index says nothing.
 */
@Injectable()
export class BlindIndex {
  constructor(private readonly ring: KeyRing) {}

  /**
   * HMAC-SHA-256 as 43 characters of base64url: the same for the same text in one column of one company, and unrelated to
   * any of another column or company.
   *
   * @param normalizedText what counts as the same must be the same text.
   * @param column `table.column`.
   */
  of(normalizedText: string, companyRef: number, column: string): string {
    return createHmac('sha256', this.ring.blindIndex)
      .update(JSON.stringify([column, companyRef, normalizedText]))
      .digest('base64url');
  }
}

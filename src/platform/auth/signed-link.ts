import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { AppKeys } from '../config/app-keys';

/** Makes and checks links that open one path without a token until they expire (HMAC-SHA-256 over path and time). */
@Injectable()
export class SignedLinks {
  constructor(
    private readonly keys: AppKeys,
    private readonly config: AppConfig,
  ) {}

  /** Path with its signature, such as `/api/…/failure.csv?expires=1767225600&signature=…`. */
  sign(path: string): string {
    const expires = Math.floor(Date.now() / 1000) + this.config.linkTtlSeconds;
    return `${path}?expires=${expires}&signature=${this.signature(path, String(expires))}`;
  }

  /** True when the signature belongs to the path and the link has not expired. */
  verify(path: string, expires: unknown, signature: unknown): boolean {
    if (typeof expires !== 'string' || !/^\d{1,12}$/.test(expires) || typeof signature !== 'string') return false;
    const expected = Buffer.from(this.signature(path, expires));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected) && Number(expires) * 1000 > Date.now();
  }

  private signature(path: string, expires: string): string {
    return createHmac('sha256', this.keys.downloadLink).update(`${expires}\n${path}`).digest('base64url');
  }
}

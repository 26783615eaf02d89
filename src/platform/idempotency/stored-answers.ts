import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { Transaction } from '../database/transaction';
import { FieldCipher } from '../encryption/field-cipher';
import type { IdempotencyKey } from './idempotency-key.entity';
import { CallName, IdempotencyKeyRepository } from './idempotency-key.repository';
import { keyReused } from './idempotency.errors';

const DAY_MS = 86_400_000;
const TABLE = 'idempotency_keys';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** An answer as it goes out, but for the headers every answer carries. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is known of a call that came before under the same key. */
export interface EarlierCall {
  readonly jobId: string | null;
  /** Null while there is none. */
  readonly answer: Answer | null;
  readonly rememberedUntil: Date;
}

/** Stores calls and their answers under the keys of their callers. */
@Injectable()
export class StoredAnswers {
  constructor(
    private readonly keys: IdempotencyKeyRepository,
    private readonly cipher: FieldCipher,
    private readonly config: AppConfig,
  ) {}

  /**
   * The call that came before under that key; null when there was none, or when it is forgotten.
   *
   * @throws IdempotencyKeyReused when something else was sent then.
   */
  async find(transaction: Transaction, name: CallName, fingerprint: string): Promise<EarlierCall | null> {
    const row = await this.keys.find(transaction, name);
    if (row === null || row.createdAt < this.forgottenBefore()) return null;
    if (this.cipher.open(row.fingerprint, placeOf(name, 'fingerprint')) !== fingerprint) throw keyReused();
    return {
      jobId: row.jobId,
      answer: await this.answerOf(row),
      rememberedUntil: this.rememberedUntil(row.createdAt),
    };
  }

  /**
   * Takes the key for a call, and tells until when it is remembered.
   *
   * @throws a unique violation when a rival has it.
   */
  async begin(transaction: Transaction, name: CallName, fingerprint: string, jobId: string | null): Promise<Date> {
    const known = await this.keys.find(transaction, name);
    // The sweep may not have come by yet.
    if (known !== null && known.createdAt < this.forgottenBefore()) await this.keys.delete(transaction, name);
    const createdAt = new Date();
    const sealed = this.cipher.seal(fingerprint, placeOf(name, 'fingerprint'));
    const empty = { status: null, headers: null, body: null };
    await this.keys.insert(transaction, { ...name, fingerprint: sealed, jobId, ...empty, createdAt });
    return this.rememberedUntil(createdAt);
  }

  /** Stores the answer of a call that has begun; false when another answer was faster. */
  async complete(transaction: Transaction, name: CallName, { status, headers, body }: Answer): Promise<boolean> {
    const packed = (await compress(body)).toString('base64');
    const sealed = this.cipher.seal(packed, placeOf(name, 'body'));
    return this.keys.setAnswer(transaction, name, { status, headers: { ...headers }, body: sealed });
  }

  /** Deletes up to `limit` calls that are kept no longer, and tells how many. */
  forget(transaction: Transaction, limit: number): Promise<number> {
    return this.keys.deleteBefore(transaction, this.forgottenBefore(), limit);
  }

  /**
   * Deletes those of up to `limit` calls behind the id `afterId` whose path or answer matches, and gives the id of the
   * last it looked at; null behind the last.
   */
  async forgetMatching(
    transaction: Transaction,
    isMatch: (text: string) => boolean,
    afterId: number,
    limit: number,
  ): Promise<number | null> {
    const rows = await this.keys.listLocked(transaction, afterId, limit);
    const matching: number[] = [];
    for (const row of rows) {
      const texts = [row.route, JSON.stringify(row.headers), (await this.answerOf(row))?.body ?? ''];
      if (texts.some(isMatch)) matching.push(row.id);
    }
    await this.keys.deleteMany(transaction, matching);
    return rows.at(-1)?.id ?? null;
  }

  /** The row as it would be sealed now; null when all of it is. */
  reseal(row: IdempotencyKey): IdempotencyKey | null {
    const again = (envelope: string, column: 'fingerprint' | 'body') => {
      if (this.cipher.isCurrent(envelope)) return envelope;
      return this.cipher.seal(this.cipher.open(envelope, placeOf(row, column)), placeOf(row, column));
    };
    const fingerprint = again(row.fingerprint, 'fingerprint');
    const body = row.body === null ? null : again(row.body, 'body');
    return fingerprint === row.fingerprint && body === row.body ? null : { ...row, fingerprint, body };
  }

  private async answerOf(row: IdempotencyKey): Promise<Answer | null> {
    const { status, headers, body } = row;
    if (status === null || body === null) return null;
    const packed = this.cipher.open(body, placeOf(row, 'body'));
    const text = (await decompress(Buffer.from(packed, 'base64'))).toString('utf8');
    return { status, headers: headers ?? {}, body: text };
  }

  private rememberedUntil(createdAt: Date): Date {
    return new Date(createdAt.getTime() + this.config.idempotencyDays * DAY_MS);
  }

  private forgottenBefore(): Date {
    return new Date(Date.now() - this.config.idempotencyDays * DAY_MS);
  }
}

function placeOf({ companyRef, route, idempotencyKey }: CallName, column: 'fingerprint' | 'body') {
  return { table: TABLE, column, companyRef, id: `${route}\n${idempotencyKey}` };
}

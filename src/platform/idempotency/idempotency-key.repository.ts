import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, MoreThan } from 'typeorm';
import { selectMany } from '../database/set-based';
import { Transaction } from '../database/transaction';
import { IdempotencyKey } from './idempotency-key.entity';

/** What a key stands for: one call to one route of one company. */
export interface CallName {
  readonly companyRef: number;
  /** Method and path. */
  readonly route: string;
  readonly idempotencyKey: string;
}

/** Reads and writes of idempotency keys. */
@Injectable()
export class IdempotencyKeyRepository {
  find(transaction: Transaction, { companyRef, route, idempotencyKey }: CallName): Promise<IdempotencyKey | null> {
    return transaction.findOneBy(IdempotencyKey, { companyRef, route, idempotencyKey });
  }

  async insert(transaction: Transaction, row: Omit<IdempotencyKey, 'id'>): Promise<void> {
    await transaction.insert(IdempotencyKey, row);
  }

  /** Stores the answer of a call, unless it has one; false then, and when the key is gone. */
  async setAnswer(
    transaction: Transaction,
    { companyRef, route, idempotencyKey }: CallName,
    answer: Pick<IdempotencyKey, 'status' | 'headers' | 'body'>,
  ): Promise<boolean> {
    const where = { companyRef, route, idempotencyKey, status: IsNull() };
    return (await transaction.update(IdempotencyKey, where, answer)).affected === 1;
  }

  async delete(transaction: Transaction, { companyRef, route, idempotencyKey }: CallName): Promise<void> {
    await transaction.delete(IdempotencyKey, { companyRef, route, idempotencyKey });
  }

  /** Deletes up to `limit` keys made before then, and tells how many. */
  async deleteBefore(transaction: Transaction, before: Date, limit: number): Promise<number> {
    const old = await transaction.find(IdempotencyKey, {
      where: { createdAt: LessThan(before) },
      select: { id: true },
      take: limit,
    });
    if (old.length > 0) await transaction.delete(IdempotencyKey, { id: In(old.map(({ id }) => id)) });
    return old.length;
  }

  /** Keys in order of the id, from behind `afterId`, held until the transaction ends. */
  async listLocked(transaction: Transaction, afterId: number, limit: number): Promise<IdempotencyKey[]> {
    const found = await transaction.find(IdempotencyKey, {
      where: { id: MoreThan(afterId) },
      select: { id: true },
      order: { id: 'ASC' },
      take: limit,
    });
    const values = found.map(({ id }) => id);
    const locked = await selectMany(transaction, IdempotencyKey, { where: {}, property: 'id', values, lock: true });
    return locked.sort((a, b) => a.id - b.id);
  }

  async deleteMany(transaction: Transaction, ids: readonly number[]): Promise<void> {
    if (ids.length > 0) await transaction.delete(IdempotencyKey, { id: In([...ids]) });
  }

  async setSealed(transaction: Transaction, { id, fingerprint, body }: IdempotencyKey): Promise<void> {
    await transaction.update(IdempotencyKey, { id }, { fingerprint, body });
  }
}

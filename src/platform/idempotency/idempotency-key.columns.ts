import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import { SealedColumn, SealedColumnOwner } from '../encryption/sealed-column.registry';
import { IdempotencyKeyRepository } from './idempotency-key.repository';
import { StoredAnswers } from './stored-answers';

/** The fingerprints and answers of calls, for key rotation. */
@Injectable()
@SealedColumn()
export class IdempotencyKeyColumns implements SealedColumnOwner {
  readonly name = 'idempotency_keys.body';
  private lastId = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: IdempotencyKeyRepository,
    private readonly answers: StoredAnswers,
  ) {}

  /** Goes on from where the last call stopped; back to the start at the end. */
  async reseal(limit: number): Promise<number> {
    for (;;) {
      const { sealed, lastId } = await this.step(limit);
      this.lastId = lastId;
      if (sealed > 0 || lastId === 0) return sealed;
    }
  }

  /** Neither has an index. */
  reindex(): Promise<null> {
    return Promise.resolve(null);
  }

  private step(limit: number): Promise<{ sealed: number; lastId: number }> {
    return this.unitOfWork.run(async (transaction) => {
      const rows = await this.keys.listLocked(transaction, this.lastId, limit);
      const resealed = rows.flatMap((row) => this.answers.reseal(row) ?? []);
      for (const row of resealed) await this.keys.setSealed(transaction, row);
      return { sealed: resealed.length, lastId: rows.at(-1)?.id ?? 0 };
    });
  }
}

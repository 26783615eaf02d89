import { Injectable, Logger } from '@nestjs/common';
import { databaseTraits } from '../../platform/database/database.traits';
import { isDatabaseUnavailable, isTransient, uniqueViolation } from '../../platform/database/driver-error';
import { Transaction } from '../../platform/database/transaction';
import { AppError } from '../../platform/errors/app-error';
import type { JobContext, ReadyRow, RowResult, TableImporter } from './bulk-importer.contract';
import { DecidedTooEarly } from './writing-turn';

/** Applies the rows of one chunk, and isolates a row that makes the database refuse the statement it is in. */
@Injectable()
export class ChunkApplier {
  private readonly logger = new Logger(ChunkApplier.name);

  /**
   * Results in the order of the rows. An unexpected fault halves the rows behind a savepoint until the one row that
   * causes it stands alone and fails; the others are applied. When a rival stored the same unique value since it was
   * looked up, the second look sees it.
   *
   * @throws transient errors, those of a database that cannot work, and DecidedTooEarly, for the whole chunk to be run again.
   */
  async apply(
    transaction: Transaction,
    table: TableImporter,
    job: JobContext,
    rows: readonly ReadyRow<unknown>[],
    depth = 0,
    isSecondLook = false,
  ): Promise<RowResult[]> {
    if (rows.length === 0) return [];
    const savepoint = `rows_${depth}`;
    await transaction.query(`SAVEPOINT ${savepoint}`);
    try {
      const results = await table.apply(transaction, job, rows);
      if (results.length !== rows.length)
        throw new Error(`${table.name} gave ${results.length} results for ${rows.length} rows`);
      // On a server, one way to it less: the savepoint of the next chunk takes its place, or COMMIT ends it.
      if (!databaseTraits(transaction).replacesSavepoints) await transaction.query(`RELEASE SAVEPOINT ${savepoint}`);
      return results;
    } catch (error) {
      if (isTransient(error) || isDatabaseUnavailable(error) || error instanceof DecidedTooEarly) throw error;
      await transaction.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
      // Some of the rows by themselves are not the whole chunk: that is written when all of it is stored.
      const again = { ...job, afterWriting: undefined };
      const isRace = uniqueViolation(error) !== null && !isSecondLook;
      if (isRace) return this.apply(transaction, table, again, rows, depth + 1, true);
      const [only] = rows;
      if (rows.length === 1 && only !== undefined) return [this.poison(error, job, only)];
      // One bad row costs little; all of them, for a reason nobody sees, would be a slow service without a word.
      if (depth === 0 || isSecondLook) {
        this.logger.warn(
          { err: error, jobId: job.jobId, rows: rows.length },
          'rows are stored in halves: one was refused',
        );
      }
      const middle = Math.ceil(rows.length / 2);
      return [
        ...(await this.apply(transaction, table, again, rows.slice(0, middle), depth + 1)),
        ...(await this.apply(transaction, table, again, rows.slice(middle), depth + 1)),
      ];
    }
  }

  private poison(error: unknown, { jobId }: JobContext, { row }: ReadyRow<unknown>): RowResult {
    // Two records that want the same number are a matter of the caller's.
    const level = uniqueViolation(error) === null ? 'error' : 'log';
    this.logger[level]({ err: error, jobId, row }, 'a row could not be stored');
    return {
      verdict: 'failed',
      recordId: null,
      issues: [{ field: null, rejectedValue: null, ...faultOf(error) }],
      warnings: [],
      amount: null,
    };
  }
}

/** What is told of a row that the database refused, or that broke its importer. */
function faultOf(error: unknown): { readonly code: string; readonly message: string } {
  if (uniqueViolation(error) !== null) {
    return {
      code: 'DUPLICATE_VALUE',
      message: 'a value of the row that must be unique belongs to another record; change one of the two',
    };
  }
  const message =
    error instanceof AppError
      ? error.message
      : 'the row could not be stored because of an internal fault; send it again, or tell the operator the job id and row';
  return { code: 'SYSTEM_ERROR', message };
}

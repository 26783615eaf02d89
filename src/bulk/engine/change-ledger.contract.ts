import type { Transaction } from '../../platform/database/transaction';
import type { JobContext, ReadyRow, RowResult } from './bulk-importer.contract';

/** The job whose changes are meant, and the company it worked for. */
export interface JobScope {
  readonly companyRef: number;
  readonly jobId: string;
}

/** One field before and after; secrets are masked. */
export interface ShownChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What one row of a job did to one record, from the history of that record. */
export interface LedgerEntry {
  /** Of the entry; later ones have higher ids. */
  readonly id: number;
  readonly row: number | null;
  /** The record's id in the database; it stays when the record is deleted. */
  readonly recordRef: number;
  /** Version of the record after the change. */
  readonly version: number;
  readonly changes: readonly ShownChange[];
}

/**
 * The memory of an importer: what its jobs changed. With it, dry runs show old and new values, commits see that a record
 * moved on, and jobs can be undone.
 */
export interface ChangeLedger {
  /** What a job did, in the order it happened: entries behind the id `after`, at most `limit` of them. */
  list(transaction: Transaction, scope: JobScope, after: number, limit: number): Promise<LedgerEntry[]>;
  /**
   * Takes back all that the job `undone` did to each of those records, in their history again, and gives one result per
   * record, in the same order. A record that anybody else changed since is kept as it is and fails with `CHANGED_SINCE`.
   */
  revert(
    transaction: Transaction,
    job: JobContext,
    undone: string,
    records: readonly ReadyRow<number>[],
  ): Promise<RowResult[]>;
}

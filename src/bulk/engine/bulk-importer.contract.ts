import type { HistoryPlace } from '../../platform/history/history-place';
import type { Transaction } from '../../platform/database/transaction';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { DuplicateRule } from '../jobs/bulk-job.entity';
import type { RecordKey } from './claims';

/** A column an importer knows. Headers match it ignoring case, blanks, `_`, `-` and a trailing `*`. */
export interface ImportColumn {
  readonly name: string;
  /** What to put in, for the template's notes. */
  readonly description: string;
  /** A valid cell, for the template's example row. */
  readonly example: string;
  /** A file without this column is refused. */
  readonly required?: boolean;
  /** Never written to a result file. */
  readonly secret?: boolean;
}

/** The cells of one row by column name, exactly as in the file; only columns the importer knows, absent where the file lacks them. */
export type ImportCells = Readonly<Record<string, string | undefined>>;

/** A row as its importer understands it. Rows with issues fail without being applied. */
export interface ParsedRow<T> {
  readonly value: T | null;
  readonly issues: readonly CodedIssue[];
  readonly warnings: readonly CodedIssue[];
  /** Public id of the record the row names, when it can be told; shown in results. */
  readonly recordId: string | null;
}

/** A row that is ready to be applied. */
export interface ReadyRow<T> {
  readonly row: number;
  readonly value: T;
}

/** The job on whose behalf rows are applied. */
export interface JobContext {
  readonly jobId: string;
  readonly companyRef: number;
  readonly createdBy: string;
  readonly at: Date;
  /** Job for which the rows were stored: another than this one when it commits a dry run or tries failed rows again. */
  readonly rowsOf: string;
  /** Job whose changes this one takes back; null for every other job. */
  readonly undoes: string | null;
  /** Which of several rows for one record applies. */
  readonly duplicates: DuplicateRule;
  /** Nothing of it will stay: a table may tell what a row changes in its result instead of writing history. */
  readonly isRehearsal: boolean;
  /** 1, and one more each time the transaction of the chunk is run again, for a lost race, a deadlock or a lock timeout. */
  readonly attempt: number;
  /**
   * Asks for a record on behalf of a row that will be applied. Null when the row may have it; otherwise the row of this
   * job that has it instead.
   */
  claim(record: RecordKey, row: number): number | null;
  /**
   * To be awaited once all rows are read, locked and decided, before the first of them is written: meanwhile the rows in
   * front of these are stored, and those behind may begin to decide. A table that never asks has its turn alone.
   *
   * @param dependsOnReads true when a row was refused for what was read: what was just stored may have changed that
   * @throws DecidedTooEarly when all is to be decided anew; to be passed on
   */
  readonly beforeWriting?: (dependsOnReads: boolean) => Promise<void>;
  /**
   * To be called when whatever other rows may have to wait for is written, and only what tells of it (the history) is left:
   * those behind these may write then. Where it is never called, they write when these are stored, which takes longer.
   */
  readonly afterWriting?: (() => void) | undefined;
}

export type RowVerdict = 'created' | 'updated' | 'unchanged' | 'skipped' | 'failed';

/** What became of a row that was applied. */
export interface RowResult {
  readonly verdict: RowVerdict;
  /** Public id of the record; null when there is none. */
  readonly recordId: string | null;
  readonly issues: readonly CodedIssue[];
  readonly warnings: readonly CodedIssue[];
  /** Decimal text with two fraction digits to be added to the control total; null without one. */
  readonly amount: string | null;
  /** Of a rehearsal: what the row would change; absent where the history has to be asked. */
  readonly change?: RecordChange | null;
  /** The row by itself was tried again. */
  readonly isRetried?: boolean;
}

/** What a row makes of its record. */
export interface RecordChange {
  /** Of the record after the change. */
  readonly version: number;
  readonly changes: readonly ShownChange[];
}

/** One table of a file: its columns, and what its rows mean. */
export interface TableImporter<T = unknown> {
  /** Name of the sheet, such as `Customers`. */
  readonly name: string;
  readonly columns: readonly ImportColumn[];
  /** Names of columns of which a file must have at least one; empty for none. */
  readonly oneOf: readonly string[];
  /**
   * True: records are claimed by the ids that results carry, by rows that are applied alone, so that a resumed job learns
   * them from its outcomes. Otherwise each row claims what `identify` says it names, whatever becomes of the row.
   */
  readonly claimsRecordIds?: boolean;
  /** True: each row makes a record, and none can come to one that another row made. */
  readonly onlyCreates?: boolean;
  /** Pure: judges one row by itself. */
  parse(cells: ImportCells): ParsedRow<T>;
  /** Applies rows in order inside the transaction of their chunk and gives one result per row, in the same order. */
  apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<T>[]): Promise<RowResult[]>;
  /** The record each row names (null: none yet), in the same order; asked only when the caller wants to look ahead. */
  identify?(transaction: Transaction, companyRef: number, rows: readonly ReadyRow<T>[]): Promise<(RecordKey | null)[]>;
}

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
  /** Where in what its job did it stands. */
  readonly place: HistoryPlace;
  /** The page of the history it stands in; null for one with a row of its own. */
  readonly pageId: number | null;
  readonly row: number | null;
  /** The record's id in the database; it stays when the record is deleted. */
  readonly recordRef: number;
  /** Version of the record after the change. */
  readonly version: number;
  readonly changes: readonly ShownChange[];
}

/** A record that a job changed. */
export interface ChangedRecord {
  readonly recordRef: number;
  /** Pages of the history in which the job's changes of it stand. */
  readonly pageIds: readonly number[];
}

/**
 * The memory of an importer: what its jobs changed. With it, dry runs show old and new values, commits see that a record
 * moved on, and jobs can be undone.
 */
export interface ChangeLedger {
  /** How far what a job did goes until now. */
  last(transaction: Transaction, scope: JobScope): Promise<HistoryPlace>;
  /** What a job did behind a place, in the order it happened: some `limit` entries, and none at the end. */
  list(transaction: Transaction, scope: JobScope, after: HistoryPlace, limit: number): Promise<LedgerEntry[]>;
  /**
   * Takes back all that the job `undone` did to each of those records, in their history again, and gives one result per
   * record, in the same order. A record that anybody else changed since is kept as it is and fails with `CHANGED_SINCE`.
   */
  revert(
    transaction: Transaction,
    job: JobContext,
    undone: string,
    records: readonly ReadyRow<ChangedRecord>[],
  ): Promise<RowResult[]>;
}

/** Takes files of one kind. The first table is the main one; the others are optional in a file. */
export interface BulkImporter {
  readonly tables: readonly [TableImporter, ...TableImporter[]];
  /** Absent for one that keeps no history: its jobs cannot be undone, and its dry runs tell only the outcome. */
  readonly ledger?: ChangeLedger;
}

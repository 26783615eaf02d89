import { Column, Entity } from 'typeorm';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { IdColumn, RefColumn } from '../../platform/database/columns';
import type { RowVerdict, ShownChange } from '../engine/bulk-importer.contract';

/** What became of one row. */
export interface RowOutcome {
  readonly row: number;
  readonly verdict: RowVerdict;
  readonly recordId: string | null;
  readonly issues: readonly CodedIssue[];
  readonly warnings: readonly CodedIssue[];
  /** Of a dry run: version the record would have. */
  readonly version?: number;
  /** Of a dry run: what the row would change. */
  readonly changes?: readonly ShownChange[];
}

/**
 * The outcomes of one chunk, in row order; written in the transaction that applied the chunk, or, of a job that is done in
 * one piece, in front of its checkpoint.
 */
@Entity('bulk_outcomes')
export class BulkOutcome {
  @IdColumn()
  id: number;

  @RefColumn()
  jobRef: number;

  @Column({ type: 'int' })
  chunkNo: number;

  /** The list of `RowOutcome` as JSON; text, so that what is text already need not be read to be stored. */
  @Column({ type: 'text' })
  outcomes: string;
}

import { Column, Entity } from 'typeorm';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { IdColumn, JsonColumn, RefColumn } from '../../platform/database/columns';
import type { RowVerdict } from '../engine/bulk-importer.contract';

/** What became of one row. */
export interface RowOutcome {
  readonly row: number;
  readonly verdict: RowVerdict;
  readonly recordId: string | null;
  readonly issues: readonly CodedIssue[];
  readonly warnings: readonly CodedIssue[];
}

/** The outcomes of one chunk, in row order; written in the transaction that applied the chunk. */
@Entity('bulk_outcomes')
export class BulkOutcome {
  @IdColumn()
  id: number;

  @RefColumn()
  jobRef: number;

  @Column({ type: 'int' })
  chunkNo: number;

  @JsonColumn()
  outcomes: RowOutcome[];
}

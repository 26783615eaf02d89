import { Column } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../database/columns';

/**
 * What a chunk of a job changed, all records together: one row is written where each record would need one of its own.
 * A record points at the page of its latest change that stands in one, and each change at the page before. Changes of
 * single requests are rows of their own (`HistoryEntry`).
 */
export abstract class HistoryPage {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  /** What records point at. Pages of one chunk share it: there is more than one where changes are large. */
  @RefColumn()
  pageRef: number;

  @TimeColumn()
  changedAt: Date;

  @Column()
  changedBy: string;

  @Column()
  jobId: string;

  /** Least id of a record in the page. */
  @RefColumn()
  leastRef: number;

  @RefColumn()
  greatestRef: number;

  /** Changes as JSON text, see `packedChange`. */
  @Column({ type: 'text' })
  changes: string;
}

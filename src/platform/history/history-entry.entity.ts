import { Column } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../database/columns';

/** In whose name something is changed; stands in its history. */
export interface ChangeContext {
  readonly companyRef: number;
  /** `client:<id>` or `key:<id>`. */
  readonly changedBy: string;
  /** Bulk job that does it; null for a single request. */
  readonly jobId: string | null;
  readonly at: Date;
  /** Nothing of it will stay: what would be history goes into the outcomes instead. */
  readonly isRehearsal?: boolean;
  /**
   * Of a bulk job: to be awaited when all is read and decided, before anything is written.
   *
   * @param dependsOnReads true when something was refused for what was read
   */
  readonly beforeWriting?: ((dependsOnReads: boolean) => Promise<void>) | undefined;
  /** Of a bulk job: to be called when all records are written, and their history is left. */
  readonly afterWriting?: (() => void) | undefined;
}

/** One change of a record: who, when, by which row of which job; what, says the class below. Never altered once written. */
export abstract class HistoryEntry {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  /** Version of the record after the change. */
  @Column({ type: 'int' })
  version: number;

  @TimeColumn()
  changedAt: Date;

  @Column()
  changedBy: string;

  @Column({ type: 'varchar', nullable: true })
  jobId: string | null;

  @Column({ type: 'int', nullable: true })
  rowNo: number | null;
}

/** What an entry says of the circumstances of a change. @param row of the job; null for a single request */
export function historyFacts(
  { companyRef, changedBy, jobId, at }: ChangeContext,
  version: number,
  row: number | null,
): Omit<HistoryEntry, 'id'> {
  return { companyRef, version, changedAt: at, changedBy, jobId, rowNo: row };
}

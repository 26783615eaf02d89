import { Column, Entity } from 'typeorm';
import { IdColumn, JsonColumn, RefColumn, TimeColumn } from '../platform/database/columns';

/** One field before and after a change. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One change of a customer: who, when, by which row of which job, and what. Never altered once written. */
@Entity('customer_history')
export class CustomerHistory {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @RefColumn()
  customerRef: number;

  /** Version of the customer after the change. */
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

  @JsonColumn()
  changes: FieldChange[];
}

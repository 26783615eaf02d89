import { Column } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../platform/database/columns';

export type CustomerStatus = 'ACTIVE' | 'INACTIVE';

/**
 * What every view of a customer has. Each API family reads and writes the row through an entity of its own, with these
 * columns and those it knows; the others stay as they are.
 */
export abstract class CustomerRecord {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  /** Public id, `^KC[A-Z0-9]{14}$`. */
  @Column()
  customerId: string;

  @Column({ type: 'varchar' })
  status: CustomerStatus;

  @Column()
  legalName: string;

  /** Counts the changes; a write names the version it was made from. */
  @Column({ type: 'int' })
  version: number;

  /** 0 while the customer lives, its own id afterwards, so that its numbers and identity may be used again. */
  @RefColumn()
  deletionKey: number;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;

  @TimeColumn({ nullable: true })
  deletedAt: Date | null;

  /** The page of its history with its latest change by a job; null when no job changed it. */
  @RefColumn({ nullable: true })
  historyPage: number | null;
}

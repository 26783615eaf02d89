import { Column, Entity } from 'typeorm';
import { IdColumn, JsonColumn, RefColumn, TimeColumn } from '../platform/database/columns';

export type CustomerStatus = 'ACTIVE' | 'INACTIVE';

/** A customer in the book of a company. */
@Entity('customers')
export class Customer {
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

  /** The company's own number for the customer; unique among those that are not deleted. */
  @Column({ type: 'varchar', nullable: true })
  uniqueRefNo: string | null;

  @Column({ type: 'varchar', nullable: true })
  panOrGstin: string | null;

  @Column({ type: 'varchar', nullable: true })
  contactNumber: string | null;

  @Column({ type: 'varchar', nullable: true })
  address: string | null;

  @Column({ type: 'varchar', nullable: true })
  state: string | null;

  @Column({ type: 'varchar', nullable: true })
  pinCode: string | null;

  @Column({ type: 'varchar', nullable: true })
  accountNumber: string | null;

  @Column({ type: 'varchar', nullable: true })
  ifsc: string | null;

  @Column({ type: 'varchar', nullable: true })
  assignedAgent: string | null;

  @JsonColumn({ nullable: true })
  branchCodes: string[] | null;

  /** Decimal text with two fraction digits. */
  @Column({ type: 'varchar', nullable: true })
  creditLimit: string | null;

  @Column({ type: 'int', nullable: true })
  paymentTermsDays: number | null;

  /** Counts the changes; a write names the version it was made from. */
  @Column({ type: 'int' })
  version: number;

  /** 0 while the customer lives, its own id afterwards, so that its reference number may be used again. */
  @RefColumn()
  deletionKey: number;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;

  @TimeColumn({ nullable: true })
  deletedAt: Date | null;
}

import { Column, Entity } from 'typeorm';
import { JsonColumn } from '../platform/database/columns';
import { CustomerRecord } from './customer-record.entity';

/** A customer as the receivables API sees it. */
@Entity('customers')
export class Customer extends CustomerRecord {
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
}

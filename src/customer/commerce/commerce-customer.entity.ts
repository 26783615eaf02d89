import { Column, Entity } from 'typeorm';
import { RefColumn } from '../../platform/database/columns';
import { CustomerRecord } from '../customer-record.entity';

export type Gender = 'M' | 'F' | 'U';

/** A customer as the commerce API sees it: the same row, found by source, source id and language. */
@Entity('customers')
export class CommerceCustomer extends CustomerRecord {
  /** The system the customer comes from; null for one that only the receivables API knows. */
  @Column({ type: 'varchar', nullable: true })
  source: string | null;

  /** Its id there, always as text: 3002196 and "3002196" are one. */
  @Column({ type: 'varchar', nullable: true })
  sourceId: string | null;

  /** ISO 639-1, small letters; part of the identity. */
  @Column({ type: 'varchar', nullable: true })
  language: string | null;

  @Column({ type: 'varchar', nullable: true })
  debtorId: string | null;

  @Column({ type: 'varchar', nullable: true })
  firstName: string | null;

  @Column({ type: 'varchar', nullable: true })
  middleName: string | null;

  @Column({ type: 'varchar', nullable: true })
  lastName: string | null;

  @Column({ type: 'varchar', nullable: true })
  abbreviation: string | null;

  @Column({ type: 'varchar', nullable: true })
  title: string | null;

  /** YYYY-MM-DD, as text: a day has no time zone to be shifted by. */
  @Column({ type: 'varchar', nullable: true })
  dateOfBirth: string | null;

  @Column({ type: 'varchar', nullable: true })
  gender: Gender | null;

  /** Sealed by `FieldCipher`; never the number itself. */
  @Column({ type: 'text', nullable: true })
  ssn: string | null;

  /** Blind index of the number, to find it by equality. */
  @Column({ type: 'varchar', nullable: true })
  ssnIndex: string | null;

  @Column({ type: 'varchar', nullable: true })
  phone: string | null;

  @Column({ type: 'varchar', nullable: true })
  mobile: string | null;

  @Column({ type: 'varchar', nullable: true })
  email: string | null;

  /** ISO 639-1, small letters. */
  @Column({ type: 'varchar', nullable: true })
  primaryLanguage: string | null;

  /** Customer this one belongs to. */
  @RefColumn({ nullable: true })
  parentRef: number | null;
}

import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn } from '../../platform/database/columns';
import type { Gender } from './commerce-customer.entity';

export type AddressType = 'delivery' | 'invoice';
export type YesOrNo = 'Y' | 'N';

/** A delivery or invoice address of a customer. */
@Entity('customer_addresses')
export class CustomerAddress {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @RefColumn()
  customerRef: number;

  /** The caller's own code, unique for the customer; null for an address that was only added. */
  @Column({ type: 'varchar', nullable: true })
  code: string | null;

  @Column({ type: 'varchar' })
  type: AddressType;

  @Column()
  street: string;

  /** ISO 3166-1 alpha-2, capitals. */
  @Column()
  country: string;

  @Column({ type: 'varchar', nullable: true })
  company: string | null;

  @Column({ type: 'varchar', nullable: true })
  firstName: string | null;

  @Column({ type: 'varchar', nullable: true })
  middleName: string | null;

  @Column({ type: 'varchar', nullable: true })
  lastName: string | null;

  @Column({ type: 'varchar', nullable: true })
  gender: Gender | null;

  @Column({ type: 'varchar', nullable: true })
  number: string | null;

  @Column({ type: 'varchar', nullable: true })
  numberExtension: string | null;

  @Column({ type: 'varchar', nullable: true })
  postalCode: string | null;

  @Column({ type: 'varchar', nullable: true })
  city: string | null;

  @Column({ type: 'varchar', nullable: true })
  region: string | null;

  /** Whether deliveries there count as intra-community supply. */
  @Column({ type: 'varchar', nullable: true })
  icp: YesOrNo | null;

  @Column({ type: 'varchar', nullable: true })
  phone: string | null;

  @Column({ type: 'varchar', nullable: true })
  mobile: string | null;

  @Column({ type: 'varchar', nullable: true })
  email: string | null;

  @Column({ type: 'varchar', nullable: true })
  url: string | null;

  @Column({ type: 'varchar', nullable: true })
  notes: string | null;

  /** At most one address of a type is the default one. */
  @Column({ type: 'varchar' })
  isDefault: YesOrNo;
}

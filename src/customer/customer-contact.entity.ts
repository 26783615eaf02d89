import { Column, Entity } from 'typeorm';
import { BooleanColumn, IdColumn, RefColumn } from '../platform/database/columns';

/** A person to turn to at a customer. */
@Entity('customer_contacts')
export class CustomerContact {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @RefColumn()
  customerRef: number;

  /** Public id, `^KP[A-Z0-9]{14}$`. */
  @Column()
  keyContactPersonId: string;

  @Column()
  name: string;

  @Column()
  legalName: string;

  @Column()
  mobile: string;

  @Column({ type: 'varchar', nullable: true })
  email: string | null;

  @BooleanColumn()
  mailEnabled: boolean;

  @BooleanColumn()
  smsEnabled: boolean;

  @BooleanColumn()
  whatsappEnabled: boolean;

  @Column({ type: 'varchar', nullable: true })
  via: string | null;

  @BooleanColumn()
  deleted: boolean;
}

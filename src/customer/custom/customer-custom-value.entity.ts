import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn } from '../../platform/database/columns';

/** Value of one custom field of one customer; there is none for an empty field. */
@Entity('customer_custom_values')
export class CustomerCustomValue {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @RefColumn()
  customerRef: number;

  @Column()
  field: string;

  @Column()
  value: string;
}

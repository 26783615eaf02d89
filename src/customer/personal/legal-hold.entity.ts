import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../../platform/database/columns';

/** A customer that is not to be erased, as somebody may still have to answer for what is stored about it. */
@Entity('legal_holds')
export class LegalHold {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @RefColumn()
  customerRef: number;

  /** Who set it, as in the history. */
  @Column()
  setBy: string;

  @TimeColumn()
  setAt: Date;
}

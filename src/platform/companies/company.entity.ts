import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../database/columns';

/** A company; companies form a tree. */
@Entity('companies')
export class Company {
  @IdColumn()
  id: number;

  /** Public id, `^CEK[A-Z0-9]{7}$`. */
  @Column()
  companyId: string;

  @Column()
  name: string;

  @RefColumn({ nullable: true })
  parentRef: number | null;

  /** Ids from the root down to this company, `/1/4/`: a company is below another when its path begins with that one's. */
  @Column()
  path: string;

  /** ISO 639-1; the language of a customer that comes without one. */
  @Column({ default: 'en' })
  defaultLanguage: string;

  @TimeColumn()
  createdAt: Date;
}

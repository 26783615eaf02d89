import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn } from '../database/columns';

/** The end of the chain of audit entries; one row. */
@Entity('audit_head')
export class AuditHead {
  @IdColumn()
  id: number;

  /** Place of the last entry; 0 while there is none. */
  @RefColumn()
  sequenceNo: number;

  /** Hash of the last entry. */
  @Column()
  hash: string;

  /**
   * Last history row of each table that was there before the trail began, as the text of a JSON object: older ones are
   * not vouched for.
   */
  @Column({ type: 'text' })
  beforeAudit: string;

  /** Tells whether a process holds the key of the chain. */
  @Column()
  keyCheck: string;

  /** HMAC over place, hash and `beforeAudit`. */
  @Column()
  mac: string;
}

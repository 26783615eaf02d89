import { Column, Entity } from 'typeorm';
import { IdColumn, JsonColumn, TimeColumn } from '../database/columns';

/** A history row that was written anew: the fingerprints of what it was and of what it became. */
export type RewrittenRow = readonly [id: number, was: string, is: string];

/** What was done, by whom; never a value of a person. Written once; only its place in the chain is added. */
@Entity('audit_entries')
export class AuditEntry {
  @IdColumn()
  id: number;

  /** `^AUD[A-Z0-9]{26}$`; tells an entry from a copy of it. */
  @Column()
  entryId: string;

  @TimeColumn()
  recordedAt: Date;

  /** Null for what concerns no company, or one that is not known. */
  @Column({ type: 'int', nullable: true })
  companyRef: number | null;

  /** `client:<id>`, `key:<id>`, `address:<ip>`, `operator` or `others`. */
  @Column()
  actor: string;

  @Column()
  action: string;

  /** Ids of what it was done to, with blanks between, or the route that was refused; null for the rows of a chunk. */
  @Column({ type: 'text', nullable: true })
  subject: string | null;

  @Column({ type: 'varchar', nullable: true })
  jobId: string | null;

  /** First and last row of the job, `2-1001`. */
  @Column({ type: 'varchar', nullable: true })
  jobRows: string | null;

  @Column({ type: 'varchar', nullable: true })
  requestId: string | null;

  /** Names of what was changed. */
  @JsonColumn()
  fieldNames: readonly string[];

  /** How many changes, or events of the same kind, it stands for. */
  @Column({ type: 'int' })
  times: number;

  /** Table of the history rows it vouches for. */
  @Column({ type: 'varchar', nullable: true })
  historyTable: string | null;

  /** Their ids, `12-1011,1014-1020`. */
  @Column({ type: 'text', nullable: true })
  historyIds: string | null;

  /** SHA-256 over the fingerprints of those rows. */
  @Column({ type: 'varchar', nullable: true })
  digest: string | null;

  /** History rows that were written anew, in the order of their ids; of `historyTable`. */
  @JsonColumn({ nullable: true })
  rewritten: readonly RewrittenRow[] | null;

  /** HMAC over all of the above, but for the id. */
  @Column()
  mac: string;

  /** Place in the chain, from 1; null until the entry is linked. */
  @Column({ type: 'int', nullable: true })
  sequenceNo: number | null;

  /** HMAC over the hash of the entry before, the place, the id and the mac. */
  @Column({ type: 'varchar', nullable: true })
  hash: string | null;
}

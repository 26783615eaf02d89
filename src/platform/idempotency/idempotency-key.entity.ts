import { Column, Entity } from 'typeorm';
import { IdColumn, JsonColumn, RefColumn, TimeColumn } from '../database/columns';

/** A key by which a caller may send a call again, and what the call was answered. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  /** Method and path of the call; a long path by its hash. */
  @Column()
  route: string;

  @Column()
  idempotencyKey: string;

  /** What was sent, hashed, and sealed: somebody who knows all of a body but a number could find the number by trying. */
  @Column()
  fingerprint: string;

  /** The job that does the work; null where the work was one transaction. */
  @Column({ type: 'varchar', nullable: true })
  jobId: string | null;

  /** Status of the answer; null while there is none. */
  @Column({ type: 'int', nullable: true })
  status: number | null;

  /** Headers the route itself set. */
  @JsonColumn({ nullable: true })
  headers: Record<string, string> | null;

  /** The answer's text, compressed and sealed: a caller who may see personal numbers was answered with them. */
  @Column({ type: 'text', nullable: true })
  body: string | null;

  @TimeColumn()
  createdAt: Date;
}

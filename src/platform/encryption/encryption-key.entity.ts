import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TimeColumn } from '../database/columns';

/** A key that values of this database were sealed under, by its id; the key itself is never stored. */
@Entity('encryption_keys')
export class EncryptionKey {
  /** Id in the configuration, or `blind-index`. */
  @PrimaryColumn()
  keyId: string;

  /** What only that key makes or opens: an envelope of a fixed text, or the blind index of one. */
  @Column()
  checkValue: string;

  @TimeColumn()
  createdAt: Date;

  /** Since then nothing is sealed under it, and the configuration may drop it. */
  @TimeColumn({ nullable: true })
  retiredAt: Date | null;
}

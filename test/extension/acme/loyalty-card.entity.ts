import { Column, Entity } from 'typeorm';
import { ImportedRecord } from '../../../src/extension-api';

/** A card on which a buyer collects points. */
@Entity('acme_loyalty_cards')
export class LoyaltyCard extends ImportedRecord {
  @Column()
  cardNumber: string;

  @Column({ type: 'int' })
  points: number;

  @Column({ type: 'varchar', nullable: true })
  nickname: string | null;
}

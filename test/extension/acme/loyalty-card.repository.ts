import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../src/extension-api';
import { LoyaltyCard } from './loyalty-card.entity';

/** Reads and writes of loyalty cards. */
@Injectable()
export class LoyaltyCardRepository {
  find(transaction: Transaction, companyRef: number, cardNumber: string): Promise<LoyaltyCard | null> {
    return transaction.findOneBy(LoyaltyCard, { companyRef, cardNumber, deletionKey: 0 });
  }

  /** Adds points to a card; false when it moved on since it was read. */
  async addPoints(
    transaction: Transaction,
    { id, companyRef, version, points }: LoyaltyCard,
    more: number,
  ): Promise<boolean> {
    const changed = { points: points + more, version: version + 1, updatedAt: new Date() };
    const { affected } = await transaction.update(LoyaltyCard, { id, companyRef, version }, changed);
    return affected === 1;
  }
}

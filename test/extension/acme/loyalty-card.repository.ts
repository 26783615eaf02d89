import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../src/extension-api';
import { LoyaltyCard } from './loyalty-card.entity';

/** Reads of loyalty cards. */
@Injectable()
export class LoyaltyCardRepository {
  find(transaction: Transaction, companyRef: number, cardNumber: string): Promise<LoyaltyCard | null> {
    return transaction.findOneBy(LoyaltyCard, { companyRef, cardNumber, deletionKey: 0 });
  }
}

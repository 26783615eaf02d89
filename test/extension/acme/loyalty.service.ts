import { Injectable } from '@nestjs/common';
import { type CompanyScope, defineError, UnitOfWork } from '../../../src/extension-api';
import type { LoyaltyCard } from './loyalty-card.entity';
import { LoyaltyCardRepository } from './loyalty-card.repository';

/** The company has no such card. */
export class CardNotFound extends defineError('CARD_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** Loyalty cards of a company. */
@Injectable()
export class LoyaltyService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cards: LoyaltyCardRepository,
  ) {}

  /** @throws CardNotFound */
  async get({ ref }: CompanyScope, cardNumber: string): Promise<LoyaltyCard> {
    const card = await this.unitOfWork.read((transaction) => this.cards.find(transaction, ref, cardNumber));
    if (card === null) throw new CardNotFound('This company has no such card.');
    return card;
  }
}

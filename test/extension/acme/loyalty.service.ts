import { Injectable } from '@nestjs/common';
import { type CompanyScope, Conflict, defineError, UnitOfWork } from '../../../src/extension-api';
import type { LoyaltyCard } from './loyalty-card.entity';
import { LoyaltyCardRepository } from './loyalty-card.repository';

/** The company has no such card. */
export class CardNotFound extends defineError('CARD_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The words for a card that somebody else changed at the same time. */
export function cardMoved(): Conflict {
  return new Conflict('The card was changed at the same time; read it and try again.');
}

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

  /** Adds points to a card and gives what it has then. @throws CardNotFound, Conflict */
  addPoints(company: CompanyScope, cardNumber: string, more: number): Promise<number> {
    return this.unitOfWork.run(async (transaction) => {
      const card = await this.get(company, cardNumber);
      if (!(await this.cards.addPoints(transaction, card, more))) throw cardMoved();
      return card.points + more;
    });
  }
}

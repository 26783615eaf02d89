import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import {
  ApiErrors,
  type Caller,
  CurrentCaller,
  invalidField,
  RequireScope,
  UseFamily,
} from '../../../src/extension-api';
import { acmeFamily } from './acme.family';
import { CardNotFound, LoyaltyService } from './loyalty.service';

/** Path parameter of a card. */
class CardParam {
  @ApiProperty({ example: 'L-000042', description: 'Number on the card.' })
  @Matches(/^L-\d{6}$/, { message: '$property must be L- and 6 digits' })
  cardNumber: string;
}

/** A card in an answer. */
class CardAnswer {
  @ApiProperty({ example: 'L-000042' })
  cardNumber: string;

  @ApiProperty({ example: 120 })
  points: number;
}

@ApiTags('acme')
@UseFamily(acmeFamily)
@Controller('acme/loyalty')
export class LoyaltyController {
  constructor(private readonly cards: LoyaltyService) {}

  /** Reads a card. */
  @Get(':cardNumber')
  @RequireScope('customers:read')
  @ApiOkResponse({ type: CardAnswer })
  @ApiErrors(
    invalidField('CardParam', 'cardNumber', '42', 'cardNumber must be L- and 6 digits'),
    new CardNotFound('This company has no such card.'),
  )
  async get(@CurrentCaller() caller: Caller, @Param() { cardNumber }: CardParam): Promise<CardAnswer> {
    const { points } = await this.cards.get(caller.company, cardNumber);
    return { cardNumber, points };
  }
}

import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsInt, Matches, Max, Min } from 'class-validator';
import {
  ApiErrors,
  type Caller,
  CurrentCaller,
  invalidField,
  RequireScope,
  UseFamily,
} from '../../../src/extension-api';
import { acmeFamily } from './acme.family';
import { CardNotFound, cardMoved, LoyaltyService } from './loyalty.service';

/** Path parameter of a card. */
class CardParam {
  @ApiProperty({ example: 'L-000042', description: 'Number on the card.' })
  @Matches(/^L-\d{6}$/, { message: '$property must be L- and 6 digits' })
  cardNumber: string;
}

/** Points to be added. */
class PointsRequest {
  @ApiProperty({ example: 10, type: 'integer', minimum: 1, maximum: 1_000_000 })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  points: number;
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

  /** Adds points to a card. */
  @Post(':cardNumber/points')
  @HttpCode(200)
  @RequireScope('customers:write')
  @ApiOkResponse({ type: CardAnswer })
  @ApiErrors(
    invalidField('PointsRequest', 'points', 0, 'points must not be less than 1'),
    new CardNotFound('This company has no such card.'),
    cardMoved(),
  )
  async addPoints(
    @CurrentCaller() caller: Caller,
    @Param() { cardNumber }: CardParam,
    @Body() { points }: PointsRequest,
  ): Promise<CardAnswer> {
    return { cardNumber, points: await this.cards.addPoints(caller.company, cardNumber, points) };
  }
}

import { Injectable } from '@nestjs/common';
import { BulkImporterProvider, EntityImporter, type ParsedText, type RecordColumn } from '../../../src/extension-api';
import { LoyaltyCard } from './loyalty-card.entity';

const cardNumber = (text: string): ParsedText<string> =>
  /^L-\d{6}$/.test(text) ? { value: text } : { issue: 'must be L- and 6 digits' };
const points = (text: string): ParsedText<number> =>
  /^\d{1,9}$/.test(text) ? { value: Number(text) } : { issue: 'must be a whole number, 0 or more' };
const nickname = (text: string): ParsedText<string> =>
  text.length <= 50 ? { value: text } : { issue: 'must have at most 50 characters' };

const COLUMNS: readonly RecordColumn<LoyaltyCard>[] = [
  { name: 'cardNumber', required: true, description: 'L- and 6 digits.', example: 'L-000042', parse: cardNumber },
  { name: 'points', required: true, description: 'Whole points.', example: '120', parse: points },
  { name: 'nickname', description: 'What the buyer calls it.', example: 'Blue card', parse: nickname },
];

/** Takes files of loyalty cards. */
@Injectable()
@BulkImporterProvider({ target: 'acme.loyalty', route: { title: 'Loyalty cards', scope: 'customers:write' } })
export class LoyaltyImporter extends EntityImporter<LoyaltyCard> {
  constructor() {
    super({ entity: LoyaltyCard, sheet: 'Cards', key: 'cardNumber', columns: COLUMNS });
  }
}

import { Injectable } from '@nestjs/common';
import { CustomField, type CustomFieldRule, type ParsedText } from '../../../src/extension-api';

/** How much Acme cares for a customer. */
@Injectable()
@CustomField({ on: 'customer', name: 'acmeTier', description: 'Tier: gold or silver.', example: 'gold', maxLength: 10 })
export class TierField implements CustomFieldRule {
  parse(text: string): ParsedText<string> {
    const tier = text.trim().toLowerCase();
    return tier === 'gold' || tier === 'silver' ? { value: tier } : { issue: 'must be gold or silver' };
  }
}

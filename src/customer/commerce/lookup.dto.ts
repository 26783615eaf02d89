import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { InvalidRequest } from '../../platform/errors/http.errors';
import type { CustomerKey } from './commerce-item';
import { InvalidLookupKey } from './commerce.errors';
import { IsLanguageCode, Text } from './commerce.validators';

/** Path of every route on one customer. */
export class LookupParams {
  /**
   * What `lookupValue` is: `id` or `sourceId`.
   * @example 'sourceId'
   */
  @ApiProperty({ enum: ['id', 'sourceId'] })
  @Text(64)
  lookupKey: string;

  /**
   * The numeric id of the customer, or its source id.
   * @example '3002196'
   */
  @Text(64)
  lookupValue: string;
}

/** Query of every route on one customer: which of several with that source id is meant. */
export class LookupQuery {
  /** System the customer comes from, where several have that source id. */
  @IsOptional()
  @Text(64)
  source?: string;

  /** Language (ISO 639-1), where the customer is kept in several. */
  @ApiProperty({ pattern: '^[A-Za-z]{2}$' })
  @IsOptional()
  @IsLanguageCode()
  language?: string;
}

/** Largest id there can be, and longest number of that size. */
const ID = /^[1-9]\d{0,14}$/;

/** What path and query say about the customer. @throws InvalidLookupKey, InvalidRequest for an id that is no number */
export function toCustomerKey(
  { lookupKey, lookupValue }: LookupParams,
  { source, language }: LookupQuery,
): CustomerKey {
  if (lookupKey === 'sourceId') {
    return { source: source ?? null, sourceId: lookupValue, language: language?.toLowerCase() ?? null };
  }
  if (lookupKey !== 'id') {
    throw new InvalidLookupKey(`Customers are not looked up by [${lookupKey}]; use id or sourceId.`);
  }
  if (!ID.test(lookupValue)) {
    const message =
      'the id of a customer is a whole number such as 25494; to look it up by your own number use sourceId';
    throw new InvalidRequest(message, {
      issues: [{ object: 'LookupParams', field: 'lookupValue', rejectedValue: lookupValue, message }],
    });
  }
  return { id: Number(lookupValue) };
}

import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { ApiInt } from '../../platform/openapi/api-schema';
import { IsEmailAddress } from '../rules/field.validators';
import { AddressRequest, MAX_ADDRESSES } from './address.dto';
import type { Gender } from './commerce-customer.entity';
import {
  IfGiven,
  IsDateOfBirth,
  IsLanguageCode,
  IsSocialSecurityNumber,
  OptionalText,
  Text,
  TextOrInteger,
} from './commerce.validators';

/** Most items of one bulk call (published). */
export const MAX_ITEMS = 10_000;

/** The parent of a customer: by its id, or by its source and source id. */
export class ParentReference {
  /** @example 109 */
  @ApiInt({ minimum: 1, required: false })
  @ValidateIf(({ id, source, sourceId }: ParentReference) => id !== undefined || (source ?? sourceId) === undefined)
  @IsInt()
  @Min(1)
  id?: number;

  /** @example 'REST-API' */
  @ApiProperty({ required: false })
  @ValidateIf(
    ({ id, source, sourceId }: ParentReference) => source !== undefined || (id === undefined && sourceId !== undefined),
  )
  @Text(64)
  source?: string;

  /** @example 3002196 */
  @ApiProperty({ required: false })
  @ValidateIf(
    ({ id, source, sourceId }: ParentReference) => sourceId !== undefined || (id === undefined && source !== undefined),
  )
  @TextOrInteger(64)
  sourceId?: string | number;
}

/** What callers write about a customer; absent members keep their value, null clears. */
export class CommerceFields {
  /**
   * Number of the customer as a debtor, in the caller's books.
   * @example '12345'
   */
  @ApiProperty({
    oneOf: [
      { type: 'string', nullable: true, minLength: 1, maxLength: 64 },
      { type: 'integer', format: 'int64' },
    ],
  })
  @IsOptional()
  @TextOrInteger(64)
  debtorId?: string | number | null;

  /** @example 'Miles' */
  @OptionalText(100)
  firstName?: string | null;

  @OptionalText(100)
  middleName?: string | null;

  /** @example 'McCoy' */
  @OptionalText(100)
  lastName?: string | null;

  /** @example 'MM' */
  @OptionalText(50)
  abbreviation?: string | null;

  /** @example 'Mr.' */
  @OptionalText(50)
  title?: string | null;

  /**
   * YYYY-MM-DD or DD/MM/YYYY; answered as YYYY-MM-DD.
   * @example '1993-08-28'
   */
  @ApiProperty({ pattern: '^(\\d{4}-\\d{2}-\\d{2}|\\d{2}/\\d{2}/\\d{4})$' })
  @IsOptional()
  @IsDateOfBirth()
  dateOfBirth?: string | null;

  /** @example 'M' */
  @IsOptional()
  @IsIn(['M', 'F', 'U'])
  gender?: Gender | null;

  /**
   * Social security number; encrypted at rest, shown masked without the scope `customers:pii`.
   * @example '078-05-1120'
   */
  @ApiProperty({
    type: undefined,
    oneOf: [
      { type: 'string', nullable: true, minLength: 4, maxLength: 32 },
      { type: 'integer', format: 'int64' },
    ],
  })
  @IsOptional()
  @IsSocialSecurityNumber()
  ssn?: string | number | null;

  /** @example '0032445888' */
  @OptionalText(30)
  phone?: string | null;

  /** @example '0038975648' */
  @OptionalText(30)
  mobile?: string | null;

  /** @example 'miles@example.com' */
  @IsOptional()
  @IsEmailAddress()
  email?: string | null;

  /** The customer above this one: either its `id`, or its `source` and `sourceId`. */
  // Spelled out: OpenAPI 3.0 has no way to say "null or that class".
  @ApiProperty({
    type: 'object',
    nullable: true,
    minProperties: 1,
    properties: {
      id: { type: 'integer', format: 'int32', minimum: 1, example: 109 },
      source: { type: 'string', minLength: 1, maxLength: 64, example: 'REST-API' },
      sourceId: {
        oneOf: [
          { type: 'string', minLength: 1, maxLength: 64 },
          { type: 'integer', format: 'int64' },
        ],
        example: 4711,
      },
    },
  })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ParentReference)
  parent?: ParentReference | null;

  /**
   * ISO 639-1, part of the identity; without it the customer is found by source and source id alone.
   * @example 'en'
   */
  @ApiProperty({ pattern: '^[A-Za-z]{2}$' })
  @IfGiven()
  @IsLanguageCode()
  language?: string;

  /**
   * ISO 639-1
   * @example 'nl'
   */
  @ApiProperty({ pattern: '^[A-Za-z]{2}$' })
  @IsOptional()
  @IsLanguageCode()
  primaryLanguage?: string | null;

  /** Addresses to change or add; those not mentioned stay. */
  @ApiProperty({ maxItems: MAX_ADDRESSES })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(MAX_ADDRESSES)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => AddressRequest)
  addresses?: AddressRequest[];
}

/** Item of `POST /customers/bulk/sourceId`. */
export class SourceIdItem extends CommerceFields {
  /**
   * The system the customer comes from.
   * @example 'REST-API'
   */
  @Text(64)
  source: string;

  /**
   * Its id there; 3002196 and "3002196" are the same.
   * @example 3002196
   */
  @TextOrInteger(64)
  sourceId: string | number;
}

/** Body of `POST /customers/` and of `PATCH /customers/{lookupKey}/{lookupValue}`. */
export class CommerceCustomerRequest extends CommerceFields {
  /**
   * The system the customer comes from; goes together with sourceId.
   * @example 'REST-API'
   */
  @IfGiven()
  @Text(64)
  source?: string;

  /**
   * Its id there; 3002196 and "3002196" are the same.
   * @example 3002196
   */
  @IfGiven()
  @TextOrInteger(64)
  sourceId?: string | number;
}

/** Item of `POST /customers/bulk/id`. */
export class IdItem extends CommerceCustomerRequest {
  /**
   * Numeric id of the customer.
   * @example 25494
   */
  @ApiInt({ minimum: 1 })
  @IsInt()
  @Min(1)
  id: number;
}

/** Body of `POST /customers/bulk/sourceId`. */
export class BulkSourceIdRequest {
  @ApiProperty({ type: [SourceIdItem], minItems: 1, maxItems: MAX_ITEMS })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ITEMS)
  customers: SourceIdItem[];
}

/** Body of `POST /customers/bulk/id`. */
export class BulkIdRequest {
  @ApiProperty({ type: [IdItem], minItems: 1, maxItems: MAX_ITEMS })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ITEMS)
  customers: IdItem[];
}

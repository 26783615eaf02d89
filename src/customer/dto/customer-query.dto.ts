import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { COMPANY_ID } from '../../platform/companies/company-access';
import { decodeCursor } from '../../platform/http/cursor';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { CustomPatch } from '../custom/custom-field.contract';
import { CustomerSearch, SEARCHABLE_FIELDS } from '../customer-search';
import type { CustomerStatus } from '../customer-record.entity';
import { QueryInteger } from '../../platform/validation/query-integer';

const CUSTOMER_ID = /^KC[A-Z0-9]{14}$/;

/** Path parameter of every route on one customer. */
export class CustomerIdParam {
  /**
   * Public id of the customer.
   * @example 'KC7Q2M9RX4T1B8ZC'
   */
  @ApiProperty({ pattern: CUSTOMER_ID.source })
  @Matches(CUSTOMER_ID, { message: '$property must be KC followed by 14 of A-Z and 0-9' })
  customerId: string;
}

/** Query of every route on customers. */
export class CompanyQuery {
  /**
   * Company that owns the customer book, such as `CEK4TPZ859`: the token's own company (the default) or one below it.
   */
  @IsOptional()
  @ApiProperty({ pattern: COMPANY_ID.source })
  @Matches(COMPANY_ID, { message: '$property must be one company id: CEK followed by 7 of A-Z and 0-9' })
  parentCompanyId?: string;
}

/** Query of a list. */
export class PageQuery extends CompanyQuery {
  /** Items on a page. */
  @ApiInt({ required: false })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(50)
  limit: number = 50;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;
}

/** Query of the customer search. */
export class SearchQuery extends PageQuery {
  /** Oldest first (ASC) or newest first (DESC). */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(['ASC', 'DESC'])
  direction: 'ASC' | 'DESC' = 'ASC';
}

/** Body of the search: every member given must match; null is as good as absent. */
export class SearchCustomersRequest {
  /** @example 'KC7Q2M9RX4T1B8ZC' */
  @IsOptional()
  @ApiProperty({ pattern: CUSTOMER_ID.source })
  @Matches(CUSTOMER_ID, { message: '$property must be KC followed by 14 of A-Z and 0-9' })
  customerId?: string | null;

  /** @example 'CUST-00042' */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  uniqueRefNo?: string | null;

  /**
   * Beginning of the legal name, upper and lower case alike.
   * @example 'Xylo'
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  legalName?: string | null;

  /** @example 'ACTIVE' */
  @IsOptional()
  @IsIn(['ACTIVE', 'INACTIVE'])
  status?: CustomerStatus | null;

  /** @example '29AAACX1234A2ZS' */
  @IsOptional()
  @IsString()
  @MaxLength(15)
  panOrGstin?: string | null;

  /** @example '+919812345678' */
  @IsOptional()
  @IsString()
  @MaxLength(20)
  contactNumber?: string | null;

  /** @example 'Karnataka' */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  state?: string | null;

  /** @example 'agent-7' */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  assignedAgent?: string | null;
}

/** Request -> what the repository looks for; one row more than the page holds, to see whether there is a next one. */
export function toCustomerSearch(
  request: SearchCustomersRequest,
  query: SearchQuery,
  custom: CustomPatch = {},
): CustomerSearch {
  const equal = SEARCHABLE_FIELDS.map((field): [string, unknown] => [field, request[field]]);
  const isGiven = ([, value]: [string, unknown]) => value !== undefined && value !== null;
  return {
    equal: Object.fromEntries(equal.filter(isGiven)),
    custom: Object.fromEntries(Object.entries(custom).filter(isGiven)),
    legalNamePrefix: request.legalName ?? undefined,
    direction: query.direction,
    limit: query.limit + 1,
    after: decodeCursor(query.cursor),
  };
}

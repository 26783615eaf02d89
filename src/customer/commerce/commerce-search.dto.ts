import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsObject, ValidateBy, ValidateNested } from 'class-validator';
import { ApiInt } from '../../platform/openapi/api-schema';
import { isCalendarDay } from '../../platform/validation/calendar-day';
import { InvalidPage } from './commerce.errors';
import { IfGiven, IsTextOrIntegerEach } from './commerce.validators';

/** Customers on a page unless the caller says otherwise, and at most. */
const PAGE_SIZE = 100;
const LARGEST_PAGE = 1_000;
/** No book has more; beyond it an offset would leave the numbers a database can count. */
const LAST_PAGE = 10_000_000;
const DAY_MS = 86_400_000;
/** What a database can compare with; nothing was ever stored outside. */
const EARLIEST = new Date('1000-01-01T00:00:00Z');
const LATEST = new Date('9999-12-31T23:59:59.999Z');

/** From and to of a time column, both included; null: open. */
export interface TimeRange {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** A page of customers to look for; what is undefined does not matter. */
export interface CommerceSearch {
  readonly debtorIds: readonly string[] | undefined;
  readonly ssnIndexes: readonly string[] | undefined;
  readonly created: TimeRange | undefined;
  readonly modified: TimeRange | undefined;
  /** From 1 on. */
  readonly page: number;
  readonly pageSize: number;
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Time of an ISO 8601 text, UTC unless it names an offset; a day alone is its first, or its last, millisecond. */
function toMoment(text: unknown, atEnd: boolean): Date | null {
  if (typeof text !== 'string') return null;
  const [, day, hours, , , , offset] = MOMENT.exec(text) ?? [];
  if (day === undefined || !isCalendarDay(day)) return null;
  const start = new Date(`${day}T00:00:00Z`);
  if (hours === undefined) return within(atEnd ? new Date(start.getTime() + DAY_MS - 1) : start);
  const moment = new Date(offset === undefined ? `${text}Z` : text);
  return Number.isNaN(moment.getTime()) ? null : within(moment);
}

function within(moment: Date): Date {
  return moment > LATEST ? LATEST : moment < EARLIEST ? EARLIEST : moment;
}

function IsMoment(): PropertyDecorator {
  return ValidateBy({
    name: 'isMoment',
    validator: {
      validate: (value: unknown) => toMoment(value, false) !== null,
      defaultMessage: () => '$property must be a day or a time such as 2020-12-12 or 2020-12-12T00:00:00',
    },
  });
}

/** A range of time, both ends included; either may be left out. */
export class DateFilter {
  /**
   * A day, or a time: UTC unless it names an offset.
   * @example '2020-12-12T00:00:00'
   */
  @ApiProperty({ pattern: MOMENT.source })
  @IfGiven()
  @IsMoment()
  from?: string;

  /**
   * A day counts to its end.
   * @example '2026-12-12T00:00:00'
   */
  @ApiProperty({ pattern: MOMENT.source })
  @IfGiven()
  @IsMoment()
  to?: string;
}

const TEXTS_OR_INTEGERS = {
  type: 'array',
  items: { oneOf: [{ type: 'string' }, { type: 'integer', format: 'int64' }] },
  maxItems: 1000,
} satisfies ApiPropertyOptions;

/** Body of `POST /customers/search`: every member given must match. */
export class CommerceSearchRequest {
  /** @example ['12345'] */
  @ApiProperty(TEXTS_OR_INTEGERS)
  @IfGiven()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsTextOrIntegerEach()
  debtorIds?: (string | number)[];

  /**
   * Social security numbers, however written; needs the scope `customers:pii`.
   * @example ['078-05-1120']
   */
  @ApiProperty(TEXTS_OR_INTEGERS)
  @IfGiven()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsTextOrIntegerEach()
  ssns?: (string | number)[];

  /** When the customer was created. */
  @IfGiven()
  @IsObject()
  @ValidateNested()
  @Type(() => DateFilter)
  dateCreated?: DateFilter;

  /** When it was last changed. */
  @IfGiven()
  @IsObject()
  @ValidateNested()
  @Type(() => DateFilter)
  dateModified?: DateFilter;

  /**
   * Customers on a page, 1 to 1000.
   * @example 100
   */
  @ApiProperty({ maximum: LARGEST_PAGE })
  @ApiInt({ minimum: 1, required: false })
  @IfGiven()
  @IsInt()
  offset?: number;

  /**
   * Number of the page, from 1 on.
   * @example 1
   */
  @ApiInt({ minimum: 1, required: false })
  @IfGiven()
  @IsInt()
  page?: number;
}

function toRange(filter: DateFilter | undefined): TimeRange | undefined {
  if (filter === undefined) return undefined;
  const from = toMoment(filter.from, false);
  const to = toMoment(filter.to, true);
  return from === null && to === null ? undefined : { from, to };
}

function refusePage(field: 'offset' | 'page', value: number, message: string): InvalidPage {
  return new InvalidPage(message, { issues: [{ object: 'body', field, rejectedValue: value, message }] });
}

/** Request -> what the repository looks for. @throws InvalidPage */
export function toCommerceSearch(request: CommerceSearchRequest, indexOf: (ssn: string) => string): CommerceSearch {
  const { debtorIds, ssns, offset = PAGE_SIZE, page = 1 } = request;
  if (offset < 1 || offset > LARGEST_PAGE) {
    throw refusePage('offset', offset, `offset must be 1 to ${LARGEST_PAGE}: the number of customers on a page`);
  }
  if (page < 1 || page > LAST_PAGE) {
    throw refusePage('page', page, `page must be 1 to ${LAST_PAGE}: the number of the page`);
  }
  return {
    debtorIds: debtorIds?.map(String),
    ssnIndexes: ssns?.map((ssn) => indexOf(String(ssn))),
    created: toRange(request.dateCreated),
    modified: toRange(request.dateModified),
    page,
    pageSize: offset,
  };
}

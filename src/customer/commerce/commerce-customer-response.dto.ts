import { ApiProperty } from '@nestjs/swagger';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { CustomerStatus } from '../customer-record.entity';
import type { CommerceCustomer, Gender } from './commerce-customer.entity';

/** The parent of a customer in an answer. */
export class ParentResponse {
  /** @example 109 */
  @ApiInt()
  id: number;
  /** @example 'REST-API' */
  source: string | null;
  /** @example '4711' */
  sourceId: string | null;
}

/** A customer in an answer of the commerce API; what it does not have is null. */
export class CommerceCustomerResponse {
  /** @example 25494 */
  @ApiInt()
  id: number;
  /**
   * Its id in the receivables API.
   * @example 'KC7Q2M9RX4T1B8ZC'
   */
  customerId: string;
  /** @example 'REST-API' */
  source: string | null;
  /** @example '3002196' */
  sourceId: string | null;
  /** @example 'en' */
  language: string | null;
  /**
   * Its legal name.
   * @example 'Miles McCoy'
   */
  name: string;
  /** @example 'ACTIVE' */
  status: CustomerStatus;
  /** @example '12345' */
  debtorId: string | null;
  /** @example 'Miles' */
  firstName: string | null;
  /** @example null */
  middleName: string | null;
  /** @example 'McCoy' */
  lastName: string | null;
  /** @example 'MM' */
  abbreviation: string | null;
  /** @example 'Mr.' */
  title: string | null;
  /** @example '1993-08-28' */
  dateOfBirth: string | null;
  /** @example 'M' */
  gender: Gender | null;
  /**
   * Masked but for its end, unless the token holds `customers:pii`.
   * @example '*******1120'
   */
  ssn: string | null;
  /** @example '0032445888' */
  phone: string | null;
  /** @example '0038975648' */
  mobile: string | null;
  /** @example 'miles@example.com' */
  email: string | null;
  /** @example 'nl' */
  primaryLanguage: string | null;
  @ApiProperty({
    type: 'object',
    nullable: true,
    required: ['id', 'source', 'sourceId'],
    properties: {
      id: { type: 'integer', format: 'int32', example: 109 },
      source: { type: 'string', nullable: true, example: 'REST-API' },
      sourceId: { type: 'string', nullable: true, example: '4711' },
    },
  })
  parent: ParentResponse | null;
  /** @example '2026-01-05T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  dateCreated: string;
  /** @example '2026-01-05T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  dateModified: string;
  /**
   * Counts the changes of the customer.
   * @example 1
   */
  @ApiInt()
  version: number;
}

/** Entity, its parent and its number as it may be shown -> answer. */
export function toCommerceCustomer(
  customer: CommerceCustomer,
  parent: CommerceCustomer | null,
  ssn: string | null,
): CommerceCustomerResponse {
  return {
    id: customer.id,
    customerId: customer.customerId,
    source: customer.source,
    sourceId: customer.sourceId,
    language: customer.language,
    name: customer.legalName,
    status: customer.status,
    debtorId: customer.debtorId,
    firstName: customer.firstName,
    middleName: customer.middleName,
    lastName: customer.lastName,
    abbreviation: customer.abbreviation,
    title: customer.title,
    dateOfBirth: customer.dateOfBirth,
    gender: customer.gender,
    ssn,
    phone: customer.phone,
    mobile: customer.mobile,
    email: customer.email,
    primaryLanguage: customer.primaryLanguage,
    parent: parent === null ? null : { id: parent.id, source: parent.source, sourceId: parent.sourceId },
    dateCreated: customer.createdAt.toISOString(),
    dateModified: customer.updatedAt.toISOString(),
    version: customer.version,
  };
}

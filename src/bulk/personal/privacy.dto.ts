import { ApiProperty, OmitType } from '@nestjs/swagger';
import { AddressResponse } from '../../customer/commerce/address.dto';
import { CommerceCustomerResponse } from '../../customer/commerce/commerce-customer-response.dto';
import { CustomerResponse } from '../../customer/dto/customer.dto';
import { HistoryItemResponse } from '../../customer/dto/customer-history.dto';
import { ApiAnyJson } from '../../platform/openapi/api-schema';
import { JobRowResponse, toJobRow } from '../dto/job-row.dto';
import type { PersonalData } from './privacy.service';

/** A row of a bulk call that is about the customer, and what became of it. */
export class PersonalRowResponse extends OmitType(JobRowResponse, ['table']) {
  /** @example 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8' */
  jobId: string;
  /** What was sent, by column; null once the rows of the job were erased. */
  @ApiAnyJson()
  sent: unknown;
}

/** All that is stored about a customer. */
export class PersonalDataResponse {
  /** The customer as this API shows it. */
  customer: CustomerResponse;
  /** The same customer as the commerce API shows it, its number in clear. */
  commerce: CommerceCustomerResponse;
  addresses: AddressResponse[];
  /**
   * When it was deleted; null for a customer that is there.
   * @example null
   */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true })
  deletedAt: string | null;
  /**
   * Since when it is under a legal hold, and not to be erased; null for a customer that may be.
   * @example null
   */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true })
  legalHoldSince: string | null;
  /** All changes, oldest first. */
  history: HistoryItemResponse[];
  jobRows: PersonalRowResponse[];
}

/** Personal data -> answer. */
export function toPersonalDataResponse({ jobRows, ...person }: PersonalData): PersonalDataResponse {
  const rows = jobRows.map(({ jobId, row, sent, outcome }): PersonalRowResponse => {
    const { table: _table, ...told } = outcome === null ? unprocessed(row) : toJobRow(outcome, '');
    return { ...told, jobId, sent };
  });
  return { ...person, addresses: [...person.addresses], history: [...person.history], jobRows: rows };
}

function unprocessed(row: number): JobRowResponse {
  return { row, table: '', outcome: 'unprocessed', recordId: null, errors: [], warnings: [] };
}

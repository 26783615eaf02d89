import { ExactNumber } from '../../platform/http/exact-json';
import { ApiProperty } from '@nestjs/swagger';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { NOT_PROCESSED_ISSUE } from '../jobs/item-outcomes';
import { unprocessedRows } from '../jobs/tally';

/** One fault or remark about a row. */
export class RowIssueResponse {
  /** @example 'pinCode' */
  field: string | null;
  /** @example 'INVALID_FORMAT' */
  code: string;
  /** @example 'pinCode must be 6 digits and not begin with 0' */
  message: string;
  /** @example '01234' */
  rejectedValue: string | null;
}

/** A row that was applied. */
export class SuccessRequest {
  /** @example 2 */
  @ApiInt()
  row: number;
  /**
   * Id of the customer; of other records the key that names them.
   * @example 'KC7Q2M9RX4T1B8ZC'
   */
  customerId: string | null;
  /** @example 'updated' */
  action: 'created' | 'updated' | 'unchanged' | 'skipped';
  warnings: RowIssueResponse[];
}

/** A row that was refused. */
export class FailureRequest {
  /** @example 3 */
  @ApiInt()
  row: number;
  /** @example 'Customers' */
  sheet: string;
  /**
   * Id of the customer, or the key of another record; null where the row names none that is known.
   * @example 'KC4T1B8ZC7Q2M9RX'
   */
  customerId: string | null;
  errors: RowIssueResponse[];
}

/** Answer of a bulk call with a file. `success_count + failure_count = total_count`, always. */
export class BulkResponse {
  /**
   * The first refused rows of all tables, and those that a stopped job did not come to. The failure file holds all of the
   * former, a file of unprocessed rows, linked from the job, the latter.
   */
  failureRequests: FailureRequest[];
  /** @example 1 */
  @ApiInt()
  failure_count: number;
  /**
   * Refused rows of the contacts table.
   * @example 0
   */
  @ApiInt()
  failure_count_second_file: number;
  /** @example 'customers-failure.csv' */
  failure_file_name: string | null;
  @ApiProperty({ format: 'uri' })
  failure_file_url: string | null;
  /** Failure file of the contacts table, where the format has one table per file. */
  failure_second_file_name: string | null;
  @ApiProperty({ format: 'uri' })
  failure_second_file_url: string | null;
  /** The first applied rows of the first table; the success file holds them all. */
  successRequests: SuccessRequest[];
  /** @example 99 */
  @ApiInt()
  success_count: number;
  /** @example 'customers-success.csv' */
  success_file_name: string | null;
  @ApiProperty({ format: 'uri' })
  success_file_url: string | null;
  /**
   * Control total: exact sum of creditLimit over the applied rows.
   * @example 14850049.5
   */
  total_amount: number;
  /**
   * Data rows of the first table.
   * @example 100
   */
  @ApiInt()
  total_count: number;
  /**
   * Applied rows that carry a warning.
   * @example 0
   */
  @ApiInt()
  warn_count: number;
}

/** Collects the rows an answer shows while the result files are written. */
export class ListedRows {
  readonly successes: SuccessRequest[] = [];
  readonly failures: FailureRequest[] = [];

  /** @param most entries of each list */
  constructor(
    private readonly mainTable: string,
    private readonly most: number,
  ) {}

  /** A row that the job did not come to: it counts as failed, and stands in the file of unprocessed rows. */
  addUnprocessed(row: number, table: string): void {
    this.addFailure({ row, sheet: table, customerId: null, errors: [NOT_PROCESSED_ISSUE] });
  }

  add({ row, verdict, recordId, issues, warnings }: RowOutcome, table: string): void {
    if (verdict === 'failed') {
      this.addFailure({ row, sheet: table, customerId: recordId, errors: [...issues] });
    } else if (table === this.mainTable && this.successes.length < this.most) {
      this.successes.push({ row, customerId: recordId, action: verdict, warnings: [...warnings] });
    }
  }

  private addFailure(failure: FailureRequest): void {
    if (this.failures.length < this.most) this.failures.push(failure);
  }
}

/** A result file as an answer names it. */
export class ResultLink {
  /** @example 'customers-failure.csv' */
  readonly name: string;
  @ApiProperty({ format: 'uri' })
  readonly url: string;
}

/** The result files of a job; null for a side without rows. */
export interface ResultLinks {
  readonly success: ResultLink | null;
  readonly failure: ResultLink | null;
  readonly failureSecond: ResultLink | null;
  /** Of a job that was stopped. */
  readonly unprocessed: ResultLink | null;
}

/** Job and listed rows -> answer. */
export function toBulkResponse(
  { tallies: [main, ...others] }: BulkJob,
  listed: ListedRows,
  links: ResultLinks,
): Omit<BulkResponse, 'total_amount'> & { total_amount: ExactNumber } {
  const received = main?.received ?? 0;
  // Rows a stopped job did not come to were not applied either; they are in the file of unprocessed rows.
  const failed = main === undefined ? 0 : main.failed + unprocessedRows(main);
  return {
    failureRequests: listed.failures,
    failure_count: failed,
    failure_count_second_file: others.reduce((sum, tally) => sum + tally.failed + unprocessedRows(tally), 0),
    failure_file_name: links.failure?.name ?? null,
    failure_file_url: links.failure?.url ?? null,
    failure_second_file_name: links.failureSecond?.name ?? null,
    failure_second_file_url: links.failureSecond?.url ?? null,
    successRequests: listed.successes,
    success_count: received - failed,
    success_file_name: links.success?.name ?? null,
    success_file_url: links.success?.url ?? null,
    total_amount: new ExactNumber(main?.amount ?? '0'),
    total_count: received,
    warn_count: main?.warned ?? 0,
  };
}

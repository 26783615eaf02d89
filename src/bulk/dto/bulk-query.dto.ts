import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { COMPANY_ID } from '../../platform/companies/company-access';
import { ExpectedCount } from '../../platform/validation/expected-count';
import { PageQuery } from '../../customer/dto/customer-query.dto';
import { JOB_STATES, type JobState } from '../jobs/bulk-job.entity';
import { BulkOptionsQuery } from './bulk-options.dto';
import { ROW_OUTCOMES, type RowOutcomeName } from './job-row.dto';

const COMPANY_MESSAGE = '$property must be one company id: CEK followed by 7 of A-Z and 0-9';

/** Query of the bulk update. */
export class BulkUpdateQuery extends BulkOptionsQuery {
  /**
   * Company that owns the customer book, such as `CEK4TPZ859`: the token's own company (the default) or one below it.
   */
  @IsOptional()
  @ApiProperty({ pattern: COMPANY_ID.source })
  @Matches(COMPANY_ID, { message: COMPANY_MESSAGE })
  parentCompanyId?: string;
}

/** Query of the bulk creation. */
export class BulkCreateQuery extends BulkOptionsQuery {
  /**
   * Company that owns the customer book, such as `CEK4TPZ859`: the token's own company (the default) or one below it.
   */
  @IsOptional()
  @ApiProperty({ pattern: COMPANY_ID.source })
  @Matches(COMPANY_ID, { message: COMPANY_MESSAGE })
  companyId?: string;
}

/** Query of the template. */
export class TemplateQuery {
  /** Kind of file. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(['csv', 'xlsx'])
  format: 'csv' | 'xlsx' = 'csv';

  /** What the file will be used for. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(['create', 'update'])
  for: 'create' | 'update' = 'update';
}

/** Path parameter of the job routes. */
export class JobIdParam {
  /**
   * Id of the job.
   * @example 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8'
   */
  @Matches(/^JOB[A-Z0-9]{26}$/, { message: '$property must be JOB followed by 26 of A-Z and 0-9' })
  jobId: string;
}

/** Query of a call that makes a job out of another. */
export class JobFollowUpQuery {
  /** Rows the new job must have; with any other number the answer is 409, and nothing is done. */
  @ExpectedCount()
  expectedRows?: number;
}

/** Query of the list of jobs. */
export class JobListQuery extends PageQuery {
  /** Only jobs in this state. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(JOB_STATES)
  state?: JobState;

  /** Only jobs of this API: receivables, commerce or campaign. */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9-]{0,39}$/)
  family?: string;
}

/** Query of the rows of a job. */
export class JobRowsQuery extends OmitType(PageQuery, ['parentCompanyId']) {
  /** Only rows of this outcome. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(ROW_OUTCOMES)
  outcome?: RowOutcomeName;
}

/** Path parameters of a result file. */
export class ResultFileParam extends JobIdParam {
  /**
   * Kind of rows, for a second table its name behind a dash, and the format.
   * @example 'failure.csv'
   */
  @Matches(/^(success|failure|unprocessed)(-[a-z]{1,40})?\.[a-z]{1,20}$/, {
    message: '$property must be success, failure or unprocessed and a format, such as failure.csv',
  })
  file: string;
}

/** Query that a signed link carries. */
export class SignedLinkQuery {
  /** Unix time at which the link stops working; part of a signed link. */
  @IsOptional()
  @Matches(/^\d{1,12}$/)
  expires?: string;

  /** Signature of the link, in place of a token. */
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{20,100}$/)
  signature?: string;
}

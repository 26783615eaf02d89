import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { ApiInt } from '../../platform/openapi/api-schema';
import {
  DUPLICATE_RULES,
  DuplicateChoice,
  DuplicateRule,
  ERROR_RULES,
  ErrorRule,
  JobOptions,
} from '../jobs/bulk-job.entity';
import { QueryInteger } from '../../platform/validation/query-integer';

const MOST_ERRORS = 1_000_000;

/** What a caller may choose for every bulk call. */
export class BulkRunQuery {
  /** The whole work, but nothing is stored; the rows of the job tell what would change, and its `commit` does it. */
  @ApiProperty({ required: false })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: '$property must be true or false' })
  dryRun: boolean = false;

  /** What a failed row means for the others: nothing, or that none is applied. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(ERROR_RULES)
  onError: ErrorRule = 'continue';

  /** The job stops once so many rows failed, at the next border of 500 rows; the others are unprocessed. */
  @ApiInt({ required: false })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(MOST_ERRORS)
  maxErrors?: number;
}

/** What a caller may choose for a file: there, two rows for one record are a fault unless they say otherwise. */
export class BulkOptionsQuery extends BulkRunQuery {
  /** Which of several rows for one record applies: the first, the last, or none of them. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(DUPLICATE_RULES)
  duplicates: DuplicateChoice = 'first';
}

/** What a caller may choose for items of a JSON call: there, all items for one record apply, in order. */
export class JsonBulkQuery extends BulkRunQuery {
  /** Which of several items for one record applies: the first, the last, or none of them; without it all, in order. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsIn(DUPLICATE_RULES)
  duplicates?: DuplicateChoice;
}

/** What the caller of a JSON call chose. */
export interface CallChoice {
  readonly query: JsonBulkQuery;
  /** Milliseconds to wait for the job; null: as long as the service does. */
  readonly waitMs: number | null;
}

/** What a job is told. */
export interface ChosenOptions {
  readonly dryRun: boolean;
  readonly options: JobOptions;
}

/** Query -> what the job is told. */
export function toJobOptions(query: BulkRunQuery & { readonly duplicates?: DuplicateRule }): ChosenOptions {
  const { dryRun, onError, maxErrors, duplicates = 'each' } = query;
  const options = {
    duplicates,
    ...(onError === 'abort' && { onError }),
    ...(maxErrors !== undefined && { maxErrors }),
  };
  return { dryRun, options };
}

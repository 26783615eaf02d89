import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';

const WORD = /^[a-z][a-z0-9-]{0,39}$/;
const WORD_MESSAGE = '$property must be a word of a-z, 0-9 and -';

/** Path parameters of the routes of an importer: the two words of its target. */
export class ImportTargetParam {
  /** First word of the target. */
  @Matches(WORD, { message: WORD_MESSAGE })
  area: string;

  /** Second word of the target. */
  @Matches(WORD, { message: WORD_MESSAGE })
  name: string;
}

/** Query of the template of an importer. */
export class ImportTemplateQuery {
  /** File format, one of those the service reads. */
  @ApiProperty({ required: false, pattern: '^[a-z]{1,20}$' })
  @IsOptional()
  @Matches(/^[a-z]{1,20}$/, { message: '$property must be the name of a file format such as csv' })
  format: string = 'csv';
}

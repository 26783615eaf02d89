import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MinLength, ValidateBy } from 'class-validator';
import { isCalendarDay } from '../platform/validation/calendar-day';
import { isLongerThan } from '../platform/validation/character-count';

/** Shape of a public campaign id (published). */
export const CAMPAIGN_ID = /^camp_[A-Za-z0-9]{1,40}$/;

/** Public id of a campaign. */
export function IsCampaignId(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ pattern: CAMPAIGN_ID.source }),
    Matches(CAMPAIGN_ID, { message: '$property must be camp_ followed by 1 to 40 letters and digits' }),
  );
}

/** Text of one to that many characters, not blank, that can be stored as it is. */
export function IsFilledText(most: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ minLength: 1, maxLength: most }),
    IsString(),
    MinLength(1),
    Matches(/\S/, { message: '$property must not be blank' }),
    ValidateBy({
      name: 'maxLength',
      constraints: [most],
      validator: {
        validate: (value: unknown) => typeof value === 'string' && value.isWellFormed() && !isLongerThan(value, most),
        defaultMessage: () => '$property must be whole characters, at most $constraint1 of them',
      },
    }),
  );
}

/** Day of the calendar as YYYY-MM-DD. */
export function IsDay(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ format: 'date' }),
    ValidateBy({
      name: 'isDay',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isCalendarDay(value),
        defaultMessage: () => '$property must be a day of the calendar as YYYY-MM-DD',
      },
    }),
  );
}

/** Time of day as HH:mm. */
export function IsTimeOfDay(): PropertyDecorator {
  const pattern = /^([01]\d|2[0-3]):[0-5]\d$/;
  return applyDecorators(
    ApiProperty({ pattern: pattern.source }),
    Matches(pattern, { message: '$property must be a time of day as HH:mm, 00:00 to 23:59' }),
  );
}

/** A list of texts without halves of surrogate pairs, which no database could give back. */
export function IsWholeTextEach(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isWholeText',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && value.isWellFormed(),
        defaultMessage: () => 'each value in $property must be whole characters',
      },
    },
    { each: true },
  );
}

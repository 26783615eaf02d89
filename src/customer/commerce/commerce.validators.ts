import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MinLength, ValidateBy, ValidateIf } from 'class-validator';
import { isLongerThan } from '../../platform/validation/character-count';
import { isStorableText, IsStorableText } from '../rules/field.validators';
import { isCountryCode, isLanguageCode, toIsoDate } from './commerce.values';

/** A member that may be left out but not cleared. */
export const IfGiven = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

function rule(name: string, validate: (value: unknown) => boolean, message: string, ...limits: unknown[]) {
  return ValidateBy({ name, constraints: limits, validator: { validate, defaultMessage: () => message } });
}

function isTextOrInteger(value: unknown): boolean {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

/** Text of one to that many characters that can be stored as it is. */
export function Text(most: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ minLength: 1, maxLength: most }),
    IsString(),
    MinLength(1),
    IsStorableText(most),
  );
}

/** Text of up to that many characters; null clears, absent keeps. */
export function OptionalText(most: number): PropertyDecorator {
  return applyDecorators(ApiProperty({ maxLength: most }), IsOptional(), IsString(), IsStorableText(most));
}

/** Text of one to that many characters, or a whole number that stands for its digits. */
export function TextOrInteger(most: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: undefined,
      oneOf: [
        { type: 'string', minLength: 1, maxLength: most },
        { type: 'integer', format: 'int64' },
      ],
    }),
    rule('isTextOrInteger', isTextOrInteger, '$property must be a text or a whole number'),
    rule('minLength', (value) => value !== '', '$property must not be empty', 1),
    // The digits of a number are always short enough and storable.
    rule(
      'maxLength',
      (value) => typeof value !== 'string' || !isLongerThan(value, most),
      '$property must be shorter than or equal to $constraint1 characters',
      most,
    ),
    rule(
      'isStorableText',
      (value) => typeof value !== 'string' || isStorableText(value),
      '$property must be text without control characters',
    ),
  );
}

/** Day of birth: YYYY-MM-DD or DD/MM/YYYY, a day of the calendar from 1850 on that is not in the future (UTC). */
export function IsDateOfBirth(): PropertyDecorator {
  return rule(
    'isDateOfBirth',
    (value) => typeof value === 'string' && toIsoDate(value) !== null,
    '$property must be a day in the past as YYYY-MM-DD or DD/MM/YYYY, such as 1993-08-28',
  );
}

/** Two-letter code of a language (ISO 639-1), in small or capital letters. */
export function IsLanguageCode(): PropertyDecorator {
  return rule(
    'isLanguageCode',
    (value) => typeof value === 'string' && isLanguageCode(value),
    '$property must be a two-letter language code (ISO 639-1) such as en',
  );
}

/** Two-letter code of a country (ISO 3166-1), in small or capital letters. */
export function IsCountryCode(): PropertyDecorator {
  return rule(
    'isCountryCode',
    (value) => typeof value === 'string' && isCountryCode(value),
    '$property must be a two-letter country code (ISO 3166-1) such as NL',
  );
}

/** A social security number: digits and letters with the separators people write. A mask is not one. */
export function IsSocialSecurityNumber(): PropertyDecorator {
  return rule(
    'isSsn',
    (value) => isTextOrInteger(value) && /^[0-9A-Za-z][0-9A-Za-z ./-]{3,31}$/.test(String(value)),
    '$property must be 4 to 32 letters, digits, blanks, dots, slashes or hyphens; a masked number cannot be stored',
  );
}

/** A list whose elements are texts or whole numbers. */
export function IsTextOrIntegerEach(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isTextOrInteger',
      validator: {
        validate: isTextOrInteger,
        defaultMessage: () => 'each value in $property must be a text or a whole number',
      },
    },
    { each: true },
  );
}

import { applyDecorators } from '@nestjs/common';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { defineError } from '../errors/app-error';
import { ApiInt } from '../openapi/api-schema';
import { QueryInteger } from './query-integer';

const MOST = 1_000_000_000;

/** The call would touch another number of records than its caller expects. */
export class CountDiffers extends defineError('COUNT_DIFFERS', 'UNPROCESSABLE_REQUEST', 409) {}

/** A member of a query by which a caller may say how many records a call is to touch, so that it touches no others. */
export function ExpectedCount(): PropertyDecorator {
  return applyDecorators(
    ApiInt({ minimum: 0, maximum: MOST, required: false }),
    IsOptional(),
    QueryInteger(),
    IsInt(),
    Min(0),
    Max(MOST),
  );
}

/**
 * Compares what a call would touch with what its caller expects; says nothing where nothing is expected.
 *
 * @param parameter of the query, such as `expectedRows`; what it counts is its end, in small letters
 * @throws CountDiffers with both numbers, before anything is done
 */
export function checkExpectedCount(parameter: `expected${string}`, expected: number | undefined, actual: number): void {
  if (expected !== undefined && expected !== actual) throw countDiffers(parameter, expected, actual);
}

/** The words for a call that would touch more or less than expected. */
export function countDiffers(parameter: `expected${string}`, expected: number, actual: number): CountDiffers {
  const what = parameter.slice('expected'.length).toLowerCase();
  return new CountDiffers(
    `The call would touch ${actual} ${what}, and ${parameter} is ${expected}; nothing was done. ` +
      `Look at what it would touch, and send it again with ${parameter}=${actual} if that is meant.`,
  );
}

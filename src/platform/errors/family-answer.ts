import { type ExecutionContext, StreamableFile } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { stringifyExact } from '../http/exact-json';
import type { ApiFamily } from './api-family';
import { UseFamily } from './family.registry';

/**
 * What puts an answer of that controller into the words of its family; null where the family has none for a success.
 * Files go out as they are.
 */
export function familyWordsFor(reflector: Reflector, context: ExecutionContext): ((answer: unknown) => unknown) | null {
  const family = reflector.get<ApiFamily | undefined>(UseFamily.KEY, context.getClass());
  if (family?.success === undefined) return null;
  const response = context.switchToHttp().getResponse<Response>();
  return (answer) => {
    // A stream of events has been sent by its controller.
    if (answer instanceof StreamableFile || response.headersSent) return answer;
    response.type('json');
    return stringifyExact(family.success?.(answer));
  };
}

import { Reflector } from '@nestjs/core';

/**
 * Marks a route whose work is a job of many transactions. A call with an `Idempotency-Key` is then bound to its job; the
 * work of any other route is one transaction together with its key and its answer.
 */
export const AppliesAsJob = Reflector.createDecorator<true>();

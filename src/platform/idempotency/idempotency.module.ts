import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CallInterceptor } from './call.interceptor';
import { IdempotencyKeyColumns } from './idempotency-key.columns';
import { IdempotencyKeyRepository } from './idempotency-key.repository';
import { IdempotencySweep } from './idempotency.sweep';
import { IdempotentCalls } from './idempotent-calls';
import { StoredAnswers } from './stored-answers';

/** `Idempotency-Key`: calls that can be sent again. */
@Global()
@Module({
  providers: [
    IdempotencyKeyColumns,
    IdempotencyKeyRepository,
    IdempotencySweep,
    IdempotentCalls,
    StoredAnswers,
    { provide: APP_INTERCEPTOR, useClass: CallInterceptor },
  ],
  exports: [IdempotentCalls],
})
export class IdempotencyModule {}

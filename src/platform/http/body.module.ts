import { MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import { urlencoded } from 'express';

const FORM_LIMIT_BYTES = 16 * 1024;

/**
 * Reads forms within limits. A module of its own, because Nest runs its middleware after the logger's: a form that cannot
 * be read is logged like any other request.
 */
@Module({})
export class BodyModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(urlencoded({ limit: FORM_LIMIT_BYTES, extended: false, inflate: false })).forRoutes('/');
  }
}

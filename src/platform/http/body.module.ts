import { Global, MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import { urlencoded } from 'express';
import { JsonBodies } from './json-bodies';

const FORM_LIMIT_BYTES = 16 * 1024;

/**
 * Reads bodies within limits. A module of its own, because Nest runs its middleware after the logger's: a form that cannot
 * be read is logged like any other request.
 */
@Global()
@Module({ providers: [JsonBodies], exports: [JsonBodies] })
export class BodyModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(urlencoded({ limit: FORM_LIMIT_BYTES, extended: false, inflate: false })).forRoutes('/');
  }
}

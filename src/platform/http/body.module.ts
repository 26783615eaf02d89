import { MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { urlencoded } from 'express';
import { JsonBodyInterceptor } from './json-body.interceptor';

const FORM_LIMIT_BYTES = 16 * 1024;

/**
 * Reads bodies within limits. A module of its own, because Nest runs its middleware after the logger's: a form that
 * cannot be read is logged like any other request.
 */
@Module({ providers: [{ provide: APP_INTERCEPTOR, useClass: JsonBodyInterceptor }] })
export class BodyModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(urlencoded({ limit: FORM_LIMIT_BYTES, extended: false, inflate: false })).forRoutes('/');
  }
}

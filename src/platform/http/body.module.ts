import { MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import { json, urlencoded } from 'express';
import { refuseDangerousJson } from './json-shape.middleware';

/** Media types read as JSON; the second is that of a merge patch (RFC 7396). */
export const JSON_TYPES: readonly string[] = ['application/json', 'application/merge-patch+json'];

const JSON_LIMIT_BYTES = 1024 * 1024;
const FORM_LIMIT_BYTES = 16 * 1024;

/**
 * Reads bodies within limits. A module of its own, because Nest runs its middleware after the logger's: a body that
 * cannot be read is logged like any other request.
 */
@Module({})
export class BodyModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(
        json({ limit: JSON_LIMIT_BYTES, inflate: false, type: [...JSON_TYPES] }),
        urlencoded({ limit: FORM_LIMIT_BYTES, extended: false, inflate: false }),
        refuseDangerousJson,
      )
      .forRoutes('/');
  }
}

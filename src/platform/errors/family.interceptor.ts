import { CallHandler, ExecutionContext, Injectable, NestInterceptor, StreamableFile } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { map, Observable } from 'rxjs';
import { stringifyExact } from '../http/exact-json';
import type { ApiFamily } from './api-family';
import { UseFamily } from './family.registry';

/** Puts what a controller gives into the words of its family, where that has any for a success; files go out as they are. */
@Injectable()
export class FamilyAnswer implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const family = this.reflector.get<ApiFamily | undefined>(UseFamily.KEY, context.getClass());
    if (family?.success === undefined) return next.handle();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      map((answer: unknown) => {
        // A stream of events has been sent by its controller.
        if (answer instanceof StreamableFile || response.headersSent) return answer;
        response.type('json');
        return stringifyExact(family.success?.(answer));
      }),
    );
  }
}

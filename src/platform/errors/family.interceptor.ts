import { CallHandler, ExecutionContext, Injectable, NestInterceptor, StreamableFile } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, Observable } from 'rxjs';
import type { ApiFamily } from './api-family';
import { UseFamily } from './family.registry';

/** Puts what a controller gives into the words of its family, where that has any for a success; files go out as they are. */
@Injectable()
export class FamilyAnswer implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const family = this.reflector.get<ApiFamily | undefined>(UseFamily.KEY, context.getClass());
    if (family?.success === undefined) return next.handle();
    return next
      .handle()
      .pipe(map((answer: unknown) => (answer instanceof StreamableFile ? answer : family.success?.(answer))));
  }
}

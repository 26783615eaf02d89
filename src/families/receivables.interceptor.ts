import { CallHandler, ExecutionContext, Injectable, NestInterceptor, StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import { map, Observable } from 'rxjs';
import { stringifyExact } from '../platform/http/exact-json';
import { receivablesSuccess } from './receivables.family';

/** Puts what a controller returns into the success envelope; files go out as they are. */
@Injectable()
export class ReceivablesEnvelope implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((payload: unknown) => {
        if (payload instanceof StreamableFile) return payload;
        context.switchToHttp().getResponse<Response>().type('json');
        return stringifyExact(receivablesSuccess(payload));
      }),
    );
  }
}

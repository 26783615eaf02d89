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
        const response = context.switchToHttp().getResponse<Response>();
        // A stream of events has been sent by its controller.
        if (payload instanceof StreamableFile || response.headersSent) return payload;
        response.type('json');
        return stringifyExact(receivablesSuccess(payload));
      }),
    );
  }
}

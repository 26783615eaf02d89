import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { UnreadableBody, UnsupportedMediaType } from '../errors/http.errors';
import { JSON_TYPES } from './body.module';

/** Where `@ApiConsumes` keeps what a route takes; such a route reads its body itself. */
const CONSUMES = 'swagger/apiConsumes';

/** Refuses a body the route would not read: ignoring it would answer "Success" to a change that never happened. */
@Injectable()
export class ContentTypeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (this.reflector.getAllAndOverride<unknown>(CONSUMES, [context.getHandler(), context.getClass()]) !== undefined) {
      return true;
    }
    const hasBody =
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if (!hasBody && request.method === 'PATCH') {
      throw new UnreadableBody('The request has no body; send the members to change as a JSON object.');
    }
    if (hasBody && typeof request.is([...JSON_TYPES]) !== 'string') {
      throw new UnsupportedMediaType('Send the body as JSON, with the header Content-Type: application/json.');
    }
    return true;
  }
}

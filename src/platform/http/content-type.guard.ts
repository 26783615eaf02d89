import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { UnreadableBody, UnsupportedMediaType } from '../errors/http.errors';
import { hasBody, isJson, readsOwnBody } from './request-body';

/** Refuses a body the route would not read: ignoring it would answer "Success" to a change that never happened. */
@Injectable()
export class ContentTypeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (readsOwnBody(this.reflector, context)) return true;
    if (!hasBody(request) && request.method === 'PATCH') {
      throw new UnreadableBody('The request has no body; send the members to change as a JSON object.');
    }
    if (hasBody(request) && !isJson(request)) {
      throw new UnsupportedMediaType('Send the body as JSON, with the header Content-Type: application/json.');
    }
    return true;
  }
}

import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ROUTE_ACCESS, RouteAccess } from '../auth/auth.decorators';
import { InvalidRequest } from '../errors/http.errors';

/**
 * Refuses query parameters on a route that takes none: to ignore `?dryRun=true` would write what the caller wants only
 * to be tried. Routes with a query name what they take in its class; those that need no token may be called with any.
 */
@Injectable()
export class QueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const given = Object.keys(request.query);
    if (given.length === 0 || this.takesQuery(context) || !this.needsToken(context)) return true;
    throw new InvalidRequest(`This route takes no query parameters; leave out: ${given.slice(0, 10).join(', ')}.`, {
      issues: given.map((field) => ({
        object: 'query',
        field,
        rejectedValue: null,
        message: `property ${field} should not exist`,
      })),
    });
  }

  private takesQuery(context: ExecutionContext): boolean {
    const args = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as
      Readonly<Record<string, unknown>> | undefined;
    // Keys are `<kind>:<position>`.
    return Object.keys(args ?? {}).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
  }

  /** Public routes, and those a signed link opens, whose query is the signature. */
  private needsToken(context: ExecutionContext): boolean {
    const handlers = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, handlers);
    return access?.kind === 'scope' || access?.kind === 'token';
  }
}

import { applyDecorators, createParamDecorator, ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiOAuth2, ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { Caller } from './caller';
import type { Scope } from './scopes';

/** How a route may be reached; a route without any of these marks is refused. */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'token' }
  | { readonly kind: 'signed-link-or-scope'; readonly scope: Scope };

export const ROUTE_ACCESS = 'rollbook:route-access';

/** The route needs no token. */
export const Public = () => SetMetadata(ROUTE_ACCESS, { kind: 'public' } satisfies RouteAccess);

/** The route needs a token that holds the scope. */
export const RequireScope = (scope: Scope) =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, { kind: 'scope', scope } satisfies RouteAccess),
    ApiBearerAuth(),
    ApiOAuth2([scope]),
  );

/** The route needs a token; which scope it must hold follows from what the route finds, and is checked there. */
export const RequireToken = () =>
  applyDecorators(SetMetadata(ROUTE_ACCESS, { kind: 'token' } satisfies RouteAccess), ApiBearerAuth());

/** The route needs a token that holds the scope, or the signature of a link this service gave out. */
export const RequireSignedLinkOrScope = (scope: Scope) =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, { kind: 'signed-link-or-scope', scope } satisfies RouteAccess),
    // The empty alternative is the link: its signature stands in the query.
    ApiSecurity({}),
    ApiBearerAuth(),
    ApiOAuth2([scope]),
  );

/** A request on its way through the guard. */
export type AuthenticatedRequest = Request & { caller?: Caller };

/** The caller of the request; null on a route reached by a signed link. */
export const OptionalCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AuthenticatedRequest>().caller ?? null,
);

/** The caller of the request, on routes that need a token. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (caller === undefined) throw new Error('CurrentCaller used on a route that can be reached without a token');
  return caller;
});

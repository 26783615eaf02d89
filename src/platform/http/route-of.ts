import type { Request } from 'express';

/** Route as declared (`/api/v0/customer/:customerId`), never the URL: ids and queries may be personal. */
export function routeOf(request: Request): string {
  const route: unknown = request.route;
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'unmatched';
}

import { Reflector } from '@nestjs/core';

/** How a route reads its JSON body. */
export interface JsonBodyOptions {
  /**
   * `bulk` takes bodies up to MAX_JSON_BYTES, and keys such as `__proto__`, which the route's own validator must refuse.
   * `standard` takes 1 MiB, and refuses such keys for the route.
   */
  readonly limit: 'standard' | 'bulk';
}

/** Says how a route, or each route of a controller, reads its JSON body; without it a route is a standard one. */
export const JsonBody = Reflector.createDecorator<JsonBodyOptions>();

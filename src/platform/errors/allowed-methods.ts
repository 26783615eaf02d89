import type { Request } from 'express';

/** A route for more methods than any resource has is middleware mounted on all of them. */
const MOST_METHODS = 9;

interface RouteLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** Methods under which Express has a route for the path of a request that no route took; empty for an unknown path. */
export function allowedMethods(request: Request): string[] {
  const layers = request.app.router.stack as unknown as readonly RouteLayer[];
  const methods = layers
    .filter((layer) => layer.route !== undefined && layer.match(request.path))
    .map((layer) => Object.keys(layer.route?.methods ?? {}))
    .filter((names) => names.length <= MOST_METHODS)
    .flat()
    .map((method) => method.toUpperCase());
  return [...new Set(methods)].sort();
}

import type { RunningService } from '../support/service';

/** What Express adds to a route that takes any method. */
const ANY_METHOD = 9;

/** Every route of a running service as its router knows it: `GET /customers/:lookupKey/:lookupValue`. */
export function runningRoutes({ app }: RunningService): string[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: readonly Layer[] } };
  return router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = Object.keys(route.methods);
    const named = methods.length > ANY_METHOD ? ['ANY'] : methods;
    return named.map((method) => `${method.toUpperCase()} ${route.path}`);
  });
}

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

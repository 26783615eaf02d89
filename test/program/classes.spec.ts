import { RequestMethod, Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { RouteAccess, ROUTE_ACCESS } from '../../src/platform/auth/auth.decorators';
import { RunningService, startService } from '../support/service';

const MOST_PARAMETERS = 5;

/** Routes that may be reached without a token; a new one is a decision to be taken here. */
const PUBLIC_ROUTES = [
  'GET errors',
  'GET errors/:code',
  'GET health/live',
  'GET health/ready',
  // Wants a token of its own.
  'GET metrics',
  'POST oauth/token',
];

let service: RunningService;
beforeAll(async () => {
  service = await startService('sqlite', { extensions: [DiscoveryModule] });
});
afterAll(() => service.stop());

interface Route {
  readonly name: string;
  readonly access: RouteAccess | undefined;
}

/** Every route of every controller, with how it may be reached, as the guard reads it. */
function routes(): Route[] {
  const scanner = new MetadataScanner();
  return service.app
    .get(DiscoveryService)
    .getControllers()
    .flatMap(({ metatype }) => {
      const controller = metatype as Type;
      const prototype = controller.prototype as Record<string, object>;
      const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string;
      return scanner.getAllMethodNames(prototype).flatMap((method) => {
        const handler = prototype[method]!;
        const verb = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        if (verb === undefined) return [];
        const path = Reflect.getMetadata(PATH_METADATA, handler) as string;
        const access = (Reflect.getMetadata(ROUTE_ACCESS, handler) ??
          Reflect.getMetadata(ROUTE_ACCESS, controller)) as RouteAccess;
        return [{ name: `${RequestMethod[verb]} ${prefix}${path === '/' ? '' : `/${path}`}`, access }];
      });
    });
}

it('every route declares how it may be reached', () => {
  expect(routes().length).toBeGreaterThan(10);
  expect(
    routes()
      .filter(({ access }) => access === undefined)
      .map(({ name }) => name),
  ).toEqual([]);
});

it('only the routes on the list may be reached without a token', () => {
  const open = routes().filter(({ access }) => access?.kind === 'public');
  expect(open.map(({ name }) => name).sort()).toEqual(PUBLIC_ROUTES);
});

it('routes that change something need a scope to write', () => {
  const changing = routes().filter(
    ({ name, access }) => /^(PUT|PATCH|DELETE) /.test(name) && access?.kind !== 'public',
  );
  expect(changing.length).toBeGreaterThan(3);
  const mayChange = (scope: string) => scope.endsWith(':write') || scope === 'customers:erase';
  expect(changing.filter(({ access }) => access?.kind !== 'scope' || !mayChange(access.scope))).toEqual([]);
});

it(`no class of the service takes more than ${MOST_PARAMETERS} parameters`, () => {
  const discovery = service.app.get(DiscoveryService);
  const classes = [...discovery.getProviders(), ...discovery.getControllers()]
    .map(({ metatype }) => metatype)
    .filter((metatype) => typeof metatype === 'function');
  expect(classes.length).toBeGreaterThan(40);
  expect(classes.filter(({ length }) => length > MOST_PARAMETERS).map(({ name }) => name)).toEqual([]);
});

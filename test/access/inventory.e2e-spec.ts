import { createDocument } from '../../src/documentation';
import { AcmeExtension } from '../extension/acme/acme.extension';
import { METHODS, type Operation, printDocument } from '../program/openapi-document';
import { resolveRef } from '../program/schema-check';
import { RunningService, startService } from '../support/service';
import { RECORD_KINDS, type RecordKind } from './record-names';
import { DOCUMENTATION_ROUTES, ROUTE_TABLE, scopeOf } from './route-table';
import { runningRoutes } from './running-routes';

const IMPORTER = '/api/v0/bulk/:area.:name';
/** Under which path the importer of the example is documented. */
const DOCUMENTED_IMPORTER = '/api/v0/bulk/acme.loyalty';

/** Which records of a company parameters and members of bodies name. */
const NAMING: Readonly<Record<string, readonly RecordKind[]>> = {
  parentCompanyId: ['company'],
  companyId: ['company'],
  customerId: ['customer'],
  uniqueRefNo: ['uniqueRefNo'],
  keyContactPersonId: ['contact'],
  lookupValue: ['numericId', 'sourceId'],
  debtorIds: ['debtorId'],
  parent: ['parentId', 'parentSourceId'],
  campaignId: ['campaign'],
  id: ['numericId', 'parentId', 'campaign', 'record'],
  loan_id: ['record'],
  lead_id: ['record'],
  jobId: ['job', 'rehearsal'],
};
/** Names that end as those of records do, and name none: they belong to what is made, or to the caller. */
const NAMING_NOTHING = ['sourceId', 'debtorId', 'client_id', 'customerReminderId'];
/** Members that name the record in one place and only describe it in another. */
const DESCRIBING: Readonly<Record<string, readonly string[]>> = {
  'POST /api/v0/customer': ['uniqueRefNo', 'keyContactPersonId'],
  'PATCH /api/v0/customer/{customerId}': ['uniqueRefNo'],
};

/** Says what to do about routes that are in only one of the two. */
function expectSame(running: readonly string[], declared: readonly string[]): void {
  const unjudged = running.filter((name) => !declared.includes(name));
  const gone = declared.filter((name) => !running.includes(name));
  const told = [
    ...unjudged.map((name) => `${name}: add it to the table of its API in test/access, with who may call it`),
    ...gone.map((name) => `${name}: the service has no such route any more; take it out of test/access`),
  ];
  expect(told).toEqual([]);
}

describe('the routes', () => {
  let service: RunningService;
  let running: readonly string[];
  beforeAll(async () => {
    service = await startService('sqlite', { extensions: [AcmeExtension] });
    running = runningRoutes(service);
  });
  afterAll(() => service.stop());

  it('each have a verdict on who may call them', () => {
    expectSame(running, [...Object.keys(ROUTE_TABLE), ...DOCUMENTATION_ROUTES]);
    expect(running.length).toBeGreaterThan(50);
  });

  it('are these and no others in production, where there is no documentation', async () => {
    const secret = 'kX9vQ2mT7wB4nR8sL1pZ6cD3fG5hJ0yA';
    const environment = { NODE_ENV: 'production', APP_SECRET: secret, DEMO_DATA: '' };
    const inProduction = await startService('sqlite', { extensions: [AcmeExtension], environment });
    expectSame(runningRoutes(inProduction), Object.keys(ROUTE_TABLE));
    for (const path of ['/docs', '/docs-json', '/docs-yaml', '/docs/'])
      await inProduction.anonymous.get(path).expect(404);
    await inProduction.stop();
  });

  it('are told without one when they have none', () => {
    expect(() => expectSame([...running, 'POST /admin'], running)).toThrow('POST /admin: add it to the table');
    expect(() => expectSame(running.slice(1), running)).toThrow('take it out of test/access');
  });

  it('declare every record of a company that they can name', async () => {
    const { document, operations } = await printDocument();
    const undeclared = operations.flatMap((operation) => {
      const entry = ROUTE_TABLE[nameOf(operation.method, operation.path)];
      const described = DESCRIBING[operation.name] ?? [];
      return namesIn(document, operation).flatMap((name) => {
        if (NAMING_NOTHING.includes(name) || described.includes(name)) return [];
        const kinds = NAMING[name];
        if (kinds === undefined)
          return [`${operation.name}: what does ${name} name? Say so in test/access/inventory.e2e-spec.ts`];
        return kinds.some((kind) => entry?.names[kind] !== undefined)
          ? []
          : [`${operation.name}: ${name} in its names`];
      });
    });
    expect(undeclared).toEqual([]);
    expect(new Set(Object.values(ROUTE_TABLE).flatMap(({ names }) => Object.keys(names)))).toEqual(
      new Set(RECORD_KINDS),
    );
  }, 180_000);

  it('stand in the OpenAPI document with the token the table asks for', () => {
    const { paths } = createDocument(service.app);
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        return operation === undefined ? [] : [[nameOf(method, path), securityOf(operation.security)] as const];
      }),
    );
    const declared = Object.entries(ROUTE_TABLE).map(([name, { admits }]) => {
      const scope = scopeOf(admits);
      if (name.startsWith('POST /oauth')) return [name, ['basic', 'nothing']];
      if (name === 'GET /metrics') return [name, ['metrics']];
      if (admits === 'anybody') return [name, []];
      return [name, ['bearer', ...(scope === null ? [] : [scope]), ...(admits.startsWith('link') ? ['nothing'] : [])]];
    });
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(declared));
  });
});

function nameOf(method: string, path: string): string {
  const pattern = path.replace(DOCUMENTED_IMPORTER, IMPORTER).replaceAll(/\{(\w+)\}/g, ':$1');
  return `${method.toUpperCase()} ${pattern}`;
}

/** Parameters and members of the body, down to the last, that look as if they named a record. */
function namesIn(document: any, { operation }: Operation): string[] {
  const found = new Set<string>(operation.parameters.map(({ name }: any) => name));
  const visited = new Set<unknown>();
  const visit = (schema: any): void => {
    const known = schema.$ref === undefined ? schema : resolveRef(document, schema.$ref);
    if (visited.has(known)) return;
    visited.add(known);
    for (const [name, member] of Object.entries<any>(known.properties ?? {})) {
      found.add(name);
      visit(member);
    }
    for (const part of [known.items ?? [], known.allOf ?? [], known.oneOf ?? [], known.anyOf ?? []].flat()) visit(part);
  };
  for (const { schema } of Object.values<any>(operation.requestBody?.content ?? {})) visit(schema);
  return [...found]
    .filter((name) => name in NAMING || /[iI]ds?$|[rR]ef(No)?$/.test(name))
    .filter((name) => name !== 'Last-Event-ID');
}

/** Ways in that an operation documents, sorted: `bearer`, a scope, or `nothing` for a link. */
function securityOf(security: readonly Readonly<Record<string, readonly string[]>>[] = []): string[] {
  const ways = security.flatMap((requirement) => {
    const entries = Object.entries(requirement);
    return entries.length === 0
      ? ['nothing']
      : entries.flatMap(([scheme, scopes]) => (scopes.length > 0 ? scopes : [scheme]));
  });
  return [...new Set(ways)].sort();
}

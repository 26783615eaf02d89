import { CredentialService } from '../../src/platform/auth/credential.service';
import { isWriteScope, SCOPES, type Scope } from '../../src/platform/auth/scopes';
import { AcmeExtension } from '../extension/acme/acme.extension';
import { describeEachEngine } from '../support/engines';
import { Api, RunningService, startService, Tenant } from '../support/service';
import { makeRefusedTokens } from './refused-tokens';
import { createRecords, type RecordNames } from './record-names';
import { ROUTES, scopeOf } from './route-table';

const REFUSED = [401, 'UNAUTHORIZED'] as const;
const NOT_ALLOWED = [403, 'INVALID_ACCESS'] as const;

describeEachEngine('who may call', (engine) => {
  let service: RunningService;
  let owner: Tenant;
  let names: RecordNames;
  let wrongTokens: Readonly<Record<string, Api>>;
  /** Tokens of the owner by the scope they hold, and by the only one they do not hold. */
  const holding = new Map<Scope, Api>();
  const lacking = new Map<Scope, Api>();

  beforeAll(async () => {
    const environment = { FAILED_LOGINS_PER_MINUTE: '0' };
    service = await startService(engine, { extensions: [AcmeExtension], environment });
    owner = await service.createTenant();
    names = await createRecords(owner);
    const tokens = Object.entries(await makeRefusedTokens(service, owner.company));
    const apis = tokens.map(([what, token]): [string, Api] => [what, service.as(token)]);
    wrongTokens = { 'no token': service.anonymous, ...Object.fromEntries(apis) };
    for (const scope of SCOPES) {
      holding.set(scope, await apiWith([scope]));
      lacking.set(scope, await apiWith(SCOPES.filter((other) => other !== scope)));
    }
  });
  afterAll(() => service.stop());

  async function apiWith(scopes: readonly Scope[]): Promise<Api> {
    const { key } = await service.app.get(CredentialService).createKey(owner.company, 'some', scopes);
    return service.as(key);
  }

  it.each(ROUTES)('$name: $admits', async ({ admits, alsoNeeds, answers, call }) => {
    const scope = scopeOf(admits);
    const own = scope !== null && isWriteScope(scope) ? await createRecords(owner) : names;
    const needed = [scope, alsoNeeds].filter((one) => one !== null && one !== undefined);
    const right = needed.length > 1 ? await apiWith(needed) : holding.get(needed[0] ?? 'jobs:read');
    const callers: [caller: string, api: Api, verdict: readonly unknown[]][] = [
      ...Object.entries(wrongTokens).map(([what, api]) => cell(what, api, scope === null ? [answers] : REFUSED)),
      ...[...holding]
        .filter(([it]) => String(needed) !== it)
        .map(([it, api]) => cell(`only ${it}`, api, scope === null ? [answers] : NOT_ALLOWED)),
      ...[...lacking].filter(([it]) => needed.includes(it)).map(([it, api]) => cell(`all but ${it}`, api, NOT_ALLOWED)),
      cell('the right one', right ?? service.anonymous, [answers]),
    ];
    const found = await Promise.all(
      callers.map(async ([caller, api, verdict]) => {
        const { status, headers } = await call(api, own);
        return [caller, verdict.length === 1 ? [status] : [status, headers['x-error-type']]];
      }),
    );
    expect(found).toEqual(callers.map(([caller, _api, verdict]) => [caller, verdict]));
    if (!admits.startsWith('link')) return;
    const ofNobody = { expires: '2999999999', signature: 'A'.repeat(43) };
    expect((await call(service.anonymous, names).query(ofNobody)).status).toBe(403);
  });
});

function cell(caller: string, api: Api, verdict: readonly unknown[]): [string, Api, readonly unknown[]] {
  return [caller, api, verdict];
}

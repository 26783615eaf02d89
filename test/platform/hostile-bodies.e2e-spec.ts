import { RunningService, startService, Tenant } from '../support/service';

const MILLION = 1_000_000;
/** Routes that take large JSON bodies, one of each family, and the list in such a body. */
const ROUTES = [
  ['post', '/customers/bulk/sourceId', 'customers'],
  ['put', '/api/v1/customer-data/bulk', 'records'],
] as const;

const BODIES: readonly (readonly [string, (member: string) => string])[] = [
  ['5 million empty lists', (member) => `{"${member}":[${'[],'.repeat(5 * MILLION)}[]]}`],
  ['a million empty objects', (member) => `{"${member}":[${'{},'.repeat(MILLION)}{}]}`],
  ['a million levels', (member) => `{"${member}":${'['.repeat(MILLION)}${']'.repeat(MILLION)}}`],
  [
    '300,000 keys in one object',
    (member) => `{"${member}":[{${Array.from({ length: 300_000 }, (_, at) => `"k${at}":0`).join(',')}}]}`,
  ],
  ['a text of 15 million characters', (member) => `{"${member}":[{"source":"${'x'.repeat(15 * MILLION)}"}]}`],
  ['a number of a million digits', (member) => `{"${member}":[{"sourceId":1${'0'.repeat(MILLION)}}]}`],
  ['a million escapes', (member) => `{"${member}":[{"source":"${'\\u0041'.repeat(MILLION)}"}]}`],
];

describe('A hostile JSON body', () => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService('sqlite');
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  it.each(BODIES)(
    'of %s is refused by every route that takes large ones, and others are served meanwhile',
    async (_what, make) => {
      for (const [method, path, member] of ROUTES) {
        const call = { isAnswered: false };
        const refused = tenant.api[method](path)
          .type('json')
          .send(make(member))
          .then(({ status }) => {
            call.isAnswered = true;
            return status;
          });
        let served = 0;
        while (!call.isAnswered) {
          await service.anonymous.get('/health/live').expect(200);
          served++;
        }
        expect([path, [400, 403, 413].includes(await refused)]).toEqual([path, true]);
        expect(served).toBeGreaterThan(0);
      }
    },
  );
});

import { BulkJobRepository } from '../../src/bulk/jobs/bulk-job.repository';
import { CampaignRepository } from '../../src/campaign/campaign.repository';
import { CustomerRepository } from '../../src/customer/customer.repository';
import { SCOPES } from '../../src/platform/auth/scopes';
import { CompanyRepository } from '../../src/platform/companies/company.repository';
import { AcmeExtension } from '../extension/acme/acme.extension';
import { RunningService, startService, Tenant } from '../support/service';
import { createRecords, type RecordKind, type RecordNames } from './record-names';
import { ROUTES } from './route-table';

/** Kinds whose names have a shape, each with names that belong to another kind or to none. */
const SHAPED: Partial<Record<RecordKind, readonly (keyof RecordNames | `=${string}`)[]>> = {
  company: ['customer', 'job', '=CEK000000', '=cek0000000', "=CEK00000' ", '=KC000000000000000'],
  customer: ['company', 'job', 'contact', '=KC0000000000000', "=KC' OR '1'='1"],
  contact: ['customer', 'company', '=KP1'],
  numericId: ['customer', '=1e9', '=-1', '=1 OR 1=1'],
  campaign: ['job', 'company', '=camp_', "=camp_' OR ''='"],
  job: ['customer', 'campaign', '=JOB1', `=job${'0'.repeat(26)}`],
  rehearsal: ['customer', 'campaign', '=JOB1'],
};

/** Of those the names stand in a row, or in a list that is searched: a row of the wrong kind fails by itself. */
const BY_ROW = /bulk\/update$|bulk\/id$/;

const CASES = ROUTES.flatMap(({ name, names, call }) =>
  Object.entries(SHAPED).flatMap(([kind, wrong]) =>
    names[kind as RecordKind] === undefined || (BY_ROW.test(name) && kind !== 'company')
      ? []
      : [{ name, kind: kind as RecordKind, wrong, call }],
  ),
);

describe('a name of the wrong kind', () => {
  let service: RunningService;
  let tenant: Tenant;
  let records: RecordNames;
  beforeAll(async () => {
    service = await startService('sqlite', { extensions: [AcmeExtension] });
    tenant = await service.createTenant({ scopes: SCOPES });
    records = await createRecords(tenant);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => service.stop());

  it.each(CASES)('is refused by $name without a look at the database: $kind', async ({ kind, wrong, call }) => {
    const { app } = service;
    const looks = [
      jest.spyOn(app.get(CompanyRepository, { strict: false }), 'findByCompanyId'),
      jest.spyOn(app.get(CustomerRepository, { strict: false }), 'get'),
      jest.spyOn(app.get(CustomerRepository, { strict: false }), 'getLocked'),
      jest.spyOn(app.get(BulkJobRepository, { strict: false }), 'get'),
      jest.spyOn(app.get(CampaignRepository, { strict: false }), 'get'),
      jest.spyOn(app.get(CampaignRepository, { strict: false }), 'getLocked'),
    ];
    const statuses: [string, number][] = [];
    for (const one of wrong) {
      const text = one.startsWith('=') ? one.slice(1) : (records[one as keyof RecordNames] ?? '');
      const sent = /^\/|\s|'/.test(text) ? encodeURIComponent(text) : text;
      const isInPath = ['customer', 'numericId', 'job', 'rehearsal', 'campaign'].includes(kind);
      const { status } = await call(tenant.api, { ...records, [kind]: isInPath ? sent : text, by: kind });
      statuses.push([text, status]);
    }
    expect(statuses).toEqual(statuses.map(([text]) => [text, 400]));
    for (const look of looks) expect(look).not.toHaveBeenCalled();
  });

  it.each(ROUTES.filter(({ names }) => names.company !== undefined))(
    'is a company said twice, or as a list: $name',
    async ({ call }) => {
      const parameter = (url: string) =>
        url.includes('/customer/bulk?') || url.endsWith('/customer/bulk') ? 'companyId' : 'parentCompanyId';
      const own = tenant.company.companyId;
      for (const query of [
        (name: string) => `${name}=${own}&${name}=${own}`,
        (name: string) => `${name}=${own}&${name}=CEK0000000`,
        (name: string) => `${name}[]=${own}`,
        (name: string) => `${name}[a]=${own}`,
        (name: string) => `${name.toUpperCase()}=${own}`,
      ]) {
        const request = call(tenant.api, records);
        const { status } = await request.query(query(parameter((request as unknown as { url: string }).url)));
        expect(status).toBe(400);
      }
    },
  );

  it.each([
    'X-Forwarded-For',
    'X-Tenant',
    'X-Tenant-Id',
    'X-Company-Id',
    'X-User',
    'X-Forwarded-User',
    'X-Original-URL',
    'X-HTTP-Method-Override',
  ])('is nothing when it stands in the header %s: the token alone says whose the request is', async (header) => {
    const other = await service.createTenant();
    const theirs = await createRecords(other);
    const claim = header.includes('URL') ? `/api/v0/customer/${theirs.customer}` : other.company.companyId;
    await tenant.api.get(`/api/v0/customer/${theirs.customer}`).set(header, claim).expect(404);
    const { body } = await tenant.api
      .get(`/api/v0/customer/${records.customer}`)
      .set(header, header.includes('Method') ? 'DELETE' : claim)
      .expect(200);
    expect(body.payload.customerId).toBe(records.customer);
    await service.anonymous.get(`/api/v0/customer/${theirs.customer}`).set(header, claim).expect(401);
  });
});

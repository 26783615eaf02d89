import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { bulk, CREATE, csvOf, UPDATE, upload } from '../support/bulk';
import { createCampaign, lead, RECORDS, UPDATE_BULK } from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { JOBS } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

/** Of a longer run more: `COMPANY_ORDERS=1000 npx jest test/access/two-tenants`. */
const RUNS = Number(process.env['COMPANY_ORDERS'] ?? 5);
/** Both companies use the same few numbers of their own. */
const KEYS = ['1', '2', '3'];
const CUSTOMER = '/api/v0/customer';

/** A company with a mark that stands in every value it ever writes. */
interface Marked extends Tenant {
  readonly mark: string;
  readonly campaign: string;
}

/** What one of the two does, by number. */
interface Step {
  readonly who: 0 | 1;
  readonly what: number;
  readonly key: string;
}

/** What a company can do about its record of a number; each writes its mark, or asks for whatever there is. */
const ACTS: readonly ((tenant: Marked, key: string) => PromiseLike<{ text: string }>)[] = [
  ({ api, mark }, key) => api.post(CUSTOMER).send({ legalName: `${mark} made`, uniqueRefNo: key }),
  ({ api, mark }, key) =>
    upload(
      api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', 'address'],
        [key, `${mark} by file`],
      ]),
    ),
  ({ api, mark }, key) =>
    upload(
      api,
      CREATE,
      csvOf([
        ['legalName', 'uniqueRefNo'],
        [`${mark} by file`, key],
      ]),
    ),
  ({ api }, key) => api.post(`${CUSTOMER}/search`).send({ uniqueRefNo: key }),
  async ({ api, mark }, key) => {
    const { body } = await api.post(`${CUSTOMER}/search`).send({ uniqueRefNo: key });
    const id = body.payload.items[0]?.customerId ?? 'KC00000000000000';
    return api.patch(`${CUSTOMER}/${id}`).send({ assignedAgent: `${mark} agent` });
  },
  async ({ api }, key) => {
    const { body } = await api.post(`${CUSTOMER}/search`).send({ uniqueRefNo: key });
    return api.delete(`${CUSTOMER}/${body.payload.items[0]?.customerId ?? 'KC00000000000000'}`);
  },
  ({ api, mark }, key) =>
    api.post('/customers/bulk/sourceId').send({ customers: [{ source: 'ERP', sourceId: key, lastName: mark }] }),
  ({ api }, key) => api.get(`/customers/sourceId/${key}`),
  ({ api, mark }, key) =>
    api.post(`/customers/sourceId/${key}/addresses`).send({ type: 'invoice', street: mark, country: 'NL', code: key }),
  ({ api, mark, campaign: campaignId }, key) =>
    api.put(UPDATE_BULK).send({ campaignId, records: [{ id: key, data: { notes: mark } }] }),
  ({ api, campaign: campaignId }, key) => api.get(RECORDS).query({ campaignId, id: key }),
  async ({ api }) => {
    const { body } = await api.get(JOBS).query({ limit: 1 });
    return api.post(`${JOBS}/${body.payload.items[0]?.jobId ?? `JOB${'0'.repeat(26)}`}/undo`);
  },
];

const steps = fc.array(
  fc.record<Step>({
    who: fc.constantFrom(0, 1),
    what: fc.nat(ACTS.length - 1),
    key: fc.constantFrom(...KEYS),
  }),
  { minLength: 8, maxLength: 24 },
);

describeEachEngine('two companies that do anything at the same time', (engine) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  async function createMarked(mark: string): Promise<Marked> {
    const tenant = await service.createTenant();
    const campaign = await createCampaign(tenant.api, {
      name: mark,
      jsonData: KEYS.map((key) => lead(key, { notes: mark })),
    });
    await bulk(tenant.api, CREATE, [['legalName', 'uniqueRefNo'], ...KEYS.map((key) => [`${mark} first`, key])]);
    return { ...tenant, mark, campaign };
  }

  /** Every text stored for a company, to be searched for marks of the other. */
  async function storedTexts({ company }: Tenant): Promise<string> {
    const tables = [
      'customers',
      'customer_addresses',
      'customer_history',
      'customer_history_pages',
      'campaigns',
      'campaign_records',
      'campaign_record_history',
      'campaign_record_history_pages',
      'bulk_jobs',
    ];
    const rows = await Promise.all(
      tables.map((table) =>
        service.app.get(DataSource).query(`SELECT * FROM ${table} WHERE company_ref = ?`, [company.id]),
      ),
    );
    return JSON.stringify(rows);
  }

  it(`never see or change what is the other’s, whatever the order (${RUNS} random orders)`, async () => {
    const counts = { acts: 0, done: 0 };
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        const both = [await createMarked('ALPHA'), await createMarked('OMEGA')] as const;
        for (let start = 0; start < order.length; start += 4) {
          await Promise.all(
            order.slice(start, start + 4).map(async ({ who, what, key }) => {
              const answer = await ACTS[what]?.(both[who], key);
              counts.acts++;
              if ((answer as { status?: number } | undefined)?.status === 200) counts.done++;
              expect(answer?.text).not.toContain(both[who === 0 ? 1 : 0].mark);
            }),
          );
        }
        const [first, second] = [await storedTexts(both[0]), await storedTexts(both[1])];
        expect([first.includes('OMEGA'), second.includes('ALPHA')]).toEqual([false, false]);
        expect([first.includes('ALPHA'), second.includes('OMEGA')]).toEqual([true, true]);
      }),
      { numRuns: RUNS },
    );
    expect(counts.done).toBeGreaterThan(counts.acts / 4);
  });
});

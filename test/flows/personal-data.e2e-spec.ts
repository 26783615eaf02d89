import { DataSource } from 'typeorm';
import { AuditVerifier } from '../../src/platform/audit/audit-verifier';
import { AuditSealer } from '../../src/platform/audit/audit-sealer';
import { DurableFile } from '../../src/bulk/formats/durable-file';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { SCOPES } from '../../src/platform/auth/scopes';
import { bulk, download, UPDATE } from '../support/bulk';
import { addRecords, createCampaign, lead } from '../support/campaigns';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { JOBS, rowsOf } from '../support/jobs';
import { Api, RunningService, startService, Tenant } from '../support/service';
import { everythingStored, foundIn } from '../support/stored-texts';

const commitOf = DurableFile.prototype.commit;

/** Texts that stand nowhere but in what is sent about the person. */
const CANARIES = [
  'Zorblax',
  'Quenchley',
  'zq@quenchley.example',
  '0038975648',
  '0038975649',
  '1971-03-17',
  '078-05-1120',
  '078051121',
  'Canarystraat',
  'SRC-ZQ-7781',
  'REF-ZQ-551',
  '99887766554',
  'agent-zq-991',
  'agent-zq-992',
  'agent-zq-993',
  'Wimbleforth',
  '9811122233',
  '9811122299',
  'DEBT-ZQ-1',
];

describeEachEngine('the personal data of a customer', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let clerk: Api;
  let customerId: string;
  let id: number;
  let other: any;
  let fileJob: any;

  beforeAll(async () => {
    service = await startService(engine);
  });
  // Whoever is left would be found by the next test.
  afterEach(() => clerk.delete(path()).expect(200));
  afterAll(() => service.stop());

  const query = (sql: string, parameters: unknown[] = []): Promise<any[]> =>
    service.app.get(DataSource).query(sql, parameters);
  const path = () => `/api/v0/customer/${customerId}/personal-data`;
  const item = (fields: object) => ({ source: 'S', sourceId: 'SRC-ZQ-7781', ...fields });

  beforeEach(async () => {
    tenant = await service.createTenant();
    clerk = service.as((await service.app.get(CredentialService).createKey(tenant.company, 'clerk', SCOPES)).key);
    other = await createCustomer(tenant.api, { uniqueRefNo: 'OTHER-1', legalName: 'Sentinel Limited' });
    const person = {
      firstName: 'Zorblax',
      lastName: 'Quenchley',
      email: 'zq@quenchley.example',
      phone: '0038975648',
      dateOfBirth: '1971-03-17',
      ssn: '078-05-1120',
      debtorId: 'DEBT-ZQ-1',
      addresses: [{ type: 'delivery', street: 'Canarystraat', country: 'NL', number: '1', mobile: '0038975649' }],
    };
    const { body } = await clerk.post('/customers/').set('Idempotency-Key', 'create').send(item(person)).expect(201);
    ({ customerId, id } = body.data);
    const change = {
      uniqueRefNo: 'REF-ZQ-551',
      accountNumber: '99887766554',
      ifsc: 'HDFC0001234',
      assignedAgent: 'agent-zq-991',
      customerKeyContacts: [{ name: 'Wimbleforth', legalName: 'Wimbleforth', mobile: '9811122233' }],
    };
    await tenant.api.patch(`/api/v0/customer/${customerId}`).set('Idempotency-Key', 'change').send(change).expect(200);
    await clerk.patch(`/customers/id/${id}`).send({ ssn: '078051121', addresses: [] }).expect(200);
    fileJob = await bulk(
      tenant.api,
      UPDATE,
      [
        ['customerId', 'uniqueRefNo', 'assignedAgent', 'contactNumber', 'pinCode'],
        [customerId, '', 'agent-zq-992', '9811122299', ''],
        ['', 'REF-ZQ-551', 'agent-zq-993', '', '01234'],
        [other.customerId, '', 'agent-other', '', '01234'],
        [other.customerId, '', 'agent-other', '', '560002'],
      ],
      { query: { duplicates: 'last' } },
    );
    await bulk(
      tenant.api,
      UPDATE,
      [
        ['uniqueRefNo', 'assignedAgent'],
        ['REF-ZQ-551', 'agent-zq-993'],
      ],
      { query: { dryRun: true } },
    );
    const items = [
      item({ lastName: 'Quenchley', title: 'Dr' }),
      item({ parent: { id: 999999999 }, firstName: 'Zorblax' }),
      { source: 'S', sourceId: 'someone', lastName: 'Sentinel' },
    ];
    await tenant.api
      .post('/customers/bulk/sourceId')
      .set('Idempotency-Key', 'bulk')
      .send({ customers: items })
      .expect(200);
  });

  it('is given out as a whole, to those who may see it, and the audit trail notes it', async () => {
    const { body } = await clerk.get(path()).expect(200);
    const text = JSON.stringify(body.payload);
    expect(CANARIES.filter((canary) => !text.includes(canary))).toEqual([]);
    expect(text).not.toMatch(/Sentinel|agent-other/);
    const { customer, commerce, addresses, history, jobRows, deletedAt } = body.payload;
    expect([customer.customerId, commerce.ssn, addresses.length, deletedAt]).toEqual([
      customerId,
      '078051121',
      1,
      null,
    ]);
    expect(history.flatMap(({ changes }: any) => changes).filter(({ field }: any) => field === 'ssn')).toEqual([
      { field: 'ssn', from: null, to: '078-05-1120' },
      { field: 'ssn', from: '078-05-1120', to: '078051121' },
    ]);
    expect(jobRows.map(({ row, outcome }: any) => [row, outcome])).toEqual([
      [1, 'updated'],
      [2, 'failed'],
      [2, 'updated'],
      [2, 'updated'],
      [3, 'failed'],
    ]);
    expect(jobRows.at(-1).sent).toMatchObject({ uniqueRefNo: 'REF-ZQ-551', assignedAgent: 'agent-zq-993' });
    await tenant.api.get(path()).expect(403);
    await tenant.api.delete(path()).expect(403);
    const stranger = await service.createTenant({ scopes: SCOPES });
    for (const method of ['get', 'delete'] as const) await stranger.api[method](path()).expect(404);
    await service.app.get(AuditSealer).seal();
    const exports = await query(
      "SELECT subject FROM audit_entries WHERE action = 'customer.exported' AND company_ref = ?",
      [tenant.company.id],
    );
    expect(exports).toEqual([{ subject: customerId }]);
  });

  it.each(['as it is', 'after it was deleted'])(
    'is erased for good, %s, and nobody else loses anything',
    async (when) => {
      if (when === 'after it was deleted') await tenant.api.delete(`/api/v0/customer/${customerId}`).expect(200);
      expect(new Set(foundIn(await everythingStored(service), CANARIES).map(([, text]) => text)).size).toBeGreaterThan(
        15,
      );
      const before = await query('SELECT COUNT(*) AS n FROM customer_history');
      expect((await clerk.delete(path()).expect(200)).body.payload).toBe(customerId);
      expect(foundIn(await everythingStored(service), CANARIES)).toEqual([]);

      await tenant.api.get(`/api/v0/customer/${customerId}`).expect(404);
      expect((await clerk.post('/customers/search').send({ ssns: ['078051121'] })).body.data).toEqual([]);
      expect(await query('SELECT COUNT(*) AS n FROM customer_history')).toEqual([{ n: Number(before[0].n) + 1 }]);
      expect(await service.app.get(AuditVerifier).verify()).toMatchObject({ intact: true, faults: [] });
      const erasures = await query(
        "SELECT subject, mac FROM audit_entries WHERE action = 'customer.erased' AND company_ref = ?",
        [tenant.company.id],
      );
      expect(erasures).toEqual([{ subject: customerId, mac: expect.any(String) }]);

      const rows = await rowsOf(tenant.api, fileJob.jobId);
      expect(rows.map(({ row, outcome }) => [row, outcome])).toEqual([
        [2, 'updated'],
        [3, 'failed'],
        [4, 'failed'],
        [5, 'updated'],
      ]);
      expect(rows[1].errors[0]).toMatchObject({ code: 'INVALID_FORMAT', message: 'erased', rejectedValue: null });
      expect(rows[2].errors[0]).toMatchObject({ rejectedValue: '01234', field: 'pinCode' });
      const failures = (await download(fileJob.failure_file_url)).toString();
      expect(failures).toContain(`${other.customerId},,agent-other,,01234,4,failed`);
      const undo = (await tenant.api.post(`${JOBS}/${fileJob.jobId}/undo`).expect(200)).body.payload;
      expect(undo.counters).toMatchObject({ updated: 1, failed: 1 });
      expect((await clerk.get(path()).expect(200)).body.payload.customer).toMatchObject({
        legalName: '[erased]',
        uniqueRefNo: null,
      });
      // Sent again, a call is a new one: nothing is left to tell it by.
      await clerk
        .post('/customers/')
        .set('Idempotency-Key', 'create')
        .send({ source: 'S', sourceId: 'new', lastName: 'x' })
        .expect(201);
    },
  );

  it('holds no record of a campaign that happens to have the number of the customer as its id', async () => {
    const campaignId = await createCampaign(tenant.api);
    const { jobId } = await addRecords(tenant.api, campaignId, [lead(String(id), { note: 'kept' }), lead('other')]);
    const { jobRows } = (await clerk.get(path()).expect(200)).body.payload;
    expect(jobRows.filter((row: any) => row.jobId === jobId)).toEqual([]);
    await clerk.delete(path()).expect(200);
    expect((await rowsOf(tenant.api, jobId)).map(({ recordId }) => recordId)).toEqual([String(id), 'other']);
    const { links } = (await tenant.api.get(`${JOBS}/${jobId}`).expect(200)).body.payload;
    expect((await download(links.success)).toString()).toContain('kept');
  });

  it.each([1, 2, 3])('is erased by a call sent again after one that broke off at its file number %i', async (fault) => {
    const commit = jest.spyOn(DurableFile.prototype, 'commit');
    for (let before = 1; before < fault; before++) commit.mockImplementationOnce(commitOf);
    commit.mockImplementationOnce(() => Promise.reject(new Error('the process ended')));
    await clerk.delete(path()).expect(500);
    commit.mockRestore();
    const { payload } = (await clerk.get(path()).expect(200)).body;
    expect(payload.customer.uniqueRefNo).toBe('REF-ZQ-551');
    await clerk.delete(path()).expect(200);
    expect(foundIn(await everythingStored(service), CANARIES)).toEqual([]);
  });

  it('is not erased while a job still has rows about it', async () => {
    await query("UPDATE bulk_jobs SET state = 'queued' WHERE job_id = ?", [fileJob.jobId]);
    const { body } = await clerk.delete(path()).expect(409);
    expect(body.errorResponse.errorMessage).toContain(`The job ${fileJob.jobId} has rows about this customer`);
    await query("UPDATE bulk_jobs SET state = 'completed' WHERE job_id = ?", [fileJob.jobId]);
    expect((await clerk.get(path())).body.payload.customer.uniqueRefNo).toBe('REF-ZQ-551');
  });
});

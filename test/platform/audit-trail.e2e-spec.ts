import { AuditRepository } from '../../src/platform/audit/audit.repository';
import { DataSource } from 'typeorm';
import { CustomerHistoryRepository } from '../../src/customer/customer-history.repository';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.entity';
import { AuditSealer } from '../../src/platform/audit/audit-sealer';
import { AuditVerifier } from '../../src/platform/audit/audit-verifier';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { SCOPES } from '../../src/platform/auth/scopes';
import { ConfigError } from '../../src/platform/config/load-config';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { KeyRotation } from '../../src/platform/encryption/key-rotation';
import { bulk, CREATE, UPDATE } from '../support/bulk';
import { createCommerceCustomer } from '../support/commerce-items';
import { createCustomer } from '../support/customers';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { JOBS } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const [A, B] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string];
const SECRETS = ['Zk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0A', 'Jd6Mf4Gs0AZk3vQ9pX7wLr2Tn8Yb5Hc1'] as const;

/** Entries linked by now, or only those of one kind. */
async function entriesOf({ app }: RunningService, action?: string): Promise<AuditEntry[]> {
  await app.get(AuditSealer).seal();
  const entries: AuditEntry[] = [];
  for await (const entry of app.get(AuditVerifier).list(action === undefined ? {} : { action })) entries.push(entry);
  return entries;
}
const verify = ({ app }: RunningService, head?: string) => app.get(AuditVerifier).verify(head);

describeEachEngine('the audit trail', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let subject: string;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    subject = `key:${(await entriesOf(service, 'key.created')).at(-1)?.subject}`;
  });
  afterAll(() => service.stop());

  const mine = async (action: string) =>
    (await entriesOf(service, action)).filter(({ companyRef }) => companyRef === tenant.company.id);

  it('says who changed which fields when, in which request, and never to what', async () => {
    const { customerId } = await createCustomer(tenant.api, { legalName: 'Sentinel Traders' });
    const patch = {
      pinCode: '560009',
      customerKeyContacts: [{ name: 'Sentinel', legalName: 'Sentinel', mobile: '9812345670' }],
    };
    await tenant.api.patch(`/api/v0/customer/${customerId}`).set('X-Request-Id', 'my-request').send(patch).expect(200);
    await tenant.api.put(`/api/v0/customer/deactivate/${customerId}`).expect(200);
    await tenant.api.delete(`/api/v0/customer/${customerId}`).expect(200);
    const entries = await mine('customer.changed');
    expect(entries.map(({ fieldNames }) => fieldNames)).toEqual([
      expect.arrayContaining(['legalName', 'creditLimit']),
      expect.arrayContaining(['customerKeyContacts.mobile', 'pinCode']),
      ['status'],
      ['deleted'],
    ]);
    const [{ id }] = await service.app
      .get(DataSource)
      .query('SELECT id FROM customers WHERE customer_id = ?', [customerId]);
    expect(entries[1]).toMatchObject({
      actor: subject,
      requestId: 'my-request',
      subject: String(id),
      jobId: null,
      times: 1,
    });
    expect(Math.abs(Date.now() - entries[1]!.recordedAt.getTime())).toBeLessThan(60_000);
    const stored = await service.app.get(DataSource).query('SELECT * FROM audit_entries');
    expect(JSON.stringify(stored)).not.toMatch(/Sentinel|560009|9812345670/);
  });

  it('has one entry for each chunk of a job, with its rows, and none for what is not stored', async () => {
    const rows = Array.from({ length: 1_500 }, (_, n) => [`Customer ${n}`, `REF-${n}`]);
    const { jobId } = await bulk(tenant.api, CREATE, [['legalName', 'uniqueRefNo'], ...rows]);
    const changes = rows.slice(0, 3).map(([, ref], n) => [ref!, `${n}.00`]);
    await bulk(tenant.api, UPDATE, [['uniqueRefNo', 'creditLimit'], ...changes], { query: { dryRun: true } });
    const failing = [...changes, ['REF-nobody', '1.00']];
    await bulk(tenant.api, UPDATE, [['uniqueRefNo', 'creditLimit'], ...failing], { query: { onError: 'abort' } });
    await tenant.api.post('/api/v0/customer').send({ legalName: 'x', ifsc: 'HDFC0001234' }).expect(400);
    expect((await mine('customer.changed')).map(({ jobId: id, jobRows, times }) => [id, jobRows, times])).toEqual([
      [jobId, '2-501', 500],
      [jobId, '502-1001', 500],
      [jobId, '1002-1501', 500],
    ]);
    const { payload } = (await tenant.api.post(`${JOBS}/${jobId}/undo`).expect(200)).body;
    expect((await mine('customer.changed')).slice(3).map(({ jobId: id, times }) => [id, times])).toEqual([
      [payload.jobId, 500],
      [payload.jobId, 500],
      [payload.jobId, 500],
    ]);
    expect(await verify(service)).toMatchObject({ intact: true });
  });

  it('has campaigns and their records', async () => {
    const campaign = {
      name: 'c',
      description: 'd',
      campaignType: 'lead',
      region: 'all',
      languages: ['hindi'],
      tags: [],
      startDate: '2026-01-01',
      endDate: '2026-12-31',
      startTime: '09:00',
      endTime: '18:00',
    };
    const { body } = await tenant.api.post('/api/v1/campaigns/create').send(campaign).expect(201);
    const id: string = body.data.campaignId ?? body.data.id;
    const data = [
      { lead_id: 'l1', lead_date: '2026-01-01' },
      { lead_id: 'l2', lead_date: '2026-01-02' },
    ];
    await tenant.api.post('/api/v1/customers/add/bulk').send({ campaignId: id, data }).expect(201);
    const record = { campaignId: id, id: 'l1', data: { note: { text: 'Sentinel' } } };
    await tenant.api.put('/api/v1/customer-data').send(record).expect(200);
    await tenant.api.put(`/api/v1/campaigns/update/${id}`).send({ name: 'other' }).expect(200);
    await tenant.api.delete(`/api/v1/campaigns/${id}`).expect(200);
    expect((await mine('campaign-record.changed')).map(({ times, fieldNames }) => [times, fieldNames])).toEqual([
      [2, ['lead_date', 'lead_id']],
      [1, ['note']],
    ]);
    const told = await Promise.all(['created', 'changed', 'deleted'].map((what) => mine(`campaign.${what}`)));
    expect(told.map(([entry]) => [entry?.subject, entry?.actor])).toEqual(Array(3).fill([id, subject]));
    expect(await verify(service)).toMatchObject({ intact: true });
  });

  it('links what is written at the same time one behind the other, without a gap', async () => {
    const before = (await entriesOf(service)).length;
    const writers = Array.from({ length: 40 }, (_, n) => createCustomer(tenant.api, { uniqueRefNo: `W-${n}` }));
    // The sealer of another process looks in between.
    const sealing = Array.from({ length: 10 }, () => service.app.get(AuditSealer).seal());
    await Promise.all([...writers, ...sealing]);
    const places = (await entriesOf(service)).map(({ sequenceNo }) => sequenceNo);
    expect(places).toEqual(Array.from({ length: before + 40 }, (_, n) => n + 1));
    expect(await verify(service)).toMatchObject({ intact: true, faults: [] });
  });

  it('tells each reading of a number in clear, and none of a masked one', async () => {
    const { key } = await service.app.get(CredentialService).createKey(tenant.company, 'pii', SCOPES);
    const reader = `key:${(await entriesOf(service, 'key.created')).at(-1)?.subject}`;
    const privileged = service.as(key);
    const customers: any[] = [];
    for (const ssn of ['078-05-1120', '219099999', null]) {
      customers.push(await createCommerceCustomer(tenant.api, { source: 'S', sourceId: `${ssn}`, ssn }));
    }
    const [first, second, none] = customers;
    await tenant.api.get(`/customers/id/${first.id}`).expect(200);
    await tenant.api.post('/customers/search').send({}).expect(200);
    await privileged.get(`/customers/id/${none.id}`).expect(200);
    await privileged.get('/customers/id/999999').expect(404);
    expect(await mine('ssn.read')).toEqual([]);
    await privileged.get(`/customers/id/${first.id}`).set('X-Request-Id', 'a-read').expect(200);
    await privileged.post('/customers/search').send({}).expect(200);
    const change = () =>
      privileged.patch(`/customers/id/${second.id}`).set('Idempotency-Key', 'k').send({ title: 'Dr' });
    await change().expect(200);
    await change().expect(200);
    expect(
      (await mine('ssn.read')).map(({ subject: who, times, actor, requestId }) => [who, times, actor, requestId]),
    ).toEqual([
      [first.customerId, 1, reader, 'a-read'],
      [`${first.customerId} ${second.customerId}`, 2, reader, expect.any(String)],
      [second.customerId, 1, reader, expect.any(String)],
    ]);
    expect((await mine('answer.replayed')).map(({ subject: what }) => what)).toEqual([
      'PATCH /customers/:lookupKey/:lookupValue',
    ]);
  });

  it('tells of credentials, and of jobs that are cancelled or erased', async () => {
    const credentials = service.app.get(CredentialService);
    const { clientId } = await credentials.createClient(tenant.company, 'Sentinel', ['customers:read']);
    await credentials.revoke(clientId);
    await credentials.revoke('key_unknown');
    const [created] = await mine('client.created');
    expect(created).toMatchObject({
      subject: clientId,
      fieldNames: ['customers:read'],
      actor: 'operator',
      requestId: null,
    });
    expect((await entriesOf(service, 'credential.revoked')).map(({ subject: id }) => id)).toEqual([clientId]);
    const { jobId } = await bulk(tenant.api, CREATE, [['legalName'], ['x y']]);
    await tenant.api.delete(`${JOBS}/${jobId}`).expect(200);
    expect((await mine('job.erased')).map(({ jobId: id, actor }) => [id, actor])).toEqual([[jobId, subject]]);
  });

  it('keeps changes and their entries together: without the one there is not the other', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const history = service.app.get(CustomerHistoryRepository);
    const unitOfWork = service.app.get(UnitOfWork);
    const lost = unitOfWork.run(async (transaction) => {
      const fact = {
        companyRef: tenant.company.id,
        version: 9,
        changedAt: new Date(),
        changedBy: 'x',
        jobId: null,
        rowNo: null,
      };
      await history.insertMany(transaction, [{ ...fact, customerRef: 1, changes: [] }]);
      throw new Error('rolled back');
    });
    await expect(lost).rejects.toThrow('rolled back');
    const spy = jest.spyOn(service.app.get(AuditRepository), 'insertMany').mockRejectedValue(new Error('no room'));
    await tenant.api.patch(`/api/v0/customer/${customerId}`).send({ pinCode: '560009' }).expect(500);
    spy.mockRestore();
    expect((await tenant.api.get(`/api/v0/customer/${customerId}`)).body.payload.pinCode).toBe('560001');
    expect((await mine('customer.changed')).length).toBe(1);
    expect(await verify(service)).toMatchObject({ intact: true });
  });
});

describeEachEngine('the chain of the audit trail', (engine) => {
  let database: TestDatabase;
  const running = new Set<RunningService>();
  beforeEach(async () => {
    database = await createDatabase(engine);
  });
  afterEach(async () => {
    for (const service of running) await service.stop();
    running.clear();
    await database.remove();
  });

  async function start(environment: Record<string, string>): Promise<RunningService> {
    const service = await startService(engine, { database, environment: { APP_SECRET: SECRETS[0], ...environment } });
    running.add(service);
    return service;
  }
  async function inService<T>(
    environment: Record<string, string>,
    work: (service: RunningService) => Promise<T>,
  ): Promise<T> {
    const service = await start(environment);
    const result = await work(service);
    await service.stop();
    running.delete(service);
    return result;
  }

  it('is continued by the next start, and needs the key it was made under', async () => {
    const explicit = { ENCRYPTION_KEYS: `k1:${A}`, BLIND_INDEX_KEY: B };
    const { head, key } = await inService(explicit, async (service) => {
      await createCustomer((await service.createTenant()).api);
      await service.app.get(KeyRotation).rotate();
      const report = await verify(service);
      return { head: report.head, key: service.app.get(AuditSealer)['trail'].seal.exportKey() };
    });
    const changed = { ...explicit, APP_SECRET: SECRETS[1] };
    const refusal: unknown = await start(changed).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConfigError);
    expect((refusal as ConfigError).faults).toEqual([
      'APP_SECRET: gives another key than the one the audit trail of this database was made under; set the former one again, or AUDIT_KEY to what "npm run cli -- audit key" printed under it',
    ]);
    await inService({ ...changed, AUDIT_KEY: key }, async (service) => {
      await createCustomer((await service.createTenant()).api);
      expect(await verify(service, head)).toMatchObject({ intact: true, historyRows: 2 });
      const foreign = await verify(
        service,
        head.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      );
      expect(foreign.faults.map(({ fault }) => fault)).toEqual([
        expect.stringMatching(/^the head .* is not in the chain/),
      ]);
    });
  });

  it('holds when keys are rotated and numbers in the history sealed anew', async () => {
    const before = { BLIND_INDEX_KEY: B };
    await inService(before, async (service) => {
      const { api } = await service.createTenant();
      for (let n = 0; n < 3; n++)
        await createCommerceCustomer(api, { source: 'S', sourceId: `${n}`, ssn: `10000000${n}` });
      await createCommerceCustomer(api, { source: 'S', sourceId: 'none' });
    });
    for (const keys of [`k1:${A}`, `k2:${B},k1:${A}`]) {
      await inService({ ...before, ENCRYPTION_KEYS: keys }, async (service) => {
        await service.app.get(KeyRotation).rotate();
        const [entry] = (await entriesOf(service, 'history.resealed')).slice(-1);
        expect(entry).toMatchObject({ actor: 'operator', times: 3, historyTable: 'customer_history' });
        expect(await verify(service)).toMatchObject({ intact: true, historyRows: 4 });
        expect(await entriesOf(service, 'keys.rotated')).toHaveLength(keys.startsWith('k1') ? 1 : 2);
      });
    }
    const service = await start({ ...before, ENCRYPTION_KEYS: `k2:${B},k1:${A}` });
    const [row] = await service.app
      .get(DataSource)
      .query("SELECT id, changes FROM customer_history WHERE changes LIKE '%v2.k2%'");
    await service.app
      .get(DataSource)
      .query('UPDATE customer_history SET changes = ? WHERE id = ?', [`${row.changes} `, row.id]);
    expect((await verify(service)).faults).toEqual([
      {
        sequenceNo: expect.any(Number),
        entryId: expect.any(String),
        fault: `row ${row.id} of the history rows ${row.id}-${row.id} of customer_history was changed`,
      },
    ]);
  });

  it('counts refusals instead of telling each of them', async () => {
    await inService({ FAILED_LOGINS_PER_MINUTE: '50' }, async (service) => {
      const { api } = await service.createTenant();
      const wrong = service.as('rbk_wrong');
      for (let n = 0; n < 60; n++) await wrong.get('/api/v0/customer/KC00000000000000');
      for (let n = 0; n < 3; n++)
        await api.get('/api/v0/customer/KC00000000000000?parentCompanyId=CEK0000000').expect(403);
      await service.anonymous.get('/api/v0/customer/KC00000000000000').expect(401);
    });
    const service = await start({});
    const told = (await entriesOf(service)).filter(({ action }) => /refused|exceeded/.test(action));
    const sums: Record<string, number> = {};
    for (const { action, times } of told) sums[action] = (sums[action] ?? 0) + times;
    // The allowance grows while the calls are made, so that some more may be refused one by one.
    expect(sums).toEqual({
      'login.refused': expect.any(Number),
      'limit.exceeded': expect.any(Number),
      'access.refused': 3,
    });
    expect((sums['login.refused'] ?? 0) + (sums['limit.exceeded'] ?? 0)).toBe(60);
    expect(sums['login.refused']).toBeGreaterThanOrEqual(50);
    expect(told.length).toBeLessThanOrEqual(9);
    expect(told.find(({ action }) => action === 'login.refused')).toMatchObject({
      actor: 'address:127.0.0.1',
      subject: 'GET /api/v0/customer/:customerId',
    });
    expect(await verify(service)).toMatchObject({ intact: true });
  });
});

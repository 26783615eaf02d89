import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { KeyRotation } from '../../src/platform/encryption/key-rotation';
import { DEFAULT_SCOPES } from '../../src/platform/auth/scopes';
import { IdempotencySweep } from '../../src/platform/idempotency/idempotency.sweep';
import { JobRetentionSweep } from '../../src/bulk/jobs/job-retention.sweep';
import { AcmeExtension } from '../extension/acme/acme.extension';
import { bulk, CREATE, csvOf, UPDATE, upload } from '../support/bulk';
import { ADD_BULK, createCampaign, HISTORY, lead, UPDATE_BULK } from '../support/campaigns';
import { sampleAddress, sampleItem } from '../support/commerce-items';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { JOBS } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';
import { recordSql, SqlRecorder } from '../support/sql-recorder';
import { createRecords } from './record-names';
import { ROUTES } from './route-table';
import { EXCEPTIONS, namesCompany, tenantStatements } from './tenant-sql';

const CUSTOMER = '/api/v0/customer';

describeEachEngine('statements on tables of companies', (engine) => {
  let recorder: SqlRecorder;
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    recorder = recordSql();
    service = await startService(engine, { extensions: [AcmeExtension] });
    const { company } = await service.createTenant();
    const { key } = await service.app
      .get(CredentialService)
      .createKey(company, 'all', [...DEFAULT_SCOPES, 'customers:pii']);
    tenant = { company, token: key, api: service.as(key) };
    await walkRoutes();
    await walkReceivables();
    await walkCommerce();
    await walkCampaigns();
    await walkOperator();
  }, 180_000);
  afterAll(async () => {
    await service.stop();
    recorder.stop();
  });

  const jobIdOf = ({ headers }: { headers: Record<string, string> }): string => headers['x-job-id'] ?? '';
  const followUp = async (jobId: string, what: string) =>
    jobIdOf(await tenant.api.post(`${JOBS}/${jobId}/${what}`).expect(200));

  /** Every route once, what deletes last; under a key where it writes. */
  async function walkRoutes(): Promise<void> {
    const records = await createRecords(tenant);
    const inOrder = [...ROUTES].sort(
      (a, b) => Number(a.name.startsWith('DELETE')) - Number(b.name.startsWith('DELETE')),
    );
    for (const { name, call, admits } of inOrder) {
      const request = call(tenant.api, records);
      const { status } = await (admits.endsWith(':write') && !name.startsWith('GET')
        ? request.set('Idempotency-Key', name)
        : request);
      expect([name, status < 500]).toEqual([name, true]);
    }
  }

  async function walkReceivables(): Promise<void> {
    const { api } = tenant;
    const contacts = [{ name: 'Asha', legalName: 'Asha', mobile: '9812345678' }];
    const reminder = { reminderType: 'ONCE', reminderTime: '09:30', dueDateDifference: -1, stage: '1' };
    const { customerId } = await createCustomer(api, {
      uniqueRefNo: 'WALK-1',
      customerKeyContacts: contacts,
      acmeTier: 'gold',
    });
    await api
      .patch(`${CUSTOMER}/${customerId}`)
      .send({ customerReminders: [reminder], uniqueRefNo: 'WALK-2', acmeTier: 'silver' });
    await api.patch(`${CUSTOMER}/${customerId}`).send({ customerReminders: null, acmeTier: null });
    for (const search of [{ legalName: 'Xy' }, { acmeTier: 'gold' }, { uniqueRefNo: 'WALK-2' }]) {
      await api.post(`${CUSTOMER}/search`).query({ limit: 1, direction: 'DESC' }).send(search).expect(200);
    }
    const rows = csvOf([
      ['uniqueRefNo', 'address', 'acmeTier'],
      ['WALK-2', 'by file', 'gold'],
      ['NONE', 'x', ''],
    ]);
    const byContact = csvOf([
      ['uniqueRefNo', 'name', 'legalName', 'mobile'],
      ['WALK-2', 'Ravi', 'Ravi', '9800000000'],
    ]);
    const { jobId } = await bulk(api, UPDATE, rows, { contacts: byContact });
    await api.get(`${JOBS}/${jobId}/rows`).expect(200);
    await followUp(await followUp(jobId, 'undo'), 'undo');
    await followUp(
      (
        await bulk(
          api,
          UPDATE,
          [
            ['uniqueRefNo', 'address'],
            ['WALK-2', 'rehearsed'],
          ],
          { query: { dryRun: true } },
        )
      ).jobId,
      'commit',
    );
    await bulk(api, UPDATE, rows, { query: { onError: 'abort' } });
    const made = await bulk(api, CREATE, [
      ['legalName', 'uniqueRefNo', 'acmeTier'],
      ['Xylo', 'WALK-3', 'gold'],
      ['Xylo', 'WALK-4', ''],
    ]);
    await followUp(made.jobId, 'undo');
    const failures = csvOf([
      ['uniqueRefNo', '_job'],
      ['WALK-2', made.jobId],
    ]);
    await upload(api, UPDATE, failures);
  }

  async function walkCommerce(): Promise<void> {
    const { api } = tenant;
    const items = [
      sampleItem({ sourceId: 'p' }),
      sampleItem({ sourceId: 'c', parent: { source: 'REST-API', sourceId: 'p' } }),
    ];
    const { body, headers } = await api.post('/customers/bulk/sourceId').send({ customers: items }).expect(200);
    expect(body.messages).toEqual(['Completed']);
    const [{ id }] = body.data;
    const change = {
      id,
      firstName: 'Davis',
      ssn: null,
      addresses: [sampleAddress({ code: 'new' }), sampleAddress({ city: 'Ede' })],
    };
    const changed = await api
      .post('/customers/bulk/id')
      .send({ customers: [change] })
      .expect(200);
    await followUp(await followUp(jobIdOf(changed), 'undo'), 'undo');
    await api.post('/customers/search').send({ dateModified: { from: '2020-01-01' }, ssns: ['078-05-1120'] });
    await api
      .post('/customers/search')
      .send({ dateCreated: { from: '2020-01-01', to: '2030-01-01' }, offset: 10, page: 2 });
    await followUp(jobIdOf({ headers }), 'undo');
    await api.post('/customers/bulk/sourceId').query({ dryRun: true }).send({ customers: items }).expect(200);
  }

  async function walkCampaigns(): Promise<void> {
    const { api } = tenant;
    const campaignId = await createCampaign(api, { jsonData: [lead('a'), lead('b')] });
    const records = [
      { id: 'a', data: { notes: 'x' } },
      { id: 'b', data: { notes: 'x' } },
      { id: 'none', data: { notes: 'x' } },
    ];
    const updated = await api.put(UPDATE_BULK).send({ campaignId, records });
    await followUp(await followUp(jobIdOf(updated), 'undo'), 'undo');
    const added = await api.post(ADD_BULK).send({ campaignId, data: [lead('c')] });
    await followUp(jobIdOf(added), 'undo');
    await api.get(HISTORY).query({ campaignId, id: 'a', limit: 1 }).expect(200);
    await api.get('/api/v1/customer-data').query({ campaignId, limit: 1 }).expect(200);
    await api.get('/api/v1/campaigns').query({ search: 'Dec', campaign_type: 'lead', page: 2 }).expect(200);
    await api.put(`/api/v1/campaigns/update/${campaignId}`).send({ campaignType: 'emi' });
  }

  /** What runs for all companies: keys, sweeps, revocation, tokens. */
  async function walkOperator(): Promise<void> {
    const { app } = service;
    const { clientId, clientSecret } = await app
      .get(CredentialService)
      .createClient(tenant.company, 'ERP', DEFAULT_SCOPES);
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const { body } = await service.anonymous.post('/oauth/token').type('form').send(form).expect(200);
    await service.as(body.access_token).get(JOBS).expect(200);
    await app.get(CredentialService).revoke(clientId);
    await app.get(KeyRotation).rotateIndex();
    const newKey = { ENCRYPTION_KEYS: `later:${randomBytes(32).toString('base64')}` };
    const later = await startService(engine, { database: service.database, environment: newKey });
    await later.app.get(KeyRotation).rotate();
    await later.stop();
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60 * 86_400_000);
    await Promise.all([app.get(IdempotencySweep).sweep(), app.get(JobRetentionSweep).sweep()]);
    jest.restoreAllMocks();
  }

  it('each name the company, or stand among the exceptions with a reason', () => {
    const found = tenantStatements(service.app.get(DataSource), recorder.statements);
    const unscoped = found.filter(
      (sql) => !namesCompany(sql) && !EXCEPTIONS.some((exception) => exception.sql.test(sql)),
    );
    expect(unscoped).toEqual([]);
    // Of about a hundred texts.
    expect(found.length).toBeGreaterThan(60);
  });

  it('have no exception that nothing needs', () => {
    const found = tenantStatements(service.app.get(DataSource), recorder.statements);
    const unscoped = found.filter((sql) => !namesCompany(sql));
    const ofOther = engine === 'sqlite' ? /JSON_TABLE|changed|ELT/ : /WHERE id = |RETURNING id/;
    const unused = EXCEPTIONS.filter(
      ({ sql }) => !ofOther.test(sql.source) && !unscoped.some((text) => sql.test(text)),
    );
    expect(unused.map(({ sql }) => sql.source)).toEqual([]);
  });

  it.each([
    ['SELECT company_ref, id FROM customers WHERE customer_id = ?', false],
    [
      'SELECT id FROM customers WHERE company_ref = ? AND id IN (SELECT customer_ref FROM customer_contacts WHERE mobile = ?)',
      false,
    ],
    ['UPDATE customers SET company_ref = ? WHERE id = ?', false],
    ['DELETE FROM customer_contacts', false],
    ['INSERT INTO customers (customer_id) VALUES (?)', false],
    ['SELECT id FROM customers AS stored WHERE stored.company_ref = ?', true],
    ['INSERT INTO customers(company_ref, customer_id) VALUES (?, ?)', true],
  ])('are told apart: %s', (sql, expected) => {
    expect(tenantStatements(service.app.get(DataSource), [sql])).toEqual([sql]);
    expect(namesCompany(sql)).toBe(expected);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JobControl } from '../../src/bulk/jobs/job-control';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { DEFAULT_SCOPES } from '../../src/platform/auth/scopes';
import { StandingAccess } from '../../src/platform/auth/standing-access';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { forge } from '../platform/auth.fixtures';
import { CREATE, csvOf, readTables, upload } from '../support/bulk';
import { describeEachEngine } from '../support/engines';
import { follow, JOBS, jobOf } from '../support/jobs';
import { Api, RunningService, startService, Tenant } from '../support/service';

const ROWS = 2_500;
const FILE = csvOf([['legalName', 'uniqueRefNo'], ...Array.from({ length: ROWS }, (_, row) => ['Xylo', `REF-${row}`])]);
/** So long after a revocation nothing goes on under it. */
const REVOKED_AFTER_MS = 1_000;

describeEachEngine('access that ends while a job runs', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => service.stop());

  const credentials = () => service.app.get(CredentialService);

  /** Does something when one chunk is applied and the next is about to be. */
  function afterOneChunk(act: () => Promise<unknown>): void {
    const access = service.app.get(StandingAccess);
    const stands = access.stands.bind(access);
    let asked = 0;
    jest.spyOn(access, 'stands').mockImplementation(async (...question) => {
      asked++;
      if (asked === 2) {
        // Nothing of it is a part of what the job does.
        await service.app.get(UnitOfWork).apart(act);
        await sleep(REVOKED_AFTER_MS);
      }
      return stands(...question);
    });
  }

  const load = async (api: Api, query: object = {}) => {
    const answer = await upload(api, CREATE, FILE, { query });
    return { ...answer.body.payload, status: answer.status, jobId: answer.headers['x-job-id'] };
  };

  it('stops it at the next border between two chunks, and says so in the job and the log', async () => {
    const { key, keyId } = await credentials().createKey(tenant.company, 'for import', ['customers:write']);
    afterOneChunk(() => credentials().revoke(keyId));
    const warn = jest.spyOn(Reflect.get(service.app.get(JobControl), 'logger') as Logger, 'warn');
    const { jobId, status } = await load(service.as(key));
    expect(status).toBe(200);
    await service.as(key).get(`${JOBS}/${jobId}`).expect(401);
    const job = await jobOf(tenant.api, jobId);
    expect(job).toMatchObject({
      state: 'failed',
      createdBy: `key:${keyId}`,
      counters: { received: ROWS, created: 500, failed: 0, unprocessed: ROWS - 500 },
      error: { code: 'ACCESS_REVOKED', message: expect.stringContaining('retry the job under a token that may') },
    });
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ jobId, createdBy: `key:${keyId}`, chunk: 1 }),
      expect.any(String),
    );
    const unprocessed = await tenant.api.get(`${JOBS}/${jobId}/results/unprocessed.csv`).buffer(true).expect(200);
    const tables = await readTables('csv', Buffer.from(unprocessed.text));
    expect(tables['Customers']).toHaveLength(ROWS - 500 + 1);
  });

  it('lets whoever may go on with the rest: the retry of the job applies it, each row once', async () => {
    const { key, keyId } = await credentials().createKey(tenant.company, 'for import', ['customers:write']);
    afterOneChunk(() => credentials().revoke(keyId));
    const { jobId } = await load(service.as(key));
    jest.restoreAllMocks();
    const { counters } = await follow(tenant.api, jobId, 'retry');
    expect(counters).toMatchObject({ received: ROWS - 500, created: ROWS - 500, failed: 0 });
  });

  it('stops it when only the scope was taken away', async () => {
    const { key, keyId } = await credentials().createKey(tenant.company, 'demoted', ['customers:write', 'jobs:read']);
    const demote = "UPDATE api_keys SET scopes = 'jobs:read' WHERE key_id = ?";
    afterOneChunk(() => service.app.get(DataSource).query(demote, [keyId]));
    const { jobId } = await load(service.as(key));
    expect(await jobOf(service.as(key), jobId)).toMatchObject({ state: 'failed', error: { code: 'ACCESS_REVOKED' } });
  });

  it('leaves no trace of a dry run, and nothing of a job of all or nothing', async () => {
    for (const query of [{ dryRun: true }, { onError: 'abort' }]) {
      const stands = jest.spyOn(service.app.get(StandingAccess), 'stands');
      stands.mockResolvedValueOnce(true).mockResolvedValueOnce(false);
      const { jobId } = await load(tenant.api, query);
      const { state, error, counters } = await jobOf(tenant.api, jobId);
      expect([state, error.code, counters.unprocessed]).toEqual(['failed', 'ACCESS_REVOKED', ROWS]);
      jest.restoreAllMocks();
    }
    const { body } = await tenant.api.post('/api/v0/customer/search').send({}).expect(200);
    expect(body.payload.items).toEqual([]);
  });

  it('is that of the client, not of an access token that only ran out', async () => {
    const { clientId } = await credentials().createClient(tenant.company, 'ERP', DEFAULT_SCOPES);
    const exp = Math.floor(Date.now() / 1000) + 2;
    const api = service.as(forge(service, clientId, { payload: { scope: DEFAULT_SCOPES.join(' '), exp } }));
    afterOneChunk(() => sleep(exp * 1000 - Date.now() + 100));
    const { jobId, success_count } = await load(api);
    await api.get(`${JOBS}/${jobId}`).expect(401);
    expect(success_count).toBe(ROWS);
    expect(await jobOf(tenant.api, jobId)).toMatchObject({ state: 'completed', error: null });
  });

  it('concerns nobody else: the job of another key of the company goes on', async () => {
    const { keyId } = await credentials().createKey(tenant.company, 'other', DEFAULT_SCOPES);
    afterOneChunk(() => credentials().revoke(keyId));
    expect((await load(tenant.api)).success_count).toBe(ROWS);
  });

  it('is told of a revoked key and of an unknown client, never of the caller of another issuer', async () => {
    const { keyId } = await credentials().createKey(tenant.company, 'gone', ['customers:write']);
    await credentials().revoke(keyId);
    const access = service.app.get(StandingAccess);
    const subjects = [`key:${keyId}`, 'client:nobody', 'somebody of another issuer'];
    expect(await Promise.all(subjects.map((subject) => access.stands(subject, null)))).toEqual([false, false, true]);
  });

  it.each(['commit', 'undo', 'retry'])('of a kind that may not begin a job cannot %s it either', async (what) => {
    const { jobId } = await load(tenant.api, { dryRun: what === 'commit' });
    const { key } = await credentials().createKey(tenant.company, 'of jobs only', ['jobs:read', 'jobs:write']);
    const { body } = await service.as(key).post(`${JOBS}/${jobId}/${what}`).expect(403);
    expect(body.response_message).toContain('customers:write');
  });
});

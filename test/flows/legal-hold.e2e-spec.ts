import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { JobRetentionSweep } from '../../src/bulk/jobs/job-retention.sweep';
import { PersonService } from '../../src/customer/personal/person.service';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { SCOPES } from '../../src/platform/auth/scopes';
import { bulk, UPDATE } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { JOBS } from '../support/jobs';
import { Api, RunningService, startService, Tenant } from '../support/service';
import { everythingStored } from '../support/stored-texts';

/** Where something about a person stands that an erasure removes. */
const PLACES =
  /^(customers|customer_history|customer_history_pages|customer_contacts|bulk_outcomes|bulk_jobs|idempotency_keys)$|^\/jobs\//;

describeEachEngine('a customer under a legal hold', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let clerk: Api;
  let held: string;
  let free: string;

  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    tenant = await service.createTenant();
    clerk = service.as((await service.app.get(CredentialService).createKey(tenant.company, 'clerk', SCOPES)).key);
    held = (await createCustomer(tenant.api, { uniqueRefNo: 'REF-HELD-1', legalName: 'Held Limited' })).customerId;
    free = (await createCustomer(tenant.api, { uniqueRefNo: 'REF-FREE-1', legalName: 'Free Limited' })).customerId;
  });

  const query = (sql: string, values: unknown[] = []) => service.app.get(DataSource).query<any[]>(sql, values);
  const hold = (customerId: string) => `/api/v0/customer/${customerId}/legal-hold`;
  const person = (customerId: string) => `/api/v0/customer/${customerId}/personal-data`;
  const since = async () => (await clerk.get(person(held)).expect(200)).body.payload.legalHoldSince as string | null;
  const change = (uniqueRefNo: string) =>
    bulk(tenant.api, UPDATE, [
      ['uniqueRefNo', 'assignedAgent', 'pinCode'],
      [uniqueRefNo, 'agent-1', '01234'],
    ]);
  const stored = async () => [...(await everythingStored(service))].filter(([place]) => PLACES.test(place));
  const noted = async (action: string) =>
    (
      await query('SELECT subject FROM audit_entries WHERE action = ? AND company_ref = ?', [action, tenant.company.id])
    ).map(({ subject }) => subject);

  it.each(['as it is', 'after it was deleted'])('is not erased, %s, until the hold is lifted', async (when) => {
    await change('REF-HELD-1');
    await tenant.api
      .patch(`/api/v0/customer/${held}`)
      .set('Idempotency-Key', 'change')
      .send({ address: 'Somewhere' })
      .expect(200);
    if (when === 'after it was deleted') await tenant.api.delete(`/api/v0/customer/${held}`).expect(200);
    expect(await since()).toBeNull();
    expect((await clerk.put(hold(held)).expect(200)).body.payload).toBe(held);
    const before = await stored();
    const { body } = await clerk.delete(person(held)).expect(409).expect('x-error-type', 'UNPROCESSABLE_REQUEST');
    expect(body.errorResponse.errorMessage).toBe(
      `The customer is under a legal hold since ${await since()}, and nothing about it was erased; lift the hold first (DELETE …/legal-hold).`,
    );
    expect(await stored()).toEqual(before);
    // Nor by an erasure that had begun when the hold was set.
    const scope = { ref: tenant.company.id, companyId: tenant.company.companyId };
    const caller = { subject: 'key:test' } as Parameters<PersonService['erase']>[0];
    await expect(service.app.get(PersonService).erase(caller, scope, held)).rejects.toMatchObject({
      code: 'CUSTOMER_HELD',
    });
    expect(await stored()).toEqual(before);
    await clerk.delete(person(free)).expect(200);

    expect((await clerk.delete(hold(held)).expect(200)).body.payload).toBe(held);
    await clerk.delete(person(held)).expect(200);
    expect([await noted('customer.held'), await noted('customer.released')]).toEqual([[held], [held]]);
    expect((await noted('customer.erased')).sort()).toEqual([free, held].sort());
  });

  it('keeps its first hold when another is set, and is left alone when there is none to lift', async () => {
    await clerk.delete(hold(held)).expect(200);
    await clerk.put(hold(held)).expect(200);
    const first = await since();
    await clerk.put(hold(held)).expect(200);
    expect([first, await since()]).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT/), first]);
    expect([await noted('customer.held'), await noted('customer.released')]).toEqual([[held], []]);
    await clerk.put(hold('KC00000000000000')).expect(404);
  });

  it('keeps the jobs with rows about it, from those who would erase them and from the sweep', async () => {
    const [about, other] = [await change('REF-HELD-1'), await change('REF-FREE-1')];
    await clerk.put(hold(held)).expect(200);
    const before = await stored();
    const { body } = await tenant.api.delete(`${JOBS}/${about.jobId}`).expect(409);
    expect(body.errorResponse.errorMessage).toBe(
      'The job has rows about a customer under a legal hold, and nothing of it is erased; try again when the hold is lifted.',
    );
    expect(await stored()).toEqual(before);
    expect(await noted('job.erased')).toEqual([]);

    const folder = ({ jobId }: { jobId: string }) => join(service.database.dataDir, 'jobs', jobId);
    const kept = () => [about, other].map((job) => existsSync(folder(job)));
    await query("UPDATE bulk_jobs SET finished_at = '2020-01-01 00:00:00.000' WHERE company_ref = ?", [
      tenant.company.id,
    ]);
    const sweep = service.app.get(JobRetentionSweep);
    await sweep.sweep();
    expect(kept()).toEqual([true, false]);
    await clerk.delete(hold(held)).expect(200);
    await sweep.sweep();
    expect(kept()).toEqual([false, false]);
  });
});

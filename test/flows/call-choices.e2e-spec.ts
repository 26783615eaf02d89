import { setTimeout as sleep } from 'node:timers/promises';
import { JobInterrupted } from '../../src/bulk/jobs/bulk-job.errors';
import { JobControl } from '../../src/bulk/jobs/job-control';
import { CustomerCreationService } from '../../src/customer/customer-creation.service';
import { bulk, CREATE, csvOf, UPDATE } from '../support/bulk';
import { createLeads, readRecord, UPDATE_BULK } from '../support/campaigns';
import { BY_SOURCE_ID } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { follow, jobOf, rowsOf, tableLines } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const named = (count: number, bad: (i: number) => boolean = () => false) => [
  ['legalName', 'pinCode'],
  ...Array.from({ length: count }, (_, i) => [`Customer ${i}`, bad(i) ? '01' : '560001']),
];

describeEachEngine('what a caller can choose', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  describe('onError=abort', () => {
    const query = { onError: 'abort' };

    it('applies nothing when a row fails, also one of another chunk, and says which', async () => {
      const before = await tableLines(service);
      const file = csvOf(named(2_500, (i) => i === 2_001 || i === 2_400));
      const answer = await bulk(tenant.api, CREATE, file, { query });
      expect(answer).toMatchObject({ success_count: 0, failure_count: 2_500, total_amount: 0 });
      expect(await tableLines(service)).toEqual(before);
      const job = await jobOf(tenant.api, answer.jobId);
      expect(job).toMatchObject({
        state: 'failed',
        error: { code: 'ABORTED' },
        counters: { failed: 2_500, created: 0 },
      });
      const codes = (await rowsOf(tenant.api, answer.jobId)).map(({ errors }) => errors[0].code);
      expect(codes.filter((code) => code === 'NOT_APPLIED')).toHaveLength(2_498);
      expect(answer.failureRequests[0].errors[0].message).toContain('row 2003 failed');
    });

    it('applies everything when no row fails', async () => {
      const answer = await bulk(tenant.api, CREATE, csvOf(named(2_500)), { query });
      expect(answer).toMatchObject({ success_count: 2_500, failure_count: 0 });
      expect(await jobOf(tenant.api, answer.jobId)).toMatchObject({ state: 'completed', counters: { created: 2_500 } });
    });

    it('holds for items and records of JSON calls', async () => {
      const before = await tableLines(service);
      const customers = [
        { source: 'ALL', sourceId: 1, language: 'en', lastName: 'Good' },
        { source: 'ALL', sourceId: 2, language: 'en', lastName: 'Lost', parent: { source: 'ALL', sourceId: 9 } },
      ];
      const items = await tenant.api.post(BY_SOURCE_ID).query(query).send({ customers }).expect(200);
      expect(items.body.data.map(({ success }: any) => success)).toEqual([false, false]);
      expect(items.body.data[0].error.messages[0]).toContain('row 2 failed');
      expect(await tableLines(service)).toEqual(before);

      const campaignId = await createLeads(tenant.api, 1);
      const records = [
        { id: 'lead_0', data: { note: 'x' } },
        { id: 'lead_9', data: { note: 'x' } },
      ];
      const answer = await tenant.api.put(UPDATE_BULK).query(query).send({ campaignId, records }).expect(207);
      expect(answer.body.results.errors.map(({ error }: any) => error)).toEqual([
        'not_applied_exception',
        'document_missing_exception',
      ]);
      expect((await readRecord(tenant.api, campaignId, 'lead_0')).data.note).toBeUndefined();
    });
  });

  describe('maxErrors', () => {
    it('stops a file at the next border; what it did not come to is counted and can be sent again', async () => {
      const file = csvOf(named(3_500, (i) => i < 5));
      const answer = await bulk(tenant.api, CREATE, file, { query: { maxErrors: '5' } });
      expect(answer).toMatchObject({ success_count: 495, failure_count: 3_005, total_count: 3_500 });
      const listed = answer.failureRequests.map(({ row, sheet, errors }: any) => [row, sheet, errors[0].code]);
      expect([listed.length, listed[4], listed[5], listed[99]]).toEqual([
        100,
        [6, 'Customers', 'INVALID_FORMAT'],
        [502, 'Customers', 'NOT_PROCESSED'],
        [596, 'Customers', 'NOT_PROCESSED'],
      ]);
      const job = await jobOf(tenant.api, answer.jobId);
      expect(job).toMatchObject({ state: 'failed', error: { code: 'TOO_MANY_ERRORS' } });
      expect(job.counters).toMatchObject({ created: 495, failed: 5, unprocessed: 3_000 });
      const rest = await service.anonymous.get(job.links.unprocessed.replace(service.baseUrl, '')).expect(200);
      const again = await bulk(tenant.api, CREATE, Buffer.from(rest.text));
      expect(again).toMatchObject({ success_count: 3_000, failure_count: 0 });
    });

    it('does not stop a file with fewer', async () => {
      const file = csvOf(named(2_500, (i) => i < 5));
      const answer = await bulk(tenant.api, CREATE, file, { query: { maxErrors: '6' } });
      expect(answer).toMatchObject({ success_count: 2_495, failure_count: 5 });
      expect((await jobOf(tenant.api, answer.jobId)).state).toBe('completed');
    });

    it('gives every item of a JSON call an answer', async () => {
      const customers = Array.from({ length: 1_200 }, (_, i) => ({
        source: 'MAX',
        sourceId: i,
        language: 'en',
        lastName: 'Max',
        ...(i === 0 && { parent: { source: 'MAX', sourceId: 'none' } }),
      }));
      const { body } = await tenant.api.post(BY_SOURCE_ID).query({ maxErrors: '1' }).send({ customers }).expect(200);
      expect(body.data).toHaveLength(1_200);
      expect(body.data.filter(({ success }: any) => success === true)).toHaveLength(499);
      expect(body.data[1_199].error.messages[0]).toContain('not processed');
      const campaignId = await createLeads(tenant.api, 1);
      const data = (i: number) => (i === 1_050 ? {} : { note: 'x' });
      const records = Array.from({ length: 1_100 }, (_, i) => ({ id: `none_${i}`, data: data(i) }));
      const answer = await tenant.api
        .put(UPDATE_BULK)
        .query({ maxErrors: '1' })
        .send({ campaignId, records })
        .expect(207);
      const { results } = answer.body;
      expect(results).toMatchObject({ total: 1_100, valid: 1_099, failed: 1_099, batchesProcessed: 1 });
      expect(results.errors.at(-1)).toMatchObject({ id: 'none_1099', error: 'not_processed_exception' });
      // What breaks a rule does so whether or not the job came to it.
      expect(results.invalidRecords).toEqual([{ index: 1_050, id: 'none_1050', errors: ['data must not be empty'] }]);
    });
  });

  describe('duplicates', () => {
    it('prefers the same item of a call that was broken off behind it and went on', async () => {
      const item = (sourceId: string, more: object = {}) => ({ source: 'AGAIN', sourceId, lastName: 'Rao', ...more });
      const failing = item('X', { parent: { source: 'AGAIN', sourceId: 'NOBODY' } });
      const customers = [failing, ...Array.from({ length: 499 }, (_, i) => item(`F-${i}`)), item('X')];
      const control = service.app.get(JobControl);
      const stopOf = control.stopOf.bind(control);
      let interruptions = 1;
      const asked = jest.spyOn(control, 'stopOf').mockImplementation((job) => {
        if (job.nextChunk === 1 && interruptions-- > 0) throw new JobInterrupted('Broken off behind its first chunk.');
        return stopOf(job);
      });
      const call = tenant.api.post(BY_SOURCE_ID).query({ duplicates: 'first' }).set('Prefer', 'respond-async');
      const jobId = (await call.send({ customers }).expect(202)).headers['x-job-id'] ?? '';
      let job = await jobOf(tenant.api, jobId);
      for (; job.state !== 'completed'; job = await jobOf(tenant.api, jobId)) await sleep(50);
      asked.mockRestore();
      expect(interruptions).toBeLessThan(1);
      expect(job.counters).toMatchObject({ created: 499, failed: 2 });
      const failed = await rowsOf(tenant.api, job.jobId, 'failed');
      expect(failed.map(({ row, errors }) => [row, errors[0].code])).toEqual([
        [1, expect.not.stringMatching('DUPLICATE')],
        [501, 'DUPLICATE_ROW'],
      ]);
    });

    it.each([
      ['none given', {}, ['one', 'two', 'three'], 'three'],
      ['first', { duplicates: 'first' }, ['one'], 'one'],
      ['last', { duplicates: 'last' }, ['three'], 'three'],
      ['reject', { duplicates: 'reject' }, [], undefined],
    ])('of the records of a campaign call: %s', async (name, query, applied, note) => {
      const campaignId = await createLeads(tenant.api, 2);
      const records = [
        ...['one', 'two', 'three'].map((value) => ({ id: 'lead_0', data: { note: value } })),
        { id: 'lead_1', data: { note: 'alone' } },
      ];
      const answer = await tenant.api.put(UPDATE_BULK).query(query).send({ campaignId, records });
      expect(answer.body.results).toMatchObject({
        total: 4,
        successful: applied.length + 1,
        failed: 3 - applied.length,
      });
      const words = name === 'reject' ? 'neither is applied, as asked' : 'was preferred, as asked';
      for (const { error, reason } of answer.body.results.errors) {
        expect([error, reason]).toEqual(['duplicate_document_exception', expect.stringContaining(words)]);
      }
      expect((await readRecord(tenant.api, campaignId, 'lead_0')).data.note).toBe(note);
      expect((await readRecord(tenant.api, campaignId, 'lead_1')).data.note).toBe('alone');
    });

    it.each([
      ['first', ['create', 10017]],
      ['last', [10017, 'create']],
      ['reject', [10017, 10017]],
    ])('of the items of a commerce call: %s', async (duplicates, verdicts) => {
      const item = { source: 'DUP', sourceId: duplicates, language: 'en' };
      const customers = [
        { ...item, lastName: 'One' },
        { ...item, lastName: 'Two' },
      ];
      const { body } = await tenant.api.post(BY_SOURCE_ID).query({ duplicates }).send({ customers }).expect(200);
      expect(body.data.map(({ success, action, error }: any) => (success === true ? action : error.code))).toEqual(
        verdicts,
      );
    });
  });

  it.each([
    [CREATE, { onError: 'stop' }],
    [CREATE, { maxErrors: '0' }],
    [UPDATE, { dryRun: 'yes' }],
    [BY_SOURCE_ID, { dryRun: '1' }],
    [BY_SOURCE_ID, { duplicates: 'each' }],
    [UPDATE_BULK, { maxErrors: 'many' }],
    [UPDATE_BULK, { unknown: 'x' }],
  ])('%s refuses %j', async (path, query) => {
    const answer =
      path === UPDATE_BULK
        ? await tenant.api.put(path).query(query).send({})
        : path === BY_SOURCE_ID
          ? await tenant.api.post(path).query(query).send({ customers: [] })
          : await tenant.api
              .post(path)
              .query(query)
              .attach('file', csvOf(named(1)), 'a.csv');
    expect(answer.status).toBe(400);
    expect(answer.headers['x-error-type']).toBe('VALIDATION_ERROR');
    expect(answer.text).toContain(Object.keys(query)[0]);
  });

  it('retry tries only the rows again that failed through no fault of theirs', async () => {
    const creations = service.app.get(CustomerCreationService);
    const apply = creations.apply.bind(creations);
    const broken = jest.spyOn(creations, 'apply').mockImplementation((transaction, context, rows) => {
      if (rows.some(({ fields }) => fields.legalName.startsWith('Unlucky'))) throw new Error('a fault of the service');
      return apply(transaction, context, rows);
    });
    const file = csvOf([
      ['legalName', 'pinCode'],
      ['Lucky One', ''],
      ['Unlucky One', ''],
      ['Wrong One', '01'],
      ['Unlucky Two', ''],
    ]);
    const { jobId, ...first } = await bulk(tenant.api, CREATE, file);
    broken.mockRestore();
    expect(first).toMatchObject({ success_count: 1, failure_count: 3 });
    const job = await follow(tenant.api, jobId, 'retry');
    expect(job).toMatchObject({ parentJobId: jobId, state: 'completed', counters: { received: 2, created: 2 } });
    expect((await rowsOf(tenant.api, job.jobId)).map(({ row }) => row)).toEqual([3, 5]);
    // Those two would be created a second time.
    const again = await tenant.api.post(`/api/v0/bulk/jobs/${jobId}/retry`).expect(409);
    expect(again.body.errorResponse.errorMessage).toContain(`The job ${job.jobId} tried these rows again already`);
    await tenant.api.post(`/api/v0/bulk/jobs/${job.jobId}/retry`).expect(409);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { BulkJobRepository } from '../../src/bulk/jobs/bulk-job.repository';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { bulk, CREATE, csvOf, download, UPDATE, xlsxOf } from '../support/bulk';
import { createLeads, UPDATE_BULK } from '../support/campaigns';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { jobOf, JOBS, rowsOf, tableLines } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const ROWS = 4_000;

/** A tenth of the rows fails, and of the others some name customers, numbers and rows of other chunks. */
function mixedRows(count: number): string[][] {
  const header = ['uniqueRefNo', 'customerId', 'legalName', 'pinCode', 'creditLimit'];
  const rows = Array.from({ length: count }, (_, i) => {
    const ref = `M-${i}`;
    if (i % 10 === 3) return [ref, '', '', '01', ''];
    if (i % 10 === 5) return [ref, '', '', '', `${i}.50`];
    if (i % 100 === 7) return [`NOBODY-${i}`, '', 'No One', '', ''];
    // The same customer as the row of an earlier chunk.
    if (i % 100 === 9 && i > 2_000) return [`M-${i - 2_000}`, '', 'Twice', '', ''];
    return [ref, '', `Renamed ${i}`, '560001', ''];
  });
  return [header, ...rows];
}

describeEachEngine('a dry run', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const outcomes = async (jobId: string) =>
    (await rowsOf(tenant.api, jobId)).map(({ row, table, outcome, errors, warnings }) => ({
      row,
      table,
      outcome,
      errors,
      warnings,
    }));

  it('of mixed rows in many chunks says what the real run then does, and changes nothing', async () => {
    const made = ['uniqueRefNo,legalName', ...Array.from({ length: ROWS }, (_, i) => `M-${i},Customer ${i}`)];
    await bulk(tenant.api, CREATE, Buffer.from(made.join('\n')));
    const file = csvOf(mixedRows(ROWS));

    const before = await tableLines(service);
    const rehearsed = await bulk(tenant.api, UPDATE, file, { query: { dryRun: 'true' } });
    expect(await tableLines(service)).toEqual(before);
    expect(await jobOf(tenant.api, rehearsed.jobId)).toMatchObject({ dryRun: true, state: 'completed' });

    const real = await bulk(tenant.api, UPDATE, file);
    const { counters } = await jobOf(tenant.api, rehearsed.jobId);
    expect(counters).toEqual((await jobOf(tenant.api, real.jobId)).counters);
    expect(counters.failed).toBeGreaterThan(ROWS / 10);
    expect(counters.updated).toBeGreaterThan((ROWS * 7) / 10);
    expect(await outcomes(rehearsed.jobId)).toEqual(await outcomes(real.jobId));
    expect(rehearsed.total_amount).toBe(real.total_amount);
  }, 120_000);

  it('whose results were stored in part when the disk was full begins anew, and tells each row once', async () => {
    const jobs = service.app.get(BulkJobRepository);
    const seen: number[] = [];
    let rival: Promise<unknown> = Promise.resolve();
    const advance = jest.spyOn(jobs, 'advance').mockImplementationOnce(async (transaction, { id }) => {
      const laid = 'SELECT COUNT(*) AS n FROM bulk_outcomes WHERE job_ref = ?';
      seen.push(Number((await transaction.query<{ n: number }[]>(laid, [id]))[0]?.n));
      // Until the next try a row that would have been applied has become one that fails.
      rival = sleep(20).then(() => createCustomer(tenant.api, { uniqueRefNo: 'B-1' }));
      throw Object.assign(new Error('The table is full'), { code: 'ER_RECORD_FILE_FULL', errno: 1114, fatal: false });
    });
    const file = Array.from({ length: 1_200 }, (_, i) => [`B-${i}`, i % 10 === 0 ? '' : `Customer ${i}`]);
    const query = { dryRun: 'true' };
    const answer = await bulk(tenant.api, CREATE, csvOf([['uniqueRefNo', 'legalName'], ...file]), { query });
    const { jobId } = answer;
    expect(advance).toHaveBeenCalledTimes(2);
    advance.mockRestore();
    await rival;
    expect(seen).toEqual([3]);
    expect((await jobOf(tenant.api, jobId)).counters).toMatchObject({ received: 1_200, created: 1_079, failed: 121 });
    const rows = await outcomes(jobId);
    expect(rows.map(({ row }) => row)).toEqual(file.map((_, i) => i + 2));
    expect(rows.filter(({ outcome }) => outcome === 'failed')).toHaveLength(121);
    const lines = async (url: string) => (await download(url)).toString().trimEnd().split('\r\n').length - 1;
    expect([await lines(answer.success_file_url), await lines(answer.failure_file_url)]).toEqual([1_079, 121]);
    const told = [...answer.successRequests, ...answer.failureRequests].map(({ row }: any) => row);
    expect(new Set(told).size).toBe(told.length);
    expect([answer.failureRequests[1].row, answer.successRequests[0].row]).toEqual([3, 4]);
  });

  it('is told as done when its records are free again', async () => {
    const unitOfWork = service.app.get(UnitOfWork);
    const run = unitOfWork.runTentatively.bind(unitOfWork);
    const freed = jest.fn();
    const slowly = jest.spyOn(unitOfWork, 'runTentatively').mockImplementationOnce(async (work) => {
      const { result, undone } = await run(work);
      return { result, undone: undone.then(() => sleep(300)).then(freed) };
    });
    const file = csvOf([
      ['uniqueRefNo', 'legalName'],
      ['FREE-1', 'Customer 1'],
    ]);
    await bulk(tenant.api, CREATE, file, { query: { dryRun: 'true' } });
    expect(slowly).toHaveBeenCalledTimes(1);
    expect(freed).toHaveBeenCalledTimes(1);
    slowly.mockRestore();
  });

  it('that is taken over while its results are stored adds nothing more to them', async () => {
    const jobs = service.app.get(BulkJobRepository);
    const lay = jobs.layOutcomes.bind(jobs);
    let laid = 0;
    const spy = jest.spyOn(jobs, 'layOutcomes').mockImplementation(async (transaction, job, ...rest) => {
      if (++laid === 2) await transaction.query('UPDATE bulk_jobs SET fence = fence + 1 WHERE id = ?', [job.id]);
      return lay(transaction, job, ...rest);
    });
    // More than is stored at once.
    const file = Array.from({ length: 1_200 }, (_, i) => [`T-${i}`, `Customer ${i}`, 'Street '.repeat(70)]);
    const sent = tenant.api
      .post(CREATE)
      .query({ dryRun: 'true' })
      .attach('file', csvOf([['uniqueRefNo', 'legalName', 'address'], ...file]), 'taken.csv');
    const { status } = await sent;
    spy.mockRestore();
    expect([status, laid]).toEqual([503, 2]);
  });

  it('tells each field as it is and as it would be', async () => {
    await bulk(
      tenant.api,
      CREATE,
      csvOf([
        ['uniqueRefNo', 'legalName'],
        ['F-1', 'First'],
      ]),
    );
    const { jobId } = await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', 'legalName', 'creditLimit'],
        ['F-1', 'Last', '5.5'],
      ]),
      {
        query: { dryRun: 'true' },
      },
    );
    expect(await rowsOf(tenant.api, jobId)).toMatchObject([
      {
        row: 2,
        outcome: 'updated',
        changes: [
          { field: 'legalName', from: 'First', to: 'Last' },
          { field: 'creditLimit', from: null, to: '5.50' },
        ],
      },
    ]);
  });

  it('sees what earlier rows of the same file would have done', async () => {
    const file = await xlsxOf({
      Customers: [
        ['legalName', 'uniqueRefNo'],
        ...Array.from({ length: 1_200 }, (_, i) => [`New ${i}`, `N-${i}`]),
        ['Same number', 'N-0'],
      ],
      Contacts: [
        ['uniqueRefNo', 'name', 'legalName', 'mobile'],
        ['N-3', 'Asha', 'Asha Rao', '9812345678'],
        ['N-999999', 'Nobody', 'No Body', '9812345678'],
      ],
    });
    const before = await tableLines(service);
    const call = { fileName: 'new.xlsx' };
    const rehearsed = await bulk(tenant.api, CREATE, file, { ...call, query: { dryRun: 'true' } });
    expect(await tableLines(service)).toEqual(before);
    expect(rehearsed).toMatchObject({ success_count: 1_200, failure_count: 1, failure_count_second_file: 1 });
    // A customer that was there for a moment only has no id to show.
    expect(rehearsed.successRequests[0].customerId).toBeNull();
    const real = await bulk(tenant.api, CREATE, file, call);
    expect(await outcomes(rehearsed.jobId)).toEqual(await outcomes(real.jobId));
  });

  it('of the commerce API gives the normal answer, parents of the same call included', async () => {
    const customers = [
      { source: 'DRY', sourceId: 1, language: 'en', lastName: 'Parent' },
      { source: 'DRY', sourceId: 2, language: 'en', lastName: 'Child', parent: { source: 'DRY', sourceId: 1 } },
      { source: 'DRY', sourceId: 3, language: 'en', lastName: 'Lost', parent: { source: 'DRY', sourceId: 9 } },
    ];
    const before = await tableLines(service);
    const call = (query: object) =>
      tenant.api.post('/customers/bulk/sourceId').query(query).send({ customers }).expect(200);
    const dry = await call({ dryRun: 'true' });
    expect(await tableLines(service)).toEqual(before);
    const real = await call({});
    const comparable = ({ body }: any) => body.data.map(({ id: _, ...item }: any) => item);
    expect(comparable(dry)).toEqual(comparable(real));
    expect(dry.body.data.map(({ id }: any) => id)).toEqual([null, null, null]);
  });

  it('of a campaign call merges nothing', async () => {
    const campaignId = await createLeads(tenant.api, 1);
    const before = await tableLines(service);
    const records = [
      { id: 'lead_0', data: { status_note: 'one' } },
      { id: 'lead_0', data: { status_note: 'two' } },
      { id: 'lead_gone', data: { status_note: 'x' } },
    ];
    const dry = await tenant.api.put(UPDATE_BULK).query({ dryRun: 'true' }).send({ campaignId, records });
    expect(dry.status).toBe(207);
    expect(dry.body.message).toBe('Updated 2 of 3 records');
    expect(await tableLines(service)).toEqual(before);
    const rows = await rowsOf(tenant.api, dry.headers['x-job-id'] ?? '');
    expect(rows[1].changes).toEqual([{ field: 'status_note', from: 'one', to: 'two' }]);
  });

  it.each(['commit', 'undo', 'retry'])(
    'that is none cannot be followed by %s where that makes no sense',
    async (what) => {
      const real = await bulk(tenant.api, CREATE, csvOf([['legalName'], ['A Customer']]));
      const dry = await bulk(tenant.api, CREATE, csvOf([['legalName'], ['A Customer']]), { query: { dryRun: 'true' } });
      const { jobId } = what === 'commit' ? real : dry;
      const answer = await tenant.api.post(`${JOBS}/${jobId}/${what}`).expect(409);
      expect(answer.body.errorResponse.errorType).toBe('UNPROCESSABLE_REQUEST');
      const stranger = await service.createTenant();
      await stranger.api.post(`${JOBS}/${jobId}/${what}`).expect(404);
    },
  );
});

import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { ChunkWork } from '../../src/bulk/engine/chunk-work';
import { OutcomeSpool } from '../../src/bulk/engine/outcome-spool';
import { ResultFiles } from '../../src/bulk/files/result-files';
import type { BulkJob } from '../../src/bulk/jobs/bulk-job.entity';
import { JobTakenOver } from '../../src/bulk/jobs/bulk-job.errors';
import { JobControl } from '../../src/bulk/jobs/job-control';
import type { RowOutcome } from '../../src/bulk/jobs/bulk-outcome.entity';
import { JobErasure } from '../../src/bulk/jobs/job-erasure';
import { JobRetentionSweep } from '../../src/bulk/jobs/job-retention.sweep';
import { bulk, CREATE, csvOf } from '../support/bulk';
import { describeEachEngine } from '../support/engines';
import { follow, jobOf, JOBS, rowsOf } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const ROWS = 3_000;
const file = Buffer.from(['legalName', ...Array.from({ length: ROWS }, (_, i) => `Customer ${i}`)].join('\n'));

describeEachEngine('a job', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const query = (sql: string, values: unknown[] = []) => service.app.get(DataSource).query<any[]>(sql, values);

  /** Uploads a file whose second chunk waits before it is stored, as in a process that was frozen in the middle. */
  async function frozenJob(): Promise<{ jobId: string; thaw: () => void }> {
    const work = service.app.get(ChunkWork);
    const store = work.store.bind(work);
    let thaw = (): void => undefined;
    const thawed = new Promise<void>((resolve) => (thaw = resolve));
    let chunks = 0;
    const reached = new Promise<void>((resolve) => {
      jest.spyOn(work, 'store').mockImplementation(async (...args) => {
        if (++chunks === 2) {
          resolve();
          await thawed;
        }
        return store(...args);
      });
    });
    const answer = await tenant.api.post(CREATE).set('Prefer', 'respond-async').attach('file', file, 'frozen.csv');
    await reached;
    return { jobId: answer.headers['x-job-id'] ?? '', thaw };
  }

  async function ended(jobId: string): Promise<any> {
    for (let tries = 0; tries < 600; tries++) {
      const job = await jobOf(tenant.api, jobId);
      if (!['queued', 'running'].includes(job.state)) return job;
      await sleep(50);
    }
    throw new Error(`the job ${jobId} does not end`);
  }

  // The embedded database serves one process, and one transaction of it at a time.
  (engine === 'sqlite' ? it.skip : it)(
    'that was taken over takes nothing more from the process before, and leaves its successor the lease',
    async () => {
      const { jobId, thaw } = await frozenJob();
      await query("UPDATE bulk_jobs SET fence = fence + 1, lease_until = '2099-01-01 00:00:00.000' WHERE job_id = ?", [
        jobId,
      ]);
      thaw();
      await sleep(3_000);
      jest.restoreAllMocks();
      const [row] = await query('SELECT state, next_chunk, fence, lease_until FROM bulk_jobs WHERE job_id = ?', [
        jobId,
      ]);
      expect(row).toMatchObject({ state: 'running', next_chunk: 1, fence: 1 });
      expect(JSON.stringify(row.lease_until)).toContain('2099');
      expect((await query('SELECT COUNT(*) AS n FROM customer_changes WHERE job_id = ?', [jobId]))[0].n).toBe(500);

      await query("UPDATE bulk_jobs SET lease_until = '2000-01-01 00:00:00.000' WHERE job_id = ?", [jobId]);
      expect((await ended(jobId)).counters).toMatchObject({ received: ROWS, created: ROWS, failed: 0 });
      const rows = await query('SELECT row_no FROM customer_changes WHERE job_id = ?', [jobId]);
      expect(new Set(rows.map(({ row_no }) => row_no)).size).toBe(ROWS);
      expect(rows).toHaveLength(ROWS);
    },
  );

  it('that was taken over leaves the files of its successor alone', async () => {
    const cells = [['legalName', 'pinCode'], ...Array.from({ length: 5 }, (_, i) => [`Heir ${i}`, i === 3 ? '0' : ''])];
    const { jobId } = await bulk(tenant.api, CREATE, csvOf(cells));
    const folder = join(service.database.dataDir, 'jobs', jobId);
    const contents = () =>
      Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    const written = contents();
    expect(Object.keys(written)).toEqual(expect.arrayContaining(['failure.csv', 'success.csv']));
    for (const name of ['failure.csv', 'success.csv']) rmSync(join(folder, name));

    const files = service.app.get(ResultFiles);
    const job = await service.app.get(JobControl).reload({ jobId } as BulkJob);
    const stale = await files.open(job, {});
    await stale.follow(job, null);
    await query('UPDATE bulk_jobs SET fence = fence + 1 WHERE job_id = ?', [jobId]);
    const heir = { ...job, fence: job.fence + 1 };
    const own = await files.open(heir, {});
    await own.follow(heir, null);
    await expect(files.finish(job, stale)).rejects.toThrow(JobTakenOver);
    expect(existsSync(join(folder, 'success.csv'))).toBe(false);
    await stale.abort();
    await files.finish(heir, own);
    expect(contents()).toEqual(written);

    const spools = [await OutcomeSpool.create(folder), await OutcomeSpool.create(folder)] as const;
    for (const [at, spool] of spools.entries()) await spool.add(`of process ${at}`);
    await spools[0].remove();
    expect(await spools[1].read(0)).toBe('of process 1');
    await spools[1].remove();
    expect(contents()).toEqual(written);
  });

  it.each([
    ['loses', (rows: readonly RowOutcome[]) => rows.slice(1)],
    ['counts twice', (rows: readonly RowOutcome[]) => [...rows.slice(1), ...rows.slice(-1)]],
  ])('that %s a row ends as failed, with the reason', async (_what, spoil) => {
    const work = service.app.get(ChunkWork);
    const apply = work.apply.bind(work);
    jest.spyOn(work, 'apply').mockImplementation(async (...args) => {
      const result = await apply(...args);
      return { ...result, outcomes: spoil(result.outcomes) };
    });
    const answer = await tenant.api
      .post(CREATE)
      .attach('file', csvOf([['legalName'], ['One A'], ['Two B'], ['Three C']]), 'x.csv');
    jest.restoreAllMocks();
    expect([answer.status, answer.headers['x-error-type']]).toEqual([500, 'SYSTEM_ERROR']);
    const { items } = (await tenant.api.get(`${JOBS}?limit=1`).expect(200)).body.payload;
    expect(items[0]).toMatchObject({ state: 'failed', error: { code: 'ROWS_UNACCOUNTED' } });
  });

  it('keeps its files for its owner alone, and for so many days', async () => {
    const { jobId, success_file_url } = await bulk(
      tenant.api,
      CREATE,
      csvOf([
        ['legalName', 'pinCode'],
        ['Kept One', ''],
        ['Kept Two', '01234'],
        ['Kept Three', '0zz99'],
      ]),
    );
    const outcomes = async () =>
      JSON.stringify(
        await query('SELECT outcomes FROM bulk_outcomes WHERE job_ref = (SELECT id FROM bulk_jobs WHERE job_id = ?)', [
          jobId,
        ]),
      );
    const folder = join(service.database.dataDir, 'jobs', jobId);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(readdirSync(folder).filter((name) => /part|tmp|under-way/.test(name))).toEqual([]);

    const sweep = service.app.get(JobRetentionSweep);
    await sweep.sweep();
    expect(readFileSync(join(folder, 'success.csv'), 'utf8')).toContain('Kept One');
    const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000).toISOString().replace('T', ' ').replace('Z', '');
    expect(await outcomes()).toContain('0zz99');
    await query('UPDATE bulk_jobs SET finished_at = ? WHERE job_id = ?', [longAgo, jobId]);
    await sweep.sweep();
    expect(existsSync(folder)).toBe(false);
    expect(await outcomes()).not.toMatch(/0zz99|01234/);
    expect((await jobOf(tenant.api, jobId)).counters).toMatchObject({ created: 1, failed: 2 });
    expect((await fetch(success_file_url)).status).toBe(404);
    await tenant.api.get(`${JOBS}/${jobId}/rows`).expect(404);
    // What it did can still be taken back: the history is enough.
    const undo = await follow(tenant.api, jobId, 'undo');
    expect((await rowsOf(tenant.api, undo.jobId))[0].outcome).toBe('updated');
  });

  it('erases the jobs that ended long ago also where one of them cannot be erased', async () => {
    const file = csvOf([['legalName'], ['Kept']]);
    const jobIds = [];
    for (let at = 0; at < 3; at++) jobIds.push((await bulk(tenant.api, CREATE, file)).jobId);
    const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000).toISOString().replace('T', ' ').replace('Z', '');
    for (const jobId of jobIds) await query('UPDATE bulk_jobs SET finished_at = ? WHERE job_id = ?', [longAgo, jobId]);
    const erasure = service.app.get(JobErasure);
    const isHeld = erasure.isHeld.bind(erasure);
    const asked: string[] = [];
    const faulty = jest.spyOn(erasure, 'isHeld').mockImplementation((job) => {
      asked.push(job.jobId);
      return asked.length === 1 ? Promise.reject(new Error('its rows cannot be read')) : isHeld(job);
    });
    await service.app.get(JobRetentionSweep).sweep();
    faulty.mockRestore();
    const isThere = (jobId: string) => existsSync(join(service.database.dataDir, 'jobs', jobId));
    expect(jobIds.filter(isThere)).toEqual([asked[0]]);
  });
});

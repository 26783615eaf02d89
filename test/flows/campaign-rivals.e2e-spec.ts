import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'supertest';
import { DataSource } from 'typeorm';
import {
  ADD,
  ADD_BULK,
  addRecords,
  countersOf,
  CREATE_CAMPAIGN,
  createCampaign,
  createLeads,
  lead,
  RECORDS,
  sampleCampaign,
  storedHistory,
  storedRecords,
  times,
  UPDATE_BULK,
  updateRecords,
} from '../support/campaigns';
import { openDataSource } from '../support/data-source';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';
import { RunningService, startService, Tenant } from '../support/service';

const SECONDS = Number(process.env['RIVALS_SECONDS'] ?? 2);
const IS_LONG = SECONDS > 10;
const [CLIENTS, COUNT] = IS_LONG ? [20, 1_000] : [8, 200];
/** So many that the process is killed among them. */
const KILLED_RECORDS = 5_000;
const MINUTES = 60_000;

/** One figure of several answers together. */
function sumOf(answers: readonly any[], figure: string): number {
  return answers.reduce<number>((sum, { results }) => sum + Number(results[figure]), 0);
}

describeEachEngine('rivals for the records of a campaign', (engine) => {
  let service: RunningService;
  let database: DataSource;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
    database = service.app.get(DataSource);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  /** Lets clients work until the time is over, and gives all their answers. */
  async function compete(work: (client: number, round: number) => Promise<any>): Promise<any[]> {
    const until = Date.now() + SECONDS * 1_000;
    const deadlocks = await deadlocksSoFar();
    const answers: any[] = [];
    await Promise.all(
      times(CLIENTS, async (client) => {
        for (let round = 0; Date.now() < until; round++) answers.push(await work(client, round));
      }),
    );
    if (IS_LONG) {
      const names = ['total', 'successful', 'failed', 'retried'];
      const figures = names.map((name) => `${name} ${sumOf(answers, name)}`).join(', ');
      const seen = (await deadlocksSoFar()) - deadlocks;
      console.info(
        `${engine}, ${SECONDS} s, ${CLIENTS} clients: ${answers.length} calls, ${figures}, deadlocks ${seen}`,
      );
    }
    return answers;
  }
  async function deadlocksSoFar(): Promise<number> {
    if (engine === 'sqlite') return 0;
    const [row] = await database.query("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
    return Number(row?.Value ?? 0);
  }
  const inOrder = <T>(client: number, list: T[]) => (client % 2 === 0 ? list : list.toReversed());

  it(
    'who change them in opposite orders all come through, and each change is there once',
    async () => {
      const id = await createLeads(tenant.api, COUNT);
      const last: Record<string, number> = {};
      const answers = await compete((client, round) => {
        last[`c${client}`] = round;
        const data = { by: client, [`c${client}`]: round };
        const records = times(COUNT, (index) => ({ id: `lead_${index}`, data }));
        return updateRecords(tenant.api, id, inOrder(client, records));
      });
      expect(answers.length).toBeGreaterThanOrEqual(CLIENTS);
      for (const { status, results } of answers) expect([status, results.successful]).toEqual([200, COUNT]);
      if (engine === 'mariadb') expect(sumOf(answers, 'retried')).toBeGreaterThan(0);
      const [first] = answers;
      expect((await countersOf(tenant.api, first)).retried).toBe(first.results.retried);
      const stored = await storedRecords(database, id);
      expect(new Set(stored.map(({ version }) => version))).toEqual(new Set([1 + answers.length]));
      const history = await storedHistory(database, id);
      const steps = new Set(history.map(({ recordId, version }) => `${recordId} ${version}`));
      const rows = new Set(history.map(({ jobId, row, recordId }) => `${jobId} ${row ?? recordId}`));
      expect([history.length, steps.size, rows.size]).toEqual(times(3, () => COUNT * (1 + answers.length)));
      // What each wrote last is there: nobody wrote over the members of others.
      for (const { data } of stored) expect(data).toMatchObject(last);
    },
    (SECONDS + 60) * 1_000,
  );

  it(
    'who count up what they have read lose no step: each counter ends at the number of successes',
    async () => {
      const id = await createLeads(tenant.api, COUNT, { n: 0 });
      const counted = new Map<string, number>(times(COUNT, (index) => [`lead_${index}`, 0]));
      const answers = await compete(async (client) => {
        const { body } = await tenant.api.get(RECORDS).query({ campaignId: id, limit: 1_000 }).expect(200);
        const records = inOrder(client, body.data as any[]).map(({ id: recordId, version, data }) => {
          return { id: recordId, data: { n: Number(data.n) + 1 }, ifVersion: version };
        });
        const answer = await updateRecords(tenant.api, id, records);
        const refused = new Set(answer.results.errors.map((error: any) => error.id));
        for (const { id: recordId } of records) {
          if (!refused.has(recordId)) counted.set(recordId, (counted.get(recordId) ?? 0) + 1);
        }
        for (const { error } of answer.results.errors) expect(error).toBe('version_conflict_engine_exception');
        return answer;
      });
      expect(answers.some(({ results }) => results.failed > 0)).toBe(true);
      for (const { recordId, data, version } of await storedRecords(database, id)) {
        expect([recordId, data.n, version]).toEqual([recordId, counted.get(recordId), 1 + Number(data.n)]);
        expect(data.n).toBeGreaterThan(0);
      }
    },
    (SECONDS + 60) * 1_000,
  );

  it('who add the same records in opposite orders add each of them once, and hear that the others exist', async () => {
    const id = await createCampaign(tenant.api);
    const given = (client: number) =>
      inOrder(
        client,
        times(300, (index) => lead(`lead_${index}`, { client })),
      );
    const answers = await Promise.all(times(6, (client) => addRecords(tenant.api, id, given(client))));
    expect(sumOf(answers, 'successful')).toBe(300);
    const errors = answers.flatMap(({ results }) => results.errors.map(({ error }: any) => error));
    expect(new Set(errors)).toEqual(new Set(['version_conflict_engine_exception']));
    const stored = await storedRecords(database, id);
    expect(stored).toHaveLength(300);
    for (const { recordId, data } of stored) {
      const refused = new Set(answers[data.client].results.errors.map((error: any) => error.id));
      expect(refused.has(recordId)).toBe(false);
    }
    expect(await storedHistory(database, id)).toHaveLength(300);
  });

  it('who add or change one record at once get 201 once, and every change counts', async () => {
    const id = await createCampaign(tenant.api);
    const added = await Promise.all(times(10, () => tenant.api.post(ADD).send({ campaignId: id, data: lead('a') })));
    expect(added.map(({ status }) => status).sort()).toEqual([201, ...times(9, () => 409)]);
    const change = (index: number) => ({ campaignId: id, id: 'a', data: { [`k${index}`]: index } });
    await Promise.all(times(10, (index) => tenant.api.put(RECORDS).send(change(index)).expect(200)));
    const [{ version, data }] = (await storedRecords(database, id)) as [any];
    expect([version, data]).toEqual([11, lead('a', Object.fromEntries(times(10, (index) => [`k${index}`, index])))]);
  });
});

describeEachEngine('kill -9 in the middle of a bulk update', (engine) => {
  let files: TestDatabase;
  let program: Program;

  beforeAll(async () => {
    files = await createDatabase(engine);
    program = await startProgram(files);
  }, 3 * MINUTES);
  afterAll(async () => {
    await program.end('SIGKILL');
    await files.remove();
  });

  it(
    'applies each record exactly once after the next start',
    async () => {
      const jsonData = times(KILLED_RECORDS, (index) => lead(`lead_${index}`));
      const { body } = await program.api.post(CREATE_CAMPAIGN).send(sampleCampaign({ jsonData })).expect(201);
      const campaignId: string = body.data.id;
      const records = times(KILLED_RECORDS, (index) => ({ id: `lead_${index}`, data: { n: index } }));
      const answer = program.api
        .put(UPDATE_BULK)
        .send({ campaignId, records })
        .then(({ status }) => status, String);
      const first = () => program.api.get(RECORDS).query({ campaignId, id: 'lead_0' });
      while ((await first()).body.data.version === 1) await sleep(2);
      await program.end('SIGKILL');
      expect(await answer).toMatch(/socket hang up|ECONNRESET|aborted/);

      const dataSource = await openDataSource(files.environment);
      try {
        const applied = (await storedRecords(dataSource, campaignId)).filter(({ version }) => version === 2).length;
        expect([applied >= 500, applied < KILLED_RECORDS, applied % 500]).toEqual([true, true, 0]);
        // Nobody holds the job any more; the next start need not wait for its lease to run out.
        await dataSource.query("UPDATE bulk_jobs SET lease_until = '2020-01-01 00:00:00.000' WHERE state = 'running'");
        program = await startProgram(files);
        const jobs = "SELECT job_id AS jobId FROM bulk_jobs WHERE family = 'campaign' AND state = 'completed'";
        let done: { jobId: string }[] = [];
        while (done.length === 0) {
          done = await dataSource.query(jobs);
          await sleep(100);
        }
        const stored = await storedRecords(dataSource, campaignId);
        stored.forEach(({ version, data }, index) => expect([version, data.n]).toEqual([2, index]));
        const history = (await storedHistory(dataSource, campaignId)).filter(({ jobId }) => jobId === done[0]!.jobId);
        expect(history.map(({ row }) => row)).toEqual(times(KILLED_RECORDS, (index) => index + 1));
        expect(await countersOf(program.api, done[0]!)).toMatchObject({
          received: KILLED_RECORDS,
          updated: KILLED_RECORDS,
          failed: 0,
        });
      } finally {
        await dataSource.destroy();
      }
    },
    3 * MINUTES,
  );
});

describeEachEngine('large documents', (engine) => {
  // Quotes are escaped once more in every wrapping: the worst there is for the size of a statement.
  const text = times(11, (index) => (index < 5 ? '"' : 'x').repeat(2_000));
  const ids = times(500, (index) => `lead_${index}`);
  let service: RunningService;
  let tenant: Tenant;
  let campaignId: string;

  beforeEach(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
    campaignId = await createCampaign(tenant.api);
  });
  afterEach(() => service.stop());

  const statusOf = async (request: Test) => (await request.timeout(20_000)).status;

  // More than the 16 MiB a statement may have on a server that was not told otherwise (max_allowed_packet).
  it('of 16 MB in one batch are added', async () => {
    const data = ids.map((id) => lead(id, { text }));
    expect(await statusOf(tenant.api.post(ADD_BULK).send({ campaignId, data }))).toBe(201);
  });

  it('of 16 MB in one batch are changed', async () => {
    for (let start = 0; start < 500; start += 100) {
      const some = ids.slice(start, start + 100).map((id) => lead(id, { text }));
      await addRecords(tenant.api, campaignId, some);
    }
    const records = ids.map((id) => ({ id, data: { x: 1 } }));
    expect(await statusOf(tenant.api.put(UPDATE_BULK).send({ campaignId, records }))).toBe(200);
  });
});

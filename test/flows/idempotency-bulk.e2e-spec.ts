import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { Cells, CREATE, csvOf, storedState, upload } from '../support/bulk';
import { BY_SOURCE_ID } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { countOf, isReplay, loseAnswers, newKey, sameParts, traces } from '../support/idempotency';
import { RunningService, startService, Tenant } from '../support/service';

const TIMES = 50;
/** More than are stored before the caller hangs up. */
const LEADS = 4_000;

/** Customers of a call, the last of which is refused: its parent does not exist. */
const items = (count: number) => [
  ...Array.from({ length: count - 1 }, (_, index) => ({ source: 'idem', sourceId: index, lastName: `Name ${index}` })),
  { source: 'idem', sourceId: 'orphan', lastName: 'Orphan', parent: { source: 'idem', sourceId: 'nobody' } },
];

/** A file of customers, the last of which is refused. */
const rows = (count: number): Cells => [
  ['legalName', 'uniqueRefNo', 'creditLimit', 'pinCode'],
  ...Array.from({ length: count - 1 }, (_, index) => [`Customer ${index}`, `R-${index}`, '10.25', '560001']),
  ['Nobody', 'R-last', '1.00', '01'],
];

const CONTACTS: Cells = [
  ['uniqueRefNo', 'name', 'legalName', 'mobile'],
  ['R-0', 'Asha', 'Customer 0', '9812345678'],
];

const CAMPAIGN = {
  name: 'Repeated',
  description: 'Records sent twice.',
  campaignType: 'lead',
  startDate: '2026-12-01',
  endDate: '2026-12-31',
  startTime: '09:00',
  endTime: '18:00',
  languages: ['hindi'],
  region: 'all',
};

const leads = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ lead_id: `lead_${index}`, lead_date: '2026-12-01' }));

describeEachEngine('A bulk call with an Idempotency-Key', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let campaignId: string;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    campaignId = (await tenant.api.post('/api/v1/campaigns/create').send(CAMPAIGN)).body.data.id;
  });
  afterAll(() => service.stop());

  const sendItems = (key: string, customers: object[] = items(20), prefer = '') =>
    tenant.api.post(BY_SOURCE_ID).set('Idempotency-Key', key).set('Prefer', prefer).send({ customers });
  const sendFile = (key: string, file = csvOf(rows(20)), options: object = {}) =>
    upload(tenant.api, CREATE, file, options).set('Idempotency-Key', key);
  const addRecords = (key: string, data: object[] = leads(20)) =>
    tenant.api.post('/api/v1/customers/add/bulk').set('Idempotency-Key', key).send({ campaignId, data });
  const changeRecords = (key: string) =>
    tenant.api
      .put('/api/v1/customer-data/bulk')
      .set('Idempotency-Key', key)
      .send({
        campaignId,
        records: [
          { id: 'lead_1', data: { mood: 'good' } },
          { id: 'gone', data: { mood: 'bad' } },
        ],
      });
  const changeItems = async (key: string) => {
    const { body } = await tenant.api.post('/customers/search').send({ debtorIds: ['find'] });
    const id = body.data[0]?.id ?? 0;
    return tenant.api
      .post('/customers/bulk/id')
      .set('Idempotency-Key', key)
      .send({ customers: [{ id, firstName: 'Miles' }] });
  };

  it('is one job, and answered byte for byte the same, whichever of the six it is', async () => {
    await tenant.api.post('/customers/').send({ source: 's', sourceId: 's', debtorId: 'find', lastName: 'Davis' });
    const update = csvOf([
      ['uniqueRefNo', 'creditLimit'],
      ['R-0', '77.00'],
    ]);
    const calls: readonly [(key: string) => PromiseLike<any>, number][] = [
      [sendItems, 200],
      [changeItems, 200],
      [sendFile, 200],
      [(key) => upload(tenant.api, '/api/v0/customer/bulk/update', update).set('Idempotency-Key', key), 200],
      [addRecords, 201],
      [changeRecords, 207],
    ];
    for (const [send, status] of calls) {
      const key = newKey();
      const first = await send(key);
      expect([first.text, first.status, isReplay(first)]).toEqual([first.text, status, false]);
      const [before, files] = [await traces(service, tenant), await storedState(service)];
      const again = await send(key);
      expect([isReplay(again), ...sameParts(again)]).toEqual([true, ...sameParts(first)]);
      expect([await traces(service, tenant), await storedState(service)]).toEqual([before, files]);
    }
    expect(await countOf(service, tenant, 'bulk_jobs')).toBe(calls.length);
  });

  it('is refused with 422 when its items are others', async () => {
    const key = newKey();
    await sendItems(key).expect(200);
    const { body, headers } = await sendItems(key, items(21)).expect(422);
    expect([body.error.code, headers['x-error-type']]).toEqual([422, 'UNPROCESSABLE_REQUEST']);
    expect(await countOf(service, tenant, 'bulk_jobs')).toBe(1);
  });

  it('knows a file by its content and the parameters, not by its name or the form around it', async () => {
    const key = newKey();
    const contacts = csvOf(CONTACTS);
    const first = await sendFile(key, undefined, { contacts, fileName: 'monday.csv' }).expect(200);
    const again = await sendFile(key, undefined, { contacts, fileName: 'tuesday.csv' }).expect(200);
    expect([isReplay(again), again.text]).toEqual([true, first.text]);
    const before = await storedState(service);
    await sendFile(key, csvOf(rows(21)), { contacts }).expect(422);
    await sendFile(key).expect(422);
    await sendFile(key, undefined, { contacts: Buffer.concat([contacts, Buffer.from('\r\n')]) }).expect(422);
    await sendFile(key, undefined, { contacts, query: { duplicates: 'last' } }).expect(422);
    expect(await storedState(service)).toEqual(before);
  });

  it('is not remembered when it is refused as a whole: the corrected one is taken', async () => {
    const key = newKey();
    const before = await storedState(service);
    await sendItems(key, [{ source: 'idem', lastName: 'No id' }]).expect(400);
    await sendFile(key, Buffer.from('nothing,known\n1,2')).expect(422);
    await sendFile(key, csvOf(rows(20)), { query: { duplicates: 'maybe' } }).expect(400);
    await tenant.api.post(CREATE).set('Idempotency-Key', key).field('note', 'no file').expect(400);
    expect(await storedState(service)).toEqual(before);
    expect(isReplay(await sendItems(key).expect(200))).toBe(false);
    expect(isReplay(await sendFile(key).expect(200))).toBe(false);
  });

  it.each(['items', 'a file', 'records'])('is done once when it comes fifty times at once: %s', async (what) => {
    const key = newKey();
    const send = { items: sendItems, 'a file': sendFile, records: addRecords }[what] ?? sendItems;
    const answers: any[] = await Promise.all(Array.from({ length: TIMES }, () => send(key)));
    const done = answers.filter(({ status }) => status === 200 || status === 201);
    const waiting = answers.filter(({ status }) => status === 409);
    expect(done.length + waiting.length).toBe(TIMES);
    expect(done.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    for (const { headers } of waiting) {
      expect([headers['x-error-type'], headers['retry-after']]).toEqual(['UNPROCESSABLE_REQUEST', '2']);
    }
    const counts = await traces(service, tenant);
    expect([counts['bulk_jobs'], counts['idempotency_keys']]).toEqual([1, 1]);
    expect([counts['customers'], counts['campaign_records']]).toEqual(what === 'records' ? [0, 20] : [19, 0]);
    expect(counts['customer_changes']).toBe(counts['customers']);
    const { files } = (await storedState(service)) as { files: string[][] };
    expect(files[0]).toEqual([]);
    expect(isReplay(await send(key))).toBe(true);
  });

  it('is answered 409 while the first call runs, and as that one afterwards', async () => {
    const key = newKey();
    const file = csvOf(rows(6_000));
    const first = sendFile(key, file).then((answer) => answer);
    while ((await countOf(service, tenant, 'idempotency_keys')) === 0) await sleep(5);
    const meanwhile = await sendFile(key, file);
    expect([meanwhile.status, meanwhile.headers['retry-after']]).toEqual([409, '2']);
    const { status, text } = await first;
    expect(status).toBe(200);
    const after = await sendFile(key, file);
    expect([isReplay(after), after.text]).toEqual([true, text]);
    expect(await traces(service, tenant)).toMatchObject({ bulk_jobs: 1, customers: 5_999 });
  });

  it('that does not wait is answered 202 again, also when the job has ended', async () => {
    const key = newKey();
    const first = await sendItems(key, items(2_500), 'respond-async').expect(202);
    const path = first.headers['location'] ?? '';
    for (;;) {
      const { body } = await tenant.api.get(path).expect(200);
      if (body.payload.state === 'completed') break;
      await sleep(20);
    }
    const again = await sendItems(key, items(2_500));
    expect([isReplay(again), ...sameParts(again)]).toEqual([true, ...sameParts(first)]);
  });

  describe('whose process died between the work and the answer', () => {
    it.each(['items', 'records to add', 'records to change'])('gets the true answer: %s', async (what) => {
      const key = newKey();
      if (what === 'records to change') await addRecords(newKey()).expect(201);
      const calls = { items: sendItems, 'records to add': addRecords, 'records to change': changeRecords };
      const send = calls[what as keyof typeof calls];
      const first = await send(key);
      await loseAnswers(service, tenant);
      const [before, files] = [await traces(service, tenant), await storedState(service)];
      const again = await send(key);
      expect([isReplay(again), ...sameParts(again)]).toEqual([false, ...sameParts(first)]);
      expect([await traces(service, tenant), await storedState(service)]).toEqual([before, files]);
      const third = await send(key);
      expect([isReplay(third), third.text]).toEqual([true, first.text]);
    });

    it('gets the true answer: a file', async () => {
      const key = newKey();
      const contacts = csvOf(CONTACTS);
      const first = await sendFile(key, undefined, { contacts }).expect(200);
      expect(first.body.payload).toMatchObject({ total_count: 20, success_count: 19, failure_count: 1 });
      await loseAnswers(service, tenant);
      const [before, files] = [await traces(service, tenant), await storedState(service)];
      const again = await sendFile(key, undefined, { contacts }).expect(200);
      // Links are signed anew.
      const unsigned = (text: string) => text.replace(/\?expires=[^"]*/g, '');
      expect(unsigned(again.text)).toBe(unsigned(first.text));
      expect([await traces(service, tenant), await storedState(service)]).toEqual([before, files]);
      const [third, fourth] = [await sendFile(key, undefined, { contacts }), await sendFile(key, csvOf(rows(3)))];
      expect([isReplay(third), third.text, fourth.status]).toEqual([true, again.text, 422]);
    });

    it('gets the same answer as its rivals, who all find none', async () => {
      const key = newKey();
      await sendFile(key).expect(200);
      await loseAnswers(service, tenant);
      const answers = await Promise.all(Array.from({ length: 10 }, () => sendFile(key)));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
      expect(await traces(service, tenant)).toMatchObject({ bulk_jobs: 1, customers: 19 });
    });

    it('is told 409 while the job goes on, and the failure of a job that failed', async () => {
      const key = newKey();
      const setJob = (assignments: string) =>
        service.app
          .get(DataSource)
          .query(`UPDATE bulk_jobs SET ${assignments} WHERE company_ref = ?`, [tenant.company.id]);
      await sendItems(key).expect(200);
      await loseAnswers(service, tenant);
      await setJob(`state = 'running', lease_until = '2099-01-01 00:00:00.000'`);
      expect((await sendItems(key).expect(409)).headers['retry-after']).toBe('2');
      await setJob(`state = 'failed', error = '{"code":"X","message":"the disk broke"}'`);
      const failed = await sendItems(key).expect(500);
      expect(failed.headers['x-error-type']).toBe('SYSTEM_ERROR');
      expect(await traces(service, tenant)).toMatchObject({ bulk_jobs: 1, customers: 19 });
    });
  });

  it('whose caller hung up behind the last byte is done once, and answered at the next try', async () => {
    const key = newKey();
    const body = JSON.stringify({ campaignId, data: leads(LEADS) });
    await new Promise<void>((resolve) => {
      const call = request(`${service.baseUrl}/api/v1/customers/add/bulk`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${tenant.token}`,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'Idempotency-Key': key,
        },
      });
      call.on('error', () => resolve());
      call.end(body, () => {
        setTimeout(() => {
          call.destroy();
          resolve();
        }, 50);
      });
    });
    while ((await countOf(service, tenant, 'bulk_jobs')) === 0) await sleep(20);
    let answer = await addRecords(key, leads(LEADS));
    while (answer.status === 409) {
      await sleep(50);
      answer = await addRecords(key, leads(LEADS));
    }
    expect([answer.status, answer.body.results.successful]).toEqual([201, LEADS]);
    expect(await traces(service, tenant)).toMatchObject({ bulk_jobs: 1, campaign_records: LEADS });
    const again = await addRecords(key, leads(LEADS));
    expect([isReplay(again), again.text]).toEqual([true, answer.text]);
  });
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { XlsxFormat } from '../../src/bulk/formats/xlsx.format';
import { bulk, UPDATE, upload, xlsxOf } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { bookOfMuchMemory, bookOfMuchTime } from '../support/hostile-books';
import { RunningService, startService, Tenant } from '../support/service';

const HEADER = ['uniqueRefNo', 'address'];
/** What a file may take too much of: the limit, such a file, and the words of the answer. */
const HOSTILE: readonly [string, Record<string, string>, () => Buffer, RegExp][] = [
  [
    'memory',
    { READ_MEMORY_MB: '32' },
    bookOfMuchMemory,
    /^Reading the file takes more than 32 MB of memory, the most one file may take; split/,
  ],
  [
    'time',
    { READ_TIMEOUT_SECONDS: '5' },
    bookOfMuchTime,
    /^Reading the file takes more than 5 seconds, the most one file may take; split/,
  ],
];

describeEachEngine('the reading of a file', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  async function start(environment: Record<string, string>): Promise<void> {
    service = await startService(engine, { environment });
    tenant = await service.createTenant();
    await createCustomer(tenant.api, { uniqueRefNo: 'A' });
  }
  afterEach(() => service.stop());

  const stored = (folder: string) => readdirSync(join(service.database.dataDir, folder)).sort();

  it.each(HOSTILE)('that takes too much %s fails alone, and leaves nothing', async (_what, limit, fileOf, words) => {
    await start(limit);
    const hostile = upload(tenant.api, UPDATE, fileOf(), { fileName: 'customers.xlsx' }).then((answer) => answer);
    const neighbour = await bulk(tenant.api, UPDATE, [HEADER, ['A', `beside too much ${_what}`]]);
    expect(neighbour).toMatchObject({ success_count: 1, failure_count: 0 });

    const { status, headers, body } = await hostile;
    expect([status, headers['x-error-type'], body.errorResponse?.errorType]).toEqual([
      413,
      'CLIENT_REQUEST_ERROR',
      'CLIENT_REQUEST_ERROR',
    ]);
    expect(body.response_code).toBe(413);
    expect(body.errorResponse.errorMessage).toMatch(words);
    expect(headers).not.toHaveProperty('x-job-id');
    expect(stored('uploads')).toEqual([]);
    expect(stored('jobs')).toEqual([neighbour.jobId]);

    expect(await bulk(tenant.api, UPDATE, [HEADER, ['A', `after too much ${_what}`]])).toMatchObject({
      success_count: 1,
    });
  });

  it('is refused in the same words where the caller does not wait', async () => {
    await start({ READ_MEMORY_MB: '32' });
    const answer = await upload(tenant.api, UPDATE, bookOfMuchMemory()).set('Prefer', 'respond-async');
    expect([answer.status, answer.body.errorResponse?.errorMessage]).toEqual([
      413,
      expect.stringMatching(/MB of memory/),
    ]);
    expect(stored('uploads')).toEqual([]);
  });
});

describeEachEngine('while a large workbook is read', (engine) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it('the thread that answers is free for others', async () => {
    const { api } = await service.createTenant();
    const rows = Array.from({ length: 10_000 }, (_, at) => [`R-${at}`, ...Array.from({ length: 15 }, () => 'x')]);
    const header = ['uniqueRefNo', ...Array.from({ length: 15 }, (_, at) => `column ${at}`)];
    // The second sheet names no customers: all of the file is read, and none of it worked on.
    const book = await xlsxOf({ Customers: [header, ...rows], Contacts: [['name'], ['x']] });
    const readHere = jest.spyOn(XlsxFormat.prototype, 'read');
    const reading = upload(api, UPDATE, book).then((answer) => answer);
    const anotherIsAnswered = async () => {
      await service.anonymous.get('/health/live').expect(200);
      await sleep(20);
      return true;
    };
    let answered = 0;
    while (await Promise.race([reading.then(() => false), anotherIsAnswered()])) answered++;
    const { status, body } = await reading;
    expect([status, body.response_message]).toEqual([422, expect.stringContaining('Contacts has neither')]);
    expect(answered).toBeGreaterThan(5);
    expect(readHere).not.toHaveBeenCalled();
    readHere.mockRestore();
  });
});

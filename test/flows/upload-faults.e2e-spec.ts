import { setTimeout as sleep } from 'node:timers/promises';
import { csvOf, storedState, UPDATE } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { FormPart, formOf, postRaw, RawCall } from '../support/raw-upload';
import { RunningService, startService, Tenant } from '../support/service';

const MAX_BYTES = 100_000;
const TABLE = csvOf([
  ['uniqueRefNo', 'address'],
  ['A', 'applied all the same'],
]);
const FILE: FormPart = { name: 'file', fileName: 'customers.csv', content: TABLE };
const field = (name: string, content = 'x'): FormPart => ({ name, content });
const tooLarge = (bytes: number): FormPart => ({ ...FILE, content: Buffer.concat([TABLE, Buffer.alloc(bytes, 'x')]) });

/** Forms that are at fault, and what the message says. */
const FORMS: readonly [string, Partial<RawCall> & { body: Buffer }, number, RegExp][] = [
  ['is JSON', { body: Buffer.from('{}'), contentType: 'application/json' }, 400, /multipart\/form-data.*"file"/],
  ['is a bare CSV', { body: TABLE, contentType: 'text/csv' }, 400, /multipart\/form-data.*"file"/],
  ['is nothing', { body: Buffer.alloc(0) }, 400, /multipart/],
  ['names no boundary', { body: formOf([FILE]), contentType: 'multipart/form-data' }, 400, /multipart/],
  [
    'has another boundary',
    { body: formOf([FILE]), contentType: 'multipart/form-data; boundary=x' },
    400,
    /multipart|"file"/,
  ],
  ['has no parts', { body: formOf([]) }, 400, /"file"/],
  ['has only a field', { body: formOf([field('file')]) }, 400, /"file"/],
  ['has only contacts', { body: formOf([{ ...FILE, name: 'contacts' }]) }, 400, /"file"/],
  [
    'has the file under another name',
    { body: formOf([{ ...FILE, name: 'upload' }]) },
    400,
    /exactly one part named "file"/,
  ],
  ['has the file twice', { body: formOf([FILE, FILE]) }, 400, /exactly one part named "file"/],
  [
    'has contacts twice',
    { body: formOf([FILE, { ...FILE, name: 'contacts' }, { ...FILE, name: 'contacts' }]) },
    400,
    /exactly one|form/,
  ],
  ['is too large by its length', { body: formOf([tooLarge(MAX_BYTES + 70_000)]) }, 413, /split/],
  ['is a little too large', { body: formOf([tooLarge(MAX_BYTES)]) }, 413, /split/],
  ['is too large in chunks', { body: formOf([tooLarge(MAX_BYTES * 20)]), chunked: true }, 413, /split/],
  [
    'is too large in its contacts',
    { body: formOf([FILE, { ...tooLarge(MAX_BYTES), name: 'contacts' }]) },
    413,
    /split/,
  ],
  ['has a sparse index', { body: formOf([field('a[4294967294]'), FILE]) }, 400, /form/],
  ['has a negative index', { body: formOf([field('a[-1][b]'), FILE]) }, 400, /form/],
  ['is nested deeply', { body: formOf([field(`a${'[b]'.repeat(30)}`), FILE]) }, 400, /form/],
  ['has a name that is too long', { body: formOf([field(`a${'[b]'.repeat(5_000)}`), FILE]) }, 400, /form/],
  ['has a value that is too long', { body: formOf([field('a', 'x'.repeat(5_000)), FILE]) }, 400, /form/],
  [
    'has 10,000 parts',
    { body: formOf([...Array.from({ length: 10_000 }, () => field('a', '')), FILE]), chunked: true },
    400,
    /form/,
  ],
  [
    'has 1,000 files',
    { body: formOf(Array.from({ length: 1_000 }, (_, i) => ({ ...FILE, name: `f${i}` }))) },
    400,
    /form/,
  ],
  ['ends without the last boundary', { body: formOf([FILE], '') }, 400, /form|broke off/],
  ['ends inside the file', { body: formOf([FILE]).subarray(0, 130) }, 400, /form|broke off/],
  ['ends inside a header', { body: formOf([FILE]).subarray(0, 40) }, 400, /form|broke off/],
];

describeEachEngine('an upload', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let before: object;

  beforeAll(async () => {
    service = await startService(engine, { environment: { MAX_UPLOAD_BYTES: String(MAX_BYTES) } });
    tenant = await service.createTenant();
    await createCustomer(tenant.api, { uniqueRefNo: 'A' });
    before = await storedState(service);
  });
  afterAll(() => service.stop());

  const post = (call: Partial<RawCall> & { body: Buffer }) =>
    postRaw({ url: `${service.baseUrl}${UPDATE}`, token: tenant.token, ...call });

  /** Files of a broken connection may take a moment to go. */
  async function expectNothingLeft(): Promise<void> {
    for (let wait = 0; wait < 40 && JSON.stringify(await storedState(service)) !== JSON.stringify(before); wait++) {
      await sleep(50);
    }
    expect(await storedState(service)).toEqual(before);
  }

  it.each(FORMS)('is refused when it %s, leaving nothing', async (_what, call, status, words) => {
    const started = Date.now();
    const answer = await post(call);
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(answer?.status).toBe(status);
    expect(answer?.body.response_code).toBe(status);
    expect(answer?.body.errorResponse.errorType).toMatch(/^CLIENT_REQUEST_(ERROR|ABORT)$/);
    expect(answer?.body.errorResponse.errorMessage).toMatch(words);
    await expectNothingLeft();
  });

  it.each([10, 150, 50_000, 90_000])('that is aborted after %d bytes leaves nothing', async (abortAfter) => {
    const padding = [...Array.from({ length: 60 }, () => ['A', 'y'.repeat(1_500)])];
    const body = formOf([{ ...FILE, content: csvOf([['uniqueRefNo', 'address'], ...padding]) }]);
    expect(await post({ body, abortAfter })).toBeNull();
    await expectNothingLeft();
  });

  it('that is aborted many times at once leaves the service well', async () => {
    const body = formOf([tooLarge(50_000)]);
    await Promise.all(Array.from({ length: 20 }, () => post({ body, abortAfter: 30_000 })));
    await expectNothingLeft();
    await service.anonymous.get('/health/ready').expect(200);
  });

  it('is taken with harmless extra fields, quoted boundary and up to the last byte of the limit', async () => {
    const head = 'uniqueRefNo,address\r\nnobody,';
    const content = head + 'x'.repeat(MAX_BYTES - head.length);
    const body = formOf([field('comment', 'hello'), { ...FILE, content }]);
    const answer = await post({
      body,
      contentType: 'multipart/form-data; charset=utf-8; boundary="rollbook-b0undary"',
    });
    expect(answer?.status).toBe(200);
    expect(answer?.body.payload).toMatchObject({ total_count: 1, failure_count: 1 });
  });
});

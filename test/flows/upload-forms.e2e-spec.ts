import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { csvOf, storedState, UPDATE } from '../support/bulk';
import { BOUNDARY, FormPart, formOf, postRaw } from '../support/raw-upload';
import { RunningService, startService, Tenant } from '../support/service';

const TABLE = csvOf([
  ['uniqueRefNo', 'address'],
  ['nobody', 'x'],
]);
const FILE: FormPart = { name: 'file', fileName: 'customers.csv', content: TABLE };

let service: RunningService;
let tenant: Tenant;
beforeAll(async () => {
  service = await startService('sqlite');
  tenant = await service.createTenant();
});
afterAll(() => service.stop());

const post = (body: Buffer, contentType?: string) =>
  postRaw({ url: `${service.baseUrl}${UPDATE}`, token: tenant.token, body, contentType });

/** The answer to a form that may be read or refused; refused, it leaves nothing. */
async function outcome(body: Buffer, contentType?: string): Promise<number> {
  const before = await storedState(service);
  const answer = await post(body, contentType);
  expect(answer).not.toBeNull();
  expect(answer?.body.response_code).toBe(answer?.status === 200 ? 0 : answer?.status);
  if (answer?.status !== 200) expect(await storedState(service)).toEqual(before);
  return answer?.status ?? 0;
}

/** A form of one part whose headers are these bytes. */
const partOf = (headers: string, content: Buffer = TABLE) =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`, 'latin1'),
    content,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);

describe('A form', () => {
  it.each([
    ...[
      '',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'length',
      'file[]',
      'file[0]',
      'file.path',
      'file ',
    ],
    ...[
      'a[__proto__][x]',
      'a[constructor][prototype][x]',
      '__proto__[x]',
      '__proto__[]',
      'a[1e12]',
      'a[',
      'a]',
      '[]',
      '[a]',
    ],
    ...['a[0][b]', '%00', 'a%0d%0aX: 1', 'é', 'a\tb', 'files', 'FILE'],
  ])('with a field or a file named %j is read or refused, and changes no object of the process', async (name) => {
    const asField = await outcome(formOf([{ name, content: 'x' }, FILE]));
    const asFile = await outcome(formOf([{ ...FILE, name }, FILE]));
    expect([200, 400]).toContain(asField);
    expect(asFile).toBe(400);
    expect(({} as any).x).toBeUndefined();
    expect(Object.prototype.hasOwnProperty.call({}, 'x')).toBe(false);
  });

  it.each<[string, string, number]>([
    ['no name', 'Content-Disposition: form-data; filename="a.csv"', 400],
    ['no disposition', 'Content-Type: text/csv', 400],
    ['another disposition', 'Content-Disposition: attachment; name="file"; filename="a.csv"', 400],
    ['a name that is not closed', 'Content-Disposition: form-data; name="file; filename="a.csv"', 400],
    ['a header without a colon', 'Content-Disposition form-data', 400],
    [
      'a control character in a header',
      'Content-Disposition: form-data; name="file"; filename="a\x01.csv"\r\nX: \x02',
      400,
    ],
    ['a NUL in a header', 'Content-Disposition: form-data; name="file"; filename="a\0.csv"', 400],
    ['bytes that are no UTF-8', 'Content-Disposition: form-data; name="file"; filename="\xff\xfe.csv"', 200],
    ['a folded header', 'Content-Disposition: form-data;\r\n name="file"; filename="a.csv"', 200],
    ['a header of 100 kB', `Content-Disposition: form-data; name="file"; filename="${'a'.repeat(100_000)}"`, 400],
    [
      '1,000 headers',
      `Content-Disposition: form-data; name="file"; filename="a.csv"\r\n${'X: 1\r\n'.repeat(999)}X: 1`,
      200,
    ],
    [
      'a disposition twice',
      'Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="file"; filename="a.csv"',
      400,
    ],
  ])('of a part with %s is read or refused as a whole', async (what, headers, status) => {
    expect([what, await outcome(partOf(headers))]).toEqual([what, status]);
  });

  it.each<[string, string, Buffer, number]>([
    ['an empty boundary', 'multipart/form-data; boundary=', formOf([FILE]), 400],
    ['a boundary of 1,000 characters', `multipart/form-data; boundary=${'b'.repeat(1_000)}`, formOf([FILE]), 400],
    ['two boundaries', `multipart/form-data; boundary=${BOUNDARY}; boundary=x`, formOf([FILE]), 200],
    ['another kind of multipart', `multipart/mixed; boundary=${BOUNDARY}`, formOf([FILE]), 400],
    [
      'line feeds only',
      `multipart/form-data; boundary=${BOUNDARY}`,
      Buffer.from(formOf([FILE]).toString().replaceAll('\r', '')),
      400,
    ],
    [
      'a preamble of a megabyte',
      `multipart/form-data; boundary=${BOUNDARY}`,
      Buffer.concat([Buffer.alloc(999_999, 'x\r\n'), formOf([FILE])]),
      200,
    ],
    [
      'a megabyte behind its end',
      `multipart/form-data; boundary=${BOUNDARY}`,
      Buffer.concat([formOf([FILE]), Buffer.alloc(999_999, 'x\r\n')]),
      200,
    ],
    ['a body that is packed', `multipart/form-data; boundary=${BOUNDARY}`, gzipSync(formOf([FILE])), 400],
    ['nothing', `multipart/form-data; boundary=${BOUNDARY}`, Buffer.alloc(0), 400],
    [
      'a second form inside',
      `multipart/form-data; boundary=${BOUNDARY}`,
      formOf([{ ...FILE, content: formOf([FILE]) }]),
      400,
    ],
  ])('with %s is read or refused as a whole', async (what, contentType, body, status) => {
    expect([what, await outcome(body, contentType)]).toEqual([what, status]);
  });

  it('is still read after all of these', async () => {
    expect(await outcome(formOf([FILE]))).toBe(200);
  });
});

const corpus = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora', 'multipart/http');
if (!existsSync(corpus)) console.warn(`The forms of multipart parsers were not found in ${corpus}; left out.`);

(existsSync(corpus) ? describe : describe.skip)('The forms other parsers are tested with', () => {
  const names = existsSync(corpus) ? readdirSync(corpus).filter((name) => name.endsWith('.http')) : [];

  it.each(names)('%s is read or refused', async (name) => {
    const yaml = readFileSync(resolve(corpus, name.replace('.http', '.yaml')), 'utf8');
    const boundary = /^boundary: *['"]?([^'"\r\n]*)/m.exec(yaml)?.[1] ?? '';
    const status = await outcome(readFileSync(resolve(corpus, name)), `multipart/form-data; boundary="${boundary}"`);
    // A form without the file is 400, and a file without the columns of customers, which none of them has, 422.
    expect([400, 422]).toContain(status);
  });
});

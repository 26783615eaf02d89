import { connect } from 'node:net';
import { RunningService, startService } from '../support/service';

const FORM = 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n';
const CHUNKED = `${FORM}Transfer-Encoding: chunked\r\n\r\n`;
/** The request a proxy in front would not see as one of its own. */
const HIDDEN = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

/** Where two readers of HTTP may disagree on where a request ends. */
const SHAPES: readonly (readonly [string, string])[] = [
  ['a blank before the colon', `${FORM}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
  ['another transfer encoding', `${FORM}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['chunks that are not the last encoding', `${FORM}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ['two transfer encodings', `${FORM}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
  ['a control character in the encoding', `${FORM}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`],
  ['chunks and a length', `${FORM}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
  ['a length and another encoding', `${FORM}Content-Length: 5\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
  ...['+5', '0x5', '5, 5', '-1', '5 5', '99999999999999999999999'].map(
    (length) => [`the length ${length}`, `${FORM}Content-Length: ${length}\r\n\r\nabcde`] as const,
  ),
  ['the same length twice', `${FORM}Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde`],
  ['a folded header', `${FORM}X-A: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n`],
  ['line feeds only', `${FORM}Content-Length: 0\r\n\r\n`.replaceAll('\r', '')],
  ['a bare carriage return', `${FORM}X-A: a\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n`],
  ['a NUL', `${FORM}X-A: a\0b\r\nContent-Length: 0\r\n\r\n`],
  ['a chunk longer than any', `${CHUNKED}FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n`],
  ['a chunk of negative length', `${CHUNKED}-1\r\nabc\r\n0\r\n\r\n`],
  ['a chunk that is longer than it says', `${CHUNKED}2\r\nabc\r\n0\r\n\r\n`],
  ['a line feed after the length of a chunk', `${CHUNKED}3\nabc\r\n0\r\n\r\n`],
  ['an endless chunk extension', `${CHUNKED}3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`],
  ['a name with a blank', `${FORM}X A: 1\r\nContent-Length: 0\r\n\r\n`],
  ['a blank in the path', 'GET /health live HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n'],
  ['3,000 headers', `${FORM}${Array.from({ length: 3_000 }, (_, at) => `a${at}: 1\r\n`).join('')}\r\n`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];

describe('A request that is not well-formed HTTP', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService('sqlite');
  });
  afterAll(() => service.stop());

  /**
   * Sends bytes as they are and gives all that comes back until the connection is closed.
   *
   * @param isAll nothing more is sent then
   */
  function send(bytes: string, isAll = false): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(new URL(service.baseUrl).port), '127.0.0.1', () => {
        socket.write(bytes, 'latin1');
        if (isAll) socket.end();
      });
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }

  it.each(SHAPES)('with %s is refused, and what follows it is not taken for a request', async (_what, bytes) => {
    const answer = await send(bytes + HIDDEN);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(answer).toContain('X-Error-Type: CLIENT_REQUEST_ERROR');
  });

  it.each([
    ['/customers/bulk/id?dryRun=true', { error: { code: 400, status: 417, moreInfo: 'http://x/errors/400' } }],
    ['/api/v1/customer-data/bulk', { success: false }],
    ['/api/v0/customer', { response_code: 417 }],
  ])('is told from one that expects what nobody does, which %s answers in its own words', async (path, words) => {
    const [head = '', body = ''] = (
      await send(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
      )
    ).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 417 /);
    expect(head).toContain('X-Error-Type: CLIENT_REQUEST_ERROR');
    expect(head).toContain('X-Request-Id: ');
    expect(JSON.parse(body)).toMatchObject(words);
    expect(body).toContain('100-continue');
  });

  it.each([
    ['/customers/bulk/sourceId', { error: { code: 400, status: 400 } }],
    ['/api/v1/customer-data/bulk', { success: false }],
    ['/api/v0/customer', { response_code: 400 }],
  ])('is told from one that breaks off, which %s answers in its own words', async (path, words) => {
    const { token } = await service.createTenant();
    const text = [`POST ${path} HTTP/1.1`, 'Host: x', 'X-Request-Id: my-own-id', `Authorization: Bearer ${token}`];
    const rest = ['Content-Type: application/json', 'Content-Length: 5000', '', '{"customers":['];
    const [head = '', body = ''] = (await send([...text, ...rest].join('\r\n'), true)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(head).toContain('X-Error-Type: CLIENT_REQUEST_ABORT');
    expect(head).toContain('X-Request-Id: my-own-id');
    expect(JSON.parse(body)).toMatchObject(words);
    expect(body).toContain('broke off before it was complete');
  });

  it('is told from TRACE, which gives nothing back of what it was sent', async () => {
    const answer = await send(
      'TRACE /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Secret: s3cret\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).not.toContain('s3cret');
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header that is too long', `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`],
  ])('with %s is answered like any other error, and the connection is closed', async (_what, bytes) => {
    const [head = '', body = ''] = (await send(bytes)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toContain('X-Error-Type: CLIENT_REQUEST_ERROR');
    const { errorResponse, response_code } = JSON.parse(body);
    expect(response_code).toBe(400);
    expect(errorResponse).toMatchObject({ errorType: 'CLIENT_REQUEST_ERROR', apiSubErrors: [] });
    expect(head).toContain(`X-Request-Id: ${errorResponse.requestId}`);
    await service.anonymous.get('/health/live').expect(200);
  });
});

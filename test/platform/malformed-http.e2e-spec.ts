import { connect } from 'node:net';
import { RunningService, startService } from '../support/service';

describe('A request that is not well-formed HTTP', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService('sqlite');
  });
  afterAll(() => service.stop());

  /** Sends bytes as they are and gives all that comes back until the connection is closed. */
  function send(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(new URL(service.baseUrl).port), '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }

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

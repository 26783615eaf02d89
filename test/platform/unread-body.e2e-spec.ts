import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunningService, startService } from '../support/service';

const MIB = 1024 * 1024;
const PATH = '/api/v0/customer/search';

/** A connection, and what came back over it. */
interface Exchange {
  readonly answer: string;
  readonly fault: string | null;
}

describe('A body that is not read', () => {
  let service: RunningService;
  let connections = 0;
  beforeAll(async () => {
    service = await startService('sqlite', { environment: { FAILED_LOGINS_PER_MINUTE: '0' } });
    service.app.getHttpServer().on('connection', () => connections++);
  });
  beforeEach(() => {
    connections = 0;
  });
  afterAll(() => service.stop());

  const headOf = (headers: string) =>
    `POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`;
  const bodyOf = (bytes: number) => JSON.stringify({ state: 'x'.repeat(bytes - 12) });
  const open = () => connect(Number(new URL(service.baseUrl).port), '127.0.0.1');

  /** Sends all there is to send before it reads anything, as many clients do; then reads until the connection closes. */
  function sendThenRead(bytes: number): Promise<Exchange> {
    return new Promise((resolve) => {
      let answer = '';
      let fault: string | null = null;
      const socket = open().pause();
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('error', (error: NodeJS.ErrnoException) => (fault = error.code ?? error.message));
      socket.on('close', () => resolve({ answer, fault }));
      socket.write(headOf(`Content-Length: ${bytes}\r\nConnection: close`) + bodyOf(bytes), () => socket.resume());
    });
  }

  it.each([
    [30, 1 * MIB],
    [10, 5 * MIB],
    [5, 40 * MIB],
  ])('never costs the answer: %i clients that send %i bytes under a wrong token are told so', async (count, bytes) => {
    for (let i = 0; i < count; i++) {
      const { answer, fault } = await sendThenRead(bytes);
      expect(fault).toBeNull();
      expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n[^]*"errorType":"UNAUTHORIZED"[^]*\}$/);
    }
  });

  it('leaves the connection open when it is small, by whatever client', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { Authorization: 'Bearer wrong', 'Content-Type': 'application/json' };
    const send = (isChunked: boolean): Promise<string> =>
      new Promise((resolve, reject) => {
        const call = request(service.baseUrl + PATH, { agent, method: 'POST', headers }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve(`${response.statusCode} ${response.headers.connection} ${text}`));
        });
        call.on('error', reject);
        if (isChunked) call.write('{');
        call.end(bodyOf(MIB));
      });
    for (let i = 0; i < 30; i++) expect(await send(i % 2 === 0)).toMatch(/^401 keep-alive \{.*UNAUTHORIZED/);
    agent.destroy();
    expect(connections).toBe(1);
  });

  it('may be sent by fetch, which does not wait either', async () => {
    for (let i = 0; i < 30; i++) {
      const answer = await fetch(service.baseUrl + PATH, {
        method: 'POST',
        headers: { Authorization: 'Bearer wrong', 'Content-Type': 'application/json' },
        body: bodyOf(MIB),
      });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ errorResponse: { errorType: 'UNAUTHORIZED' } });
    }
  });

  it('that never ends is answered, and the connection is closed', async () => {
    let answer = '';
    let sentBefore = 0;
    const socket = open();
    socket.on('data', (chunk: Buffer) => {
      if (answer === '') sentBefore = socket.bytesWritten;
      answer += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.write(headOf('Transfer-Encoding: chunked'));
    const chunk = `20000\r\n${'x'.repeat(0x20000)}\r\n`;
    for (let i = 0; i < 1_000 && !socket.destroyed; i++) {
      if (!socket.writableNeedDrain) socket.write(chunk);
      await sleep(10);
    }
    expect(sentBefore).toBeLessThan(12 * MIB);
    expect(answer).toMatch(
      /^HTTP\/1\.1 401 Unauthorized\r\n[^]*\r\nConnection: close\r\n[^]*"errorType":"UNAUTHORIZED"/,
    );
    expect(socket.destroyed).toBe(true);
  });

  it('that does not arrive is answered all the same', async () => {
    const socket = open();
    const answered = new Promise<string>((resolve) =>
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    socket.write(headOf('Content-Length: 100'));
    expect(await answered).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n[^]*\r\nConnection: close\r\n/);
    socket.destroy();
  });

  it('of a client that hangs up harms no other', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = open();
      await new Promise<void>((resolve) => socket.write(`${headOf('Content-Length: 1000000')}{"a"`, () => resolve()));
      socket.destroy();
    }
    await service.anonymous.get('/health/live').expect(200);
  });
});

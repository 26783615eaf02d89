import { once } from 'node:events';
import { ClientRequest, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LargeBodies } from '../../src/platform/limits/large-bodies';
import { CREATE } from '../support/bulk';
import { BOUNDARY, formOf } from '../support/raw-upload';
import { RunningService, startService, Tenant } from '../support/service';

const MIB = 1024 * 1024;
const ROWS = 2_200;
const ITEMS = '/customers/bulk/sourceId';
const RECORDS = '/api/v1/customer-data/bulk';

const CSV = formOf([
  {
    name: 'file',
    fileName: 'c.csv',
    content: `legalName,address\n${`Xylo Traders,${'x'.repeat(490)}\n`.repeat(ROWS)}`,
  },
]);
const JSON_BODY = Buffer.from(JSON.stringify({ customers: [], more: 'x'.repeat(MIB) }));

/** Company ids by token. */
const COMPANY_IDS = new Map<string, string>();

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: any;
}

/** A request whose body is sent when the test says so. */
class SlowCall {
  readonly answer: Promise<Answer | null>;
  private readonly call: ClientRequest;

  constructor(
    service: RunningService,
    { token }: Tenant,
    readonly path: string,
    private readonly content: Buffer = path === CREATE ? CSV : JSON_BODY,
  ) {
    const isForm = path === CREATE;
    const query = isForm ? `?companyId=${COMPANY_IDS.get(token) ?? ''}` : '';
    this.call = request(service.baseUrl + path + query, {
      method: path === RECORDS ? 'PUT' : 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': isForm ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/json',
        'Content-Length': content.length,
      },
    });
    this.answer = new Promise((resolve) => {
      this.call.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            body: JSON.parse(text),
          }),
        );
      });
      this.call.on('error', () => resolve(null));
    });
    this.call.write(content.subarray(0, 100));
  }

  finish(): Promise<Answer | null> {
    this.call.end(this.content.subarray(100));
    return this.answer;
  }

  breakOff(): void {
    this.call.destroy();
  }
}

describe('Large bodies', () => {
  let service: RunningService;
  let calls: SlowCall[] = [];
  afterEach(async () => {
    for (const call of calls) call.breakOff();
    calls = [];
    await service.stop();
  });

  async function start(largeBodies: number): Promise<void> {
    service = await startService('sqlite', { environment: { LARGE_BODIES: String(largeBodies) } });
  }

  async function tenant(): Promise<Tenant> {
    const made = await service.createTenant();
    COMPANY_IDS.set(made.token, made.company.companyId);
    return made;
  }

  /** How many are inside and how many wait. */
  const seen = (): number[] => {
    const visits: { state: string }[] = [...Reflect.get(service.app.get(LargeBodies), 'visits')];
    return ['inside', 'waiting'].map((state) => visits.filter((visit) => visit.state === state).length);
  };

  async function until(inside: number, waiting: number): Promise<void> {
    for (let i = 0; i < 200 && String(seen()) !== String([inside, waiting]); i++) await sleep(20);
    expect(seen()).toEqual([inside, waiting]);
  }

  function send(who: Tenant, path: string): SlowCall {
    const call = new SlowCall(service, who, path);
    calls.push(call);
    return call;
  }

  it('have so many places; as many more as wait are let in one by one', async () => {
    await start(1);
    const who = await tenant();
    const first = send(who, CREATE);
    await until(1, 0);
    const second = send(who, CREATE);
    await until(1, 1);
    const third = send(who, ITEMS);
    await until(1, 2);
    const doneThird = third.finish();
    const doneSecond = second.finish();
    await sleep(200);
    expect(seen()).toEqual([1, 2]);
    expect(await first.finish()).toMatchObject({ status: 200, body: { payload: { total_count: ROWS } } });
    expect((await doneSecond)?.status).toBe(200);
    expect((await doneThird)?.status).toBe(400);
    await until(0, 0);
  });

  it('of one company never take all places, and the next is refused at once in the words of its API', async () => {
    await start(2);
    const [greedy, modest, third] = [await tenant(), await tenant(), await tenant()];
    send(greedy, CREATE);
    await until(1, 0);
    for (let i = 1; i <= 7; i++) {
      send(greedy, ITEMS);
      await until(1, i);
    }
    const refused = await Promise.all([CREATE, ITEMS, RECORDS].map((path) => send(greedy, path).finish()));
    const message = 'This company is sending too many large bodies at once; wait for one of them to be answered.';
    expect(refused.map((answer) => [answer?.status, answer?.retryAfter])).toEqual(Array(3).fill([429, '10']));
    expect(refused.map((answer) => answer?.body)).toMatchObject([
      { errorResponse: { errorType: 'CLIENT_REQUEST_ERROR' }, response_message: message },
      { error: { code: 429, type: 'TooManyRequests', messages: [message] } },
      { success: false, error: 'TooManyRequests', message },
    ]);

    const inside = send(modest, CREATE);
    await until(2, 7);
    send(modest, CREATE);
    await until(2, 8);
    const busy = await send(third, CREATE).finish();
    expect(busy).toMatchObject({
      status: 503,
      retryAfter: '10',
      body: { errorResponse: { errorType: 'SYSTEM_ERROR' } },
    });
    expect((await inside.finish())?.status).toBe(200);
    await modest.api.get('/health/live').expect(200);
  });

  it('that are refused are not read', async () => {
    await start(1);
    const who = await tenant();
    for (const waiting of [0, 1, 2, 3]) {
      send(who, CREATE);
      await until(1, waiting);
    }
    // All but the first bytes stay with the client.
    for (const path of [CREATE, ITEMS]) expect(await send(who, path).answer).toMatchObject({ status: 429 });
  });

  it.each([CREATE, ITEMS])('give their place back when a client breaks off, inside or waiting: %s', async (path) => {
    await start(1);
    const [who, other] = [await tenant(), await tenant()];
    const inside = send(who, path);
    await until(1, 0);
    const waiting = send(other, path);
    await until(1, 1);
    waiting.breakOff();
    await until(1, 0);
    const next = send(other, CREATE);
    await until(1, 1);
    inside.breakOff();
    await until(1, 0);
    expect((await next.finish())?.status).toBe(200);
    await until(0, 0);
  });

  it('give their place back when they are refused themselves', async () => {
    await start(1);
    const who = await tenant();
    for (const [path, content] of [
      [ITEMS, Buffer.from(`{${' '.repeat(2 * MIB)}`)],
      [ITEMS, Buffer.from(`{"customers":[${' '.repeat(2 * MIB)}]}`)],
      [CREATE, Buffer.from(`no form ${' '.repeat(2 * MIB)}`)],
      [CREATE, formOf([{ name: 'file', fileName: 'c.csv', content: `pin\n${'1\n'.repeat(MIB)}` }])],
    ] as const) {
      const status = (await new SlowCall(service, who, path, content).finish())?.status ?? 0;
      expect([path, status >= 400 && status < 429]).toEqual([path, true]);
      await until(0, 0);
    }
  });

  it('keep small ones from nothing: those need no place', async () => {
    await start(1);
    const who = await tenant();
    for (const waiting of [0, 1, 2, 3]) {
      send(who, CREATE);
      await until(1, waiting);
    }
    await who.api
      .post(ITEMS)
      .send({ customers: [{ source: 'x', sourceId: '1' }] })
      .expect(200);
    await who.api
      .post(CREATE)
      .query({ companyId: who.company.companyId })
      .attach('file', Buffer.from('legalName\nXylo'), 'c.csv')
      .expect(200);
  });

  it('are not limited where the limit is 0', async () => {
    await start(0);
    const who = await tenant();
    const many = Array.from({ length: 20 }, () => send(who, ITEMS));
    await sleep(300);
    expect(seen()).toEqual([0, 0]);
    for (const call of many) expect((await call.finish())?.status).toBe(400);
  });
});

describe('A request that does not arrive', () => {
  it('is given up after the time that is set, head and body together', async () => {
    const service = await startService('sqlite', { environment: { RECEIVE_TIMEOUT_SECONDS: '77' } });
    const { requestTimeout, headersTimeout, keepAliveTimeout } = service.app.getHttpServer();
    expect([requestTimeout, headersTimeout, keepAliveTimeout]).toEqual([77_000, 15_000, 65_000]);
    await service.stop();
  });

  it('keeps its connection no longer, even if the client never closes it', async () => {
    const service = await startService('sqlite');
    const server = service.app.getHttpServer();
    const socket = connect({ port: Number(new URL(service.baseUrl).port), host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).on('error', () => undefined);
    const [ofServer] = (await once(server, 'connection')) as [Socket];
    // What Node does when the time is over.
    server.emit('clientError', Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), ofServer);
    await once(ofServer, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"errorType":"CLIENT_REQUEST_ERROR"/);
    socket.destroy();
    await service.stop();
  });
});

import { Agent, get as httpGet } from 'node:http';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: any;
}

/** Frames of a stream until it ends, or until `stop` says so. */
async function listen(url: string, headers: Record<string, string>, stop: (event: Event) => boolean = () => false) {
  const answer = await fetch(url, { headers });
  const events: Event[] = [];
  let text = '';
  for await (const part of answer.body ?? []) {
    text += Buffer.from(part).toString();
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(
        frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (!fields.has('event')) continue;
      const event = {
        id: fields.get('id') ?? '',
        event: fields.get('event') ?? '',
        data: JSON.parse(fields.get('data') ?? ''),
      };
      events.push(event);
      if (stop(event)) return { answer, events };
    }
  }
  return { answer, events };
}

describeEachEngine('the events of a job', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const upload = async (rows: number, bad: number) => {
    const lines = Array.from({ length: rows }, (_, index) => `Customer ${index},${index < bad ? '01' : '560001'}`);
    const answer = await tenant.api
      .post('/api/v0/customer/bulk')
      .set('Prefer', 'respond-async')
      .attach('file', Buffer.from(['legalName,pinCode', ...lines].join('\n')), 'events.csv')
      .expect(202);
    return answer.body.payload;
  };

  it('leave the connection to the next call', async () => {
    const job = await upload(10, 1);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = (url: string): Promise<{ status: number | undefined; port: number | undefined }> =>
      new Promise((resolve, reject) => {
        const request = httpGet(url, { agent, headers: { Authorization: `Bearer ${tenant.token}` } }, (answer) => {
          const port = answer.socket.localPort;
          answer.resume().once('end', () => resolve({ status: answer.statusCode, port }));
        });
        request.once('error', reject);
      });
    const first = await get(job.links.events);
    const next = [await get(job.links.self), await get(job.links.events), await get(job.links.self)];
    agent.destroy();
    expect(next).toEqual(next.map(() => ({ status: 200, port: first.port })));
  });

  it('tell its counters while it goes on, failed rows, and at last the job itself', async () => {
    const job = await upload(6_000, 3);
    const { answer, events } = await listen(job.links.events, {});
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const progress = events.filter(({ event }) => event === 'progress').map(({ data }) => data);
    const done = progress.map(({ received, unprocessed }) => received - unprocessed);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({
      received: 6_000,
      created: 5_997,
      failed: 3,
      unprocessed: 0,
      etaSeconds: 0,
    });
    const issues = events.filter(({ event }) => event === 'issue').map(({ data }) => data);
    expect(issues.map(({ row }) => row)).toEqual([2, 3, 4]);
    expect(issues[0].errors[0]).toMatchObject({ field: 'pinCode', code: 'INVALID_FORMAT' });
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { jobId: job.jobId, state: 'completed' } });
    expect(events.filter(({ event }) => event === 'end')).toHaveLength(1);
  });

  it('go on behind the last event that arrived', async () => {
    const job = await upload(3_000, 2);
    const whole = await listen(job.links.events, {});
    expect(whole.events.some(({ event }) => event === 'issue')).toBe(true);
    const { events } = await listen(job.links.events, { 'Last-Event-ID': '1' });
    expect(events.map(({ event }) => event)).toEqual(['progress', 'end']);
  });

  it('tell all failed rows again to a listener that was cut off among them', async () => {
    const job = await upload(3_000, 3);
    const isIssue = ({ event }: Event) => event === 'issue';
    const first = await listen(job.links.events, {}, isIssue);
    const { events } = await listen(job.links.events, { 'Last-Event-ID': first.events.at(-1)?.id ?? '' });
    expect(events.filter(isIssue).map(({ data }) => data.row)).toEqual([2, 3, 4]);
  });

  it('name the table of a failed row', async () => {
    const answer = await tenant.api
      .post('/api/v0/customer/bulk')
      .attach('file', Buffer.from('uniqueRefNo,legalName\nEVENTS-1,Events'), 'customers.csv')
      .attach('contacts', Buffer.from('uniqueRefNo,name,legalName,mobile\nNOBODY,A,A,9812345678'), 'contacts.csv')
      .expect(200);
    const url = `${service.baseUrl}/api/v0/bulk/jobs/${answer.headers['x-job-id'] ?? ''}/events`;
    const { events } = await listen(url, { Authorization: `Bearer ${tenant.token}` });
    expect(events.flatMap(({ event, data }) => (event === 'issue' ? [[data.table, data.row]] : []))).toEqual([
      ['Contacts', 2],
    ]);
  });

  it('are over for a listener that has had the end, and not for one that missed it', async () => {
    const job = await upload(10, 0);
    const { answer, events } = await listen(job.links.events, {});
    expect([answer.status, events.at(-1)?.event, events.at(-1)?.id]).toEqual([200, 'end', '1-end']);
    const again = await fetch(job.links.events, { headers: { 'Last-Event-ID': '1-end' } });
    expect([again.status, await again.text()]).toEqual([204, '']);
    const missed = await listen(job.links.events, { 'Last-Event-ID': '1' });
    expect(missed.events.map(({ event }) => event)).toEqual(['progress', 'end']);
  });

  it('reach a listener with a token too, and nobody else', async () => {
    const job = await upload(10, 0);
    const url = `${service.baseUrl}/api/v0/bulk/jobs/${job.jobId}/events`;
    const own = await listen(url, { Authorization: `Bearer ${tenant.token}` });
    expect(own.events.at(-1)?.event).toBe('end');
    expect((await fetch(url)).status).toBe(401);
    const other = await service.createTenant();
    expect((await fetch(url, { headers: { Authorization: `Bearer ${other.token}` } })).status).toBe(404);
    const forged = job.links.events.replace(/signature=(.)/, (_: string, first: string) =>
      first === '_' ? 'signature=-' : 'signature=_',
    );
    expect((await fetch(forged)).status).toBe(403);
  });

  it('end with the service, so that a listener comes back to the next one', async () => {
    const first = await startService(engine, { database: service.database });
    const { api } = await first.createTenant();
    const text = ['legalName', ...Array.from({ length: 20_000 }, (_, index) => `Customer ${index}`)].join('\n');
    const answer = await api
      .post('/api/v0/customer/bulk')
      .set('Prefer', 'respond-async')
      .attach('file', Buffer.from(text), 'long.csv');
    const { jobId, links } = answer.body.payload;
    const before = await listen(links.events, {}, ({ event }) => event === 'progress');
    await first.stop();
    const last = before.events.at(-1)?.id ?? '';
    const url = links.events.replace(first.baseUrl, service.baseUrl);
    const { events } = await listen(url, { 'Last-Event-ID': last });
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { jobId, state: 'completed' } });
    expect(events.at(-1)?.data.counters).toMatchObject({ received: 20_000, created: 20_000 });
  });
});

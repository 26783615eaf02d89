import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { CREATE } from '../support/bulk';
import { createDatabase, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';
import { describeBrowser, DocsPage, launchBrowser } from './docs-page';

const ROWS = 30_000;
const FAILED = 300;
const MINUTES = 60_000;

/** An event as the page got it. */
interface Told {
  readonly type: string;
  readonly id: string;
  readonly data: any;
}

function file(): Buffer {
  const rows = Array.from({ length: ROWS }, (_, i) => `PAGE-${i},Customer ${i},${i % 100 === 7 ? '012' : '411001'}`);
  return Buffer.from(['uniqueRefNo,legalName,pinCode', ...rows].join('\n'));
}

/** Follows a job inside the page as any page would; what it is told stays there. */
async function follow({ page }: DocsPage, events: string): Promise<void> {
  await page.evaluate((url) => {
    const told: Told[] = [];
    const source = new EventSource(url);
    const log = (type: string) => (event: Event & { lastEventId?: string; data?: string }) =>
      told.push({ type, id: event.lastEventId ?? '', data: JSON.parse(event.data ?? '') });
    for (const type of ['progress', 'issue', 'end']) source.addEventListener(type, log(type));
    source.addEventListener('open', () => told.push({ type: 'open', id: '', data: null }));
    source.addEventListener('error', () => told.push({ type: 'error', id: '', data: null }));
    // It does not stop listening at the end: a browser would come back for ever, unless it is told not to.
    Object.assign(globalThis, { told, source });
  }, events);
}

const toldSoFar = ({ page }: DocsPage): Promise<Told[]> => page.evaluate(() => (globalThis as any).told as Told[]);

async function until(docs: DocsPage, holds: (told: readonly Told[]) => boolean): Promise<Told[]> {
  for (let tries = 0; tries < 600; tries++) {
    const told = await toldSoFar(docs);
    if (holds(told)) return told;
    await sleep(100);
  }
  throw new Error(`The page was told only ${JSON.stringify((await toldSoFar(docs)).slice(-5))}`);
}

/** Until the browser has given up the connection for good. */
const closed = ({ page }: DocsPage): Promise<unknown> =>
  page.waitForFunction(() => (globalThis as any).source.readyState === EventSource.CLOSED, null, { timeout: 20_000 });

const chunksOf = (told: readonly Told[]) => told.filter(({ type }) => type === 'progress').map(({ id }) => Number(id));

describeBrowser('A page that follows a job with EventSource', () => {
  let database: TestDatabase;
  let program: Program;
  let browser: Browser;

  beforeAll(async () => {
    database = await createDatabase('sqlite');
    program = await startProgram(database);
    browser = await launchBrowser();
  }, 3 * MINUTES);

  afterAll(async () => {
    await browser.close();
    await program.end('SIGKILL');
    await database.remove();
  });

  it(
    'goes on by itself when the service dies and comes back, and is told the end once',
    async () => {
      const docs = await DocsPage.open(browser, program.baseUrl, '127.0.0.1');
      const asked: (string | undefined)[] = [];
      docs.page.on('request', (request) => {
        if (!request.url().includes('/events?')) return;
        void request.allHeaders().then((headers) => asked.push(headers['last-event-id']));
      });
      const { body } = await program.api
        .post(CREATE)
        .set('Prefer', 'respond-async')
        .attach('file', file(), 'customers.csv')
        .expect(202);
      const { links, jobId } = body.payload;
      await follow(docs, links.events);
      await until(docs, (told) => chunksOf(told).some((chunk) => chunk > 0));
      await program.end('SIGKILL');
      await until(docs, (told) => told.some(({ type }) => type === 'error'));
      const before = (await toldSoFar(docs)).length;
      program = await startProgram(database, Number(new URL(program.baseUrl).port));
      await until(docs, (told) => told.some(({ type }) => type === 'end'));
      await closed(docs);

      const told = await toldSoFar(docs);
      const ends = told.filter(({ type }) => type === 'end');
      expect(ends).toHaveLength(1);
      expect(ends[0]?.data).toMatchObject({
        jobId,
        state: 'completed',
        counters: { received: ROWS, created: ROWS - FAILED, failed: FAILED, unprocessed: 0 },
      });
      // The process died in the middle: the page had been told a part, and the rest after it came back.
      const chunks = chunksOf(told);
      const lastBefore = chunksOf(told.slice(0, before)).at(-1) ?? 0;
      expect(lastBefore).toBeGreaterThan(0);
      expect(lastBefore).toBeLessThan(ROWS / 500);
      expect(chunks).toEqual([...chunks].sort((a, b) => a - b));
      expect(chunks.at(-1)).toBe(ROWS / 500);
      const processed = told
        .filter(({ type }) => type === 'progress')
        .map(({ data }) => data.received - data.unprocessed);
      expect(processed).toEqual([...processed].sort((a, b) => a - b));
      expect(told.filter(({ type }) => type === 'open').length).toBeGreaterThanOrEqual(2);
      // It said where it was when it came back, and no failed row was told twice.
      expect(asked.filter((id) => id !== `${ROWS / 500}-end`).at(-1)).toBe(String(lastBefore));
      expect(asked.at(-1)).toBe(`${ROWS / 500}-end`);
      const issues = told.filter(({ type }) => type === 'issue').map(({ data }) => data.row);
      expect(issues.length).toBeGreaterThan(0);
      expect(new Set(issues).size).toBe(issues.length);
      expect(docs.foreign).toEqual([]);
      await docs.close();
    },
    3 * MINUTES,
  );
});

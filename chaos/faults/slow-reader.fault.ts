import { get, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { refOf } from '../customer-file';
import { Findings } from '../findings';
import { CREATE_PATH, upload } from '../service-client';
import { ServiceProcess, startService } from '../service-process';
import type { Fault } from './fault';
import { figuresOf, highestMemory } from './process-figures';

const READERS = 10;
const ADDRESS = 'A long way to go '.repeat(28).trim();
const PAUSE_MS = 50;
/** How long readers are slow, before they take the rest at once. */
const SLOW_MS = 15_000;
/** Far less than one of the files; ten of them would be some hundred times as much. */
const MOST_GROWTH_MB = 25;

/** Reads a piece, waits, reads the next one; after `slowMs` all the rest at once. Gives the bytes that came. */
async function readAll({ baseUrl, token }: ServiceProcess, path: string, slowMs: number): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  const begun = Date.now();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${baseUrl}${path}`, { headers }, resolve).on('error', reject);
  });
  let bytes = 0;
  for await (const piece of answer) {
    bytes += (piece as Buffer).length;
    if (Date.now() - begun < slowMs) await sleep(PAUSE_MS);
  }
  return bytes;
}

/** RELIABILITY T58. */
export const slowReader: Fault = {
  name: 'slow-reader',
  title: 'ten clients at a time read a result of 50 MB slowly: it is not kept in memory for them',
  engines: ['sqlite'],
  rows: 100_000,
  times: [2, 1],
  run: async (engine, { rows, times }, report) => {
    const database = await createDatabase(engine);
    const service = await startService(database, { environment: { JOB_WAIT_SECONDS: '600' } });
    const lines = Array.from({ length: rows }, (_, i) => `${refOf(i)},Customer ${i},${ADDRESS}`);
    const file = Buffer.from(['uniqueRefNo,legalName,address', ...lines].join('\r\n'));
    const answer = await upload(service, CREATE_PATH, file, null);
    if (answer?.status !== 200) throw new Error(`The customers could not be loaded: ${answer?.text ?? 'no answer'}`);
    report.addImport(rows);
    const path = `/api/v0/bulk/jobs/${answer.jobId ?? ''}/results/success.csv`;
    const expected = await readAll(service, path, 0);
    for (let trial = 1; trial <= times; trial++) {
      const findings = new Findings();
      const before = figuresOf(service.pid).memoryMb;
      const reading = Promise.all(Array.from({ length: READERS }, () => readAll(service, path, SLOW_MS)));
      const growth = (await highestMemory(service.pid, reading)) - before;
      const bytes = await reading;
      findings.expect(growth <= MOST_GROWTH_MB, `memory grew by ${growth.toFixed(1)} MB`);
      const wrong = bytes.filter((count) => count !== expected);
      findings.expect(wrong.length === 0, `${wrong.length} readers got ${wrong[0] ?? 0} of ${expected} bytes`);
      const size = (expected / 1e6).toFixed(0);
      report.addTrial(`${READERS} readers of ${size} MB, memory grew by ${growth.toFixed(1)} MB`, findings);
    }
    await service.kill();
    await database.remove();
  },
};

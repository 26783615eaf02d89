import { Agent } from 'node:http';
import { createDatabase } from '../../test/support/engines';
import { probeOf } from '../database-probe';
import { Findings } from '../findings';
import { statusOf } from '../service-client';
import { startService } from '../service-process';
import type { Fault } from './fault';
import { figuresOf } from './process-figures';

const CONNECTIONS = 16;
const CUSTOMERS = 500;
/** The first half is for what fills up once: statements, pools, compiled code. */
const PARTS = 10;
/** What a second half may differ from its own begin: collections come at any time. */
const MOST_GROWTH_MB = 15;
const MOST_HANDLES = 3;

/** RELIABILITY T174. Rows are calls of each trial: three reads for each change. */
export const smallCalls: Fault = {
  name: 'small-calls',
  title: 'very many small calls: memory and open files must not grow with them',
  engines: ['sqlite', 'mariadb'],
  rows: 200_000,
  times: [1, 1],
  run: async (engine, { rows: calls, times }, report) => {
    const database = await createDatabase(engine);
    const service = await startService(database, { environment: { LOG_LEVEL: 'warn' } });
    const rows = await probeOf(database).rows('SELECT customer_id FROM customers ORDER BY id LIMIT ?', CUSTOMERS);
    const ids = rows.map(([id]) => String(id));
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    let next = 0;
    const failures: number[] = [];
    const untilSent = async (end: number) => {
      while (next < end) {
        const at = next++;
        const id = ids[at % ids.length] ?? '';
        const verb = Math.floor(at / ids.length) % 2 === 0 ? 'deactivate' : 'activate';
        const [method, path] =
          at % 4 === 0 ? ['PUT', `${verb}/${id}`] : ['GET', at % 4 === 1 ? `${id}/history?limit=5` : id];
        const status = await statusOf(service, agent, method, `/api/v0/customer/${path}`);
        if (status !== 200) failures.push(status);
      }
    };
    for (let trial = 1; trial <= times; trial++) {
      const findings = new Findings();
      const parts: { memoryMb: number; handles: number }[] = [];
      const begun = next;
      for (let part = 1; part <= PARTS; part++) {
        const end = begun + Math.ceil((calls * part) / PARTS);
        await Promise.all(Array.from({ length: CONNECTIONS }, () => untilSent(end)));
        parts.push(figuresOf(service.pid));
      }
      const half = parts.slice(PARTS / 2);
      const growth = Math.min(...half.slice(-2).map(({ memoryMb }) => memoryMb)) - (half[0]?.memoryMb ?? NaN);
      const handles = (half.at(-1)?.handles ?? NaN) - (half[0]?.handles ?? NaN);
      findings.expect(growth <= MOST_GROWTH_MB, `memory grew by ${growth.toFixed(1)} MB in the second half`);
      findings.expect(handles <= MOST_HANDLES, `${handles} more files are open than at half time`);
      findings.expect(failures.length === 0, `${failures.length} calls were answered ${failures[0] ?? ''}`);
      const memory = parts.map(({ memoryMb }) => memoryMb.toFixed(0)).join(' ');
      report.count('calls', calls);
      report.addTrial(`MB after each tenth: ${memory}; open files ${half.at(-1)?.handles ?? NaN}`, findings);
    }
    agent.destroy();
    await service.kill();
    await database.remove();
  },
};

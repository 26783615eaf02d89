import { createDatabase } from '../../test/support/engines';
import { creationFile, refOf } from '../customer-file';
import { numberOf, probeOf } from '../database-probe';
import { Findings } from '../findings';
import { CREATE_PATH, upload, UPDATE_PATH } from '../service-client';
import { startService } from '../service-process';
import type { Fault } from './fault';

/** Two at once may take so much longer than one alone (RELIABILITY T30). */
const MOST_TIMES_ALONE = 2.5;

/** File that gives each customer an agent, in their order or against it. */
function agents(rows: number, agent: string, isReversed: boolean): Buffer {
  const lines = Array.from({ length: rows }, (_, i) => `${refOf(isReversed ? rows - 1 - i : i)},${agent} ${i}`);
  return Buffer.from(['uniqueRefNo,assignedAgent', ...lines].join('\r\n'));
}

/** RELIABILITY T30. */
export const oppositeImports: Fault = {
  name: 'opposite-imports',
  title: 'two imports over the same customers at once, in opposite orders',
  engines: ['sqlite', 'mariadb'],
  rows: 100_000,
  times: [3, 1],
  run: async (engine, { rows, times }, report) => {
    const database = await createDatabase(engine);
    const service = await startService(database, { environment: { JOB_WAIT_SECONDS: '600' } });
    const probe = probeOf(database);
    const send = async (path: string, file: Buffer, findings: Findings): Promise<number> => {
      const begun = Date.now();
      const answer = await upload(service, path, file, null);
      findings.expect(
        answer?.status === 200,
        `answered ${answer?.status ?? 'nothing'}: ${answer?.text.slice(0, 200) ?? ''}`,
      );
      const counts = /"success_count":(\d+)/.exec(answer?.text ?? '')?.[1];
      findings.expect(Number(counts) === rows, `${counts ?? 'no'} of ${rows} rows were applied`);
      report.addImport(rows);
      return Date.now() - begun;
    };
    await send(CREATE_PATH, creationFile(rows).bytes, new Findings());
    let version = 1;
    for (let trial = 0; trial < times; trial++) {
      const findings = new Findings();
      const aloneMs = await send(UPDATE_PATH, agents(rows, `alone ${trial}`, false), findings);
      const begun = Date.now();
      await Promise.all([
        send(UPDATE_PATH, agents(rows, `one ${trial}`, false), findings),
        send(UPDATE_PATH, agents(rows, `two ${trial}`, true), findings),
      ]);
      const ratio = (Date.now() - begun) / aloneMs;
      findings.expect(ratio <= MOST_TIMES_ALONE, `both took ${ratio.toFixed(2)} times as long as one alone`);
      version += 3;
      const behind = await numberOf(
        probe,
        "SELECT COUNT(*) FROM customers WHERE unique_ref_no LIKE 'CHAOS-%' AND version <> ?",
        version,
      );
      findings.expect(behind === 0, `${behind} customers are not at version ${version}`);
      const entries = await numberOf(
        probe,
        "SELECT COUNT(*) FROM customer_changes h JOIN customers c ON c.id = h.customer_ref WHERE c.unique_ref_no LIKE 'CHAOS-%'",
      );
      findings.expect(entries === rows * version, `the history has ${entries} entries, not ${rows * version}`);
      report.longest('most times alone', ratio * 1000);
      report.addTrial(`${rows} rows: alone ${aloneMs} ms, both ${ratio.toFixed(2)} times that`, findings);
    }
    await service.kill();
    await database.remove();
  },
};

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { createDatabase, type TestDatabase } from '../../test/support/engines';
import { creationFile, refOf } from '../customer-file';
import { numberOf, probeOf } from '../database-probe';
import { Findings } from '../findings';
import { seededRandom } from '../seeded-random';
import { CREATE_PATH, upload, UPDATE_PATH } from '../service-client';
import { startService } from '../service-process';
import type { Fault } from './fault';

const POISON = 'poison';
const SQLITE_TRIGGER = `CREATE TRIGGER poison BEFORE UPDATE ON customers WHEN NEW.assigned_agent = '${POISON}'
  BEGIN SELECT RAISE(ABORT, 'poison'); END`;
const SERVER_TRIGGER = `CREATE TRIGGER poison BEFORE UPDATE ON customers FOR EACH ROW
  IF NEW.assigned_agent = '${POISON}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poison'; END IF`;

/** Lets the database refuse, for a reason nobody foresaw, every statement that holds a certain value. */
async function addTrigger({ dataDir, environment }: TestDatabase): Promise<void> {
  const url = environment['DATABASE_URL'];
  if (url === undefined) {
    const file = new Database(join(dataDir, 'rollbook.sqlite'));
    file.exec(SQLITE_TRIGGER);
    file.close();
    return;
  }
  const connection = await createConnection({ uri: url });
  await connection.query(SERVER_TRIGGER);
  await connection.end();
}

/** RELIABILITY T22. */
export const poisonRow: Fault = {
  name: 'poison-row',
  title: 'one row of an import, anywhere, makes the database refuse its statement',
  engines: ['sqlite', 'mariadb'],
  rows: 100_000,
  times: [5, 1],
  run: async (engine, { rows, times, seed }, report) => {
    const database = await createDatabase(engine);
    const service = await startService(database, { environment: { JOB_WAIT_SECONDS: '600' } });
    const probe = probeOf(database);
    const random = seededRandom(seed, 22);
    await upload(service, CREATE_PATH, creationFile(rows).bytes, null);
    await addTrigger(database);
    for (let trial = 1; trial <= times; trial++) {
      const findings = new Findings();
      const bad = Math.floor(random() * rows);
      const lines = Array.from({ length: rows }, (_, i) => `${refOf(i)},${i === bad ? POISON : `agent ${trial}`}`);
      const file = Buffer.from(['uniqueRefNo,assignedAgent', ...lines].join('\r\n'));
      const begun = Date.now();
      const answer = await upload(service, UPDATE_PATH, file, null);
      const text = answer?.text ?? '';
      findings.expect(answer?.status === 200, `answered ${answer?.status ?? 'nothing'}: ${text.slice(0, 200)}`);
      const body = JSON.parse(text || '{}') as {
        payload?: { success_count: number; failureRequests: { row: number }[] };
      };
      const failed = body.payload?.failureRequests.map(({ row }) => row) ?? [];
      findings.expect(failed.join() === String(bad + 2), `rows ${failed.join()} failed, not ${bad + 2}`);
      findings.expect(
        body.payload?.success_count === rows - 1,
        `${body.payload?.success_count ?? 'no'} rows were applied`,
      );
      const applied = await numberOf(
        probe,
        'SELECT COUNT(*) FROM customers WHERE assigned_agent = ?',
        `agent ${trial}`,
      );
      findings.expect(applied === rows - 1, `${applied} customers hold the new value`);
      report.addImport(rows);
      report.longest('longest import s', Date.now() - begun);
      report.addTrial(`row ${bad + 2} of ${rows}`, findings);
    }
    await service.kill();
    await database.remove();
  },
};

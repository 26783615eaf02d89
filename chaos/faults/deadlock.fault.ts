import { createDatabase } from '../../test/support/engines';
import { MariaDbServer, startMariaDb } from '../../test/support/mariadb-server';
import { numberOf, probeOf } from '../database-probe';
import { Findings } from '../findings';
import { startService } from '../service-process';
import type { Fault } from './fault';
import type { FaultReport } from './fault-report';
import { changeAll, competeFor, expectEachOnce, retriedRows, RIVAL_CUSTOMERS } from './rival-calls';

const CLIENTS = 20;
const counter = (name: string): string =>
  `SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = '${name}'`;
const DEADLOCKS = counter('Innodb_deadlocks');
const LOCK_WAITS = counter('Innodb_row_lock_waits');

/** Lets all clients work for so many seconds, and checks that each of their calls was applied once. */
async function compete(server: MariaDbServer, seconds: number, report: FaultReport): Promise<void> {
  process.env['TEST_DATABASE_URL'] = server.url;
  const database = await createDatabase('mariadb');
  const service = await startService(database);
  const probe = probeOf(database);
  const findings = new Findings();
  await changeAll(service, 0, -1);
  const before = { deadlocks: await numberOf(probe, DEADLOCKS), waits: await numberOf(probe, LOCK_WAITS) };
  const calls = await competeFor([service], { seconds, clients: CLIENTS }, report, findings);
  const deadlocks = (await numberOf(probe, DEADLOCKS)) - before.deadlocks;
  const waits = (await numberOf(probe, LOCK_WAITS)) - before.waits;
  const retried = await retriedRows(probe);
  // Rows are locked in the order of their keys: rivals wait for each other, and deadlocks are rare or do not come at all.
  findings.expect(waits > 0, 'nobody waited for a lock: the rivals never met');
  findings.expect(retried > 0 || deadlocks === 0, `${deadlocks} deadlocks, and nothing was tried again`);
  await expectEachOnce(probe, calls, findings);
  report.count('waits for a lock', waits);
  report.count('deadlocks', deadlocks);
  report.count('rows retried', retried);
  report.addTrial(`${calls} calls of ${RIVAL_CUSTOMERS} rows in ${seconds} s`, findings);
  await service.kill();
  await database.remove();
}

/** RELIABILITY T23 and T25; `times` are seconds. */
function rivals(name: string, title: string, settings: readonly string[]): Fault {
  return {
    name,
    title,
    engines: ['mariadb'],
    rows: RIVAL_CUSTOMERS,
    times: [60, 5],
    run: async (_engine, { times }, report) => {
      const server = await startMariaDb(settings);
      try {
        await compete(server, times, report);
      } finally {
        await server.stop();
      }
    },
  };
}

export const deadlocks = rivals(
  'deadlocks',
  'twenty clients change the same 1,000 customers in opposite orders, for N seconds',
  [],
);

export const deadlocksWithSnapshots = rivals('deadlocks-snapshots', 'the same with innodb_snapshot_isolation=ON', [
  '--innodb-snapshot-isolation=ON',
  '--transaction-isolation=REPEATABLE-READ',
]);

import { createDatabase } from '../../test/support/engines';
import { MariaDbServer, startMariaDb } from '../../test/support/mariadb-server';
import { numberOf, probeOf } from '../database-probe';
import { Findings } from '../findings';
import { ServiceProcess, startService } from '../service-process';
import type { Fault } from './fault';
import type { FaultReport } from './fault-report';

const PATH = '/customers/bulk/sourceId';
const CUSTOMERS = 1_000;
const CLIENTS = 20;
const counter = (name: string): string =>
  `SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = '${name}'`;
const DEADLOCKS = counter('Innodb_deadlocks');
const LOCK_WAITS = counter('Innodb_row_lock_waits');

interface Item {
  readonly success: boolean;
}

/** One bulk call that gives every customer another name, from the first to the last or the other way round. */
async function change({ baseUrl, token }: ServiceProcess, client: number, round: number): Promise<[number, Item[]]> {
  const customers = Array.from({ length: CUSTOMERS }, (_, i) => ({
    source: 'chaos',
    sourceId: String(client % 2 === 0 ? i : CUSTOMERS - 1 - i),
    language: 'en',
    firstName: `${client}.${round}`,
    lastName: 'Rival',
  }));
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${baseUrl}${PATH}`, { method: 'POST', headers, body: JSON.stringify({ customers }) });
  const body = (await answer.json()) as { data?: Item[] };
  return [answer.status, body.data ?? []];
}

/** Lets all clients work for so many seconds, and checks that each of their calls was applied once. */
async function compete(server: MariaDbServer, seconds: number, report: FaultReport): Promise<void> {
  process.env['TEST_DATABASE_URL'] = server.url;
  const database = await createDatabase('mariadb');
  const service = await startService(database);
  const probe = probeOf(database);
  const findings = new Findings();
  await change(service, 0, -1);
  const before = { deadlocks: await numberOf(probe, DEADLOCKS), waits: await numberOf(probe, LOCK_WAITS) };
  const until = Date.now() + seconds * 1_000;
  let calls = 0;
  const work = async (client: number): Promise<void> => {
    for (let round = 0; Date.now() < until; round++) {
      const [status, items] = await change(service, client, round);
      calls++;
      report.count(`answered ${status}`);
      findings.expect(status === 200, `a call was answered ${status}`);
      const applied = items.filter(({ success }) => success).length;
      findings.expect(applied === CUSTOMERS, `${applied} of ${CUSTOMERS} items were applied`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));
  const deadlocks = (await numberOf(probe, DEADLOCKS)) - before.deadlocks;
  const waits = (await numberOf(probe, LOCK_WAITS)) - before.waits;
  const tallies = await probe.rows("SELECT tallies FROM bulk_jobs WHERE family = 'commerce'");
  const retried = tallies.reduce((sum, [text]) => {
    return sum + (JSON.parse(String(text)) as { retried: number }[]).reduce((all, tally) => all + tally.retried, 0);
  }, 0);
  // Rows are locked in the order of their keys: rivals wait for each other, and deadlocks are rare or do not come at all.
  findings.expect(waits > 0, 'nobody waited for a lock: the rivals never met');
  findings.expect(retried > 0 || deadlocks === 0, `${deadlocks} deadlocks, and nothing was tried again`);
  const versions = await probe.rows(
    'SELECT version, COUNT(*) FROM customers WHERE source = ? GROUP BY version',
    'chaos',
  );
  const [version, count] = versions[0] ?? [];
  findings.expect(
    versions.length === 1 && Number(version) === 1 + calls && Number(count) === CUSTOMERS,
    `the versions are ${JSON.stringify(versions)} after ${calls} calls`,
  );
  const twice = await numberOf(
    probe,
    `SELECT COUNT(*) FROM (SELECT 1 FROM customer_history WHERE row_no IS NOT NULL
     GROUP BY job_id, row_no HAVING COUNT(*) > 1) AS repeated`,
  );
  findings.expect(twice === 0, `${twice} rows have several history entries`);
  report.count('waits for a lock', waits);
  report.count('deadlocks', deadlocks);
  report.count('rows retried', retried);
  report.addTrial(`${calls} calls of ${CUSTOMERS} rows in ${seconds} s`, findings);
  await service.kill();
  await database.remove();
}

/** RELIABILITY T23 and T25; `times` are seconds. */
function rivals(name: string, title: string, settings: readonly string[]): Fault {
  return {
    name,
    title,
    engines: ['mariadb'],
    rows: CUSTOMERS,
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

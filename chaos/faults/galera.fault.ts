import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type TestDatabase } from '../../test/support/engines';
import { numberOf, probeOf } from '../database-probe';
import { Findings } from '../findings';
import { startService } from '../service-process';
import type { Fault } from './fault';
import type { FaultReport } from './fault-report';
import { galeraLibrary, type GaleraCluster, startGalera } from './galera-cluster';
import { ImportLane } from './import.lane';
import { changeAll, competeFor, expectEachOnce, retriedRows, RIVAL_CUSTOMERS } from './rival-calls';

const NODES = 3;
const CLIENTS = 8;
/** Until every node has applied what one of them has stored. */
const LONGEST_LAG_MS = 2_000;
const ABORTS = `SELECT SUM(VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS
  WHERE VARIABLE_NAME IN ('wsrep_local_cert_failures', 'wsrep_local_bf_aborts')`;

/** RELIABILITY T26; `times` are seconds of rivalry. */
export const galera: Fault = {
  name: 'galera',
  title: 'a Galera cluster: imports through one node, then rivals for the same 1,000 customers through several',
  engines: ['mariadb'],
  rows: 20_000,
  times: [60, 10],
  unavailable: () => {
    if (galeraLibrary() === null) return 'Galera is not installed (apt-get install galera-4)';
    return spawnSync('rsync', ['--version']).status === 0 ? null : 'rsync is not installed (apt-get install rsync)';
  },
  run: async (_engine, { rows, times, seed }, report) => {
    const cluster = await startGalera(NODES);
    process.env['TEST_DATABASE_URL'] = cluster.urls[0];
    try {
      await throughOneNode(rows, seed, report);
      await throughAllNodes(cluster, times, report);
    } finally {
      cluster.stop();
    }
  },
};

/** What is supported: one node takes all writes. */
async function throughOneNode(rows: number, seed: number, report: FaultReport): Promise<void> {
  const database = await createDatabase('mariadb');
  const lane = await ImportLane.open(database, { rows, seed }, report);
  const running = lane.begin(() => lane.lane.service);
  report.addTrial('an import through one node', await lane.finish(running, new Findings()));
  await lane.close();
}

/** What is warned of: services at different nodes change the same rows, and conflicts show at COMMIT only. */
async function throughAllNodes({ urls }: GaleraCluster, seconds: number, report: FaultReport): Promise<void> {
  const database = await createDatabase('mariadb');
  const settings = { environment: { APP_SECRET: randomBytes(48).toString('base64') } };
  const first = await startService(database, settings);
  const others = urls.slice(1).map((url) => startService(at(database, url), settings));
  const services = [first, ...(await Promise.all(others))];
  const findings = new Findings();
  await changeAll(first, 0, -1);
  await sleep(LONGEST_LAG_MS);
  const calls = await competeFor(services, { seconds, clients: CLIENTS }, report, findings);
  await sleep(LONGEST_LAG_MS);
  let aborts = 0;
  for (const url of urls) {
    const probe = probeOf(at(database, url));
    await expectEachOnce(probe, calls, findings);
    aborts += await numberOf(probe, ABORTS);
  }
  findings.expect(aborts > 0, 'no transaction was aborted by another node: the rivals never met');
  report.count('aborted by another node', aborts);
  report.count('rows retried', await retriedRows(probeOf(database)));
  report.addTrial(`${calls} calls of ${RIVAL_CUSTOMERS} rows in ${seconds} s through ${NODES} nodes`, findings);
  for (const service of services) await service.kill();
  await database.remove();
}

/** The same database as another node has it. */
function at(database: TestDatabase, url: string): TestDatabase {
  const { pathname } = new URL(database.environment['DATABASE_URL'] ?? '');
  return { ...database, environment: { ...database.environment, DATABASE_URL: new URL(pathname, url).href } };
}

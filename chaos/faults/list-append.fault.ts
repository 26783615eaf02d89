import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { AppendClient, elementsOf } from '../append/append-client';
import { AppendHistory, type ReadList } from '../append/append-history';
import { createCampaign } from '../campaign';
import { type DatabaseProbe, probeOf } from '../database-probe';
import { Findings } from '../findings';
import { seededRandom } from '../seeded-random';
import { type ServiceProcess, startService } from '../service-process';
import { hasEnded, jobsAfter } from '../stored-jobs';
import type { Fault } from './fault';

const CLIENTS = 8;
const LONGEST_PAUSE_MS = 5_000;
const LOOK_EVERY_MS = 200;
const LONGEST_WAIT_MS = 60_000;

/** The lists as they are stored, once no job is left that could still write to them. */
async function finalLists(probe: DatabaseProbe, findings: Findings): Promise<ReadList[]> {
  const until = Date.now() + LONGEST_WAIT_MS;
  let open = 1;
  while (open > 0 && Date.now() < until) {
    await sleep(LOOK_EVERY_MS);
    open = (await jobsAfter(probe, 0)).filter((job) => !hasEnded(job)).length;
  }
  findings.expect(open === 0, `${open} jobs do not end`);
  const rows = await probe.rows("SELECT record_id, version, data FROM campaign_records WHERE record_id LIKE 'key%'");
  return rows.map(([key, version, data]) => {
    const elements = elementsOf(JSON.parse(String(data)) as Record<string, unknown>);
    return { key: String(key), version: Number(version), elements, begunAt: Infinity, endedAt: Infinity };
  });
}

/** The history of every record has each version once, from the first to the last. */
async function checkVersions(probe: DatabaseProbe, findings: Findings): Promise<void> {
  const broken = await probe.rows(
    `SELECT r.record_id, r.version, COUNT(*) FROM campaign_records r
     JOIN campaign_record_changes h ON h.record_ref = r.id WHERE r.record_id LIKE 'key%'
     GROUP BY r.id, r.record_id, r.version
     HAVING COUNT(*) <> r.version OR COUNT(DISTINCT h.version) <> r.version OR MIN(h.version) <> 1
       OR MAX(h.version) <> r.version`,
  );
  const names = broken.map(([key, version, entries]) => `${key} version ${version} with ${entries} entries`);
  findings.countRows('wrong', names, 'records have versions that are missing or there twice');
}

/** RELIABILITY T35. Rows are lists, `times` are seconds; on a server two processes are at work, and killed by turns. */
export const listAppend: Fault = {
  name: 'list-append',
  title: 'clients append to lists of their own accord while processes are killed, for N seconds: no anomaly',
  engines: ['sqlite', 'mariadb'],
  rows: 50,
  times: [30, 10],
  run: async (engine, { rows: keys, times: seconds, seed }, report) => {
    const database = await createDatabase(engine);
    const [probe, random, history, findings] = [
      probeOf(database),
      seededRandom(seed, 35),
      new AppendHistory(),
      new Findings(),
    ];
    const services = [await startService(database)];
    if (engine === 'mariadb') services.push(await startService(database));
    const serviceOf = (turn: number): ServiceProcess => {
      const service = services[turn % services.length];
      if (service === undefined) throw new Error('there is no process');
      return service;
    };
    const campaignId = await createCampaign(
      serviceOf(0),
      Array.from({ length: keys }, (_, at) => `key_${at}`),
    );
    const until = Date.now() + seconds * 1_000;
    const work = async (client: number): Promise<void> => {
      const appender = new AppendClient(`c${client}`, campaignId, keys, seededRandom(seed, 35, client), history);
      for (let round = client; Date.now() < until; round++) {
        const known = history.appends.length;
        await appender.append(serviceOf(round));
        // Nobody was there to take it.
        if (history.appends.length === known) await sleep(LOOK_EVERY_MS);
      }
    };
    const kill = async (): Promise<void> => {
      for (let turn = 0; ; turn++) {
        await sleep(1_000 + random() * LONGEST_PAUSE_MS);
        if (Date.now() > until) return;
        const at = turn % services.length;
        await serviceOf(at).kill();
        services[at] = await startService(database);
        report.count('kills');
      }
    };
    await Promise.all([kill(), ...Array.from({ length: CLIENTS }, (_, client) => work(client))]);
    const finals = await finalLists(probe, findings);
    findings.expect(finals.length === keys, `${finals.length} lists are stored, not ${keys}`);
    history.check(finals, findings);
    await checkVersions(probe, findings);
    report.count('reads', history.reads.length);
    for (const { outcome } of history.appends) report.count(`appends ${outcome}`);
    report.count(
      'elements',
      finals.reduce((sum, { elements }) => sum + elements.length, 0),
    );
    report.addTrial(`${history.appends.length} appends to ${keys} lists in ${seconds} s`, findings);
    await Promise.all(services.map((service) => service.kill()));
    await database.remove();
  },
};

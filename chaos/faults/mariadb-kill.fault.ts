import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { startMariaDb } from '../../test/support/mariadb-server';
import { Findings } from '../findings';
import type { ServiceProcess } from '../service-process';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

const LOOK_EVERY_MS = 200;
/** Others may be answered 5xx as long as the server is away, and so much longer. */
const RECOVERY_MS = 5_000;
const LONGEST_OUTAGE_MS = 4_000;
const LONGEST_ANSWER_MS = 30_000;

/** Somebody else who reads all the time, and when they were answered 5xx or nothing. */
class Bystander {
  readonly failedAt: number[] = [];
  private stopped = false;
  private readonly work: Promise<void>;

  constructor(service: ServiceProcess) {
    this.work = this.read(service);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.work;
  }

  private async read({ baseUrl, token }: ServiceProcess): Promise<void> {
    while (!this.stopped) {
      const sentAt = Date.now();
      const status = await fetch(`${baseUrl}/api/v0/bulk/jobs?limit=1`, {
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
      }).then(
        async (answer) => (await answer.text(), answer.status),
        () => 599,
      );
      if (status >= 500) this.failedAt.push(sentAt);
      await sleep(LOOK_EVERY_MS);
    }
  }
}

/** RELIABILITY T4. */
export const mariadbKill: Fault = {
  name: 'mariadb-kill',
  title: 'kill -9 of a private mariadbd in the middle of an import, and its restart',
  engines: ['mariadb'],
  rows: 20_000,
  times: [50, 2],
  run: async (engine, options, report) => {
    const server = await startMariaDb();
    process.env['TEST_DATABASE_URL'] = server.url;
    try {
      const lane = await ImportLane.open(await createDatabase(engine), options, report);
      for (let trial = 0; trial < options.times; trial++) {
        const findings = new Findings();
        const bystander = new Bystander(lane.lane.service);
        const running = lane.begin();
        const atMs = Math.round(lane.random() * lane.expectedMs);
        await sleep(atMs);
        await server.kill();
        const killedAt = Date.now();
        await sleep(lane.random() * LONGEST_OUTAGE_MS);
        await server.restart();
        const backAt = Date.now();
        await lane.finish(running, findings);
        await bystander.stop();
        const late = bystander.failedAt.filter((at) => at < killedAt - RECOVERY_MS || at > backAt + RECOVERY_MS);
        findings.expect(late.length === 0, `${late.length} answers 5xx long after the server was back`);
        report.longest('longest outage s', backAt - killedAt);
        report.longest('longest import s', Date.now() - running.begunAt);
        report.count('5xx to others during outages', bystander.failedAt.length);
        report.addTrial(`killed after ${atMs} ms of ${lane.expectedMs}, away for ${backAt - killedAt} ms`, findings);
      }
      await lane.close();
    } finally {
      await server.stop();
    }
  },
};

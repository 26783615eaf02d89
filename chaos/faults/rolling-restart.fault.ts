import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { Findings } from '../findings';
import { statusOf } from '../service-client';
import { ServiceProcess, startService } from '../service-process';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

const PROCESSES = 3;
const CALLS_A_SECOND = 50;
const MOST_TRIES = 5;
/** What a client meets at a port nobody listens on any more, or on a kept connection that is just being closed. */
const MOVED_ON = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

/** Status of a read on a kept connection; a text when it broke, which a client may try elsewhere. */
function read(service: ServiceProcess, agent: Agent): Promise<number | string> {
  return statusOf(service, agent, 'GET', '/api/v0/bulk/jobs?limit=1').catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    return code ?? message;
  });
}

/** RELIABILITY T55: SIGTERM to one process after the other, while reads come 50 times a second and an import goes on. */
export const rollingRestart: Fault = {
  name: 'rolling-restart',
  title: 'three processes are stopped and started one after the other under 50 calls a second',
  engines: ['mariadb'],
  rows: 20_000,
  times: [15, 3],
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const lane = await ImportLane.open(database, options, report);
    const services = [lane.lane.service];
    while (services.length < PROCESSES) services.push(await startService(database));
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const failures: string[] = [];
    let turn = 0;
    const call = async (): Promise<void> => {
      for (let tries = 1; ; tries++) {
        const service = services[turn++ % PROCESSES];
        if (service === undefined) return;
        const status = await read(service, agent);
        if (status === 200) return;
        report.count(`answered ${status}`);
        const mayTryElsewhere = status === 503 || (typeof status === 'string' && MOVED_ON.has(status));
        if (mayTryElsewhere && tries < MOST_TRIES) continue;
        failures.push(String(status));
        return;
      }
    };
    const timer = setInterval(() => {
      report.count('calls');
      void call();
    }, 1_000 / CALLS_A_SECOND);
    for (let trial = 0; trial < options.times; trial++) {
      const findings = new Findings();
      const running = lane.begin(() => services[turn++ % PROCESSES] ?? lane.lane.service);
      await sleep(lane.random() * lane.expectedMs);
      const index = trial % PROCESSES;
      const stoppedAt = Date.now();
      services[index]?.signal('SIGTERM');
      const end = await services[index]?.ended;
      const stopMs = Date.now() - stoppedAt;
      findings.expect(end?.signal === 'SIGTERM', `the process ended with ${JSON.stringify(end)}`);
      findings.expect(stopMs <= 10_000, `the process took ${stopMs} ms to end`);
      report.longest('longest stop s', stopMs);
      services[index] = await startService(database);
      lane.lane.service = services[0] ?? lane.lane.service;
      await lane.finish(running, findings);
      findings.expect(failures.length === 0, `${failures.length} calls failed, such as ${failures[0] ?? ''}`);
      failures.length = 0;
      report.addTrial(`process ${index + 1} stopped in ${stopMs} ms`, findings);
    }
    clearInterval(timer);
    agent.destroy();
    for (const service of services.slice(1)) await service.kill();
    await lane.close();
  },
};

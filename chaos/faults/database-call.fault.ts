import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from '../../test/support/engines';
import { Findings } from '../findings';
import { CallOrder, CALLS_VARIABLE } from './failing-call';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

const PRELOAD = [join(__dirname, '..', 'typescript.loader.js'), join(__dirname, 'failing-call.preload.ts')];

/** RELIABILITY T12: k = 1, 2, 3 … until an import passes untouched, or `times` of them. */
export const databaseCall: Fault = {
  name: 'database-call',
  title: 'the k-th database call of an import fails, for every k until an import passes untouched',
  engines: ['sqlite', 'mariadb'],
  rows: 2_500,
  times: [1_000, 10],
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    // Beside the data folder, in which nothing must be that is not the service's.
    const orderFile = `${database.dataDir}.calls`;
    const lane = await ImportLane.open(database, options, report, {
      preload: PRELOAD,
      environment: { [CALLS_VARIABLE]: orderFile },
    });
    for (let call = 1, isTouched = true; isTouched && call <= options.times; call++) {
      const findings = new Findings();
      const order: CallOrder = { id: `call ${call}`, call };
      writeFileSync(orderFile, JSON.stringify(order));
      const running = lane.begin();
      await running.answer;
      rmSync(orderFile, { force: true });
      await lane.finish(running, findings);
      isTouched = existsSync(`${orderFile}.done`) && readFileSync(`${orderFile}.done`, 'utf8') === order.id;
      report.addTrial(isTouched ? `call ${call} failed` : `passed untouched, with less than ${call} calls`, findings);
      report.count(isTouched ? 'calls that failed' : 'passed untouched');
    }
    rmSync(`${orderFile}.done`, { force: true });
    await lane.close();
  },
};

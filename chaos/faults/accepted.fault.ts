import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from '../../test/support/engines';
import { updateFile } from '../customer-file';
import { CustomerModel } from '../customer-model';
import { Findings } from '../findings';
import { upload, UPDATE_PATH } from '../service-client';
import { ServiceLane } from '../service.lane';
import type { Fault } from './fault';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** RELIABILITY T13. */
export const accepted: Fault = {
  name: 'accepted',
  title: 'kill -9 at the very moment a file was answered 202',
  engines: ['sqlite', 'mariadb'],
  rows: 2_000,
  times: [100, 3],
  run: async (engine, { rows, seed, times }, report) => {
    const database = await createDatabase(engine);
    const lane = await ServiceLane.open(database, new CustomerModel(seed, rows));
    for (let trial = 1; trial <= times; trial++) {
      const findings = new Findings();
      const file = updateFile(seed, trial, rows);
      const answer = await upload(lane.service, UPDATE_PATH, file.bytes, 'respond-async');
      await lane.service.kill();
      findings.expect(answer?.status === 202, `answered ${answer?.status ?? 'nothing'}`);
      const job = await lane.newJob(findings);
      findings.expect(job?.jobId === answer?.jobId, 'the job is not stored');
      const input = join(database.dataDir, 'jobs', answer?.jobId ?? '', 'input');
      findings.expect(existsSync(input), 'the file is not on disk');
      if (existsSync(input)) {
        findings.expect(sha256(readFileSync(input)) === sha256(file.bytes), 'the file on disk is another one');
      }
      await lane.restart(findings);
      await lane.checkApplied(await lane.untilEnded(answer?.jobId ?? ''), trial, file, findings);
      report.addImport(rows);
      report.addTrial(`answered ${answer?.status ?? 'nothing'} and killed`, findings);
    }
    const findings = new Findings();
    await lane.close(findings);
    report.take('at the end', findings);
  },
};

import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { createDatabase } from '../../test/support/engines';
import { numberOf } from '../database-probe';
import { Findings } from '../findings';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

const FILE = 'rollbook.sqlite';
const LATEST_CHUNK = 'SELECT COALESCE(next_chunk, 0) FROM bulk_jobs ORDER BY id DESC LIMIT 1';
/** Snapshots of one import. */
const AN_IMPORT = 25;

/** One snapshot: the folder it is in, and the chunks that were known to be stored right before. */
interface Snapshot {
  readonly folder: string;
  readonly chunks: number;
}

/** Opens a copy as after a power cut, which recovers it from its log, and looks whether it is whole. */
function check({ folder, chunks }: Snapshot, rows: number, findings: Findings): void {
  const copy = new Database(join(folder, FILE));
  try {
    const integrity = copy.pragma('integrity_check', { simple: true });
    findings.expect(integrity === 'ok', `integrity_check says ${String(integrity)}`);
    const job = copy.prepare('SELECT id, job_id, next_chunk FROM bulk_jobs ORDER BY id DESC LIMIT 1').get() as {
      id: number;
      job_id: string;
      next_chunk: number;
    };
    findings.expect(job.next_chunk >= chunks, `${job.next_chunk} chunks are in the copy, ${chunks} were stored`);
    const count = (sql: string, of: string | number) => Number(copy.prepare(sql).pluck().get(of));
    const outcomes = count('SELECT COUNT(*) FROM bulk_outcomes WHERE job_ref = ?', job.id);
    findings.expect(outcomes === job.next_chunk, `${outcomes} chunks have outcomes, ${job.next_chunk} are applied`);
    const entries = count('SELECT COUNT(*) FROM customer_changes WHERE job_id = ?', job.job_id);
    const told = count(
      `SELECT COUNT(*) FROM bulk_outcomes o, json_each(o.outcomes) r
       WHERE o.job_ref = ? AND json_extract(r.value, '$.verdict') = 'updated'`,
      job.id,
    );
    findings.expect(entries === told, `${entries} rows are in the history, ${told} in the outcomes of ${rows}`);
  } finally {
    copy.close();
  }
}

/** RELIABILITY T8: what is on disk at a random instant, as the process would find it after its end. */
export const snapshot: Fault = {
  name: 'snapshot',
  title: 'database and log of SQLite are copied at random instants of an import, and the copy is opened',
  engines: ['sqlite'],
  rows: 20_000,
  times: [500, 20],
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const lane = await ImportLane.open(database, options, report);
    const { service, probe } = lane.lane;
    while (report.trials < options.times) {
      const running = lane.begin();
      const state = { isOver: false };
      void running.answer.then(() => (state.isOver = true));
      const taken: Snapshot[] = [];
      while (!state.isOver && taken.length < AN_IMPORT && report.trials + taken.length < options.times) {
        await sleep((lane.random() * 2 * lane.expectedMs) / AN_IMPORT);
        const folder = mkdtempSync(join(tmpdir(), 'rollbook-snapshot-'));
        const chunks = await numberOf(probe, LATEST_CHUNK);
        // Frozen while both files are copied: they are of one instant.
        service.signal('SIGSTOP');
        for (const name of [FILE, `${FILE}-wal`]) {
          if (existsSync(join(database.dataDir, name))) copyFileSync(join(database.dataDir, name), join(folder, name));
        }
        service.signal('SIGCONT');
        taken.push({ folder, chunks });
      }
      report.take(`import ${running.update}`, await lane.finish(running, new Findings()));
      for (const one of taken) {
        const findings = new Findings();
        check(one, options.rows, findings);
        rmSync(one.folder, { recursive: true, force: true });
        report.addTrial(`import ${running.update}, ${one.chunks} chunks stored`, findings);
      }
    }
    await lane.close();
  },
};

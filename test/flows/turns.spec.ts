import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeLedger, LedgerEntry } from '../../src/bulk/engine/bulk-importer.contract';
import { ImporterRegistry } from '../../src/bulk/engine/importer.registry';
import { SpoolWriter } from '../../src/bulk/engine/row-spool';
import type { JobFiles } from '../../src/bulk/files/job-files';
import type { BulkJob } from '../../src/bulk/jobs/bulk-job.entity';
import type { BulkJobRepository } from '../../src/bulk/jobs/bulk-job.repository';
import type { RowOutcome } from '../../src/bulk/jobs/bulk-outcome.entity';
import { EndedJob } from '../../src/bulk/jobs/ended-job';
import { JobRowsService } from '../../src/bulk/jobs/job-rows.service';
import { UndoIntake } from '../../src/bulk/undo/undo-intake';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work';
import type { HistoryPlace } from '../../src/platform/history/history-place';

const BATCHES = 30;

/** Counts turns of the event loop, and notes in how many of them the database was asked. */
class Turns {
  private turns = 0;
  private isOpen = true;
  private readonly seen = new Set<number>();

  constructor() {
    const turn = (): void => {
      this.turns++;
      if (this.isOpen) setImmediate(turn);
    };
    setImmediate(turn);
  }

  /** As SQLite does: three milliseconds of work, and no turn. */
  ask(): void {
    this.seen.add(this.turns);
    for (const until = performance.now() + 3; performance.now() < until;);
  }

  end(): number {
    this.isOpen = false;
    return this.seen.size;
  }
}

const unitOfWork = { read: (work: (transaction: null) => unknown) => work(null) } as unknown as UnitOfWork;

describe('what reads all of a job lets others have their turn', () => {
  let folder: string;
  let files: JobFiles;
  let turns: Turns;
  const undone = { jobId: 'JOB', fileFormat: 'csv' } as BulkJob;
  const job = {
    ...undone,
    state: 'succeeded',
    target: 'customers',
    chunks: BATCHES,
    nextChunk: BATCHES,
    tallies: [{ table: 'customers' }],
  } as unknown as BulkJob;
  const outcome = { row: 1, verdict: 'updated', recordId: 'KC1', issues: [], warnings: [] } as unknown as RowOutcome;
  const jobs = {
    listOutcomes: () => {
      turns.ask();
      return Promise.resolve([outcome]);
    },
  } as unknown as BulkJobRepository;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollbook-turns-'));
    files = { of: () => join(folder, 'rows.spool') } as unknown as JobFiles;
    turns = new Turns();
  });
  afterEach(() => {
    turns.end();
    rmSync(folder, { recursive: true });
  });

  it('when it is taken in to be undone', async () => {
    const list = (_transaction: unknown, _scope: unknown, { page }: HistoryPlace): Promise<LedgerEntry[]> => {
      turns.ask();
      if (page >= BATCHES) return Promise.resolve([]);
      const place = { entry: 0, page: page + 1 };
      return Promise.resolve([{ place, pageId: page, row: page, recordRef: page, version: 2, changes: [] }]);
    };
    const ledger = { list } as unknown as ChangeLedger;
    const taken = await new UndoIntake(unitOfWork, files).take('UNDO', undone, ledger);
    expect(taken.received).toEqual([BATCHES]);
    expect(turns.end()).toBeGreaterThan(BATCHES / 2);
  });

  it('when rows are looked for of which there are none', async () => {
    const spool = SpoolWriter.create(join(folder, 'rows.spool'));
    await spool.write(0, { table: null, columns: ['a'], rows: [{ row: 1, cells: ['x'] }] });
    await spool.close();
    const { items } = await new JobRowsService(unitOfWork, jobs, files).list(job, 'failed', 10);
    expect(items).toEqual([]);
    expect(turns.end()).toBeGreaterThan(BATCHES / 2);
  });

  it('when it is told once more', async () => {
    const importers = { get: () => ({ tables: [{ name: 'customers' }] }) } as unknown as ImporterRegistry;
    let told = 0;
    await new EndedJob(unitOfWork, jobs, importers, files).tell(job, { onOutcome: () => (told += 1) });
    expect(told).toBe(BATCHES);
    expect(turns.end()).toBeGreaterThan(BATCHES / 2);
  });
});

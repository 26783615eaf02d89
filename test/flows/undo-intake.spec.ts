import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeLedger, LedgerEntry } from '../../src/bulk/engine/bulk-importer.contract';
import type { JobFiles } from '../../src/bulk/files/job-files';
import type { BulkJob } from '../../src/bulk/jobs/bulk-job.entity';
import { UndoIntake } from '../../src/bulk/undo/undo-intake';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work';
import type { HistoryPlace } from '../../src/platform/history/history-place';

const BATCHES = 30;

describe('taking in an undo', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rollbook-undo-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets others have their turn, however much the job has changed', async () => {
    const unitOfWork = { read: (work: (transaction: null) => unknown) => work(null) } as unknown as UnitOfWork;
    const files = { of: () => join(folder, 'rows.spool') } as unknown as JobFiles;
    let turns = 0;
    let isOpen = true;
    const turn = (): void => {
      turns++;
      if (isOpen) setImmediate(turn);
    };
    setImmediate(turn);
    const seen = new Set<number>();
    /** As SQLite gives them: three milliseconds of work each time, and no turn of the event loop. */
    const list = (_transaction: unknown, _scope: unknown, { page }: HistoryPlace): Promise<LedgerEntry[]> => {
      seen.add(turns);
      for (const until = performance.now() + 3; performance.now() < until;);
      if (page >= BATCHES) return Promise.resolve([]);
      const place = { entry: 0, page: page + 1 };
      return Promise.resolve([{ place, pageId: page, row: page, recordRef: page, version: 2, changes: [] }]);
    };
    const ledger = { list } as unknown as ChangeLedger;
    const undone = { jobId: 'JOB', fileFormat: 'csv' } as BulkJob;
    const taken = await new UndoIntake(unitOfWork, files).take('UNDO', undone, ledger);
    isOpen = false;
    expect(taken.received).toEqual([BATCHES]);
    expect(seen.size).toBeGreaterThan(BATCHES / 2);
  });
});

import type { Transaction } from '../../platform/database/transaction';
import type {
  BulkImporter,
  ChangedRecord,
  ChangeLedger,
  ImportCells,
  JobContext,
  ParsedRow,
  ReadyRow,
  RowResult,
  TableImporter,
} from '../engine/bulk-importer.contract';

/** Columns of a job that takes changes back: one row per record. */
export const UNDO_COLUMNS = {
  record: { name: 'record', description: 'Its id in the database.', example: '', secret: true },
  rows: { name: 'rows', description: 'Rows of the undone job that changed it.', example: '' },
  pages: { name: 'pages', description: 'Pages of the history that tell of it.', example: '', secret: true },
} as const;

/** Records that an earlier job changed. */
class UndoTable implements TableImporter<ChangedRecord> {
  readonly name = 'Records';
  readonly columns = Object.values(UNDO_COLUMNS);
  readonly oneOf = [];

  constructor(private readonly ledger: ChangeLedger) {}

  parse(cells: ImportCells): ParsedRow<ChangedRecord> {
    // A job that was received by the release before has no pages: there were none.
    const pages = cells[UNDO_COLUMNS.pages.name] ?? '';
    const pageIds = pages === '' ? [] : pages.split(' ').map(Number);
    const value = { recordRef: Number(cells[UNDO_COLUMNS.record.name]), pageIds };
    return { value, issues: [], warnings: [], recordId: null };
  }

  apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<ChangedRecord>[]): Promise<RowResult[]> {
    if (job.undoes === null) throw new Error(`The job ${job.jobId} does not say what it takes back`);
    return this.ledger.revert(transaction, job, job.undoes, rows);
  }
}

/** Takes back what jobs of another importer did; what it does can itself be taken back. */
export class UndoImporter implements BulkImporter {
  readonly tables: BulkImporter['tables'];

  constructor(readonly ledger: ChangeLedger) {
    this.tables = [new UndoTable(ledger)];
  }
}

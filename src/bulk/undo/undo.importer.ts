import type { Transaction } from '../../platform/database/transaction';
import type {
  BulkImporter,
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
} as const;

/** Records that an earlier job changed. */
class UndoTable implements TableImporter<number> {
  readonly name = 'Records';
  readonly columns = Object.values(UNDO_COLUMNS);
  readonly oneOf = [];

  constructor(private readonly ledger: ChangeLedger) {}

  parse(cells: ImportCells): ParsedRow<number> {
    return { value: Number(cells[UNDO_COLUMNS.record.name]), issues: [], warnings: [], recordId: null };
  }

  apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<number>[]): Promise<RowResult[]> {
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

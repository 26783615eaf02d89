import type { CommerceCustomerRequest } from '../../customer/commerce/commerce-customer.dto';
import type { CommerceItem } from '../../customer/commerce/commerce-item';
import type { CommerceOutcome, CommerceUpsertService } from '../../customer/commerce/commerce-upsert.service';
import type { Transaction } from '../../platform/database/transaction';
import { forEachGivingWay } from '../../platform/event-loop/give-way';
import { changeContextOf } from '../engine/change-context';
import type {
  ImportCells,
  JobContext,
  ParsedRow,
  ReadyRow,
  RowResult,
  TableImporter,
} from '../engine/bulk-importer.contract';
import type { RecordKey } from '../engine/claims';
import { applyClaimed } from '../engine/outvoted';
import { COMMERCE_ROW_COLUMNS, CommerceRow } from './commerce-row';

/** What an item of one of the bulk calls means. */
export type ReadItem<T> = (item: T) => Omit<CommerceItem, 'row'>;

/** The items of a bulk call of the commerce API; the calls differ in how an item names its customer. */
export class CommerceItemsTable<T extends CommerceCustomerRequest> implements TableImporter<ImportCells> {
  readonly name = 'Customers';
  readonly columns = COMMERCE_ROW_COLUMNS;
  readonly oneOf = [];

  constructor(
    private readonly upserts: CommerceUpsertService,
    private readonly rows: CommerceRow,
    private readonly read: ReadItem<T>,
  ) {}

  /** The schema has judged the item already; its cells are opened when it is applied. */
  parse(cells: ImportCells): ParsedRow<ImportCells> {
    return { value: cells, issues: [], warnings: [], recordId: null };
  }

  /** An item names its customer by what it says, so that one and the same customer may be named in two ways. */
  identify(
    _transaction: Transaction,
    _companyRef: number,
    rows: readonly ReadyRow<ImportCells>[],
  ): Promise<(RecordKey | null)[]> {
    return Promise.resolve(rows.map(({ value }) => this.keyOf(value)));
  }

  apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<ImportCells>[]): Promise<RowResult[]> {
    return applyClaimed(
      job,
      rows,
      (cells) => this.keyOf(cells),
      (kept) => this.applyItems(transaction, job, kept),
    );
  }

  private keyOf(cells: ImportCells): string {
    return JSON.stringify(this.read(JSON.parse(cells['customer'] ?? '{}') as T).key);
  }

  private async applyItems(
    transaction: Transaction,
    job: JobContext,
    rows: readonly ReadyRow<ImportCells>[],
  ): Promise<RowResult[]> {
    const items: CommerceItem[] = [];
    await forEachGivingWay(rows, ({ row, value }) => {
      // The schema of the call has judged it: it is an item of that call.
      items.push({ row, ...this.read(this.rows.toItem(value, job.companyRef, job.rowsOf) as T) });
    });
    const outcomes = await this.upserts.apply(transaction, changeContextOf(job), items);
    return outcomes.map(toRowResult);
  }
}

/** The commerce API knows customers by their numeric id. */
function toRowResult({ outcome, draft, issues }: CommerceOutcome): RowResult {
  const recordId = draft === null ? null : String(draft.current.id);
  return { verdict: outcome, recordId, issues, warnings: [], amount: null };
}

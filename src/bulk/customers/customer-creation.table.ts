import { Injectable } from '@nestjs/common';
import { CustomerCreationService } from '../../customer/customer-creation.service';
import type { CustomerCreation, CustomerOutcome } from '../../customer/customer-change';
import { failed } from '../../customer/customer-change';
import { CustomFieldRegistry } from '../../customer/custom/custom-field.registry';
import type { Transaction } from '../../platform/database/transaction';
import type { CodedIssue } from '../../platform/validation/coded-issue';
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
import { CustomerCreationRow } from './customer-row.dto';
import { CustomerRows } from './customer-rows';
import { CUSTOMER_COLUMNS, CUSTOMER_ID_COLUMN } from './customer.columns';
import { CUSTOMERS_TABLE, toRowResult } from './customers.table';

type CreationRow = CustomerCreation['fields'];

const COLUMNS = CUSTOMER_COLUMNS.map((column) => ({ ...column, required: column.name === 'legalName' }));
/** Known only so that a filled one can be refused with the reason; the template shows it empty. */
const NO_ID_COLUMN = { ...CUSTOMER_ID_COLUMN, description: 'Leave empty; the service gives the id.', example: '' };
const ALL_COLUMNS = [NO_ID_COLUMN, ...COLUMNS];

/** Customers table of a creation: each row makes a new customer. */
@Injectable()
export class CustomerCreationTable implements TableImporter<CreationRow> {
  readonly name = CUSTOMERS_TABLE;
  readonly oneOf = [];
  readonly onlyCreates = true;

  private readonly rows: CustomerRows;

  constructor(
    private readonly creations: CustomerCreationService,
    fields: CustomFieldRegistry,
  ) {
    this.rows = new CustomerRows(ALL_COLUMNS, CustomerCreationRow, fields);
  }

  get columns(): CustomerRows['columns'] {
    return this.rows.columns;
  }

  parse(cells: ImportCells): ParsedRow<CreationRow> {
    const { values, issues } = this.rows.read(cells);
    const { legalName } = values;
    const value = typeof legalName === 'string' ? { ...this.rows.patchOf(values), legalName } : null;
    return { value, issues, warnings: [], recordId: null };
  }

  async apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<CreationRow>[]): Promise<RowResult[]> {
    const context = changeContextOf(job);
    const outvoted = rows.map((row) => this.outvoted(job, row));
    const kept = rows.filter((_, index) => outvoted[index] === null);
    const outcomes = await this.creations.apply(
      transaction,
      context,
      kept.map(({ row, value }) => ({ row, fields: value })),
    );
    const byRow = new Map(kept.map(({ row }, index) => [row, outcomes[index]]));
    return rows.map(({ row, value }, index) => {
      const issue = outvoted[index] ?? null;
      const outcome: CustomerOutcome | undefined = issue === null ? byRow.get(row) : failed(null, [issue]);
      return toRowResult(outcome ?? failed(null, []), value);
    });
  }

  identify(
    _transaction: Transaction,
    _companyRef: number,
    rows: readonly ReadyRow<CreationRow>[],
  ): Promise<(RecordKey | null)[]> {
    return Promise.resolve(rows.map(({ value }) => value.uniqueRefNo ?? null));
  }

  /** Why another row of the file is preferred; the default rule needs no look ahead, the table itself tells. */
  private outvoted(job: JobContext, { row, value }: ReadyRow<CreationRow>): CodedIssue | null {
    const { uniqueRefNo } = value;
    if (job.duplicates === 'first' || typeof uniqueRefNo !== 'string') return null;
    const rival = job.claim(uniqueRefNo, row);
    if (rival === null) return null;
    return {
      field: 'uniqueRefNo',
      code: 'DUPLICATE_ROW',
      message: `row ${rival} of this file has the same number; keep one of the two rows`,
      rejectedValue: uniqueRefNo,
    };
  }
}

import { Injectable } from '@nestjs/common';
import type { CustomerUpdate } from '../../customer/customer-change';
import { CustomerUpdateService } from '../../customer/customer-update.service';
import { CustomFieldRegistry } from '../../customer/custom/custom-field.registry';
import type { CustomerPatch } from '../../customer/rules/customer.rules';
import type { Transaction } from '../../platform/database/transaction';
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
import { CustomerUpdateRow } from './customer-row.dto';
import { CustomerRows } from './customer-rows';
import { CUSTOMER_COLUMNS, CUSTOMER_ID_COLUMN } from './customer.columns';
import { CustomerKey, CUSTOMERS_TABLE, keyedRow, toRowResult } from './customers.table';

/** A row that changes a customer. */
interface UpdateRow extends CustomerKey {
  readonly patch: CustomerPatch;
}

const COLUMNS = [CUSTOMER_ID_COLUMN, ...CUSTOMER_COLUMNS];

/** Customers table of an update: each row changes the customer it names. */
@Injectable()
export class CustomerUpdateTable implements TableImporter<UpdateRow> {
  readonly name = CUSTOMERS_TABLE;
  readonly oneOf = ['customerId', 'uniqueRefNo'];
  readonly claimsRecordIds = true;

  private readonly rows: CustomerRows;

  constructor(
    private readonly updates: CustomerUpdateService,
    fields: CustomFieldRegistry,
  ) {
    this.rows = new CustomerRows(COLUMNS, CustomerUpdateRow, fields);
  }

  get columns(): CustomerRows['columns'] {
    return this.rows.columns;
  }

  parse(cells: ImportCells): ParsedRow<UpdateRow> {
    return keyedRow(this.rows.read(cells), (values) => this.rows.patchOf(values));
  }

  async apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<UpdateRow>[]): Promise<RowResult[]> {
    const context = { ...changeContextOf(job), isRehearsal: job.isRehearsal };
    const outcomes = await this.updates.apply(transaction, context, rows.map(toUpdate), {
      claim: (customerId, row) => job.claim(customerId, row),
    });
    return outcomes.map((outcome, index) => toRowResult(outcome, rows[index]?.value.patch ?? {}));
  }

  identify(
    transaction: Transaction,
    companyRef: number,
    rows: readonly ReadyRow<UpdateRow>[],
  ): Promise<(RecordKey | null)[]> {
    return this.updates.identify(transaction, companyRef, rows.map(toUpdate));
  }
}

function toUpdate({ row, value }: ReadyRow<UpdateRow>): CustomerUpdate {
  return { row, ...value };
}
